"""A scratch office: its database, its moved clock, and one step of one person at a time."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, tzinfo
from itertools import count
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from flask import Flask

from matchmaker import models as m
from matchmaker.base import clock
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import db
from matchmaker.commands.serve import do_all_due
from matchmaker.models import columns
from matchmaker.rounds.solve.worker import Worker
from tests.databases import make_app, make_postgres_copier, make_sqlite_copier, opened
from tests.quarter.chance import Chance


class MovedClock(datetime):
    """Stands in for the machine's clock, which the site reads in one place alone."""

    present = datetime(2026, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return cls.present.astimezone(tz)


class Town:
    """The site of one office at a time of its own; each step is a transaction of one person."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.chance = app, Chance(seed)
        self.worker = Worker(app)
        self.visitors: dict[int, Any] = {}  # who acts on pages, by account: see pages.py
        self.taken_on_pages = 0
        self.refused: list[str] = []  # steps that the site refused, as it may

    @property
    def now(self) -> datetime:
        """The present instant."""
        return MovedClock.present

    @property
    def today(self) -> date:
        """The present day in Shanghai."""
        return clock.get_local_date(self.now)

    def move_to(self, day: date, hour: int, minute: int = 0) -> None:
        """Let time pass. It never goes back."""
        instant = get_instant(day, hour * 60 + minute)
        assert instant >= MovedClock.present, f"{instant} lies before {MovedClock.present}"
        MovedClock.present = instant

    def act(self, who: int, step: Callable[..., Any], **values: Any) -> Any:
        """One service called by one account, committed as a page would; of a row, its id."""
        with self.app.app_context():
            actor = db.session.get_one(m.User, who)
            found = step(actor=actor, now=self.now, **values)
            found = getattr(found, "id", found)
            db.session.commit()
            return found

    def attempt(self, who: int, step: Callable[..., Any], **values: Any) -> Any:
        """As ``act``; what the site refuses changes nothing and is kept in ``refused``.

        Who has a browser takes the step on its page, and is given True for what is accepted.
        """
        visitor = self.visitors.get(who)
        if visitor is not None and visitor.can(step):
            self.taken_on_pages += 1
            if visitor.take(step, values):
                return True
            self.refused.append(f"{step.__name__}: on its page")
            return None
        try:
            return self.act(who, step, **values)
        except DomainError as error:
            self.refused.append(f"{step.__name__}: {error.code}")
            return None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A look at the rows, which changes none."""
        with self.app.app_context():
            yield
            db.session.rollback()

    def keep_database(self, path: Path) -> None:
        """Copy the database as it is, to look at what does not hold."""
        with (
            self.app.app_context(),
            closing(sqlite3.connect(str(db.engine.url.database))) as here,
            closing(sqlite3.connect(path)) as there,
        ):
            here.backup(there)

    def let_pass(self) -> None:
        """What is due by the clock, as the worker does it."""
        with self.app.app_context():
            do_all_due(self.now)

    def solve(self, job_id: int) -> None:
        """The worker takes one job and brings it to its end."""
        self.worker.run_job(job_id)


@contextmanager
def open_town(database: str, seed: int) -> Iterator[Town]:
    """An empty office in a scratch database, ``sqlite`` or ``postgres``.

    Its clock is moved, and lots are drawn from the seed, so that equal seeds give equal months.
    """
    numbers = count(1)

    def draw(size: int) -> str:
        return Random(f"{seed}:{next(numbers)}").randbytes(size).hex()

    lots = SimpleNamespace(token_hex=draw)
    with (
        tempfile.TemporaryDirectory(prefix="quarter-") as name,
        _moved_clock(),
        patch.object(columns, "secrets", lots),
    ):
        folder = Path(name)
        if database == "postgres":
            servers = make_postgres_copier()
            url = next(servers)()
        else:
            servers = iter(())
            (folder / "empty").mkdir()
            url = make_sqlite_copier(folder / "empty")(folder)
        try:
            with opened(make_app(url, folder)) as app:
                yield Town(app, seed)
        finally:
            next(servers, None)


@contextmanager
def _moved_clock() -> Iterator[None]:
    MovedClock.present = datetime(2026, 1, 1, tzinfo=UTC)
    with patch.object(clock, "datetime", MovedClock):
        yield
