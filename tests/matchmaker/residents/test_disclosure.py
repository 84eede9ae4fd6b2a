"""Contact data leaves by one door, on a ground that holds, and never unseen."""

from datetime import timedelta

import pytest

from matchmaker.base.errors import ForbiddenError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import AssignmentState, AuditEvent, Disclosure, Role, Subdistrict
from matchmaker.residents import disclosure
from matchmaker.residents.disclosure import Contact, Ground, reveal_contact
from tests.factories import NOW
from tests.matchmaker.residents.conftest import PHONE
from tests.run_factories import make_assignment, publish_month

pytestmark = pytest.mark.both_databases

FULL = Contact("王秀英", PHONE, "乐山路8弄3号201室")


@pytest.fixture
def assignment(context, make, resident, committee, worker):
    """A match of the resident's need with an organisation's offer, confirmed."""
    organisation, category = (
        make.organisation(make.get(Subdistrict, committee.subdistrict_id)),
        make.category(),
    )
    need = make.need(resident, category, worker, worker.committee_id)
    return make_assignment(
        make,
        publish_month(make, organisation.subdistrict_id),
        need,
        make.offer(organisation, category),
        volunteer_id=make.volunteer(organisation).id,
        state=AssignmentState.CONFIRMED,
    )


def test_a_committee_worker_sees_a_contact_of_the_own_committee(context, resident, worker):
    assert reveal_contact(resident.id, worker, Ground.OWN_COMMITTEE, NOW) == FULL


def test_every_look_is_written_down_without_the_contact(context, resident, worker):
    reveal_contact(resident.id, worker, "own_committee", NOW)
    row = db.session.query(Disclosure).one()
    assert (row.user_id, row.resident_id, row.ground) == (worker.id, resident.id, "own_committee")
    assert row.fields == ["full_name", "phone", "address"]
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.subject_id) == ("contact.reveal", resident.id)
    assert PHONE not in str(event.details)


def test_a_contact_of_elsewhere_is_not_found(context, stranger, worker, social_worker):
    with pytest.raises(NotFoundError):
        reveal_contact(stranger.id, worker, Ground.OWN_COMMITTEE, NOW)
    with pytest.raises(NotFoundError):
        reveal_contact(stranger.id, social_worker, Ground.OWN_SUBDISTRICT, NOW)
    assert db.session.query(Disclosure).count() == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize("ground", Ground)
def test_administrators_and_auditors_have_no_ground(context, make, resident, role, ground):
    with pytest.raises(ForbiddenError):
        reveal_contact(resident.id, make.user(role), ground, NOW)


def test_a_worker_cannot_borrow_another_roles_ground(context, resident, worker):
    for ground in (Ground.SELF, Ground.OWN_SUBDISTRICT, Ground.ASSIGNMENT):
        with pytest.raises(ForbiddenError):
            reveal_contact(resident.id, worker, ground, NOW)


def test_a_resident_sees_the_own_contact_alone(context, make, resident, stranger):
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    assert reveal_contact(resident.id, account, Ground.SELF, NOW) == FULL
    with pytest.raises(NotFoundError):
        reveal_contact(stranger.id, account, Ground.SELF, NOW)


def test_the_days_limit_holds_until_midnight_in_shanghai(context, monkeypatch, resident, worker):
    monkeypatch.setattr(disclosure, "DISCLOSURES_PER_DAY", {Role.COMMITTEE_WORKER: 2})
    for _look in range(2):
        reveal_contact(resident.id, worker, Ground.OWN_COMMITTEE, NOW)
    with pytest.raises(ThrottledError) as refusal:
        reveal_contact(resident.id, worker, Ground.OWN_COMMITTEE, NOW)
    midnight = NOW + timedelta(seconds=refusal.value.retry_after_seconds)
    with pytest.raises(ThrottledError):
        reveal_contact(resident.id, worker, Ground.OWN_COMMITTEE, midnight - timedelta(seconds=1))
    assert reveal_contact(resident.id, worker, Ground.OWN_COMMITTEE, midnight) == FULL


def test_a_giver_sees_surname_phone_and_estate_of_a_confirmed_match(
    context, make, resident, assignment
):
    coordinator = make.user(Role.COORDINATOR, organisation_id=assignment.organisation_id)
    volunteer = make.user(Role.VOLUNTEER, volunteer_id=assignment.volunteer_id)
    shown = Contact("王阿婆", PHONE, "乐山二三村")
    assert reveal_contact(resident.id, coordinator, Ground.ASSIGNMENT, NOW) == shown
    assert reveal_contact(resident.id, volunteer, Ground.ASSIGNMENT, NOW) == shown
    assert db.session.query(Disclosure).first().fields == ["display_name", "phone", "block"]


@pytest.mark.parametrize(
    "state", [state for state in AssignmentState if state is not AssignmentState.CONFIRMED]
)
def test_a_giver_sees_nothing_in_any_other_state(context, make, resident, assignment, state):
    assignment.state = state
    coordinator = make.user(Role.COORDINATOR, organisation_id=assignment.organisation_id)
    with pytest.raises(NotFoundError):
        reveal_contact(resident.id, coordinator, Ground.ASSIGNMENT, NOW)


def test_another_organisation_sees_nothing_of_a_confirmed_match(
    context, make, resident, assignment
):
    coordinator = make.user(Role.COORDINATOR, organisation_id=make.organisation().id)
    with pytest.raises(NotFoundError):
        reveal_contact(resident.id, coordinator, Ground.ASSIGNMENT, NOW)
