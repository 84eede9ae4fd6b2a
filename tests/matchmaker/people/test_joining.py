"""Volunteers with one phone: proposed, never joined in silence, decided once, undone."""

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.people import joining
from tests.factories import NOW, Factory
from tests.reach import reach
from tests.worlds import kept

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

PHONE, OTHER = "13911112222", "13911113333"


class Office:
    """A street office with two organisations, a social worker, and volunteers by phone."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        subdistrict = make.subdistrict()
        self.organisations = [make.organisation(subdistrict), make.organisation(subdistrict)]
        self.worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=subdistrict.id)

    def add(self, organisation: int | m.Organisation = 0, phone: str | None = PHONE, **values):
        if isinstance(organisation, int):
            organisation = self.organisations[organisation]
        index = contact_cipher.get_index(phone) if phone else None
        return self.make.volunteer(organisation, phone=phone, phone_index=index, **values)

    def sign_up(self, volunteer: m.Volunteer) -> m.User:
        person = {"volunteer_id": volunteer.id, "person_id": volunteer.person_id}
        return self.make.user(m.Role.VOLUNTEER, **person)


@pytest.fixture
@kept
def office(make):
    return Office(make)


def list_pairs(actor) -> list[tuple[int, int]]:
    return [(pair.first.id, pair.second.id) for pair in joining.list_proposals(actor)]


def act(step, actor, *volunteers):
    ids = {"first_id": volunteers[0].id, "second_id": volunteers[1].id}
    result = step(actor=actor, now=NOW, **ids)
    db.session.commit()
    return result


def join(actor, *volunteers):
    return act(joining.join_volunteers, actor, *volunteers)


def test_every_volunteer_resident_and_account_is_a_person_of_its_own(office):
    one, two = office.add(), office.add(1)
    resident = office.make.resident()
    persons = [one.person_id, two.person_id, resident.person_id, office.worker.person_id]
    assert len(set(persons)) == len(persons)
    assert set(persons) <= set(db.session.scalars(select(m.Person.id)))


def test_an_equal_phone_proposes_and_joins_nothing(office):
    one, two = office.add(), office.add(1)
    office.add(1, OTHER)
    office.add(1, None)
    office.add(1, None)
    assert list_pairs(office.worker) == [(one.id, two.id)]
    assert one.person_id != two.person_id


def test_what_is_no_longer_two_present_volunteers_of_one_office_is_not_proposed(office):
    office.add()
    reach(office.make, office.add(1), m.VolunteerState.LEFT)
    office.add(office.make.organisation())
    assert list_pairs(office.worker) == []


def test_a_volunteer_is_asked_about_the_own_entry_alone(office):
    one, two = office.add(), office.add(1)
    strangers = [office.add(0, OTHER), office.add(1, OTHER)]
    assert list_pairs(office.sign_up(two)) == [(one.id, two.id)]
    assert list_pairs(office.sign_up(office.add(1, None))) == []
    with pytest.raises(NotFoundError):
        join(office.sign_up(one), *strangers)


@pytest.mark.parametrize("asked", ["office", "person"])
def test_the_office_or_the_person_says_that_it_is_one_person(office, asked):
    one, two = office.add(), office.add(1)
    account = office.sign_up(two)
    before = db.session.scalar(select(func.count(m.Person.id)))
    person = join(office.worker if asked == "office" else account, one, two)
    found = {office.make.get(m.Volunteer, row.id).person_id for row in (one, two)}
    assert found == {person.id} == {office.make.get(m.User, account.id).person_id}
    assert db.session.scalar(select(func.count(m.Person.id))) == before - 1, "nobody is left over"
    assert list_pairs(office.worker) == []
    event = db.session.scalars(select(m.AuditEvent).order_by(m.AuditEvent.id.desc())).first()
    assert (event.action, event.subject_id) == ("person.join", person.id)
    assert event.details == {"volunteers": [one.id, two.id]}


def test_another_office_decides_nothing(office, make):
    one, two = office.add(), office.add(1)
    stranger = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    coordinator = make.user(m.Role.COORDINATOR, organisation_id=one.organisation_id)
    for actor in (stranger, coordinator):
        assert list_pairs(actor) == []
        for step in (joining.join_volunteers, joining.keep_apart):
            with pytest.raises(NotFoundError):
                act(step, actor, one, two)


def test_different_phones_are_not_joined(office):
    with pytest.raises(NotFoundError):
        join(office.worker, office.add(), office.add(1, OTHER))


def test_two_people_on_one_phone_are_not_proposed_again(office):
    one, two = office.add(), office.add(1)
    act(joining.keep_apart, office.worker, one, two)
    assert list_pairs(office.worker) == []
    with pytest.raises(NotFoundError):
        join(office.worker, one, two)
    third = office.add(1)
    assert list_pairs(office.worker) == [(one.id, third.id), (two.id, third.id)]
    join(office.worker, one, third)
    assert list_pairs(office.worker) == [], "two is apart from the person that third is now"


def test_three_entries_can_be_one_person(office):
    rows = [office.add(), office.add(1), office.add(1)]
    join(office.worker, rows[1], rows[2])
    join(office.worker, rows[0], rows[2])
    assert len({office.make.get(m.Volunteer, row.id).person_id for row in rows}) == 1
    assert [len(group) for group in joining.list_joined(office.worker)] == [3]


def test_decisions_about_a_joined_person_are_kept_once(office):
    one, two, wife = office.add(), office.add(1), office.add(1)
    act(joining.keep_apart, office.worker, one, wife)
    act(joining.keep_apart, office.worker, two, wife)
    join(office.worker, one, two)
    rows = db.session.scalars(select(m.PeopleApart)).all()
    assert [{row.first_id, row.second_id} for row in rows] == [
        {office.make.get(m.Volunteer, row.id).person_id for row in (one, wife)}
    ]


def test_a_join_is_undone_with_the_account_of_the_entry(office):
    one, two = office.add(), office.add(1)
    account = office.sign_up(two)
    join(office.worker, one, two)
    own = joining.separate_volunteer(actor=office.worker, volunteer_id=two.id, now=NOW)
    db.session.commit()
    assert office.make.get(m.Volunteer, one.id).person_id != own.id
    assert office.make.get(m.Volunteer, two.id).person_id == own.id
    assert office.make.get(m.User, account.id).person_id == own.id
    assert list_pairs(office.worker) == [], "it is decided: two people"
    with pytest.raises(NotFoundError):
        joining.separate_volunteer(actor=office.worker, volunteer_id=two.id, now=NOW)


def test_only_one_s_own_office_undoes(office, make):
    one, two = office.add(), office.add(1)
    join(office.worker, one, two)
    stranger = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    with pytest.raises(NotFoundError):
        joining.separate_volunteer(actor=stranger, volunteer_id=two.id, now=NOW)


def test_a_phone_is_stored_encrypted_and_is_never_a_detail_of_an_event(office):
    one, two = office.add(), office.add(1)
    join(office.worker, one, two)
    raw = db.session.connection().exec_driver_sql("SELECT phone FROM volunteer").scalars().all()
    assert all(PHONE not in text for text in raw)
    assert PHONE not in str([e.details for e in db.session.scalars(select(m.AuditEvent))])


def test_a_join_of_what_somebody_separated_meanwhile_is_a_conflict(office, monkeypatch):
    """The list is read before the lock: what changed in between is looked at again."""
    one, two = office.add(), office.add(1)
    join(office.worker, one, two)
    stale = joining.list_joined(office.worker)
    joining.separate_volunteer(actor=office.worker, volunteer_id=one.id, now=NOW)
    monkeypatch.setattr(joining, "list_joined", lambda _actor: stale)
    with pytest.raises(ConflictError):
        joining.separate_volunteer(actor=office.worker, volunteer_id=two.id, now=NOW)
