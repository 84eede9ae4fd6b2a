"""Contact data leaves by one door, on a ground that holds, and never unseen."""

from datetime import timedelta

import pytest

from matchmaker.base.errors import ForbiddenError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Disclosure, Role, Subdistrict
from matchmaker.residents import disclosure
from matchmaker.residents.disclosure import Contact, reveal_contact
from tests.factories import NOW
from tests.matchmaker.residents.conftest import PHONE

pytestmark = pytest.mark.both_databases

FULL = Contact("王秀英", PHONE, "乐山路8弄3号201室")


def test_a_committee_worker_sees_a_contact_of_the_own_committee(context, resident, worker):
    assert reveal_contact(resident.id, worker, NOW) == FULL


def test_every_look_is_written_down_without_the_contact(context, resident, worker):
    reveal_contact(resident.id, worker, NOW)
    row = db.session.query(Disclosure).one()
    assert (row.user_id, row.resident_id, row.ground) == (worker.id, resident.id, "own_committee")
    assert row.fields == ["full_name", "phone", "address"]
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.subject_id) == ("contact.reveal", resident.id)
    assert PHONE not in str(event.details)


def test_the_row_says_on_what_ground_each_role_looked(context, make, resident, social_worker):
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    for actor in (account, social_worker):
        reveal_contact(resident.id, actor, NOW)
    rows = db.session.query(Disclosure).order_by(Disclosure.id)
    assert [row.ground for row in rows] == ["self", "own_subdistrict"]


def test_a_contact_of_elsewhere_is_not_found(context, stranger, worker, social_worker):
    with pytest.raises(NotFoundError):
        reveal_contact(stranger.id, worker, NOW)
    with pytest.raises(NotFoundError):
        reveal_contact(stranger.id, social_worker, NOW)
    assert db.session.query(Disclosure).count() == 0


ROLES_WITHOUT_A_GROUND = (Role.VOLUNTEER, Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR)


@pytest.mark.parametrize("role", ROLES_WITHOUT_A_GROUND)
def test_a_role_without_a_ground_sees_no_contact(context, make, resident, committee, role):
    giver = make.organisation(make.get(Subdistrict, committee.subdistrict_id))
    place = {
        Role.VOLUNTEER: {"volunteer_id": make.volunteer(giver).id},
        Role.COORDINATOR: {"organisation_id": giver.id},
        Role.AUDITOR: {"subdistrict_id": committee.subdistrict_id},
    }
    with pytest.raises(ForbiddenError, match=r"contact\.ground_not_yours"):
        reveal_contact(resident.id, make.user(role, **place.get(role, {})), NOW)
    assert db.session.query(Disclosure).count() == 0


def test_a_resident_sees_the_own_contact_alone(context, make, resident, stranger):
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    assert reveal_contact(resident.id, account, NOW) == FULL
    with pytest.raises(NotFoundError):
        reveal_contact(stranger.id, account, NOW)


def test_the_days_limit_holds_until_midnight_in_shanghai(context, monkeypatch, resident, worker):
    monkeypatch.setattr(disclosure, "DISCLOSURES_PER_DAY", {Role.COMMITTEE_WORKER: 2})
    for _look in range(2):
        reveal_contact(resident.id, worker, NOW)
    with pytest.raises(ThrottledError) as refusal:
        reveal_contact(resident.id, worker, NOW)
    midnight = NOW + timedelta(seconds=refusal.value.retry_after_seconds)
    with pytest.raises(ThrottledError):
        reveal_contact(resident.id, worker, midnight - timedelta(seconds=1))
    assert reveal_contact(resident.id, worker, midnight) == FULL
