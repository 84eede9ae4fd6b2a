"""The clock reminds, ends what nobody answered, and goes on with the rest whatever fails."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, due
from matchmaker.assignments.due import Done, do_due
from matchmaker.assignments.queries import GivenFilters
from matchmaker.base.extensions import db
from matchmaker.commands import serve
from matchmaker.promises.answers import list_answers
from matchmaker.rounds.publish.revoking import free_places, revoke_broken
from tests.factories import NOW
from tests.matchmaker.assignments.published_world import World
from tests.reach import reach
from tests.worlds import kept

JULY = date(2026, 7, 1)
AFTER_JULY = datetime(2026, 8, 1, 12, tzinfo=NOW.tzinfo)
WEEK = timedelta(days=7)
LAST = date(2026, 7, 17)  # on which meals are given
_S = m.PromiseState

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


@pytest.fixture
@kept
def month(world):
    """A month in which two organisations are asked for something each, the visit after the food."""
    world.make.add(
        m.VolunteerAbsence(
            volunteer_id=world.volunteer.id,
            first_day=JULY,
            last_day=LAST + timedelta(days=2),
            entered_by_id=world.worker.id,
            created_at=NOW,
        )
    )
    world.ask()
    food = world.make.category(name_en="Meals", kind=m.OfferKind.GOODS, unit="item")
    world.other = world.make.organisation(world.subdistrict)
    world.make.offer(world.other, food, capacity_per_month=1, valid_until=LAST)
    world.ask(food)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def givers(make, month):
    return [
        make.user(m.Role.COORDINATOR, organisation_id=row.id)
        for row in (month.organisation, month.other)
    ]


def find_promise(giver: m.User) -> m.Promise:
    return db.session.scalars(
        select(m.Promise).filter_by(organisation_id=giver.organisation_id)
    ).one()


def accept(giver: m.User) -> m.Promise:
    answering.accept_all(actor=giver, month=JULY, filters=GivenFilters(), now=NOW)
    return find_promise(giver)


def has_reminder(giver: m.User) -> bool:
    kind = "round.answers_due"
    query = select(m.Notice).filter_by(user_id=giver.id, kind=kind, void_at=None)
    return db.session.scalar(query) is not None


def get_day_before() -> datetime:
    answer_by = max(row.answer_by for row in db.session.scalars(select(m.Promise)))
    return NOW + (answer_by - NOW.date()) - timedelta(days=1)


def test_a_reminder_holds_until_its_giver_has_answered(givers):
    """The clock, and what it says to others, make it no less true."""
    first, second = givers
    day = get_day_before()
    find_promise(second).answer_by += timedelta(days=1)
    assert do_due(day) == Done(reminded=1)
    assert do_due(day + timedelta(minutes=1)) == Done()
    assert do_due(day + timedelta(days=1)) == Done(reminded=1)
    assert [has_reminder(giver) for giver in givers] == [True, True]
    accept(first)
    assert [has_reminder(giver) for giver in givers] == [False, True]
    answering.decline(actor=second, promise_id=find_promise(second).id, now=day)
    assert not has_reminder(second)


def test_a_reminder_ends_with_the_answer_that_never_came(givers):
    do_due(get_day_before())
    do_due(NOW + WEEK)
    assert not any(has_reminder(giver) for giver in givers)


def test_a_reminder_of_what_was_called_off_ends(make, month, givers):
    day, row = get_day_before(), find_promise(givers[0])
    do_due(day)
    reach(make, month.volunteer, m.VolunteerState.PAUSED, known_breaks=1)
    db.session.expire_all()
    revoke_broken(row.run, {row.id}, actor=month.worker, now=day)
    do_due(day)
    assert [has_reminder(giver) for giver in givers] == [False, True]


def test_what_nobody_answered_before_its_last_day_is_over_ends(givers):
    visit, meals = [accept(giver) for giver in givers]
    assert do_due(NOW + (LAST - NOW.date())).expired == 0
    do_due(NOW + (LAST - NOW.date()) + timedelta(days=1))
    assert meals.state is _S.EXPIRED
    assert meals.need.state is m.NeedState.OPEN
    do_due(AFTER_JULY)
    assert visit.state is _S.EXPIRED
    assert [row.not_wanted for row in list_answers(meals.run)] == [1, 1]
    assert do_due(AFTER_JULY) == Done()


def test_what_a_giver_leaves_after_a_call_is_not_blamed_on_the_recipient(make, month, givers):
    counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
    giver = givers[0]
    row = accept(giver)
    agreeing.note_not_reached(actor=counter, promise_id=row.id, now=NOW)
    answering.take_back(actor=giver, promise_id=row.id, now=NOW)
    do_due(NOW + WEEK)
    assert row.state is _S.EXPIRED
    [found] = [a for a in list_answers(row.run) if a.organisation.id == giver.organisation_id]
    assert (found.counts, found.not_wanted) == ({_S.EXPIRED: 1}, 0)
    kinds = select(m.Notice.kind).filter_by(user_id=giver.id)
    assert "promise.not_reached" not in set(db.session.scalars(kinds))


def test_a_round_that_fails_keeps_no_other_waiting(make, month, givers, monkeypatch):
    elsewhere = World(make)
    elsewhere.ask()
    run = elsewhere.publish(JULY)
    failing = find_promise(givers[0]).run.match_round_id

    def free(one, rows, now):
        if one.match_round_id == failing:
            raise ValueError("a fault of one month")
        return free_places(one, rows, now)

    monkeypatch.setattr(due, "free_places", free)
    assert failing < run.match_round_id
    with pytest.raises(ExceptionGroup):
        do_due(NOW + WEEK)
    states = select(m.Promise.state).where(m.Promise.round_run_id == run.id)
    assert set(db.session.scalars(states)) == {_S.EXPIRED}
    assert find_promise(givers[0]).state is _S.AWAITING_GIVER


def test_a_fault_with_offers_keeps_no_promise_waiting(givers, monkeypatch):
    def fail(*, now):
        raise ValueError("a fault of one offer")

    monkeypatch.setattr(serve, "follow_calendar", fail)
    with pytest.raises(ValueError, match="one offer"):
        serve.do_all_due(NOW + WEEK)
    assert find_promise(givers[0]).state is _S.EXPIRED
