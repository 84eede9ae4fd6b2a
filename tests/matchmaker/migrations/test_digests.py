"""Revision 0047 computes digests of names and addresses again: radicals became characters."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from matchmaker.base.extensions import contact_cipher, db
from matchmaker.residents.twins import make_indexes
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables, reflect

pytestmark = pytest.mark.both_databases

NAME, ADDRESS = "陈⻢明", "乐山路8弄3号201室"
OLD = {"name_index": "0" * 64, "address_index": "1" * 64}


def test_a_contact_with_radicals_is_found_by_characters(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0046")
        fill_tables(db.engine)
        table = reflect(db.engine).tables["resident_contact"]
        typed = {
            "full_name": contact_cipher.encrypt(NAME),
            "address": contact_cipher.encrypt(ADDRESS),
        }
        with db.engine.begin() as connection:
            connection.execute(table.update().values(**typed, **OLD))
        upgrade(revision="0047")
        digests = make_indexes("陈马明", ADDRESS)
        assert read(table) == digests
        downgrade(revision="0046")
        assert read(table) == digests


def read(table) -> dict[str, str]:
    with db.engine.connect() as connection:
        [row] = connection.execute(select(table.c.name_index, table.c.address_index)).mappings()
        return dict(row)
