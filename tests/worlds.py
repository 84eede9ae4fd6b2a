"""Worlds that many tests begin with, built once in a process and copied from then on.

``@kept`` under ``@pytest.fixture`` marks a fixture whose rows and result are always the same. The
first test builds them by the product's own services; its database is put aside as a file, and what
the fixture gave as a pickle. Later tests get a copy of both and cannot tell the difference.

A world is built live where a copy would not be the same: on PostgreSQL, in an application context
(its rows are attached to that session), when the test has written something before it, and while
the tests are recorded for the mutants, which ask what every test runs.
"""

import functools
import inspect
import io
import itertools
import os
import pickle
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, has_app_context
from sqlalchemy import make_url

from matchmaker.base.extensions import db
from tests.factories import Factory
from tests.lots import lots

_SIDE_FILES = ("-wal", "-shm")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A world put aside: its database, what the fixture gave and made of those that it was given,
    the factory's last number."""

    database: Path
    result: bytes
    last_number: int


class Shelf:
    """The worlds of a process, each by the chain of fixtures that made it."""

    def __init__(self, folder: Path, empty: Path) -> None:
        """``empty``: a database as each test begins with."""
        self.folder, self.empty = folder, empty
        self.worlds: dict[tuple[str, ...], Kept] = {}


class Worlds:
    """Brings worlds into the database of one test."""

    def __init__(self, app: Flask, make: Factory, shelf: Shelf, database: Path | None) -> None:
        """``database``: the SQLite file; None builds everything live."""
        self._app, self._make, self._shelf, self._database = app, make, shelf, database
        self._chain: tuple[str, ...] = ()
        self._stamp = self._read_stamp()
        if database and not (self._stamp[1] == 0 and cmp(database, shelf.empty, shallow=False)):
            self._database = None

    def bring(self, build: Callable[..., Any], found: Mapping[str, Any]) -> Any:
        """What ``build`` gives on the present database, copied where it is known."""
        if self._database is None or has_app_context() or self._read_stamp() != self._stamp:
            self._database = None  # what follows stands on rows that are this test's own
            return build(**found)
        chain = (*self._chain, f"{build.__module__}.{build.__qualname__}")
        parts = {"make": self._make, **found}
        kept = self._shelf.worlds.get(chain)
        if kept:
            result = self._take(kept, parts)
        else:
            lots.begin(" ".join(chain))
            result = build(**found)
            self._shelf.worlds[chain] = self._put_aside(result, parts)
        self._chain, self._stamp = chain, self._read_stamp()
        return result

    def _take(self, kept: Kept, parts: Mapping[str, Any]) -> Any:
        self._close()
        shutil.copyfile(kept.database, self._database)
        self._make.last_number = kept.last_number
        result, changed = _Unpickler(io.BytesIO(kept.result), parts).load()
        for name, values in changed.items():
            vars(parts[name]).update(values)
        return result

    def _put_aside(self, result: Any, parts: Mapping[str, Any]) -> Kept:
        self._close()
        path = self._shelf.folder / f"{next(_numbers)}.db"
        shutil.copyfile(self._database, path)
        stream = io.BytesIO()
        changed = {name: vars(part) for name, part in parts.items() if _may_grow(part)}
        _Pickler(stream, parts).dump((result, changed))
        return Kept(path, stream.getvalue(), self._make.last_number)

    def _close(self) -> None:
        """SQLite writes everything into the one file when the last connection ends."""
        with self._app.app_context():
            db.session.remove()
            db.engine.dispose()
        left = [end for end in _SIDE_FILES if Path(f"{self._database}{end}").exists()]
        assert not left, f"somebody still reads or writes the database: {left}"

    def _read_stamp(self) -> tuple[int, int]:
        """Another once something has been written to the database."""
        if self._database is None:
            return 0, 0
        log = Path(f"{self._database}-wal")
        return self._database.stat().st_mtime_ns, log.stat().st_size if log.exists() else 0


class _Pickler(pickle.Pickler):
    """Leaves out what each test has of its own: the factory and the fixtures it was built from."""

    def __init__(self, stream: io.BytesIO, parts: Mapping[str, Any]) -> None:
        super().__init__(stream)
        self._names = {id(part): name for name, part in parts.items()}

    def persistent_id(self, obj: Any) -> str | None:
        return self._names.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, parts: Mapping[str, Any]) -> None:
        super().__init__(stream)
        self._parts = parts

    def persistent_load(self, pid: str) -> Any:
        return self._parts[pid]


def _may_grow(part: Any) -> bool:
    """Whether a fixture that is given this world may add to what it holds."""
    return isinstance(part, SimpleNamespace) or type(part).__module__.startswith("tests.matchmaker")


def kept(build: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a fixture whose world is built once in a process; see the top of this file."""

    def bring(**found: Any) -> Any:
        request = found.pop("request")
        if "MUTANTS_RECORD" in os.environ:
            return build(**found)
        return request.getfixturevalue("worlds").bring(build, found)

    functools.update_wrapper(bring, build)
    del bring.__wrapped__  # type: ignore[attr-defined]  # pytest would call the inner one
    names = [*inspect.signature(build).parameters, "request"]
    kind = inspect.Parameter.KEYWORD_ONLY
    bring.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind) for name in names]
    )
    return bring


@pytest.fixture(scope="session")
def shelf_of_worlds(
    tmp_path_factory: pytest.TempPathFactory, sqlite_copier: Callable[[Path], str]
) -> Shelf:
    folder = tmp_path_factory.mktemp("worlds")
    return Shelf(folder, Path(make_url(sqlite_copier(folder)).database or ""))


@pytest.fixture
def worlds(app: Flask, make: Factory, shelf_of_worlds: Shelf) -> Worlds:
    with app.app_context():
        url = db.engine.url
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    return Worlds(app, make, shelf_of_worlds, file)
