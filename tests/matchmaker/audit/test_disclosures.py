"""A list of people is taken with a purpose, up to a cap, and whoever is in it can see that."""

from datetime import timedelta

import pytest

from matchmaker import models as m
from matchmaker.audit import disclosures
from matchmaker.base.errors import NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    ListDisclosure,
    ListedPerson,
    ListKind,
    ListPurpose,
    ListWay,
    Role,
    User,
)
from matchmaker.people.joining import join_persons
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.worlds import kept

pytestmark = pytest.mark.both_databases

LIST = ListKind.RESIDENTS


@pytest.fixture
def worker(make):
    return make.user(Role.COMMITTEE_WORKER, committee_id=make.committee().id)


@pytest.fixture
@kept
def persons(make):
    """Five persons, by id."""
    with make.context():
        rows = [m.Person() for _number in range(5)]
        db.session.add_all(rows)
        db.session.commit()
        return [row.id for row in rows]


def take(actor, persons, **changed):
    values = {
        "actor": actor,
        "kind": LIST,
        "way": ListWay.FILE,
        "purpose": ListPurpose.CALL,
        "filters": {"status": "disabled"},
        "persons": persons,
        "now": NOW,
    }
    return disclosures.take_list(**{**values, **changed})


def note(actor, persons, now=NOW, kind=LIST):
    return disclosures.note_page(db.session(), actor=actor, kind=kind, persons=persons, now=now)


def test_a_list_is_recorded_whole_and_its_event_names_nobody_and_no_status(
    context, worker, persons
):
    row = take(worker, persons)
    assert (row.at, row.user_id, row.kind, row.way) == (NOW, worker.id, LIST, ListWay.FILE)
    assert (row.purpose, row.persons) == (ListPurpose.CALL, 5)
    assert row.filters == {"status": "disabled"}
    assert {p.person_id for p in db.session.query(ListedPerson)} == set(persons)
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.actor_id, event.subject_id) == ("list.take", worker.id, row.id)
    assert event.details == {
        "list": "residents",
        "way": "file",
        "purpose": "call",
        "persons": 5,
        "filters": ["status"],
    }


# Most people in the lists of one person and day, written out again.
CAPS = {
    Role.RESIDENT: 100,
    Role.VOLUNTEER: 500,
    Role.COORDINATOR: 3_000,
    Role.COMMITTEE_WORKER: 6_000,
    Role.SOCIAL_WORKER: 40_000,
    Role.ADMINISTRATOR: 40_000,
    Role.AUDITOR: 40_000,
}


@pytest.mark.parametrize("role", Role)
def test_a_role_takes_so_many_people_a_day_until_midnight_in_shanghai(
    context, make, worker, persons, role
):
    actor = make.user(role)
    for user_id, most in ((actor.id, CAPS[role] - 5), (worker.id, 10**6)):
        db.session.add(
            ListDisclosure(
                at=NOW,
                user_id=user_id,
                kind=LIST,
                way=ListWay.FILE,
                purpose=ListPurpose.CALL,
                filters={},
                persons=most,
            )
        )
    take(actor, persons)
    with pytest.raises(ThrottledError) as refusal:
        take(actor, persons[:1])
    assert refusal.value.retry_after_seconds == 14 * 60 * 60  # at ten in the morning
    take(actor, persons, now=NOW + timedelta(hours=14))
    assert db.session.query(AuditEvent).count() == 2


def test_of_two_lists_at_once_the_second_counts_the_first(app, worker, persons, monkeypatch):
    monkeypatch.setattr(disclosures, "PERSONS_PER_DAY", {Role.COMMITTEE_WORKER: 5})

    def act():
        take(db.session.get_one(User, worker.id), persons)

    assert act_at_once(app, act, act) == [None, "site.throttled"]


def test_pages_are_read_without_a_word_up_to_so_many_people(context, worker, persons, monkeypatch):
    monkeypatch.setattr(disclosures, "UNASKED", 3)
    assert note(worker, persons[:2])
    assert note(worker, persons[:3])
    assert disclosures.find_unseen(worker, LIST, persons, NOW) == set(persons[3:])
    assert not note(worker, persons[2:4])
    assert note(worker, persons[:2], kind=ListKind.NEEDS)  # another list
    assert disclosures.find_unseen(worker, LIST, persons, NOW) == set(persons[3:])
    disclosures.say_purpose(actor=worker, kind=LIST, purpose=ListPurpose.REPORT, now=NOW)
    assert note(worker, persons[2:4])
    row = db.session.query(ListDisclosure).filter_by(kind=LIST).one()
    assert (row.way, row.purpose, row.persons) == (ListWay.PAGES, ListPurpose.REPORT, 4)
    event = db.session.query(AuditEvent).one()
    assert (event.action, event.details["persons"]) == ("list.read_on", 3)


def test_reading_on_counts_for_the_cap_of_the_day(context, worker, persons, monkeypatch):
    monkeypatch.setattr(disclosures, "UNASKED", 2)
    monkeypatch.setattr(disclosures, "PERSONS_PER_DAY", {Role.COMMITTEE_WORKER: 4})
    said = {"actor": worker, "kind": LIST, "purpose": ListPurpose.CALL, "now": NOW}
    assert note(worker, persons[:2])
    disclosures.say_purpose(**said)
    disclosures.say_purpose(**said)  # saying it again counts nothing twice
    assert note(worker, persons[2:4])
    with pytest.raises(ThrottledError):
        note(worker, persons[4:])
    with pytest.raises(ThrottledError):
        take(worker, persons[:1])


def test_a_purpose_holds_for_a_day_and_short_days_are_forgotten(
    context, worker, persons, monkeypatch
):
    monkeypatch.setattr(disclosures, "UNASKED", 2)
    note(worker, persons[:2])
    note(worker, persons[:2], kind=ListKind.NEEDS)
    disclosures.say_purpose(actor=worker, kind=LIST, purpose=ListPurpose.CALL, now=NOW)
    tomorrow = NOW + timedelta(days=1)
    assert not note(worker, persons[:3], tomorrow)
    rows = db.session.query(ListDisclosure).order_by(ListDisclosure.id)
    assert [(row.kind, row.purpose) for row in rows] == [(LIST, ListPurpose.CALL), (LIST, None)]


def test_who_was_in_a_list_is_kept_three_years_and_few_people_until_the_next_day(
    context, make, worker, persons
):
    colleague = make.user(Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    take(worker, persons[:2])
    note(colleague, persons[:3])  # and never comes again
    for days, lists, members in (
        (0, 3, 2 + 3 + 1),
        (1, 3, 2 + 1 + 1),
        (3 * 365 - 1, 4, 2 + 1 + 1 + 1),
        (3 * 365, 5, 1 + 1 + 1 + 0 + 0 + 0),
    ):
        take(worker, persons[4:], now=NOW + timedelta(days=days))
        found = db.session.query(ListDisclosure).count(), db.session.query(ListedPerson).count()
        assert found == (lists, members), days


def test_nobody_says_what_for_of_a_list_that_was_not_read(context, worker, persons):
    with pytest.raises(NotFoundError, match=r"list\.not_read"):
        disclosures.say_purpose(actor=worker, kind=LIST, purpose=ListPurpose.CALL, now=NOW)


def test_lists_follow_the_person_when_two_entries_are_one(context, worker, persons):
    take(worker, persons[:2])
    take(worker, persons[1:3])
    kept = join_persons(persons[0], persons[1])
    order = ListedPerson.list_disclosure_id, ListedPerson.person_id
    rows = db.session.query(ListedPerson).order_by(*order)
    assert [row.person_id for row in rows] == [kept.id, kept.id, persons[2]]


def test_a_resident_sees_lists_with_a_purpose_and_nothing_else(context, make, worker):
    resident, other = make.resident(), make.resident()
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    take(worker, [resident.person_id])
    take(worker, [other.person_id])
    note(worker, [resident.person_id])
    take(account, [resident.person_id])  # what one took oneself
    assert [row.user_id for row in disclosures.list_lists(account)] == [worker.id]
    volunteer = make.volunteer(make.organisation())
    helper = make.user(Role.VOLUNTEER, volunteer_id=volunteer.id)
    take(worker, [volunteer.person_id])
    assert [row.persons for row in disclosures.list_lists(helper)] == [1]
