"""Contact data leaves by one door, on a ground that holds, and never unseen."""

from datetime import timedelta

import pytest

from matchmaker.base.errors import ForbiddenError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Disclosure, Role, Subdistrict, User
from matchmaker.residents import disclosure
from matchmaker.residents.disclosure import Contact, reveal_contact
from tests.factories import NOW
from tests.matchmaker.residents.conftest import PHONE
from tests.matchmaker.two_at_once import act_at_once

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


# Who may look: on which ground, and how often a day.
LOOKS = {
    Role.RESIDENT: ("self", 20),
    Role.COMMITTEE_WORKER: ("own_committee", 60),
    Role.SOCIAL_WORKER: ("own_subdistrict", 60),
}


@pytest.fixture
def people(make, resident, worker, social_worker):
    """One person of each role that may look."""
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    return {
        Role.RESIDENT: account,
        Role.COMMITTEE_WORKER: worker,
        Role.SOCIAL_WORKER: social_worker,
    }


@pytest.mark.parametrize("role", LOOKS)
def test_a_look_is_kept_whole(context, resident, people, role):
    ground, fields = LOOKS[role][0], ["full_name", "phone", "address"]
    assert reveal_contact(resident.id, people[role], NOW) == FULL
    row = db.session.query(Disclosure).one()
    assert (row.at, row.user_id, row.resident_id) == (NOW, people[role].id, resident.id)
    assert (row.fields, row.ground) == (fields, ground)
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.actor_id, event.at) == ("contact.reveal", people[role].id, NOW)
    assert (event.subject_type, event.subject_id) == ("resident", resident.id)
    assert event.details == {"fields": fields, "ground": ground}


@pytest.mark.parametrize("role", LOOKS)
def test_a_role_looks_so_often_a_day_and_no_more(context, make, resident, people, role):
    ground, most = LOOKS[role]
    for user_id in (people[role].id, make.user(Role.AUDITOR).id):  # another's looks do not count
        db.session.add_all(
            Disclosure(at=NOW, user_id=user_id, resident_id=resident.id, fields=[], ground=ground)
            for _ in range(most - 1)
        )
    reveal_contact(resident.id, people[role], NOW)
    with pytest.raises(ThrottledError) as refusal:
        reveal_contact(resident.id, people[role], NOW)
    assert refusal.value.retry_after_seconds == 14 * 60 * 60  # at ten in the morning
    assert db.session.query(AuditEvent).count() == 1


@pytest.mark.parametrize("role", LOOKS)
def test_nobody_learns_of_a_resident_who_is_not_theirs(context, stranger, people, role):
    with pytest.raises(NotFoundError, match=r"^resident\.unknown$"):
        reveal_contact(stranger.id, people[role], NOW)


def test_of_two_looks_at_once_the_second_counts_the_first(app, resident, worker, monkeypatch):
    monkeypatch.setattr(disclosure, "DISCLOSURES_PER_DAY", {Role.COMMITTEE_WORKER: 1})

    def look():
        reveal_contact(resident.id, db.session.get_one(User, worker.id), NOW)

    assert act_at_once(app, look, look) == [None, "site.throttled"]
