"""What each step locks before it reads what it decides on; seen on SQLite, kept by PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.publish import publication
from matchmaker.rounds.publish.closing import close_round
from matchmaker.rounds.solve import repairs
from tests.matchmaker.rounds.free_places import LATER, FreePlaces

_R = m.DeclineReason


@pytest.fixture
def world(make, context):
    world = FreePlaces(make)
    world.need = world.ask()
    world.publish()
    return world


@pytest.fixture
def locked():
    """The tables whose rows are locked, in order, each when it is first."""
    found: list[type] = []

    def note(state) -> None:
        lock = getattr(state.statement, "_for_update_arg", None)
        if lock is not None:
            of = lock.of[0]._annotations["parententity"] if lock.of else state.bind_mapper
            found.append(of.class_)

    event.listen(Session, "do_orm_execute", note)
    yield found
    event.remove(Session, "do_orm_execute", note)


def search(world: FreePlaces) -> None:
    repairs.start_repair(world.month, limit_seconds=9, actor=world.act(world.worker), now=LATER)


def keep(world):
    world.keep(world.repair)


def withdraw(world: FreePlaces) -> None:
    third = world.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    publication.withdraw_publication(world.month, reason="slip", actor=world.act(third), now=LATER)


def close(world: FreePlaces) -> None:
    now = LATER + timedelta(days=40)
    close_round(world.month, known_open=1, actor=world.act(world.worker), now=now)


STEPS = {
    search: [m.MatchRound],
    keep: [m.MatchRound, m.RoundRepair, m.Promise, m.Need],
    withdraw: [m.MatchRound, m.Need],
    close: [m.MatchRound, m.Promise],
}


@pytest.mark.parametrize("step", STEPS)
def test_the_month_is_locked_first_then_what_changes(world, locked, step):
    if step is keep:
        [row] = world.list_promises(world.need)
        world.decline(row, _R.NO_CAPACITY)
        world.repair = world.search()
    db.session.commit()
    locked.clear()
    step(world)
    order = [model for model in dict.fromkeys(locked) if model in STEPS[step]]
    assert order == STEPS[step]
