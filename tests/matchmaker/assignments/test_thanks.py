"""Thanks: allowed by the recipient, read by the office, passed on masked, and taken back."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering, thanks
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.endings.service import stop_contact
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

JULY = date(2026, 7, 1)
EVENING = get_instant(date(2026, 7, 31), 20 * 60)
SENTENCE = "Both were kind."
_T = m.ThanksState


@pytest.fixture
@kept
def month(world):
    """A visit of two that was given; nobody has said how it was."""
    world.add_pairs()
    world.both = world.ask(world.pairs)
    world.publish(JULY)
    return world


@pytest.fixture
def worker(make, month):
    return make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)


@pytest.fixture
def visitor(make, month, given):
    """One of the two who came."""
    return make.user(m.Role.VOLUNTEER, volunteer_id=given[1])


@pytest.fixture
def asker(make, month):
    return make.user(m.Role.RESIDENT, resident_id=month.both.resident_id)


@pytest.fixture
@kept
def given(app, month, giver, counter):
    """The first promise's id and its visitor's."""
    with app.app_context():
        rows = find_rows(month)
        ids = [row.id for row in rows]
        answering.accept(actor=db.session.merge(giver), promise_ids=ids, now=NOW)
        agreeing.agree(actor=db.session.merge(counter), promise_id=ids[0], now=NOW)
        for row in rows:
            done = {"units": row.units, "proof": m.DeliveryProof.SIGNATURE, "code": ""}
            actor = db.session.merge(giver)
            delivering.deliver(actor=actor, promise_id=row.id, now=EVENING, **done)
        db.session.commit()
        return ids[0], rows[0].volunteer_id


def find_rows(month) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.need_id == month.both.id).order_by(m.Promise.id)
    return list(db.session.scalars(query))


def say(actor, promise_id: int, *, words: str = SENTENCE, may_pass_on: bool = True) -> None:
    said: dict[str, Any] = {"face": m.Face.GOOD, "words": words, "may_pass_on": may_pass_on}
    delivering.feed_back(actor=actor, promise_id=promise_id, now=EVENING, **said)


def find_one() -> m.Thanks:
    return db.session.scalars(select(m.Thanks)).one()


def list_read(actor, now=EVENING) -> list[str]:
    return [row.first.words for row in db.session.scalars(thanks.select_received(actor, now))]


def pass_on(actor, row: m.Thanks) -> None:
    thanks.pass_on(actor=actor, thanks_id=row.id, seen=row.state.value, now=EVENING)


def keep_back(actor, row: m.Thanks) -> None:
    thanks.keep_back(actor=actor, thanks_id=row.id, seen=row.state.value, now=EVENING)


def list_heard() -> set[int]:
    query = select(m.Notice.user_id).where(
        m.Notice.kind == "thanks.passed_on", m.Notice.void_at.is_(None)
    )
    return set(db.session.scalars(query))


@pytest.mark.both_databases
@pytest.mark.usefixtures("given", "context")
class TestPassedOn:
    def test_only_what_the_recipient_allowed_waits_for_the_office(self, given, counter, worker):
        say(counter, given[0], may_pass_on=False)
        assert db.session.scalars(select(m.Thanks)).all() == []
        assert db.session.scalars(thanks.select_to_read(worker, is_decided=False)).all() == []

    @pytest.mark.parametrize("words", ["", "13800000000 is mine", "Ring 138 0000 0000"])
    def test_a_sentence_that_cannot_be_passed_on_is_refused_at_its_field(
        self, given, counter, words
    ):
        with pytest.raises(InvalidError) as caught:
            say(counter, given[0], words=words)
        assert caught.value.field == "words"
        say(counter, given[0], words=words, may_pass_on=False)

    def test_those_who_helped_read_it_once_the_office_passed_it_on(
        self, month, given, counter, giver, visitor, worker
    ):
        say(counter, given[0])
        row = find_one()
        assert {one.thanks_id for one in find_rows(month)} == {row.id}
        assert (row.state, list_read(giver), list_read(visitor)) == (_T.WAITING, [], [])
        pass_on(worker, row)
        assert list_read(giver) == list_read(visitor) == [SENTENCE]
        assert list_heard() == {giver.id, visitor.id}
        with pytest.raises(ConflictError):
            pass_on(worker, row)

    def test_what_is_kept_back_is_read_by_nobody_who_helped_unless_it_is_passed_on_later(
        self, given, counter, giver, worker
    ):
        say(counter, given[0])
        row = find_one()
        keep_back(worker, row)
        assert (row.state, list_read(giver), list_heard()) == (_T.KEPT_BACK, [], set())
        with pytest.raises(ConflictError):
            keep_back(worker, row)
        pass_on(worker, row)
        assert (row.state, list_read(giver)) == (_T.PASSED_ON, [SENTENCE])
        assert giver.id in list_heard()

    def test_nobody_decides_over_a_decision_that_the_page_did_not_show(
        self, given, counter, giver, worker
    ):
        say(counter, given[0])
        row = find_one()
        keep_back(worker, row)
        for seen in ("waiting", "passed_on", "", None):
            with pytest.raises(ConflictError):
                thanks.pass_on(actor=worker, thanks_id=row.id, seen=seen, now=EVENING)
        assert row.state is _T.KEPT_BACK

    def test_the_office_can_keep_back_what_it_passed_on_by_mistake(
        self, given, counter, giver, worker
    ):
        say(counter, given[0])
        row = find_one()
        pass_on(worker, row)
        keep_back(worker, row)
        assert (list_read(giver), list_heard()) == ([], set())

    @pytest.mark.parametrize("is_passed_on", [False, True])
    def test_who_withdraws_takes_it_away(
        self, given, asker, counter, giver, visitor, worker, is_passed_on
    ):
        say(counter, given[0])
        row = find_one()
        if is_passed_on:
            pass_on(worker, row)
        thanks.withdraw(actor=asker, thanks_id=row.id, now=EVENING)
        assert row.state is _T.WITHDRAWN
        assert (list_read(giver), list_read(visitor), list_heard()) == ([], [], set())
        for is_decided in (False, True):
            query = thanks.select_to_read(worker, is_decided=is_decided)
            assert db.session.scalars(query).all() == []
        for step in (pass_on, keep_back):
            with pytest.raises(ConflictError):
                step(worker, row)
        with pytest.raises(ConflictError):
            thanks.withdraw(actor=asker, thanks_id=row.id, now=EVENING)

    def test_it_ends_with_the_contact(self, month, given, counter, giver, worker):
        say(counter, given[0])
        row = find_one()
        pass_on(worker, row)
        reason = {"reason": m.ContactEnd.DIED, "now": EVENING}
        stop_contact(actor=worker, resident_id=month.both.resident_id, **reason)
        db.session.expire(row)
        assert (row.state, list_read(giver), list_heard()) == (_T.WITHDRAWN, [], set())

    def test_the_name_ends_thirty_days_after_the_help_and_the_sentence_after_a_year(
        self, given, counter, giver, worker
    ):
        say(counter, given[0])
        row = find_one()
        pass_on(worker, row)
        last = EVENING + timedelta(days=30) - timedelta(seconds=1)
        assert thanks.find_signature(row, last) == "王阿婆"
        assert thanks.find_signature(row, EVENING + timedelta(days=30)) is None
        assert list_read(giver, EVENING + timedelta(days=364)) == [SENTENCE]
        assert list_read(giver, EVENING + timedelta(days=365)) == []

    def test_it_is_nobody_elses(self, month, make, given, counter, worker):
        say(counter, given[0])
        row = find_one()
        for role, scope in (
            (m.Role.SOCIAL_WORKER, {"subdistrict_id": make.subdistrict().id}),
            (m.Role.COMMITTEE_WORKER, {"committee_id": make.committee(month.subdistrict).id}),
        ):
            stranger = make.user(role, **scope)
            for step in (pass_on, keep_back):
                with pytest.raises(NotFoundError):
                    step(stranger, row)
            with pytest.raises(NotFoundError):
                thanks.withdraw(actor=stranger, thanks_id=row.id, now=EVENING)
        pass_on(worker, row)
        other = make.user(m.Role.COORDINATOR, organisation_id=make.organisation().id)
        absent = make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteer.id)
        assert list_read(other) == list_read(absent) == []


# The pages.


@pytest.fixture
def late(monkeypatch):
    for name in ("agree_views", "answer_views", "thanks_views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: EVENING)


def open_page(app, user: m.User) -> Browser:
    return Browser(app).sign_in(user).use_language("en")


def press(browser: Browser, step: str, on: str, key: str = "a" * 32, **values):
    data = {"idempotency_key": key, **values.pop("data", {})}
    return browser.submit(f"assignments.{step}", data, on=on, **values)


@pytest.mark.usefixtures("late")
def test_a_sentence_goes_from_the_recipient_by_the_office_to_those_who_helped(
    app, month, given, asker, worker, giver, visitor
):
    number = given[0]
    browser = open_page(app, asker)
    page = browser.get_url("assignments.question", promise_id=number)
    said = {"face": "good", "may_pass_on": "y"}
    wrong = press(browser, "feed_back", page, promise_id=number, data=said)
    assert wrong.status_code == 422
    assert "Write the sentence that may be passed on." in wrong.text
    long = press(
        browser, "feed_back", page, promise_id=number, data={**said, "words": "13800000000"}
    )
    assert "Leave out phone numbers" in long.text
    assert "13800000000" in long.text, "what was typed is kept"
    [box] = re.findall(r'<input[^>]*name="may_pass_on"[^>]*>', long.text)
    assert "checked" in box
    said["words"] = SENTENCE
    answer = press(browser, "feed_back", page, "b" * 32, promise_id=number, data=said)
    assert answer.status_code == 303
    assert "Waits to be read" in browser.client.get(page).text

    helped = open_page(app, giver)
    assert SENTENCE not in helped.get("assignments.promise", promise_id=number).text
    office = open_page(app, worker)
    assert "Thanks to pass on" in office.get("pages.home").text
    with app.app_context():
        thanks_id = find_one().id
    one = office.get("assignments.read_thanks", thanks_id=thanks_id)
    assert SENTENCE in one.text
    assert "王阿婆" in one.text
    page = office.get_url("assignments.read_thanks", thanks_id=thanks_id)
    seen = {"seen": "waiting"}
    passed = press(office, "pass_thanks_on", page, thanks_id=thanks_id, data=seen)
    assert passed.status_code == 303

    for user in (giver, visitor):
        read = open_page(app, user).get("assignments.received_thanks").text
        assert SENTENCE in read
        assert "王阿婆" in read
        assert "王秀英" not in read
        assert "13800000000" not in read

    page = browser.get_url("assignments.question", promise_id=number)
    assert "Passed on" in browser.get("assignments.said_thanks").text
    back = press(browser, "withdraw_thanks", page, "c" * 32, thanks_id=thanks_id)
    assert back.status_code == 303
    assert SENTENCE not in helped.get("assignments.received_thanks").text


@pytest.mark.usefixtures("late")
def test_the_counter_takes_it_back_for_the_person(app, given, counter, worker):
    with app.app_context():
        say(db.session.merge(counter), given[0])
        thanks_id = find_one().id
        db.session.commit()
    browser = open_page(app, counter)
    assert SENTENCE in browser.get("assignments.said_thanks").text
    page = browser.get_url("assignments.question", promise_id=given[0])
    assert press(browser, "withdraw_thanks", page, thanks_id=thanks_id).status_code == 303
    with app.app_context():
        assert find_one().state is _T.WITHDRAWN
        [event] = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "thanks.withdraw")
        )
        assert event.on_behalf_of_id is not None


@pytest.mark.usefixtures("late")
def test_a_decision_that_came_too_late_says_so(app, given, counter, worker):
    with app.app_context():
        say(db.session.merge(counter), given[0])
        thanks_id = find_one().id
        db.session.commit()
    browser = open_page(app, worker)
    page = browser.get_url("assignments.read_thanks", thanks_id=thanks_id)
    shown = browser.client.get(page).text
    assert "If you pass it on, those who helped read this:" in shown
    [seen] = set(re.findall(r'name="seen" value="(\w+)"', shown))
    keys = {"thanks_id": thanks_id, "data": {"seen": seen}}
    assert press(browser, "keep_thanks_back", page, **keys).status_code == 303
    late = press(browser, "pass_thanks_on", page, "b" * 32, **keys)
    assert late.status_code == 409
    assert "Somebody decided on these thanks already." in late.text
    shown = browser.client.get(page).text
    assert "Those who helped do not read this:" in shown
    assert "Pass it on after all" in shown
    [seen] = set(re.findall(r'name="seen" value="(\w+)"', shown))
    keys = {"thanks_id": thanks_id, "data": {"seen": seen}}
    assert press(browser, "pass_thanks_on", page, "c" * 32, **keys).status_code == 303
    assert "This is what those who helped read:" in browser.client.get(page).text


@pytest.mark.usefixtures("late")
def test_they_are_taken_back_on_their_list_without_the_page_of_the_help(app, given, asker, counter):
    with app.app_context():
        say(db.session.merge(counter), given[0])
        thanks_id = find_one().id
        db.session.commit()
    browser = open_page(app, asker)
    page = browser.get_url("assignments.said_thanks")
    shown = browser.client.get(page).text
    assert SENTENCE in shown
    assert browser.get_url("assignments.question", promise_id=given[0]) not in shown
    [address] = re.findall(r'action="([^"]*/withdraw)"', shown)
    assert address == browser.get_url("assignments.withdraw_thanks", thanks_id=thanks_id)
    assert press(browser, "withdraw_thanks", page, thanks_id=thanks_id).status_code == 303
    assert SENTENCE not in browser.client.get(page).text
