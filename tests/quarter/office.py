"""The steps of a month by the office: opened, locked, drawn, solved, published, closed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import draws
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.draws import Announcement
from matchmaker.rounds.publish import closing, publication
from matchmaker.rounds.solve import runs
from matchmaker.rounds.solve.verdicts import count_unproved
from tests.draws import PUBLIC_VALUE, make_draw
from tests.quarter.people import Street
from tests.quarter.town import Town

SOLVE_SECONDS = 600


class Office:
    """The two social workers of a street, and the months that they run."""

    def __init__(self, town: Town, street: Street, policy: str) -> None:
        self.town, self.street, self.policy = town, street, policy

    def open(self, month: date) -> None:
        """The month is opened by the first."""
        self.town.act(self.street.first, freeze_service.open_round, month=month, policy=self.policy)

    def lock(self, month: date) -> date:
        """The list is locked by the first; returns the day of the announced draw."""
        draw = make_draw(self.town.now)
        self._step(month, self.street.first, _lock, draw=draw)
        return draw.day

    def draw(self, month: date) -> None:
        """The numbers are entered by the second."""
        self._step(month, self.street.second, _draw)

    def solve(self, month: date) -> None:
        """A run is started by the first and worked on; it has to end in an answer."""
        job_id = self._step(month, self.street.first, _start)
        self.town.solve(job_id)

    def publish(self, month: date) -> int:
        """The run is read by both and published by the second; returns its id."""
        self._step(month, self.street.first, _accept)
        return self._step(month, self.street.second, _publish)

    def close(self, month: date) -> int:
        """The month is closed; returns how many promises were still open."""
        return self._step(month, self.street.first, _close)

    def waits_to_close(self, month: date) -> bool:
        """Whether help that was agreed to is still to come: money is paid until the month after."""
        with self.town.reading():
            run = get_round(month).published_run
            return run is not None and closing.count_to_come(run, self.town.now) > 0

    def _step(self, month: date, who: int, step: Callable[..., Any], **values: Any) -> Any:
        def take(*, actor: m.User, now: datetime) -> Any:
            return step(get_round(month), actor=actor, now=now, **values)

        return self.town.act(who, take)


def get_round(month: date) -> m.MatchRound:
    """The round of a month; the scratch office has one at most."""
    return db.session.scalars(select(m.MatchRound).where(m.MatchRound.month == month)).one()


def _lock(match_round: m.MatchRound, *, actor: m.User, now: datetime, draw: Announcement) -> None:
    freeze_service.freeze_round(match_round, draw=draw, actor=actor, now=now)


def _draw(match_round: m.MatchRound, *, actor: m.User, now: datetime) -> None:
    draws.draw_seed(match_round, drawn=PUBLIC_VALUE, actor=actor, now=now)


def _start(match_round: m.MatchRound, *, actor: m.User, now: datetime) -> int:
    run = runs.start_run(match_round, limit_seconds=SOLVE_SECONDS, actor=actor, now=now)
    return runs.get_job(run).id


def _get_run(match_round: m.MatchRound) -> m.RoundRun:
    run = runs.list_runs(match_round)[0]
    assert runs.is_usable(run), f"{match_round.month:%Y-%m}: {run.status}, {run.findings}"
    return run


def _accept(match_round: m.MatchRound, *, actor: m.User, now: datetime) -> None:
    run = _get_run(match_round)
    if count_unproved(run):
        publication.accept_unproved(run, actor=actor, now=now)


def _publish(match_round: m.MatchRound, *, actor: m.User, now: datetime) -> int:
    run = _get_run(match_round)
    publication.publish_run(run, actor=actor, now=now, accepts_unproved=True)
    return run.id


def _close(match_round: m.MatchRound, *, actor: m.User, now: datetime) -> int:
    run = match_round.published_run
    assert run is not None
    count = closing.count_open(run)
    closing.close_round(match_round, known_open=count, actor=actor, now=now)
    return count
