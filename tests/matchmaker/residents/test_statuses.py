"""Recipient statuses: recorded by the committee, verified by a named person, ended in time."""

from datetime import date

import pytest

from matchmaker.base.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, StatusKind
from matchmaker.residents.statuses import end_status, is_over, record_status, verify_status
from tests.factories import NOW

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 7, 6)


@pytest.fixture
def record(context, resident, worker):
    def record(actor=worker, resident_id=resident.id, valid_until=None):
        return record_status(
            actor=actor,
            resident_id=resident_id,
            kind=StatusKind.LIVING_ALONE,
            evidence="Visited at home",
            valid_until=valid_until,
            now=NOW,
        )

    return record


def verify(actor, status):
    return verify_status(actor=actor, resident_id=status.resident_id, status_id=status.id, now=NOW)


def end(actor, status):
    return end_status(actor=actor, resident_id=status.resident_id, status_id=status.id, now=NOW)


def test_a_recorded_status_waits_to_be_verified(record):
    assert record().verified_at is None
    assert db.session.query(AuditEvent).one().details == {}, "no status beside a lasting reference"


def test_a_colleague_or_a_social_worker_verifies(record, colleague, social_worker):
    assert verify(colleague, record()).verified_by_id == colleague.id
    assert verify(social_worker, record()).verified_by_id == social_worker.id


def test_who_recorded_a_status_does_not_verify_it(record, worker, colleague):
    status = record()
    assert status.recorded_by_id == worker.id
    with pytest.raises(ConflictError, match=r"^status\.second_person$"):
        verify(worker, status)
    assert status.verified_at is None
    again = record(actor=colleague)  # who records it anew cannot verify it either
    with pytest.raises(ConflictError, match=r"^status\.second_person$"):
        verify(colleague, again)
    assert verify(worker, again).verified_by_id == worker.id


def test_recording_again_asks_for_a_new_verification(record, colleague):
    first = verify(colleague, record())
    second = record(valid_until=TODAY)
    assert second.id == first.id
    assert (second.verified_at, second.valid_until) == (None, TODAY)


def test_a_social_worker_records_none(record, social_worker):
    with pytest.raises(ForbiddenError):
        record(actor=social_worker)


def test_verifying_twice_is_a_conflict(record, colleague):
    status = verify(colleague, record())
    with pytest.raises(ConflictError, match=r"^status\.state$"):
        verify(colleague, status)


def test_a_status_counts_through_its_last_day(record, worker):
    assert not is_over(record(valid_until=TODAY), NOW)


def test_a_last_day_in_the_past_is_refused(record):
    with pytest.raises(InvalidError) as refusal:
        record(valid_until=date(2026, 7, 5))
    assert refusal.value.field == "valid_until"


def test_an_ended_status_counts_no_longer_and_moves_no_more(record, worker):
    status = end(worker, record())
    assert is_over(status, NOW)
    for step in (end, verify):
        with pytest.raises(ConflictError):
            step(worker, status)


def test_statuses_of_elsewhere_are_not_found(record, make, worker, stranger):
    with pytest.raises(NotFoundError):
        record(resident_id=stranger.id)
    status = record()
    with pytest.raises(NotFoundError):
        verify_status(actor=worker, resident_id=stranger.id, status_id=status.id, now=NOW)


def test_a_status_is_reached_through_its_own_resident_alone(record, make, resident, worker):
    status = record()
    neighbour = make.resident(resident.household, phone="13700001111")
    with pytest.raises(NotFoundError):
        verify_status(actor=worker, resident_id=neighbour.id, status_id=status.id, now=NOW)
