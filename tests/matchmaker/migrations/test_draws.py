"""Revision 0018: a frozen month is drawn; going back, a list that waits for its draw is a draft."""

import json
from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables, make_value, reflect

pytestmark = pytest.mark.both_databases

AUGUST = date(2026, 8, 1)


@pytest.fixture
def before(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0017")
        fill_tables(db.engine)
        yield


def add(name: str, **values: object) -> None:
    table = reflect(db.engine).tables[name]
    row = {c.name: make_value(table, c) for c in table.columns} | values
    with db.engine.begin() as connection:
        connection.execute(table.insert().values(**row))


def read(name: str, key: str, *columns: str) -> dict:
    table = reflect(db.engine).tables[name]
    query = select(table.c[key], *(table.c[column] for column in columns))
    with db.engine.connect() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


def test_a_month_frozen_with_its_seed_is_drawn_and_frozen_again(before):
    add("match_round", id=2, month=AUGUST, state="frozen", seed_rule="as announced")
    upgrade(revision="0018")
    assert read("match_round", "id", "state")[2] == ("drawn",)
    downgrade(revision="0017")
    assert read("match_round", "id", "state", "seed_rule")[2] == ("frozen", "as announced")


def test_going_back_a_list_that_waits_for_its_draw_is_a_draft_with_open_needs(before):
    upgrade(revision="0018")
    taken = {"needs": [{"reference": "N2"}, {"reference": "N3"}]}
    add("match_round", id=2, month=AUGUST, state="frozen", seed_rule=None, seed=None)
    add("snapshot", id=2, match_round_id=2, canonical_json=json.dumps(taken))
    for number, state in ((2, "in_round"), (3, "withdrawn"), (4, "in_round")):
        add("need", id=number, reference=f"N{number}", state=state)
    downgrade(revision="0017")
    assert read("match_round", "id", "state", "frozen_at", "seed_rule")[2] == ("draft", None, "-")
    assert 2 not in read("snapshot", "id")
    needs = read("need", "id", "state")
    assert [needs[k] for k in (2, 3, 4)] == [("open",), ("withdrawn",), ("in_round",)]
