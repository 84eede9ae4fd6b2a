"""The chain stands, and says so when it does not."""

import pytest
from sqlalchemy import text

from matchmaker.audit.service import Fault, record_event, verify_chain
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Role
from tests.factories import NOW

pytestmark = pytest.mark.both_databases


@pytest.fixture
def chain(context, make):
    """Five events of one actor."""
    actor = make.user(Role.SOCIAL_WORKER)
    for number in range(5):
        record_event(
            actor=actor, action="test.step", subject=actor, now=NOW, details={"step": number}
        )
    db.session.commit()
    return actor


def execute(statement):
    db.session.execute(text(statement))
    db.session.commit()
    db.session.expire_all()


def test_an_empty_log_has_no_fault(context):
    assert verify_chain() == []


def test_a_chain_as_written_has_no_fault(chain):
    assert verify_chain() == []


@pytest.mark.parametrize(
    "change",
    [
        "action = 'test.other'",
        "subject_id = 4711",
        "actor_role = 'auditor'",
        "actor_id = NULL",
        "details = '{\"step\": 9}'",
        "at = '2026-01-01 00:00:00'",
        "on_behalf_of_id = NULL, subject_type = 'offer'",
    ],
)
def test_an_altered_event_is_named(chain, change):
    execute(f"UPDATE audit_event SET {change} WHERE id = 3")
    assert verify_chain() == [Fault("altered", 3)]


def test_an_event_altered_with_its_hash_breaks_the_next(chain):
    row = db.session.get(AuditEvent, 3)
    row.action, row.sha256 = "test.other", "f" * 64
    db.session.commit()
    assert verify_chain() == [Fault("altered", 3), Fault("does_not_follow", 4)]


def test_a_removed_event_is_named(chain):
    execute("DELETE FROM audit_event WHERE id = 3")
    assert verify_chain() == [Fault("missing", 3), Fault("does_not_follow", 4)]


def test_a_cut_end_is_noticed(chain):
    execute("DELETE FROM audit_event WHERE id = 5")
    assert verify_chain() == [Fault("wrong_end", 5)]


def test_a_chain_without_its_head_is_noticed(chain):
    execute("DELETE FROM audit_head")
    assert verify_chain() == [Fault("wrong_end", 0)]


def test_an_event_rolled_back_leaves_no_gap(chain):
    record_event(actor=chain, action="test.undone", subject=chain, now=NOW)
    db.session.rollback()
    record_event(actor=chain, action="test.done", subject=chain, now=NOW)
    db.session.commit()
    assert verify_chain() == []
    assert db.session.query(AuditEvent).count() == 6
