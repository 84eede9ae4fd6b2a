"""The audit pages: who did what, narrowed by filters, checked by a click."""

import csv
import io
import json
from datetime import datetime

import pytest
from sqlalchemy import text

from matchmaker.audit.service import compute_hash, record_event
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Role, User
from tests.browser import Browser
from tests.factories import NOW


@pytest.fixture
def events(app, make):
    """One step of a social worker, one of a resident."""
    resident = make.resident()
    worker = make.user(Role.SOCIAL_WORKER, name="Zhou Min")
    account = make.user(Role.RESIDENT, resident_id=resident.id, name="王阿婆")
    with app.app_context():
        for user, action in ((worker, "offer.approve"), (account, "need.submit")):
            actor = db.session.get(User, user.id)
            record_event(actor=actor, action=action, subject=actor, now=NOW)
        db.session.commit()
    return worker, account, resident


@pytest.fixture(params=[Role.ADMINISTRATOR, Role.AUDITOR])
def reader(app, make, request):
    return Browser(app).sign_in(make.user(request.param)).use_language("en")


def test_events_are_listed_with_residents_by_reference(reader, events):
    page = reader.get("audit.index").text
    assert "2 events" in page
    assert "Zhou Min" in page
    assert events[2].reference in page
    assert "王阿婆" not in page


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"action": "offer"}, "1 event<"),
        ({"role": "resident"}, "1 event<"),
        ({"subject_type": "user_account"}, "2 events<"),
        ({"subject_id": "4711"}, "0 events<"),
        ({"first_on": "2026-07-06", "last_on": "2026-07-06"}, "2 events<"),
        ({"last_on": "2026-07-05"}, "0 events<"),
        ({"first_on": "nonsense", "role": "emperor"}, "2 events<"),
        ({"action": "%"}, "0 events<"),
    ],
)
def test_events_are_narrowed_by_filters(reader, events, filters, count):
    assert count in reader.get("audit.index", **filters).text


def test_the_check_says_that_all_is_well(reader, events):
    assert "Every event is unaltered and in its place." in reader.get("audit.verification").text


def test_the_check_names_an_altered_event(app, reader, events):
    with app.app_context():
        db.session.execute(text("UPDATE audit_event SET action = 'x' WHERE id = 2"))
        db.session.commit()
    assert "Event 2 was altered." in reader.get("audit.verification").text


def test_everybody_reads_what_they_did_themselves(app, events):
    worker, account, _resident = events
    page = Browser(app).use_language("en").sign_in(worker).get("audit.own").text
    assert "Approved an offer" in page
    assert "Handed a need in" not in page
    own = Browser(app).use_language("en").sign_in(account).get("audit.own").text
    assert "Handed a need in" in own


def test_the_log_as_a_file_is_enough_to_check_its_hashes(app, reader, events):
    text_of_file = reader.take("audit.download", file_format="csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text_of_file)))[1:]
    assert len(rows) == len(events) - 1
    for row in rows:
        at, actor, role, action, kind, subject, person, details, before, sha256 = row[7:]
        event = AuditEvent(
            id=int(row[0]),
            at=datetime.fromisoformat(at),
            actor_id=int(actor),
            actor_role=role,
            action=action,
            subject_type=kind,
            subject_id=int(subject),
            on_behalf_of_id=int(person) if person else None,
            details=json.loads(details),
            previous_sha256=before,
        )
        assert compute_hash(event) == sha256


def test_the_file_holds_what_the_filters_leave(reader, events):
    text_of_file = reader.take("audit.download", file_format="csv", action="offer").text
    assert "Approved an offer" in text_of_file
    assert "offer.approve" in text_of_file
    assert "need.submit" not in text_of_file


def test_what_an_event_holds_is_said_in_words(app, reader, events):
    with app.app_context():
        actor = db.session.get(User, events[0].id)
        codes = {"from": "committee_worker", "to": "social_worker", "consent": None}
        details = {**codes, "verified": True, "policy": "community/2", "of_the_machine": "x_y"}
        record_event(actor=None, action="x", subject=actor, now=NOW, details=details)
        db.session.commit()
    page = reader.get("audit.index").text
    said = "rules: community rules, version 2; checked: yes; before: Committee worker; "
    assert f"{said}afterwards: Social worker" in page
    assert not [code for code in ("None", "True", "community/2", "x_y") if code in page]


def test_a_subject_is_named_by_its_reference_and_never_by_its_row(app, make, reader):
    resident = make.resident(reference="R00777")
    with app.app_context():
        record_event(actor=None, action="resident.register", subject=resident, now=NOW)
        db.session.commit()
    page = reader.get("audit.index").text
    assert "Resident R00777" in page
    assert f"Resident {resident.id}<" not in page
