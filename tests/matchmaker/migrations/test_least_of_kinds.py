"""Revision 0008 moves the least quantity to the kind, gives lots, and splits lines by measure."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import Table, func, select

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables, make_value, reflect

pytestmark = pytest.mark.both_databases

RICE, OWN, WHOLE = 2, 3, 4  # a kind of the catalogue, two that an office added


@pytest.fixture
def tables(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0007")
        fill_tables(db.engine)
        for kind, code in ((RICE, "rice_oil"), (OWN, "own"), (WHOLE, "whole")):
            add("service_category", id=kind, code=code)
        for number, (kind, quantity, least) in enumerate(
            [(RICE, 4, 3), (OWN, 6, 2), (OWN, 6, 3), (OWN, 1, 1), (WHOLE, 5, 5)], start=2
        ):
            values = {"category_id": kind, "quantity": quantity, "least_quantity": least}
            add("need", id=number, reference=f"N{number}", **values)
        yield


def get(name: str) -> Table:
    return reflect(db.engine).tables[name]


def add(name: str, **values: object) -> None:
    table = get(name)
    row = {c.name: make_value(table, c) for c in table.columns}
    with db.engine.begin() as connection:
        connection.execute(table.insert().values(**row | values))


def read(name: str, *columns: str) -> list[tuple]:
    table = get(name)
    with db.engine.connect() as connection:
        query = select(*(table.c[column] for column in columns)).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.usefixtures("tables")
def test_a_kind_gets_the_least_of_the_catalogue_or_that_its_residents_named():
    upgrade(revision="0008")
    least = dict(read("service_category", "id", "least_quantity"))
    assert (least[RICE], least[OWN], least[WHOLE]) == (1, 2, None)


@pytest.mark.usefixtures("tables")
def test_a_need_gets_the_least_of_its_kind_when_the_revision_is_undone():
    upgrade(revision="0008")
    downgrade(revision="0007")
    least = read("need", "category_id", "quantity", "least_quantity")
    assert least[1:] == [(RICE, 4, 1), (OWN, 6, 2), (OWN, 6, 2), (OWN, 1, 1), (WHOLE, 5, 5)]


@pytest.mark.parametrize("name", ["household", "need", "offer", "pairing", "volunteer"])
@pytest.mark.usefixtures("tables")
@pytest.mark.one_in(3)
def test_every_row_gets_a_random_name(name):
    upgrade(revision="0008")
    lots = [lot for (lot,) in read(name, "lot")]
    assert lots
    assert len(set(lots)) == len(lots)
    assert all(len(lot) == 16 and int(lot, 16) >= 0 for lot in lots)


@pytest.mark.usefixtures("tables")
def test_lines_of_measures_are_one_line_again_when_the_revision_is_undone():
    upgrade(revision="0008")
    key = {"reference": "O01", "scope": "organisation"}
    for line, (measure, given) in enumerate((("visits", 3), ("rice_oil", 5)), start=2):
        add("fairness_ledger", id=line, measure=measure, given=given, **key)
    downgrade(revision="0007")
    assert read("fairness_ledger", "reference", "given") == [("reference", 1), ("O01", 8)]
    with db.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(get("need"))) == 6
