"""Revision 0026: a consent says for whom it was given, and ended with a request that is over."""

from datetime import UTC, datetime

import pytest
from flask_migrate import downgrade, upgrade

from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.matchmaker.migrations.rows import fill_tables
from tests.matchmaker.migrations.test_draws import add, read

pytestmark = pytest.mark.both_databases

DAY = datetime(2026, 7, 9, 4, 0, tzinfo=UTC)
# Consent: channel, state of its need, what happened to it; then its purpose, and whether it ended.
CASES = (
    ("online", "open", "need.verify", "own_request", False),
    ("online", "withdrawn", "need.withdraw", "own_request", True),
    ("signed_paper", "closed", "need.merge", "request_on_behalf", True),
    ("spoken_at_home", "matched", "need.verify", "request_on_behalf", False),
    ("spoken_at_home", "closed", "need.keep", "request_on_behalf", False),
)


@pytest.fixture
def before(empty_database_url, tmp_path):
    with opened(make_app(empty_database_url, tmp_path)) as app, app.app_context():
        upgrade(revision="0025")
        fill_tables(db.engine)
        for number, (channel, state, action, _purpose, _ended) in enumerate(CASES, 2):
            keys = {"id": number, "purpose": "post_need", "channel": channel}
            add("consent", **keys, withdrawn_at=None)
            row = {"reference": f"N{number}", "state": state, "consent_id": number}
            add("need", id=number, **row)
            event = {"subject_type": "need", "subject_id": number, "action": action, "at": DAY}
            add("audit_event", id=number, sha256=str(number), **event)
        yield


def test_consents_say_for_whom_they_were_given_and_end_with_their_requests(before):
    upgrade(revision="0026")
    found = read("consent", "id", "purpose", "ended_at")
    expected = [(purpose, ended) for *_keys, purpose, ended in CASES]
    assert [(found[k][0], found[k][1] is not None) for k in range(2, 7)] == expected
    ended = found[3][1]
    assert ended.replace(tzinfo=UTC) if ended.tzinfo is None else ended == DAY
    downgrade(revision="0025")
    found = read("consent", "id", "purpose")
    assert {found[k] for k in range(2, 7)} == {("post_need",)}
