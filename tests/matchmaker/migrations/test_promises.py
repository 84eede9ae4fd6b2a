"""Revision 0031: what became of a line is on its promise, with the same number, and back."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables
from tests.matchmaker.migrations.test_draws import add, read

pytestmark = pytest.mark.both_databases
STATES = {1: "state", 2: "awaiting_giver", 3: "revoked"}  # the first is of the filled tables


@pytest.fixture
def before(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0030")
        fill_tables(db.engine)
        for number, reason in ((2, None), (3, "offer_paused")):
            add("assignment", id=number, state=STATES[number], revoked_reason=reason, units=number)
        add("notice", id=2, kind="promise.revoked", subject_type="assignment", subject_id=3)
        yield


def test_a_promise_takes_number_state_and_notices_of_its_line_and_gives_them_back(before):
    upgrade(revision="0031")
    rows = read("promise", "id", "assignment_id", "state", "revoked_reason", "units")
    assert rows[2] == (2, "awaiting_giver", None, 2)
    assert rows[3] == (3, "revoked", "offer_paused", 3)
    assert read("notice", "id", "subject_type", "subject_id")[2] == ("promise", 3)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE promise SET state = 'confirmed' WHERE id = 2"))
    downgrade(revision="0030")
    rows = read("assignment", "id", "state", "revoked_reason", "units")
    assert (rows[2], rows[3]) == (("confirmed", None, 2), ("revoked", "offer_paused", 3))
    assert read("notice", "id", "subject_type", "subject_id")[2] == ("assignment", 3)


def test_a_new_promise_gets_a_number_of_its_own(before):
    upgrade()
    columns = "round_run_id, need_id, offer_id, organisation_id, units, state, tries, code_tries"
    with db.engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO promise ({columns}) SELECT 1, 1, 1, 1, 1, 'proposed', 0, 0")
        )
    assert max(read("promise", "id", "units")) == 4
