"""The days before today in the demo: its earlier month to the close, its own to this morning."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import click
from flask import current_app

from matchmaker.base.clock import (
    add_months,
    get_instant,
    get_local_date,
    get_month,
    get_now,
    moved_to,
)
from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import db
from matchmaker.commands import round_steps
from matchmaker.commands.serve import do_all_due
from matchmaker.demo import service
from matchmaker.demo.life import Life
from matchmaker.models import MatchRound, RoundRun, User
from matchmaker.rounds.publish import closing, keeping
from matchmaker.rounds.solve import repairs
from matchmaker.rounds.solve.worker import Worker

_DAY = timedelta(days=1)
_LOCKED_BEFORE = 5 * _DAY  # the first of the month
_MORNING, _MIDDAY, _EVENING = 8 * 60, 12 * 60, 19 * 60
_SEARCHED_ON, _CLOSED_ON = 12, 2  # days of the month
_SEARCH_SECONDS = 120


def live_demo(now: datetime, seed: int, publish: Callable[[date], object]) -> date | None:
    """Fill an empty database with a demo and live it up to yesterday.

    Returns its month, the present one; None if the database is not empty. The month before is
    locked and published by ``publish`` and lived first. It is closed on the third of the present
    month, or now if that is earlier; the present month has then been published in the same way.
    Commits step by step: what is broken off stays as it is.
    """
    month = get_month(now)
    earlier = add_months(month, -1)
    with moved_to(_get_lock(earlier)):
        world = service.begin_lived_world(
            month=month, as_of=_get_lock(month), earlier_as_of=get_now(), seed=seed
        )
        if world is None:
            return None
        db.session.commit()
        publish(earlier)
    days = Days(now, seed)
    days.begin(earlier)
    days.live_until(get_local_date(_get_lock(month)))
    with moved_to(_get_lock(month)):
        summary = world.add_month(get_now())
        db.session.commit()
        click.echo(service.describe(summary, month))
        publish(month)
    days.begin(month)
    days.live_until(month + _CLOSED_ON * _DAY)
    days.close(earlier)
    days.live_until(get_local_date(now))
    return month


def _get_lock(month: date) -> datetime:
    """The morning on which a month of the demo is locked and published."""
    return get_instant(month - _LOCKED_BEFORE, _MORNING)


class Days:
    """The days of a demo, one after the other, as the months in force are lived."""

    def __init__(self, now: datetime, seed: int) -> None:
        self._now, self._seed = now, seed
        # In the present month visitors look for others themselves; in its size it takes a minute.
        self._searched = add_months(get_month(now), -1)
        self._lives: dict[date, Life] = {}
        self._next = date.min

    def begin(self, month: date) -> None:
        """From the day after its lock on, a published month is lived."""
        click.echo(f"{month:%Y-%m}: its days are lived one by one ...")
        self._lives[month] = Life(_get_run(month), self._seed)
        self._next = max(self._next, get_local_date(_get_lock(month)) + _DAY)

    def live_until(self, day: date) -> None:
        """Live every day before ``day`` and before the present one."""
        while self._next < min(day, get_local_date(self._now)):
            self._live(self._next)
            self._next += _DAY

    def _live(self, day: date) -> None:
        with self._at(day, _MORNING):
            do_all_due(get_now())
        for month, life in self._lives.items():
            with self._at(day, _EVENING):
                life.live_day()
            if day == month + (_SEARCHED_ON - 1) * _DAY and month == self._searched:
                with self._at(day, _EVENING):
                    _find_others(month)

    def close(self, month: date) -> None:
        """Close the month on the day that comes next, this morning at the latest."""
        if self._next > get_local_date(self._now):
            return
        with self._at(self._next, _MIDDAY):
            match_round, actor = _get_round(month), _get_worker(0)
            left = closing.count_open(_get_run(month))
            closing.close_round(match_round, known_open=left, actor=actor, now=get_now())
            db.session.commit()
        del self._lives[month]
        click.echo(f"{month:%Y-%m}: lived and closed, {left} promises were still open")

    @contextmanager
    def _at(self, day: date, minute: int) -> Iterator[None]:
        """At that time of the day, or now if that is earlier."""
        with moved_to(min(get_instant(day, minute), self._now)):
            yield


def _find_others(month: date) -> None:
    """One worker looks for others where places are free, the second keeps what is found."""
    first, second = _get_worker(0), _get_worker(1)
    match_round = _get_round(month)
    if not keeping.list_free(_get_run(month), get_now()):
        return
    repair = repairs.start_repair(
        match_round, limit_seconds=_SEARCH_SECONDS, actor=first, now=get_now()
    )
    number, job_id = repair.id, repairs.get_repair_job(repair).id
    db.session.commit()
    Worker(current_app._get_current_object()).run_job(job_id)  # type: ignore[attr-defined]
    db.session.expire_all()
    found = db.session.get_one(type(repair), number)
    try:
        keeping.keep_repair(found, actor=second, now=get_now(), accepts_unproved=True)
    except DomainError as error:
        db.session.rollback()
        click.echo(f"{month:%Y-%m}: what was found for free places is not kept: {error.code}")
    else:
        db.session.commit()


def _get_worker(position: int) -> User:
    return round_steps.get_social_worker(None, position)


def _get_round(month: date) -> MatchRound:
    return round_steps.get_round(month, _get_worker(0))


def _get_run(month: date) -> RoundRun:
    run = _get_round(month).published_run
    if run is None:
        raise click.ClickException(f"{month:%Y-%m} is not published")
    return run
