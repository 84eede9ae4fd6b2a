"""The demo's people live a month by the product's own services, on the days before today."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker.audit.service import verify_chain
from matchmaker.base.clock import get_instant, get_local_date, get_now, moved_to
from matchmaker.base.extensions import db
from matchmaker.demo.life import Life
from matchmaker.models import AuditEvent, FollowUp, Promise, PromiseState, Role, RoundRun
from tests.factories import NOW
from tests.matchmaker.assignments.published_world import World

JULY = date(2026, 7, 1)
ANSWERED_ON, LAST_DAY = date(2026, 7, 10), date(2026, 8, 3)
S = PromiseState


class Street(World):
    """A month of many promises: goods, visits, and visits of pairs."""

    def __init__(self, make):
        super().__init__(make)
        make.user(Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        make.user(Role.COORDINATOR, organisation_id=self.organisation.id)
        make.user(Role.COMMITTEE_WORKER, committee_id=self.committee.id)
        self.volunteer.visits_per_month = 40
        make.add(self.volunteer)
        for category in (self.visits, self.goods):
            make.offer(self.organisation, category, capacity_per_month=60)
        for _number in range(24):
            self.ask()
            self.ask(self.goods)
        self.run_id = self.publish(JULY).id


@pytest.fixture
def street(make):
    return Street(make)


def live(app, street, seed, until):
    """What the month is like on the evening of ``until``: promises by state, and the notices."""
    with app.app_context():
        life = Life(db.session.get_one(RoundRun, street.run_id), seed)
        day = get_local_date(NOW) + timedelta(days=1)
        while day <= until:
            with moved_to(get_instant(day, 19 * 60)):
                life.live_day()
            day += timedelta(days=1)
        return Counter(db.session.scalars(select(Promise.state)))


def count_visits():
    return Counter(db.session.scalars(select(Promise.state).where(Promise.slot.is_not(None))))


def test_a_month_is_answered_agreed_given_and_spoken_of(app, street):
    states = live(app, street, 1, LAST_DAY)
    assert states.total() > 30
    assert {S.FED_BACK, S.DELIVERED, S.DECLINED} <= set(states), states
    with app.app_context():
        visits = count_visits()
        assert visits[S.FED_BACK] + visits[S.DELIVERED] > visits.total() / 3, visits
        assert verify_chain() == []
        actions = set(db.session.scalars(select(AuditEvent.action)))
        assert {"promise.accept", "promise.agree", "promise.deliver"} <= actions
        said = db.session.scalars(select(FollowUp)).all()
        assert all(row.answered_at for row in said if get_local_date(row.asked_at) < LAST_DAY)


def test_in_its_middle_some_have_not_answered_and_nothing_ahead_is_reported(app, street):
    live(app, street, 1, ANSWERED_ON)
    with app.app_context():
        rows = db.session.scalars(select(Promise)).all()
        given = [row for row in rows if row.state in (S.DELIVERED, S.FED_BACK, S.FAILED)]
        assert all(row.day <= ANSWERED_ON for row in given if row.day)
        assert any(row.state is S.CONFIRMED for row in rows)
        assert any(row.state in (S.AWAITING_GIVER, S.AWAITING_RECIPIENT) for row in rows)


def test_another_seed_lives_another_month(app, street, make):
    with app.app_context():
        run = db.session.get_one(RoundRun, street.run_id)
        first, same, other = (Life(run, seed) for seed in (1, 1, 2))
        rows = db.session.scalars(select(Promise)).all()
        answers = [
            [life._weigh({"yes": 50, "no": 50}, "giver", row) for row in rows]
            for life in (first, same, other)
        ]
    assert answers[0] == answers[1] != answers[2]


def test_what_a_service_refuses_is_left_as_it_is(app, street):
    """Nobody can agree to visits of a month that is over: the day goes on."""
    states = live(app, street, 1, date(2026, 7, 9))
    with app.app_context():
        life = Life(db.session.get_one(RoundRun, street.run_id), 1)
        with moved_to(get_instant(date(2026, 9, 1), 600)):
            life.live_day()
        after = Counter(db.session.scalars(select(Promise.state)))
    assert after[S.AWAITING_RECIPIENT] == states[S.AWAITING_RECIPIENT]


def test_the_clock_is_the_machines_again_afterwards():
    instant = get_instant(date(2026, 3, 1), 60)
    before = get_now()
    with moved_to(instant):
        assert get_local_date(get_now()) == date(2026, 3, 1)
        with pytest.raises(KeyError):
            fail_at(instant + timedelta(days=9))
        assert get_local_date(get_now()) == date(2026, 3, 1)
    assert before <= get_now() < before + timedelta(days=1)


def fail_at(instant):
    with moved_to(instant):
        assert get_local_date(get_now()) == get_local_date(instant)
        raise KeyError
