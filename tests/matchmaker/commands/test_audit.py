"""``matchmaker audit verify``."""

from sqlalchemy import text

from matchmaker.audit.service import record_event
from matchmaker.base.extensions import db
from matchmaker.models import Role, User
from tests.factories import NOW


def verify(app):
    return app.test_cli_runner().invoke(args=["audit", "verify"])


def write_event(app, make):
    user = make.user(Role.AUDITOR)
    with app.app_context():
        actor = db.session.get(User, user.id)
        record_event(actor=actor, action="test.step", subject=actor, now=NOW)
        db.session.commit()


def test_a_log_as_written_passes(app, make):
    write_event(app, make)
    result = verify(app)
    assert (result.exit_code, result.output) == (0, "The audit log is unaltered.\n")


def test_an_altered_event_is_named_and_the_command_fails(app, make):
    write_event(app, make)
    with app.app_context():
        db.session.execute(text("UPDATE audit_event SET action = 'x'"))
        db.session.commit()
    result = verify(app)
    assert (result.exit_code, result.output) == (1, "event 1 was altered\n")
