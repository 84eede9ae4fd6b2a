"""The year's notice: entered, corrected, refused with words at the field, frozen into the month."""

from dataclasses import replace
from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.calendar import service
from matchmaker.calendar.forms import read_days
from matchmaker.calendar.service import NoticeTerms
from matchmaker.rounds.queries import read_snapshot
from matchmaker.slots import Break
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth

YEAR = 2026  # of NOW
SUMMER = Break("高温假", date(2026, 7, 20), date(2026, 7, 24))
TERMS = NoticeTerms("国办发明电〔2026〕1号", (SUMMER,), (date(2026, 7, 25),))
TEN = tuple(replace(SUMMER, first=date(2026, k, 1), last=date(2026, k, 2)) for k in range(1, 11))


@pytest.fixture
def worker(make):
    return make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)


def save(worker: m.User, terms: NoticeTerms = TERMS, version: int = 0, year: int = YEAR):
    actor = db.session.get_one(m.User, worker.id)
    return service.save_notice(year=year, version=version, terms=terms, actor=actor, now=NOW)


def test_a_notice_is_entered_corrected_and_kept_on_record(app, worker):
    with app.app_context():
        assert save(worker).version == 1
        assert save(worker, replace(TERMS, make_up_days=()), version=1).version == 2
        assert [row.make_up_days for row in service.load_calendars(worker.subdistrict_id)] == [()]
        events = db.session.scalars(db.select(m.AuditEvent).order_by(m.AuditEvent.id)).all()
    assert [event.action for event in events] == ["holiday_notice.enter", "holiday_notice.correct"]
    assert [event.details["make_up_days"] for event in events] == [["2026-07-25"], []]
    assert events[0].details["breaks"] == ["2026-07-20/2026-07-24"]


@pytest.mark.parametrize(
    ("code", "field", "terms"),
    [
        ("number_length", "number", replace(TERMS, number="")),
        ("number_length", "number", replace(TERMS, number="1" * 41)),
        ("no_break", "first_1", replace(TERMS, breaks=())),
        ("no_break", "first_1", replace(TERMS, breaks=(*TEN, SUMMER))),
        ("break_name", "name_1", replace(TERMS, breaks=(replace(SUMMER, name=""),))),
        ("break_name", "name_1", replace(TERMS, breaks=(replace(SUMMER, name="长" * 41),))),
        (
            "other_year",
            "first_1",
            replace(TERMS, breaks=(replace(SUMMER, first=date(2025, 11, 30)),)),
        ),
        ("other_year", "first_1", replace(TERMS, breaks=(replace(SUMMER, last=date(2027, 1, 1)),))),
        (
            "break_length",
            "last_1",
            replace(TERMS, breaks=(replace(SUMMER, last=date(2026, 7, 19)),)),
        ),
        (
            "break_length",
            "last_1",
            replace(TERMS, breaks=(replace(SUMMER, last=date(2026, 8, 4)),)),
        ),
        ("overlap", "first_2", replace(TERMS, breaks=(SUMMER, replace(SUMMER, first=SUMMER.last)))),
        ("other_year", "make_up_days", replace(TERMS, make_up_days=(date(2027, 1, 2),))),
        ("not_made_up", "make_up_days", replace(TERMS, make_up_days=(date(2026, 7, 27),))),
        (
            "not_made_up",
            "make_up_days",
            replace(TERMS, breaks=(replace(SUMMER, last=date(2026, 7, 26)),)),
        ),
    ],
)
def test_a_notice_that_cannot_be_is_refused_at_its_field(app, worker, code, field, terms):
    with app.app_context():
        with pytest.raises(InvalidError) as refused:
            save(worker, terms)
        assert (refused.value.code, refused.value.field) == (f"calendar.{code}", field)
        assert service.load_calendars(worker.subdistrict_id) == ()


def test_the_limits_themselves_are_accepted(app, worker):
    longest = replace(SUMMER, name="长" * 40, first=date(2025, 12, 18), last=date(2026, 1, 1))
    with app.app_context():
        save(worker, NoticeTerms("1" * 40, (longest, *TEN[1:]), (date(2025, 12, 6),)))
        (kept,) = service.load_calendars(worker.subdistrict_id)
    assert (len(kept.breaks), kept.breaks[0], kept.make_up_days) == (
        10,
        longest,
        (date(2025, 12, 6),),
    )


def test_a_notice_of_another_year_is_not_asked_for(app, worker):
    with app.app_context():
        for year in (2025, 2028, 0, 10**9):
            with pytest.raises(NotFoundError):
                save(worker, year=year)


@pytest.mark.both_databases
def test_who_saw_an_older_notice_cannot_overwrite_a_newer_one(app, make, worker):
    other = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    with app.app_context():
        save(worker)
        for version in (0, 2):
            with pytest.raises(ConflictError):
                save(worker, version=version)
        assert save(other).version == 1, "another office has a notice of its own"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", ()),
        ("2026-02-14", ((2026, 2, 14),)),
        ("2026年2月14日、2026/2/28", ((2026, 2, 14), (2026, 2, 28))),
        ("2026-02-28\r\n2026.2.14，2026-02-14;", ((2026, 2, 14), (2026, 2, 28))),
        ("2026-02-142026-02-28", ((2026, 2, 14), (2026, 2, 28))),
        ("2026-02-30", None),
        ("2026-02-14 and so on", None),
        ("14", None),
        ("无", None),
    ],
)
def test_days_are_read_as_people_write_them(text, days):
    assert read_days(text) == (None if days is None else tuple(date(*day) for day in days))


def test_a_frozen_month_keeps_the_calendar_of_its_freeze(app, make):
    office = SmallMonth(make)
    with app.app_context():
        save(office.first)
        match_round = office.freeze()
        frozen = read_snapshot(match_round).slot_days
        assert frozen["W3-WD-AM"] == (15, 16, 17)
        assert frozen["W4-WD-AM"] == (25, 27, 28, 29, 30, 31)
        save(office.first, replace(TERMS, make_up_days=()), version=1)
        assert read_snapshot(match_round).slot_days == frozen


YEAR_NOW = get_local_date(get_now()).year
FORM = {
    **{f"{name}_{k}": "" for name in ("name", "first", "last") for k in range(1, 11)},
    "number": TERMS.number,
    "version": "0",
    "name_1": "春节",
    "first_1": f"{YEAR_NOW}-02-15",
    "last_1": f"{YEAR_NOW}年2月23日",
    "make_up_days": "",
}


def test_the_page_enters_a_notice_and_shows_what_is_wrong(app, worker):
    year = YEAR_NOW
    browser = Browser(app).sign_in(worker).use_language("en")
    years = browser.get("calendar.index").text
    assert "Not known yet" in years
    halved = browser.submit("calendar.edit", {**key(1), **FORM, "last_1": ""}, year=year)
    assert halved.status_code == 422
    assert "Fill in the whole row" in halved.text
    strange = browser.submit("calendar.edit", {**key(2), **FORM, "make_up_days": "soon"}, year=year)
    assert strange.status_code == 422
    assert "Write one day after the other" in strange.text
    assert browser.submit("calendar.edit", {**key(3), **FORM}, year=year).status_code == 303
    assert TERMS.number in browser.get("calendar.index").text
    stale = browser.submit("calendar.edit", {**key(4), **FORM}, year=year)
    assert stale.status_code == 409
    assert "Somebody changed this notice" in stale.text


def key(number: int) -> dict[str, str]:
    return {"idempotency_key": f"{number:032x}"}
