"""Fixtures for everything that touches the database: SQLite, and PostgreSQL where it matters."""

import gc
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.databases import (
    drop_postgres,
    empty_postgres,
    make_app,
    make_postgres_copier,
    make_sqlite_copier,
    opened,
)
from tests.dealing import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.evidence import everything_can_be_said as everything_can_be_said
from tests.factories import Factory
from tests.grouped import refuse_compared as refuse_compared
from tests.locked import refuse_stale_locks as refuse_stale_locks
from tests.lots import pytest_fixture_setup as pytest_fixture_setup
from tests.lots import pytest_pyfunc_call as pytest_pyfunc_call
from tests.worlds import shelf_of_worlds as shelf_of_worlds
from tests.worlds import worlds as worlds

# A test makes many objects that live as long as it does: looking for rubbish after each 700 of them
# takes a twentieth of the whole time.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def sqlite_copier(tmp_path_factory):
    return make_sqlite_copier(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_copier():
    yield from make_postgres_copier()


@pytest.fixture(scope="session")
def spare_postgres() -> list[str]:
    """Databases that a test used and that are empty again."""
    return []


SQLITE, POSTGRES = "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)
SLOW_POSTGRES = pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on SQLite, and on PostgreSQL too where data is at stake: ``both_databases``.

    ``is_slow``: on PostgreSQL among the slow tests alone.
    """
    both = metafunc.definition.get_closest_marker("both_databases")
    chosen = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    for name in ("database_url", "empty_database_url"):
        if name in metafunc.fixturenames and name not in chosen:
            second = SLOW_POSTGRES if both and both.kwargs.get("is_slow") else POSTGRES
            databases = [SQLITE, second] if both else [SQLITE]
            metafunc.parametrize(name, databases, indirect=True)


@pytest.fixture
def database_url(request, tmp_path):
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_copier")(tmp_path)
    else:
        copier, spare = map(request.getfixturevalue, ("postgres_copier", "spare_postgres"))
        url = spare.pop() if spare else copier()
        yield url
        spare.append(url) if empty_postgres(url) else drop_postgres(url)


@pytest.fixture
def empty_database_url(request, tmp_path):
    """A database without any table: what migrations start from."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        url = request.getfixturevalue("postgres_copier")("template1")
        yield url
        drop_postgres(url)


@pytest.fixture
def app(database_url: str, tmp_path: Path):
    """The site on a fresh, empty database. No context is active: browsers make their own."""
    with opened(make_app(database_url, tmp_path)) as app:
        yield app


@pytest.fixture
def context(app):
    """An application context for tests of services."""
    with app.app_context():
        yield app


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def make(app):
    """Rows for tests, spelled in one line: ``make.user(role=Role.AUDITOR)``."""
    return Factory(app)
