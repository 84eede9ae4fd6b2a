"""A giver says yes or no, takes it back, or says nothing; what follows for everybody else."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, appointing
from matchmaker.assignments.due import Done, do_due
from matchmaker.assignments.queries import GivenFilters, list_waiting
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.rounds.publish.publication import withdraw_publication
from matchmaker.slots import add_working_days
from tests.factories import NOW
from tests.reach import reach
from tests.worlds import kept

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

JULY = date(2026, 7, 1)
EVERYTHING = GivenFilters()
_S = m.PromiseState


@pytest.fixture
@kept
def month(world):
    """A month in which the organisation is asked for a visit, no sooner than on its first Sunday
    after the lock, and for rice."""
    world.ask(windows=["SUN-AM"])
    world.ask(world.goods, quantity=2)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def giver(make, month):
    return make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)


def list_promises() -> list[m.Promise]:
    return list(db.session.scalars(select(m.Promise).order_by(m.Promise.id)))


def get_round() -> m.MatchRound:
    return db.session.scalars(select(m.MatchRound)).one()


def list_actions() -> list[str]:
    query = select(m.AuditEvent.action).where(m.AuditEvent.action.startswith("promise."))
    return list(db.session.scalars(query.order_by(m.AuditEvent.id)))


def list_kinds(**of: int) -> set[str]:
    """The kinds of the valid notices."""
    query = select(m.Notice.kind).filter_by(**of).where(m.Notice.void_at.is_(None))
    return set(db.session.scalars(query))


def get_answer_day() -> date:
    return max(row.answer_by for row in list_promises())


def at(day: date) -> datetime:
    return NOW + (day - NOW.date()) * 1


@pytest.mark.usefixtures("giver")
def test_the_giver_is_asked_for_three_working_days():
    assert {row.answer_by for row in list_promises()} == {add_working_days(NOW.date(), 3)}


def test_one_tap_says_yes_to_all_and_begins_the_month(giver):
    found = answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=NOW)
    assert (found.count, found.left) == (2, 0)
    assert {row.state for row in list_promises()} == {_S.AWAITING_RECIPIENT}
    assert get_round().state is m.RoundState.EXECUTING
    assert list_actions() == ["promise.accept"] * 2
    for row in list_promises():
        assert "need.agreed" in list_kinds(resident_id=row.need.resident_id)
    again = answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=NOW)
    assert (again.count, again.left) == (0, 0)


def test_filters_narrow_what_is_accepted(giver, month):
    goods = GivenFilters(category=month.goods.code)
    assert answering.accept_all(actor=giver, month=JULY, filters=goods, now=NOW).count == 1
    assert {row.state for row in list_promises()} == {_S.AWAITING_GIVER, _S.AWAITING_RECIPIENT}


def test_a_month_under_way_is_not_withdrawn(giver, make, month):
    answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=NOW)
    second = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    with pytest.raises(ConflictError, match=r"round\.state"):
        withdraw_publication(get_round(), reason="wrong", actor=second, now=NOW)


def test_a_withdrawn_publication_asks_nobody(giver, make, month):
    second = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    promise, refused = list_promises()
    answering.decline(actor=giver, promise_id=refused.id, now=NOW)
    withdraw_publication(get_round(), reason="wrong", actor=second, now=NOW)
    assert (promise.state, promise.answer_by) == (_S.PROPOSED, None)
    assert refused.state is _S.DECLINED, "who said no is not asked again"
    with pytest.raises(NotFoundError):
        answering.accept(actor=giver, promise_ids=[promise.id], now=NOW)
    assert do_due(NOW + timedelta(days=9)) == Done()


def test_what_cannot_be_kept_is_left(giver, month):
    reach(month.make, month.volunteer, m.VolunteerState.PAUSED, known_breaks=1)
    db.session.expire_all()
    found = answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=NOW)
    assert (found.count, found.left) == (1, 1)


@pytest.mark.parametrize("step", ["accept", "decline", "take_back"])
def test_a_strangers_promise_does_not_exist(make, giver, month, step):
    stranger = make.user(m.Role.COORDINATOR, organisation_id=make.organisation().id)
    number = list_promises()[0].id
    which = {"promise_ids": [number]} if step == "accept" else {"promise_id": number}
    with pytest.raises(NotFoundError):
        getattr(answering, step)(actor=stranger, now=NOW, **which)
    assert {row.state for row in list_promises()} == {_S.AWAITING_GIVER}


def test_a_refusal_can_be_taken_back_for_ten_minutes(giver):
    row = list_promises()[0]
    answering.decline(actor=giver, promise_id=row.id, now=NOW)
    assert do_due(NOW + timedelta(minutes=9)) == Done()
    answering.take_back(actor=giver, promise_id=row.id, now=NOW + timedelta(minutes=9))
    assert (row.state, row.answered_at) == (_S.AWAITING_GIVER, None)
    answering.decline(actor=giver, promise_id=row.id, now=NOW)
    with pytest.raises(ConflictError, match=r"promise\.answer_stands"):
        answering.take_back(actor=giver, promise_id=row.id, now=NOW + timedelta(minutes=10))


def test_a_refused_place_becomes_free_and_its_need_waits_again(giver, make, month):
    office = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    row = list_promises()[0]
    answering.decline(actor=giver, promise_id=row.id, now=NOW)
    answering.say_why(actor=giver, promise_id=row.id, reason=m.DeclineReason.PERSON_ILL, now=NOW)
    later = NOW + timedelta(minutes=10)
    assert do_due(later) == Done(freed=1)
    assert (row.state, row.decline_reason) == (_S.DECLINED, m.DeclineReason.PERSON_ILL)
    assert row.freed_at == later
    assert (row.need.state, row.need.waiting_rounds) == (m.NeedState.OPEN, 1)
    assert list_kinds(resident_id=row.need.resident_id) == {"need.promise_revoked"}
    assert "round.places_free" in list_kinds(user_id=office.id)
    assert do_due(later) == Done(), "nothing is done twice"


def test_a_yes_can_be_taken_back(giver):
    row = list_promises()[0]
    answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
    answering.take_back(actor=giver, promise_id=row.id, now=NOW + timedelta(days=1))
    assert row.state is _S.AWAITING_GIVER
    assert list_kinds(resident_id=row.need.resident_id) == {"need.matched"}


def test_who_says_nothing_is_reminded_once_then_the_place_is_free(giver):
    answer_by = get_answer_day()
    day_before = at(answer_by - timedelta(days=1))
    assert do_due(NOW) == Done()
    assert do_due(day_before) == Done(reminded=2)
    assert "round.answers_due" in list_kinds(user_id=giver.id)
    assert do_due(day_before) == Done()
    assert do_due(at(answer_by)) == Done()
    assert do_due(at(answer_by + timedelta(days=1))) == Done(expired=2)
    assert {row.state for row in list_promises()} == {_S.EXPIRED}
    assert {row.need.state for row in list_promises()} == {m.NeedState.OPEN}
    assert "promise.expired" in list_kinds(user_id=giver.id)


def test_what_was_published_before_anybody_was_asked_does_not_expire():
    for row in list_promises():
        row.answer_by = None
    assert do_due(NOW + timedelta(days=30)) == Done()


def test_an_answer_after_the_month_comes_too_late(giver):
    late = datetime(2026, 8, 1, 12, tzinfo=NOW.tzinfo)
    row = list_promises()[0]
    assert answering.accept(actor=giver, promise_ids=[row.id], now=late).count == 0
    with pytest.raises(ConflictError, match=r"promise\.over"):
        answering.decline(actor=giver, promise_id=row.id, now=late)


def test_a_refusal_costs_the_giver_no_work_in_the_ledger(giver):
    rice = next(row for row in list_promises() if row.volunteer_id is None)
    answering.decline(actor=giver, promise_id=rice.id, now=NOW)
    do_due(NOW + timedelta(minutes=10))
    query = select(m.FairnessLedger).where(m.FairnessLedger.scope == m.LedgerScope.ORGANISATION)
    loads = [row.given for row in db.session.scalars(query)]
    assert sum(loads) == 1, "the visit alone"


def test_a_recipients_no_keeps_its_reason(make, giver, month):
    counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
    row = list_promises()[0]
    answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
    agreeing.refuse(actor=counter, promise_id=row.id, reason=m.DeclineReason.AWAY, now=NOW)
    with pytest.raises(ConflictError, match=r"promise\.state"):
        answering.say_why(actor=giver, promise_id=row.id, reason=m.DeclineReason.UNSAFE, now=NOW)
    assert row.decline_reason is m.DeclineReason.AWAY


def test_a_yes_taken_back_late_waits_for_the_rest_of_the_day(giver):
    row, late = list_promises()[0], at(get_answer_day() + timedelta(days=4))
    answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=NOW)
    answering.take_back(actor=giver, promise_id=row.id, now=late)
    assert do_due(late).expired == 0
    answering.decline(actor=giver, promise_id=row.id, now=late)
    answering.take_back(actor=giver, promise_id=row.id, now=late)
    do_due(late + timedelta(days=1))
    assert row.state is _S.EXPIRED


def test_a_yes_is_not_taken_back_after_its_days_nor_once_another_day_is_asked_for(
    make, giver, month
):
    counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
    visit = next(row for row in list_promises() if row.slot)
    answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=NOW)
    for row in list_promises():
        assert not answering.can_take_back(row, datetime(2026, 8, 1, 12, tzinfo=NOW.tzinfo))
        assert answering.can_take_back(row, NOW)
    to = appointing.Moment(appointing.list_open_days(visit.run, NOW)[-1], 9 * 60)
    appointing.ask_for_day(actor=counter, promise_id=visit.id, to=to, now=NOW)
    assert not answering.can_take_back(visit, NOW)


def test_what_waits_is_what_can_be_answered(giver, month):
    """The page counts what one tap accepts."""
    rows = list_promises()
    late = datetime(2026, 7, 31, 12, tzinfo=NOW.tzinfo)
    ended = [row for row in rows if row.days and max(row.days) < "2026-07-31"]
    waiting = list_waiting(giver, JULY, EVERYTHING, late)
    assert waiting.keys() == {row.id for row in rows} - {row.id for row in ended}
    found = answering.accept_all(actor=giver, month=JULY, filters=EVERYTHING, now=late)
    assert (found.count, found.left) == (len(waiting), 0)
    after = datetime(2026, 8, 1, 12, tzinfo=NOW.tzinfo)
    assert list_waiting(giver, JULY, EVERYTHING, after) == {}


def test_nobody_is_asked_for_longer_than_help_can_come(make, world):
    soon = make.category(kind=m.OfferKind.GOODS, unit="item")
    last = NOW.date() + timedelta(days=1)
    make.offer(world.organisation, soon, capacity_per_month=1, valid_until=last)
    need = world.ask(soon)
    world.publish(JULY)
    [row] = [row for row in list_promises() if row.need_id == need.id]
    assert row.answer_by == last < add_working_days(NOW.date(), 3)
