"""What is past is past: which months can be opened, and what a lock on each day leaves of one."""

from datetime import date, timedelta

import pytest

from matchmaker import models as m
from matchmaker.base.clock import add_months, get_month_start
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.asked import list_due_weeks
from matchmaker.rounds.pages import room_views
from matchmaker.rounds.queries import read_snapshot
from matchmaker.slots import list_slot_dates
from tests.browser import Browser
from tests.draws import make_draw
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth

YEAR_OF_DAYS = [date(2026, 1, 1) + timedelta(days=k) for k in range(365)]


@pytest.mark.parametrize("ahead", range(-13, 14))
def test_only_the_present_month_and_two_ahead_can_be_opened(app, make, ahead):
    month = SmallMonth(make)
    chosen = add_months(MONTH, ahead)
    values = {"month": chosen, "now": NOW}
    with app.app_context():
        if 0 <= ahead <= 2:
            assert freeze_service.open_round(actor=month.one, **values).month == chosen
            return
        with pytest.raises(InvalidError) as refused:
            freeze_service.open_round(actor=month.one, **values)
        assert (refused.value.code, refused.value.field) == ("round.month_out_of_reach", "month")
        assert refused.value.numbers == {"first": "2026-07", "last": "2026-09"}


def test_the_month_is_that_of_shanghai():
    midnight = get_month_start(date(2026, 8, 1))
    assert freeze_service.list_open_months(midnight)[0] == date(2026, 8, 1)
    before = midnight - timedelta(seconds=1)
    assert freeze_service.list_open_months(before) == (date(2026, 7, 1), date(2026, 9, 1))


def test_the_form_says_which_months_and_refuses_others_at_the_field(app, make, monkeypatch):
    monkeypatch.setattr(room_views, "get_now", lambda: NOW)
    browser = Browser(app).sign_in(SmallMonth(make).first).use_language("en")
    assert "2026-07 to 2026-09" in browser.get("rounds.open_round").text
    for number, month in enumerate(("2020-01", "2026-06", "2026-10", "2099-12")):
        form = {"idempotency_key": f"{number:032x}", "month": month}
        answer = browser.submit("rounds.open_round", form)
        assert answer.status_code == 422
        assert "choose 2026-07 to 2026-09" in answer.text


@pytest.mark.parametrize("month", sorted({day.replace(day=1) for day in YEAR_OF_DAYS}))
def test_a_lock_on_each_day_leaves_the_later_days_of_each_slot(month):
    whole = list_slot_dates(month)
    for today in (day for day in YEAR_OF_DAYS if day.replace(day=1) == month):
        left = list_slot_dates(month, (), today)
        expected = {slot: tuple(d for d in days if d > today) for slot, days in whole.items()}
        assert left == {slot: days for slot, days in expected.items() if days}
    assert list_slot_dates(month, (), month - timedelta(days=1)) == whole


FIRST_AND_LAST = [
    (date(2025, 1, 1), None),
    (date(2026, 7, 28), None),
    (date(2026, 7, 7), date(2026, 7, 15)),
    (date(2026, 7, 31), date(2026, 7, 31)),
    (date(2025, 1, 1), date(2026, 7, 1)),
]


@pytest.mark.parametrize("frequency", m.VisitFrequency)
@pytest.mark.parametrize(("starts_on", "ended_on"), FIRST_AND_LAST)
def test_duties_of_weeks_gone_or_outside_the_pairing_are_not_due(frequency, starts_on, ended_on):
    pairing = m.Pairing(frequency=frequency, starts_on=starts_on, ended_on=ended_on)
    for lock in range(32):
        days = [
            day
            for number in range(lock + 1, 32)
            if starts_on <= (day := date(2026, 7, number)) <= (ended_on or day)
        ]
        weeks = sorted({min((day.day + 6) // 7, 4) for day in days})
        after = date(2026, 6, 30) + timedelta(days=lock)
        due = list_due_weeks(pairing, MONTH, after)
        if frequency is m.VisitFrequency.WEEKLY:
            assert due == [(week,) for week in weeks]
        else:
            assert due == ([tuple(weeks)] if weeks else [])


def freeze(month: SmallMonth, day: int) -> m.MatchRound:
    match_round = month.open()
    now = NOW.replace(day=day)
    freeze_service.freeze_round(match_round, draw=make_draw(now), actor=month.one, now=now)
    return match_round


def test_a_month_locked_in_its_middle_has_no_slot_of_days_gone(app, make):
    month = SmallMonth(make)
    with app.app_context():
        snapshot = read_snapshot(freeze(month, 20))
        assert set(snapshot.slots) == snapshot.slot_days.keys()
        assert snapshot.slot_days["W3-WD-AM"] == (21,)
        assert min(min(days) for days in snapshot.slot_days.values()) == 21
        assert {slot[:2] for slot in snapshot.slots} == {"W3", "W4"}


def test_a_month_without_a_day_left_is_not_locked(app, make):
    month = SmallMonth(make)
    with app.app_context():
        with pytest.raises(ConflictError, match=r"round\.month_over"):
            freeze(month, 31)
        db.session.rollback()
        assert freeze(month, 29).snapshot is not None  # drawn on the 30th, the last in the month
