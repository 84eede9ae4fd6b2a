"""What was promised in one's own calendar: the file, and the address that a program reads."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.accounts import administration, throttling
from matchmaker.accounts.scopes import Scope
from matchmaker.assignments import agreeing, answering, feeds
from matchmaker.assignments.icalendar_file import list_dated, make_calendar
from matchmaker.assignments.queries import GivenFilters
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.assignments.test_agreeing import JULY, list_promises
from tests.worlds import kept


@pytest.fixture
@kept
def month(world):
    """A visit and rice, accepted by their one organisation; the visit is agreed to."""
    world.one, world.rice = world.ask(), world.ask(world.goods, quantity=2)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def agreed(app, month, giver, counter):
    with app.app_context():
        actor = db.session.get_one(m.User, giver.id)
        answering.accept_all(actor=actor, month=JULY, filters=GivenFilters(), now=NOW)
        [row] = list_promises(month.one)
        agreeing.agree(actor=db.session.get_one(m.User, counter.id), promise_id=row.id, now=NOW)
        db.session.commit()


@pytest.fixture
def visitor(make, month):
    return make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteer.id)


def read(text) -> list:
    return Calendar.from_ical(text).walk("VEVENT")


@pytest.fixture
def asked(app, context):
    """A request, whose language the entries are in."""
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.mark.usefixtures("agreed", "asked")
class TestFile:
    def test_a_visit_is_at_its_hour_and_names_nobody(self, month, visitor):
        [row] = list_promises(month.one)
        made = make_calendar(list_dated(visitor, NOW), "host", NOW)
        [event] = read(made)
        starts = get_instant(row.day, row.minute)
        assert event["dtstart"].dt == starts
        assert event["dtend"].dt == starts + timedelta(minutes=month.visits.usual_minutes or 60)
        assert event["status"] == "CONFIRMED"
        assert event["uid"] == f"promise-{row.id}@host"
        contact = db.session.get_one(m.ResidentContact, month.one.resident_id)
        need = row.asked
        for secret in (
            *(contact.full_name, contact.phone, contact.address),
            *(need.resident.display_name, need.reference, "Ann Li"),
        ):
            assert secret not in made.decode()

    def test_a_session_is_one_entry_with_the_number_of_people(self, make, month, giver):
        [row] = list_promises(month.rice)
        session = m.Session(
            offer_id=row.offer_id,
            first_day=date(2026, 7, 9),
            last_day=date(2026, 7, 9),
            starts_minute=540,
            ends_minute=600,
        )
        db.session.add(session)
        db.session.flush()
        row.session_id, row.number = session.id, 1
        db.session.flush()
        events = {str(e["uid"]): e for e in read(make_calendar(list_dated(giver, NOW), "h", NOW))}
        event = events[f"session-{session.id}@h"]
        assert event["dtstart"].dt == get_instant(date(2026, 7, 9), 540)
        assert event["dtend"].dt == get_instant(date(2026, 7, 9), 600)
        assert "1 person" in event["summary"]
        session.last_day = date(2026, 7, 10)
        db.session.flush()
        events = {str(e["uid"]): e for e in read(make_calendar(list_dated(giver, NOW), "h", NOW))}
        event = events[f"session-{session.id}@h"]
        assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 7, 9), date(2026, 7, 11))

    def test_a_day_of_payment_is_a_whole_day_and_a_stay_its_days(self, month, giver):
        [row] = list_promises(month.rice)
        row.last_day = date(2026, 7, 20)
        db.session.flush()
        days = {e["dtstart"].dt for e in read(make_calendar(list_dated(giver, NOW), "h", NOW))}
        assert date(2026, 7, 20) in days
        row.first_day = date(2026, 7, 18)
        db.session.flush()
        events = read(make_calendar(list_dated(giver, NOW), "h", NOW))
        found = {(e["dtstart"].dt, e["dtend"].dt) for e in events}
        assert (date(2026, 7, 18), date(2026, 7, 21)) in found

    def test_months_long_past_are_left_out(self, giver):
        assert list_dated(giver, NOW)
        assert list_dated(giver, NOW.replace(month=8))
        assert list_dated(giver, NOW.replace(month=9)) == []


@pytest.mark.usefixtures("asked")
def test_what_nobody_agreed_to_is_tentative_and_what_is_refused_is_left_out(month, giver):
    assert list_dated(giver, NOW) == []
    answering.accept_all(actor=giver, month=JULY, filters=GivenFilters(), now=NOW)
    [event] = read(make_calendar(list_dated(giver, NOW), "host", NOW))
    assert (event["status"], event["transp"]) == ("TENTATIVE", "TRANSPARENT")
    [row] = list_promises(month.one)
    answering.take_back(actor=giver, promise_id=row.id, now=NOW)
    answering.decline(actor=giver, promise_id=row.id, now=NOW)
    assert list_dated(giver, NOW) == []


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestFeed:
    def test_a_new_address_ends_the_old_one_and_an_end_ends_it(self, giver):
        first = feeds.make_feed(actor=giver, now=NOW)
        second = feeds.make_feed(actor=giver, now=NOW)
        assert feeds.find_reader(first) is None
        assert feeds.find_reader(second).id == giver.id
        feeds.end_feed(actor=giver, now=NOW)
        assert feeds.find_reader(second) is None
        with pytest.raises(NotFoundError):
            feeds.end_feed(actor=giver, now=NOW)
        actions = db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id))
        assert [a for a in actions if a.startswith("feed")] == ["feed.make"] * 2 + ["feed.end"]

    def test_the_secret_is_kept_nowhere(self, giver):
        token = feeds.make_feed(actor=giver, now=NOW)
        [row] = db.session.scalars(select(m.CalendarFeed))
        assert token not in repr(vars(row))

    @pytest.mark.parametrize("step", ["disable", "change_role"])
    def test_an_account_that_ends_or_changes_has_no_address_afterwards(self, make, giver, step):
        """Who reads it was given the promises of one organisation, not those of the next."""
        token = feeds.make_feed(actor=giver, now=NOW)
        keys: dict[str, Any] = {
            "actor": make.user(m.Role.ADMINISTRATOR),
            "user_id": giver.id,
            "now": NOW,
        }
        if step == "disable":
            administration.disable_account(**keys)
            assert feeds.find_reader(token) is None
            administration.enable_account(**keys)
        else:
            scope = Scope(organisation_id=make.organisation(make.subdistrict()).id)
            administration.change_role(role=m.Role.COORDINATOR, scope=scope, **keys)
        assert feeds.find_reader(token) is None
        assert feeds.find_own(giver) is None


# The pages.


@pytest.fixture
def clock(monkeypatch):
    for name in ("icalendar_views", "feed_views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: NOW)


def make_address(browser: Browser) -> str:
    page = browser.get_url("assignments.own_calendar")
    browser.submit("assignments.make_feed", {"idempotency_key": "a" * 32}, on=page)
    text = browser.get("assignments.own_calendar").text
    assert "shown only now" in text
    return text.partition('class="to-copy">')[2].partition("<")[0]


@pytest.mark.usefixtures("agreed", "clock")
@pytest.mark.parametrize("who", ["giver", "visitor"])
def test_an_address_opens_without_signing_in_until_it_is_ended(app, request, who):
    browser = Browser(app).sign_in(request.getfixturevalue(who)).use_language("en")
    address = make_address(browser)
    assert "shown only now" not in browser.get("assignments.own_calendar").text
    path = address[address.index("/feeds/") :]
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(read(answer.data)) == 1
    assert (
        read(browser.get("assignments.calendar_file", file_format="ics").data)[0]["uid"]
        == read(answer.data)[0]["uid"]
    )
    page = browser.get_url("assignments.own_calendar")
    browser.submit("assignments.end_feed", {"idempotency_key": "b" * 32}, on=page)
    assert app.test_client().get(path).status_code == 404


@pytest.mark.usefixtures("clock", "month")
@pytest.mark.parametrize("token", ["x", "x" * 4000, "%00", "x/../y", "好"])
def test_what_was_never_an_address_opens_nothing(app, token):
    assert app.test_client().get(f"/feeds/{token}.ics").status_code == 404


@pytest.mark.usefixtures("clock", "month")
def test_who_guesses_waits(app, monkeypatch):
    most = {**throttling.TRIES_PER_WINDOW, throttling.Counted.LINK_ADDRESS: 2}
    monkeypatch.setattr(throttling, "TRIES_PER_WINDOW", most)
    client = app.test_client()
    found = [client.get("/feeds/guess.ics").status_code for _ in range(3)]
    assert found == [404, 404, 429]


@pytest.mark.usefixtures("agreed", "clock")
def test_the_address_of_a_role_that_promises_nothing_opens_nothing(app, counter):
    with app.app_context():
        token = feeds.make_feed(actor=db.session.get_one(m.User, counter.id), now=NOW)
        db.session.commit()
    assert app.test_client().get(f"/feeds/{token}.ics").status_code == 404
