"""Database access: safe SQLite settings, and write transactions that lock when they begin."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, has_request_context, request
from sqlalchemy import Connection, Engine, Select, event, func, select
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.base.extensions import db

_is_writing: ContextVar[bool] = ContextVar("is_writing", default=False)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


State = TypeVar("State", bound=StrEnum)


@contextmanager
def writing() -> Iterator[None]:
    """Make transactions begun inside take SQLite's write lock at once, even in a GET request."""
    token = _is_writing.set(True)
    try:
        yield
    finally:
        _is_writing.reset(token)


def count_by_state(query: Select[Any], column: InstrumentedAttribute[State]) -> dict[State, int]:
    """How many rows of ``query`` are in each state, in the order of the enum; none: left out."""
    rows = query.with_only_columns(column.label("state")).subquery()
    counted = db.session.execute(select(rows.c.state, func.count()).group_by(rows.c.state))
    found = {row[0]: row[1] for row in counted}
    return {state: found[state] for state in column.type.enum_class if state in found}


def init_database(app: Flask) -> None:
    """Bind SQLAlchemy; on SQLite, set its pragmas and how its transactions begin."""
    options: dict[str, Any] = {"pool_pre_ping": True}
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        options = {"connect_args": {"timeout": 30}}  # seconds to wait for another writer
    options["hide_parameters"] = True  # an error's text reaches the log: names must not
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Lock at once unless only reading: SQLite under load refuses to upgrade a read lock."""
    reading = has_request_context() and request.method in _SAFE_METHODS
    immediate = _is_writing.get() or not reading
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
