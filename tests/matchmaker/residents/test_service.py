"""Registering and finding residents."""

import pytest
from sqlalchemy import text

from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    Consent,
    ConsentChannel,
    RecipientStatus,
    Resident,
    ResidentContact,
    Role,
    StatusKind,
)
from matchmaker.residents.phone_search import search_phone
from matchmaker.residents.service import (
    Registration,
    ResidentFilter,
    register_resident,
    select_filtered,
)
from tests.factories import NOW
from tests.matchmaker.residents.conftest import PHONE

pytestmark = pytest.mark.both_databases

NEW_PHONE = "13777776666"


def register(actor, committee_id, is_known_duplicate=False, **values):
    registration = Registration(
        **{
            "committee_id": committee_id,
            "household_reference": None,
            "block": "乐山二三村",
            "full_name": "单德福",
            "display_name": "单爷叔",
            "phone": NEW_PHONE,
            "address": "乐山路9弄1号101室",
            "birth_year": 1941,
            "consent_channel": ConsentChannel.SPOKEN_AT_COUNTER,
            **values,
        }
    )
    return register_resident(
        actor=actor, registration=registration, is_known_duplicate=is_known_duplicate, now=NOW
    )


def find(actor, **filters):
    return list(db.session.scalars(select_filtered(actor, ResidentFilter(**filters))))


def test_a_registered_resident_has_reference_home_and_consent(context, worker, committee):
    resident = register(worker, committee.id)
    assert resident.reference == f"R{resident.id:05d}"
    assert resident.household.reference == f"H{resident.household.id:05d}"
    assert resident.sort_key == "shan ye shu sys"
    consent = db.session.query(Consent).one()
    assert (consent.purpose, consent.recorded_by_id) == ("keep_contact", worker.id)


def test_the_contact_is_stored_encrypted(context, worker, committee):
    register(worker, committee.id)
    row = db.session.execute(text("SELECT * FROM resident_contact")).one()
    stored = " ".join(str(value) for value in row)
    for secret in ("单德福", NEW_PHONE, "乐山路9弄1号101室"):
        assert secret not in stored
    assert db.session.query(ResidentContact).one().phone == NEW_PHONE


def test_registering_leaves_one_event_without_personal_data(context, worker, committee):
    resident = register(worker, committee.id)
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.on_behalf_of_id) == ("resident.register", resident.id)
    assert event.details == {"consent": "spoken_at_counter", "alike": 0}


def test_a_second_person_can_join_a_known_household(context, make, worker, committee):
    household = make.household(committee)
    resident = register(worker, committee.id, household_reference=household.reference)
    assert resident.household_id == household.id


def test_a_household_of_another_committee_is_refused(context, make, worker, committee):
    with pytest.raises(InvalidError) as refusal:
        register(worker, committee.id, household_reference=make.household().reference)
    assert refusal.value.field == "household_reference"


def test_another_committee_is_refused(context, make, worker):
    with pytest.raises(InvalidError) as refusal:
        register(worker, make.committee().id)
    assert refusal.value.field == "committee_id"


def test_a_known_phone_asks_before_it_doubles(context, resident, worker, committee):
    with pytest.raises(ConflictError) as conflict:
        register(worker, committee.id, phone=PHONE)
    assert conflict.value.code == "resident.perhaps_known"
    assert register(worker, committee.id, phone=PHONE, is_known_duplicate=True).id


def test_a_phone_known_in_another_committee_of_the_office_asks_too(
    context, make, worker, committee
):
    beside = make.committee(subdistrict_id=committee.subdistrict_id)
    make.resident(make.household(beside), phone="13900002222")
    with pytest.raises(ConflictError):
        register(worker, committee.id, phone="13900002222")


def test_a_phone_of_another_street_office_asks_nothing(context, stranger, worker, committee):
    assert register(worker, committee.id, phone="13900001111").id


def test_a_reference_taken_by_an_import_is_passed_over(context, make, worker, committee):
    taken = make.resident(reference="R00002")
    assert register(worker, committee.id).reference not in {taken.reference, ""}


def test_each_role_sees_the_own_scope(context, make, resident, stranger, worker, social_worker):
    assert find(worker) == find(social_worker) == [resident]
    account = make.user(Role.RESIDENT, resident_id=stranger.id)
    assert find(account) == [stranger]
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.COORDINATOR, Role.VOLUNTEER):
        assert find(make.user(role)) == []


@pytest.mark.parametrize("search", ["王", "阿婆", "wangap", "wang a po", " 王阿 "])
def test_people_are_found_by_name_and_pinyin(context, make, resident, worker, search):
    make.resident(resident.household, phone="13700001111", display_name="赵爷叔", sort_key="zhao")
    assert find(worker, search=search) == [resident]


def find_by_phone(actor, typed):
    return search_phone(actor=actor, typed=typed, now=NOW)


@pytest.mark.parametrize("typed", ["5678", PHONE, f"+86 {PHONE[:3]} {PHONE[3:]}"])
def test_people_are_found_by_phone_in_a_form_alone(context, make, resident, worker, typed):
    make.resident(resident.household, phone="13700001111", display_name="赵爷叔", sort_key="zhao")
    assert find_by_phone(worker, typed) == [resident.id]
    assert find(worker, search=typed) == []
    assert find(worker, ids=[resident.id]) == [resident]


def test_a_search_by_phone_is_on_record_without_the_phone(context, resident, worker):
    find_by_phone(worker, PHONE)
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.actor_id) == ("resident.search_phone", worker.id)
    assert event.details == {"found": 1}


def test_a_phone_of_elsewhere_finds_nobody(context, resident, stranger, worker, social_worker):
    for actor in (worker, social_worker):
        assert find_by_phone(actor, "13900001111") == []


def test_a_line_is_found_with_and_without_its_extension(context, worker, committee):
    resident = register(worker, committee.id, phone="02164381234-802")
    assert resident.contact.phone == "02164381234-802"
    for typed in ("64381234", "021-6438 1234 转 802", "64381234-803", "1234"):
        assert find_by_phone(worker, typed) == [resident.id]
    with pytest.raises(ConflictError, match=r"resident\.perhaps_known"):
        register(worker, committee.id, phone="02164381234")


def test_people_are_found_by_a_landline_as_it_is_dialled(context, make, worker, committee):
    resident = make.resident(make.household(committee), phone="02164381234")
    assert find_by_phone(worker, "6438 1234") == [resident.id]


@pytest.mark.parametrize("search", ["567", "1381234567", "%", "_", "王%", "0000"])
def test_nobody_is_found_by_less(context, resident, worker, search):
    assert find(worker, search=search) == []
    assert find_by_phone(worker, search) == []


def test_the_list_is_narrowed_by_status_and_verification(context, make, resident, worker):
    make.resident(resident.household, phone="13700001111")
    row = RecipientStatus(resident_id=resident.id, kind=StatusKind.DISABLED, evidence="card")
    row = make.add(row)
    assert find(worker, status=StatusKind.DISABLED) == [resident]
    assert find(worker, status=StatusKind.LOW_INCOME) == []
    assert find(worker, unverified=True) == [resident]
    row.verified_at = NOW
    assert find(worker, unverified=True) == []


def test_the_list_is_narrowed_by_committee(context, make, resident, social_worker, committee):
    other = make.committee(committee.subdistrict)
    neighbour = make.resident(make.household(other))
    assert find(social_worker, committee_id=other.id) == [neighbour]
    assert db.session.query(Resident).count() == 2
