"""Revision 0029: what each account of a resident read is one notice of the resident, and back."""

import pytest
from flask_migrate import downgrade, upgrade

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables
from tests.matchmaker.migrations.test_draws import add, read

pytestmark = pytest.mark.both_databases


@pytest.fixture
def before(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0028")
        fill_tables(db.engine)
        yield


def test_a_notice_that_two_accounts_of_a_resident_read_is_one(before):
    """Account 1, of the filled tables, is a resident's; so is 2; 3 is a coordinator's."""
    add("user_account", id=2, phone_index="2", letter="B", resident_id=1)
    add("user_account", id=3, phone_index="3", letter="C", resident_id=None)
    add("notice", id=2, user_id=2, kind="need.matched", subject_id=7)
    add("notice", id=3, user_id=1, kind="need.matched", subject_id=7)
    add("notice", id=4, user_id=2, kind="need.matched", subject_id=8)
    add("notice", id=5, user_id=3, kind="round.promise_revoked", subject_id=7)
    upgrade(revision="0029")
    found = read("notice", "id", "user_id", "resident_id", "kind")
    assert {key: found[key] for key in (2, 4, 5)} == {
        2: (None, 1, "need.matched"),
        4: (None, 1, "need.matched"),
        5: (3, None, "promise.revoked"),
    }
    assert 3 not in found
    add("notice", id=6, user_id=None, resident_id=1, kind="need.verified", void_at=None)
    downgrade(revision="0028")
    assert {
        key: row for key, row in read("notice", "id", "user_id", "kind").items() if key > 1
    } == {
        2: (1, "need.matched"),
        4: (1, "need.matched"),
        5: (3, "round.promise_revoked"),
        6: (1, "need.verified"),
    }
