"""Every revision goes up and down with data in the tables, on both databases."""

from itertools import pairwise

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import Config, downgrade, upgrade
from sqlalchemy import TextClause, inspect, text

from matchmaker.base.extensions import db, migrate
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import empty_tables, fill_tables, list_tables

REVISIONS = [f"{number:04d}" for number in range(1, 55)]
NEW = 7  # that may still change; the slow walk is over all
# What a revision says elsewhere afterwards; going down brings it back.
MOVED = {
    "0008": {"need": ["least_quantity"]},
    "0029": {"notice": ["user_id"]},
    "0031": {"assignment": ["state", "revoked_reason"]},
}
# What a revision reads anew from other columns; going down leaves it.
DERIVED = {
    "0010": {name: ["sort_key"] for name in ("organisation", "resident", "volunteer")},
    "0047": {"resident_contact": ["name_index", "address_index"]},
}


@pytest.fixture
def empty_app(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        yield app


@pytest.mark.both_databases
def test_the_revisions_are_a_line_without_branches(empty_app):
    script = ScriptDirectory.from_config(get_config(empty_app))
    assert [r.revision for r in reversed(list(script.walk_revisions()))] == REVISIONS


@pytest.mark.both_databases
def test_the_newest_revision_is_what_the_models_say(empty_app):
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.slow
@pytest.mark.both_databases
def test_each_revision_keeps_the_data_it_finds(empty_app):
    """Rows written before a revision survive it going up, down and up again."""
    walk(["base", *REVISIONS])


def test_each_new_revision_keeps_the_data_it_finds(empty_app):
    upgrade(revision=REVISIONS[-NEW - 1])
    empty_tables(db.engine)
    walk(REVISIONS[-NEW - 1 :])


def walk(revisions):
    """Go up, down and up again over each of the revisions after the first, with data."""
    for before, revision in pairwise(revisions):
        fill_tables(db.engine)
        written = leave_out(read_all(), DERIVED.get(revision, {}))
        upgrade(revision=revision)
        kept = leave_out(written, MOVED.get(revision, {}))
        assert read_all(kept) == kept, f"{revision} goes up"
        fill_tables(db.engine)
        downgrade(revision=before)
        assert read_all(written) == written, f"{revision} goes down"
        upgrade(revision=revision)
        assert read_all(kept) == kept, f"{revision} goes up again"
        empty_tables(db.engine)


@pytest.mark.both_databases
def test_data_of_every_table_survives_an_upgrade_run_again(empty_app):
    upgrade()
    fill_tables(db.engine)
    assert all(count for count in count_rows().values()), "a table without a row proves nothing"
    written = read_all()
    upgrade()
    assert read_all() == written


@pytest.mark.both_databases
def test_downgrading_to_nothing_leaves_no_table(empty_app):
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


def get_config(app) -> Config:
    return migrate.get_config(app.extensions["migrate"].directory)


Rows = dict[str, list[dict]]


def read_all(only: Rows | None = None) -> Rows:
    """Every row of every table by column (or what ``only`` has), as the driver gives it."""
    names = [name for name in list_tables(db.engine) if only is None or name in only]
    with db.engine.connect() as connection:
        found = {
            name: [dict(row) for row in connection.execute(select_all(name)).mappings()]
            for name in names
        }
    return found if only is None else {name: cut(rows, only[name]) for name, rows in found.items()}


def cut(rows: list[dict], like: list[dict]) -> list[dict]:
    """The rows with the columns that other rows of the table have."""
    return [{name: row[name] for name in like[0]} for row in rows] if like else rows


def leave_out(written: Rows, columns: dict[str, list[str]]) -> Rows:
    """What was written, without some columns."""
    return written | {
        table: [{name: row[name] for name in row if name not in names} for row in written[table]]
        for table, names in columns.items()
        if table in written
    }


def select_all(table: str) -> TextClause:
    return text(f'SELECT * FROM "{table}" ORDER BY 1')


def count_rows() -> dict[str, int]:
    return {name: len(rows) for name, rows in read_all().items()}
