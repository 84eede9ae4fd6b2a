"""Database access: safe SQLite settings, and write transactions that lock when they begin."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import Connection, Engine, event

from matchmaker.base.extensions import db

_is_writing: ContextVar[bool] = ContextVar("is_writing", default=False)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@contextmanager
def writing() -> Iterator[None]:
    """Make transactions begun inside take SQLite's write lock at once, even in a GET request."""
    token = _is_writing.set(True)
    try:
        yield
    finally:
        _is_writing.reset(token)


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
