"""Publish, accept, keep and close on a disk that fills up or breaks, and on a machine that dies:
each is done whole or not at all, and once it is tried again it is done exactly once."""

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing as closing_file
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import answering
from matchmaker.audit.service import verify_chain
from matchmaker.base.extensions import db
from matchmaker.rounds.publish import closing, keeping, publication
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.faults import DONE, FAULTS, Fault, Trials, can_trace, read_all
from tests.matchmaker.rounds.free_places import LATER, FreePlaces, search_here
from tests.matchmaker.rounds.small_month import SmallMonth

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_trace(), reason="strace is not installed or may not follow"),
]
# Of each step; FAULTS=all tries every call of every step with every fault.
SHARE = os.environ.get("FAULTS", "12")
AFTER = datetime(2026, 8, 1, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """``prepare`` writes the month before the step; ``take`` is the step."""

    prepare: Callable[[Factory], None]
    take: Callable[[], None]


def get_second() -> m.User:
    """A social worker who had no hand in anything yet: the second of the office."""
    query = select(m.User).where(m.User.role == m.Role.SOCIAL_WORKER).order_by(m.User.id)
    return db.session.scalars(query).all()[1]


def get_run() -> m.RoundRun:
    return db.session.scalars(select(m.RoundRun)).one()


def solve(make: Factory) -> None:
    SmallMonth(make).solve()


def publish() -> None:
    publication.publish_run(get_run(), actor=get_second(), now=NOW)


def ask_givers(make: Factory) -> None:
    month = SmallMonth(make)
    month.publish()
    make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)


def accept() -> None:
    actor = db.session.scalars(select(m.User).where(m.User.role == m.Role.COORDINATOR)).one()
    query = select(m.Promise.id).where(m.Promise.organisation_id == actor.organisation_id)
    answering.accept(actor=actor, promise_ids=db.session.scalars(query).all(), now=NOW)


def search(make: Factory) -> None:
    world = FreePlaces(make)
    for _ in range(2):
        world.ask()
    world.publish()
    first, *others = world.list_promises()
    world.accept(*others)
    world.decline(first, m.DeclineReason.NO_CAPACITY)
    search_here(world.month, actor=world.act(world.worker), now=LATER)


def keep() -> None:
    repair = db.session.scalars(select(m.RoundRepair)).one()
    keeping.keep_repair(repair, actor=get_second(), now=LATER)


def live(make: Factory) -> None:
    ask_givers(make)
    accept()


def close() -> None:
    run = get_run()
    closing.close_round(
        run.match_round, known_open=closing.count_open(run), actor=get_second(), now=AFTER
    )


STEPS = {
    "publish": Step(solve, publish),
    "accept": Step(ask_givers, accept),
    "keep": Step(search, keep),
    "close": Step(live, close),
}


def write_source(step: Step, folder: Path) -> Path:
    """The database before the step, in one file."""
    path = folder / "before.db"
    with opened(make_app(f"sqlite:///{path}", folder)) as app, app.app_context():
        db.create_all()
        step.prepare(Factory(app))
        db.session.commit()
    with closing_file(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def draw(faults: list[Fault], seed: str) -> list[Fault]:
    if SHARE == "all":
        return faults
    return random.Random(seed).sample(faults, min(int(SHARE), len(faults)))


def assert_events_are_chained(path: Path) -> None:
    with opened(make_app(f"sqlite:///{path}", path.parent)) as app, app.app_context():
        assert verify_chain() == []


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_done_whole_or_not_at_all_and_exactly_once(tmp_path, name):
    step = STEPS[name]
    source = write_source(step, tmp_path)
    trials = Trials(source, step.take, tmp_path)
    before, calls = read_all(source), trials.count_calls()
    path, ended = trials.run([])
    after = read_all(path)
    assert ended == DONE
    assert after != before
    assert calls["pwrite64"] > 1
    faults = [
        Fault(call, number, kind)
        for call, count in calls.items()
        for number in range(1, count + 1)
        for kind in FAULTS
    ]
    tried = draw(faults, name)
    print(f"{name}: tried {len(tried)} of {len(faults)} faults, calls {dict(calls)}")  # noqa: T201
    for fault in tried:
        path, ended = trials.run_with(fault)
        found = read_all(path)
        assert found in (before, after), fault
        assert ended != DONE or found == after, fault
        again = trials.repeat(path)
        assert again == DONE or found == after, (fault, again)
        assert read_all(path) == after, fault
        assert_events_are_chained(path)
