"""Revision 0043: going down, what came of a need and what is missing are one quantity again."""

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables
from tests.matchmaker.migrations.test_draws import add, read

pytestmark = pytest.mark.both_databases


def test_what_was_given_counts_as_asked_again_and_the_new_lines_are_gone(
    empty_database_url, tmp_path
):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0042")
        fill_tables(db.engine)
        upgrade(revision="0043")
        assert set(read("need", "id", "given_quantity").values()) == {(0,)}
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE need SET quantity = 1, given_quantity = 2"))
        key = {"month": date(2026, 7, 1), "asked": 3, "pledged": 3, "given": 2}
        add("fairness_ledger", id=2, scope="need", reference="N2607-0001", **key)
        add("fairness_ledger", id=3, scope="household", reference="H00001", **key)
        downgrade(revision="0042")
        assert set(read("need", "id", "quantity").values()) == {(3,)}
        kept = {scope for (scope,) in read("fairness_ledger", "id", "scope").values()}
        assert "household" in kept
        assert "need" not in kept
