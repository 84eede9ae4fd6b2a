"""Two entries of one resident become one: everything follows, and one event says so."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.residents import merging
from matchmaker.residents.scope import select_residents
from matchmaker.residents.twins import Described, find_twins
from tests.factories import NOW
from tests.matchmaker.residents.conftest import PHONE

pytestmark = pytest.mark.both_databases

STAY = {  # what names a resident and does not follow, with the reason
    ("audit_event", "on_behalf_of_id"): "the chain of events is never altered",
    ("resident_contact", "resident_id"): "the other entry keeps its contact, which nobody is shown",
    ("resident", "merged_into_id"): "the other entry names the kept one",
    ("recipient_status", "resident_id"): "one by one, at most one of a kind",
}


@pytest.fixture
def other(make, committee):
    return make.resident(make.household(committee), phone="13911112222", birth_year=1946)


def merge(actor, kept, gone):
    kept = merging.merge_residents(actor=actor, kept_id=kept.id, gone_id=gone.id, now=NOW)
    db.session.commit()
    return kept


def add_status(make, resident, **values):
    kind = values.pop("kind", m.StatusKind.DISABLED)
    row = {"evidence": "card seen", "verified_at": NOW, **values}
    return make.add(m.RecipientStatus(resident_id=resident.id, kind=kind, **row))


def test_every_table_that_names_a_resident_follows_or_says_why_it_stays():
    found = {
        (table.name, column.name)
        for table in db.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "resident.id"
    }
    follow = {(model.__tablename__, "resident_id") for model in merging.FOLLOWING}
    assert found == follow | STAY.keys()
    assert follow.isdisjoint(STAY)


def test_everything_of_the_other_entry_is_the_kept_one_s(context, make, resident, other, worker):
    organisation = make.organisation()
    kind = make.category()
    account = make.user(m.Role.RESIDENT, resident_id=other.id)
    need = make.need(other, kind, worker, worker.committee_id)
    rows = [
        make.add(
            m.Pairing(
                reference="P1", organisation_id=organisation.id, resident_id=other.id,
                category_id=kind.id, programme=m.Programme.ELDER_VISIT,
                frequency=m.VisitFrequency.MONTHLY,
                starts_on=date(2026, 1, 1), review_on=date(2027, 1, 1),
            )
        ),
        make.add(
            m.Consent(
                resident_id=other.id, purpose="keep_contact", text_version="2026-07",
                channel=m.ConsentChannel.SIGNED_PAPER, given_at=NOW, recorded_by_id=worker.id,
            )
        ),
        make.add(
            m.Notice(
                resident_id=other.id, kind="need.returned", subject_type="need",
                subject_id=need.id, created_at=NOW,
            )
        ),
        make.add(
            m.Disclosure(
                at=NOW, user_id=worker.id, resident_id=other.id, fields=["phone"], ground="self"
            )
        ),
        make.add(
            m.Invitation(
                code_sha256="1" * 64, role=m.Role.RESIDENT, resident_id=other.id,
                created_at=NOW, expires_at=NOW + timedelta(days=1),
            )
        ),
        add_status(make, other),
        account,
        need,
    ]  # fmt: skip
    kept = merge(worker, resident, other)
    assert {make.get(type(row), row.id).resident_id for row in rows} == {kept.id}
    assert kept.birth_year == 1946
    assert make.get(m.Resident, other.id).person_id == kept.person_id
    event = db.session.scalars(select(m.AuditEvent).order_by(m.AuditEvent.id.desc())).first()
    assert (event.action, event.subject_id, event.on_behalf_of_id) == (
        "resident.merge", kept.id, kept.id,
    )  # fmt: skip
    assert event.details["gone"] == other.id
    assert set(event.details["moved"].values()) == {1}
    assert merging.list_merged(kept) == [other.reference]


def test_the_other_entry_is_in_no_list_and_is_not_merged_again(
    context, make, resident, other, worker, social_worker
):
    merge(worker, resident, other)
    for actor in (worker, social_worker):
        assert list(db.session.scalars(select_residents(actor))) == [resident]
    with pytest.raises(NotFoundError):
        merge(worker, resident, other)
    typed = Described("李大明", "13911112222", "x", None, worker.committee_id)
    assert not find_twins(worker, typed)


@pytest.mark.parametrize(
    ("kept", "gone", "evidence"),
    [
        ({}, None, "kept"),
        (None, {}, "gone"),
        ({}, {}, "kept"),
        ({"verified_at": None}, {}, "gone"),
        ({}, {"verified_at": None}, "kept"),
        ({"valid_until": date(2026, 1, 1)}, {"verified_at": None}, "gone"),
        ({"valid_until": date(2026, 1, 1)}, {}, "gone"),
        ({"verified_at": None}, {"valid_until": date(2026, 1, 1)}, "kept"),
    ],
)
def test_of_two_statuses_of_a_kind_the_one_that_counts_more_stays(
    context, make, resident, other, worker, kept, gone, evidence
):
    for row, values, name in ((resident, kept, "kept"), (other, gone, "gone")):
        if values is not None:
            add_status(make, row, evidence=name, **values)
    found = merge(worker, resident, other).statuses
    assert [row.evidence for row in found] == [evidence]


def test_two_accounts_are_refused_until_one_is_disabled(context, make, resident, other, worker):
    accounts = [make.user(m.Role.RESIDENT, resident_id=row.id) for row in (resident, other)]
    with pytest.raises(ConflictError) as refusal:
        merge(worker, resident, other)
    assert refusal.value.code == "resident.two_accounts"
    db.session.rollback()
    db.session.get_one(m.User, accounts[1].id).disabled_at = NOW
    db.session.commit()
    assert merge(worker, resident, other).id == resident.id


@pytest.mark.parametrize("ended", [(), ("kept",), ("gone",), ("kept", "gone")])
def test_entries_are_one_when_there_is_contact_with_both_or_neither(
    context, make, resident, other, worker, ended
):
    for name, row in {"kept": resident, "gone": other}.items():
        if name in ended:
            found = db.session.get_one(m.Resident, row.id)
            found.contact_ended_on, found.contact_end = NOW.date(), m.ContactEnd.DIED
    db.session.commit()
    if len(ended) != 1:
        assert merge(worker, resident, other).id == resident.id
        return
    with pytest.raises(ConflictError, match=r"^resident\.contact_with_one$"):
        merge(worker, resident, other)


def test_an_entry_merged_twice_leads_to_the_last(context, make, resident, other, worker, committee):
    third = make.resident(make.household(committee), phone="13933334444")
    merge(worker, other, third)
    merge(worker, resident, other)
    assert merging.list_merged(resident) == sorted([other.reference, third.reference])


def test_only_the_own_office_merges(context, make, resident, other, stranger, worker):
    foreign = make.user(m.Role.COMMITTEE_WORKER, committee_id=make.committee().id)
    with pytest.raises(NotFoundError):
        merge(foreign, resident, other)
    with pytest.raises(NotFoundError):
        merge(worker, resident, stranger)
    for reference in (stranger.reference, resident.reference, "R99999"):
        with pytest.raises(InvalidError):
            merging.find_other(worker, resident, reference)


def test_the_counter_compares_and_then_confirms(make, counter, resident, other):
    typed = {"idempotency_key": "1" * 32, "reference": other.reference.lower()}
    compared = counter.submit("residents.merge", typed, resident_id=resident.id)
    assert compared.status_code == 422
    assert "The two entries side by side" in compared.text
    assert "13911112222" not in compared.text
    assert PHONE not in compared.text
    said = counter.submit("residents.merge", {**typed, "is_same": "y"}, resident_id=resident.id)
    assert said.status_code == 303
    page = counter.get("residents.show", resident_id=resident.id).text
    assert other.reference in page
    assert counter.get("residents.show", resident_id=other.id).status_code == 404
