"""Revision 0010 reads the names of rows that were written before it."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import make_value, reflect

pytestmark = pytest.mark.both_databases


def test_names_of_earlier_rows_are_read_by_the_present_tables(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0009")
        for number, name in enumerate(("都阿婆", "古丽•帕提", "王阿婆"), start=2):
            add(id=number, code=f"O{number}", name_zh=name, sort_key="wang a po wap")
        upgrade(revision="0010")
        assert read_keys() == ["dou a po dap", "gu li pa ti glpt", "wang a po wap"]
        downgrade(revision="0009")
        assert len(read_keys()) == 3


def add(**values):
    table = reflect(db.engine).tables["organisation"]
    row = {c.name: make_value(table, c) for c in table.columns} | values
    row["subdistrict_id"] = add_once("subdistrict")
    with db.engine.begin() as connection:
        connection.execute(table.insert().values(**row))


def add_once(name):
    table = reflect(db.engine).tables[name]
    with db.engine.begin() as connection:
        if connection.scalar(select(table.c.id)) is None:
            row = {c.name: make_value(table, c) for c in table.columns}
            connection.execute(table.insert().values(**row))
    return 1


def read_keys():
    table = reflect(db.engine).tables["organisation"]
    with db.engine.connect() as connection:
        return list(connection.scalars(select(table.c.sort_key).order_by(table.c.id)))
