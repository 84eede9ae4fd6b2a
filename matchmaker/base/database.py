"""Database access: safe SQLite settings, write transactions that lock when they begin, short waits.

A visitor waits for another writer at most ``DATABASE_WAIT_MS`` in one request, however many
transactions the request begins, and not at all after the database failed in it: so the answer 503
comes in time, and the threads of the site stay free for visitors who only read. For a word of
PostgreSQL a visitor waits ``ANSWER_MS`` longer: a server that gives none is away, too. One that is
well ends a visitor's slow statement itself before that. Commands and the worker wait half a minute
for another writer, and for an answer as long as it takes.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_app_context, has_request_context, request
from sqlalchemy import Connection, ExceptionContext, Select, event, func, make_url, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.base.extensions import db
from matchmaker.base.silence import CONNECT_S, SilenceWatch

PATIENT_MS = 30_000  # of commands and the worker
ANSWER_MS = 1_000  # the server, which ends waits for locks itself, has the first word
CANCEL_MS = 500  # before the end of the wait for a word: a slow statement is no silence
HASTY_MS = 200  # of a visitor while MOST_WAITING others wait
MOST_WAITING = 4  # of the eight threads of a server
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_is_writing: ContextVar[bool] = ContextVar("is_writing", default=False)
_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)
_most_wait_ms: ContextVar[int | None] = ContextVar("most_wait_ms", default=None)
_places = BoundedSemaphore(MOST_WAITING)


State = TypeVar("State", bound=StrEnum)


@contextmanager
def writing() -> Iterator[None]:
    """Make transactions in the block take SQLite's write lock when they begin, even in a GET."""
    token = _is_writing.set(True)
    try:
        yield
    finally:
        _is_writing.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Keep transactions in the block from taking SQLite's write lock: the worker's long reads.

    A transaction that begins in a ``writing`` block inside takes the lock all the same; one that
    has begun before the block goes on without.
    """
    token = _is_reading.set(True)
    try:
        yield
    finally:
        _is_reading.reset(token)


@contextmanager
def writing_if_free(wait_ms: int = 0) -> Iterator[None]:
    """Do as ``writing`` for a change that may be left out, and wait at most ``wait_ms``.

    If the database is busy, the transaction fails. The caller catches this, and it does not make
    ``is_away`` true; the silence of PostgreSQL does. Nor does a change in the block make
    ``may_be_saved`` true.
    """
    token = _most_wait_ms.set(wait_ms)
    try:
        with writing():
            yield
    finally:
        _most_wait_ms.reset(token)


def is_away() -> bool:
    """Return whether the database has failed in the present request."""
    return has_request_context() and bool(g.get("database_is_away"))


def may_be_saved() -> bool:
    """Return whether PostgreSQL was lost in the present request after it was sent a COMMIT.

    Nobody knows then whether it was carried out, or will be once the server goes on.
    """
    return has_request_context() and bool(g.get("may_be_saved"))


def count_by_state(query: Select[Any], column: InstrumentedAttribute[State]) -> dict[State, int]:
    """Return how many rows of ``query`` are in each state, in the order of the enum.

    A state without rows is left out.
    """
    rows = query.with_only_columns(column.label("state")).subquery()
    counted = db.session.execute(select(rows.c.state, func.count()).group_by(rows.c.state))
    found = {row[0]: row[1] for row in counted}
    return {state: found[state] for state in column.type.enum_class if state in found}


def init_database(app: Flask) -> None:
    """Bind SQLAlchemy; set how long to wait for the database and, on SQLite, its pragmas."""
    seconds = max(1, app.config["DATABASE_WAIT_MS"] // 1000)
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_timeout": seconds}
    if url.get_backend_name() == "sqlite":
        options = {"connect_args": {"timeout": 0}}
        if url.database not in (None, "", ":memory:"):  # one connection in memory has no queue
            options["pool_timeout"] = seconds
    else:
        options["connect_args"] = {"connect_timeout": CONNECT_S}
    options["hide_parameters"] = True  # an error's text reaches the log: names must not
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "handle_error", _note_failure)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _set_pragmas)
            event.listen(db.engine, "begin", _begin_sqlite)
        else:
            _watch_silence()
            event.listen(db.engine, "begin", _begin)


def _watch_silence() -> None:
    watch = SilenceWatch(
        db.engine.dialect.loaded_dbapi,
        _get_answer_limit_s,
        may_connect=lambda: not is_away(),
        note_unanswered=_note_unanswered,
    )

    def note_silence(context: ExceptionContext) -> None:
        watch.note(context)
        if has_request_context() and watch.is_silence(context.original_exception):
            g.database_is_away = True  # even for what may be left out: nothing else will answer

    event.listen(db.engine, "do_connect", watch.connect)
    event.listen(db.engine, "handle_error", note_silence)


def _get_answer_limit_s() -> float | None:
    """Return how long a visitor waits for a word of the server now [s]; None for anybody else.

    The transaction of a request ends after the request, so whose it is is kept beside it.
    """
    if not has_request_context() and not (has_app_context() and g.get("is_of_visitor")):
        return None
    return _get_answer_limit_ms() / 1000


def _get_answer_limit_ms() -> int:
    wait_ms = 0 if g.get("database_is_away") else int(current_app.config["DATABASE_WAIT_MS"])
    return wait_ms + ANSWER_MS


def _note_unanswered() -> None:
    """Remember that what the visitor sent may be saved; what may be left out is not theirs."""
    if has_request_context() and _most_wait_ms.get() is None:
        g.may_be_saved = True


def _note_failure(context: ExceptionContext) -> None:
    """Remember in the request that the database failed, so that the request does not wait again.

    A connection that was lost while nobody used it is no failure: another one takes its place.
    """
    is_failure = isinstance(context.sqlalchemy_exception, OperationalError)
    is_failure = is_failure and not context.is_pre_ping
    if is_failure and has_request_context() and _most_wait_ms.get() is None:
        g.database_is_away = True


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    wait_ms = min(HASTY_MS, _get_wait_ms()) if has_request_context() else PATIENT_MS
    wait = f"busy_timeout={wait_ms}"  # short: the first connections are made one by one
    for pragma in (wait, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction that locks for writing, unless the request only reads.

    SQLite under load refuses to upgrade a read lock.
    """
    is_safe = has_request_context() and request.method in SAFE_METHODS
    if _is_writing.get() or not (is_safe or _is_reading.get()):
        with _counting_the_wait() as wait_ms:
            _limit_wait(connection, wait_ms)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        _limit_wait(connection, _get_wait_ms())
        connection.exec_driver_sql("BEGIN")


def _limit_wait(connection: Connection, wait_ms: int) -> None:
    raw: Any = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA busy_timeout={wait_ms}")


def _begin(connection: Connection) -> None:
    """Limit, on PostgreSQL, how long a visitor's statement waits for a lock, and takes in all."""
    if has_request_context():
        g.is_of_visitor = True
        wait_ms = max(1, _get_wait_ms())  # 0 would mean without end
        most_ms = _get_answer_limit_ms() - CANCEL_MS
        connection.exec_driver_sql(  # at once: each question takes its time
            f"SET LOCAL lock_timeout = {wait_ms}; SET LOCAL statement_timeout = {most_ms}"
        )


@contextmanager
def _counting_the_wait() -> Iterator[int]:
    """Yield what this transaction may wait [ms]; take what it did wait from the request's share."""
    if not has_request_context():
        yield _get_wait_ms()
        return
    has_place = _places.acquire(blocking=False)
    started_s = time.monotonic()
    try:
        yield _get_wait_ms() if has_place else min(HASTY_MS, _get_wait_ms())
    finally:
        g.waited_ms = g.get("waited_ms", 0) + round((time.monotonic() - started_s) * 1000)
        if has_place:
            _places.release()


def _get_wait_ms() -> int:
    """Return how long a transaction that begins now may wait for another [ms]."""
    if is_away():
        return 0
    left_ms = PATIENT_MS
    if has_request_context():
        wait_ms = int(current_app.config["DATABASE_WAIT_MS"])
        left_ms = max(0, wait_ms - int(g.get("waited_ms", 0)))
    most_ms = _most_wait_ms.get()
    return left_ms if most_ms is None else min(most_ms, left_ms)
