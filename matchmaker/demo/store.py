"""Store the records of the demo world as rows."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import insert

from matchmaker.accounts.passwords import UNKNOWN_HASH
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.demo.rows import Ids, Row, insert_named, insert_rows, make_lot
from matchmaker.demo.store_places import make_giving, store_sessions
from matchmaker.demo.world.records import (
    AccountRecord,
    GiverRecord,
    OfferRecord,
    ResidentRecord,
    StatusRecord,
    World,
)
from matchmaker.models import (
    Household,
    Offer,
    Organisation,
    OrganisationKind,
    OrganisationState,
    PairingAgreement,
    RecipientStatus,
    Resident,
    ResidentContact,
    Role,
    User,
    Volunteer,
    VolunteerQualification,
)
from matchmaker.people.joining import join_account
from matchmaker.residents.twins import make_indexes
from matchmaker.words.names import get_person_sort_key, get_sort_key

# What givers offer: organisations, agreements, offers and volunteers.

OFFERED_BEFORE = timedelta(days=40)


def store_givers(world: World, ids: Ids) -> None:
    """Store organisations, all approved, and the pairing agreements of enterprises."""
    rows = [_make_organisation(giver, ids) for giver in world.givers]
    ids.organisations = insert_named(Organisation, rows, (giver.code for giver in world.givers))
    agreements = []
    for giver in world.givers:
        if giver.agreement is not None:
            signed_on, starts_on, ends_on, renews, scope = giver.agreement
            agreements.append(
                {
                    "organisation_id": ids.organisations[giver.code],
                    "signed_on": signed_on,
                    "starts_on": starts_on,
                    "ends_on": ends_on,
                    "renews": renews,
                    "scope": scope,
                }
            )
    insert_rows(PairingAgreement, agreements)


def _make_organisation(giver: GiverRecord, ids: Ids) -> Row:
    contact = giver.contact
    return {
        "address": contact and contact.address,
        "contact_name": contact and contact.name,
        "contact_phone": contact and contact.phone,
        "subdistrict_id": ids.subdistrict,
        "code": giver.code,
        "name_zh": giver.name_zh,
        "name_en": giver.name_en,
        "kind": OrganisationKind(giver.kind),
        "state": OrganisationState.APPROVED,
        "sort_key": get_sort_key(giver.name_zh),
        "volunteers_answer": giver.kind == OrganisationKind.SOCIAL_ORGANISATION,
    }


def store_volunteers(world: World, ids: Ids) -> None:
    """Store volunteers and their qualifications."""
    rows = [
        {
            "organisation_id": ids.organisations[volunteer.giver],
            "reference": volunteer.reference,
            "name": volunteer.name,
            "sort_key": get_person_sort_key(volunteer.name),
            "visits_per_month": volunteer.visits_per_month,
            "categories": list(volunteer.categories),
            "windows": list(volunteer.windows),
            "committees": list(volunteer.committees),
            "lot": make_lot(volunteer.reference),
        }
        for volunteer in world.volunteers
    ]
    ids.volunteers = insert_named(Volunteer, rows, (v.reference for v in world.volunteers))
    insert_rows(
        VolunteerQualification,
        [
            {
                "volunteer_id": ids.volunteers[volunteer.reference],
                "qualification": qualification,
                "expires_on": expires_on,
            }
            for volunteer in world.volunteers
            for qualification, expires_on in volunteer.qualifications
        ],
    )


def store_offers(world: World, months: Sequence[date], ids: Ids, now: datetime) -> None:
    """Store offers, written by the giver's coordinator, with their sessions in ``months``."""
    rows = [
        _make_offer(offer, ids, now) | make_giving(world, offer, ids, number)
        for number, offer in enumerate(world.offers)
    ]
    keys = insert_rows(Offer, [row | {"lot": make_lot(f"O{k}")} for k, row in enumerate(rows)])
    store_sessions(world, months, keys, rows)


def _make_offer(offer: OfferRecord, ids: Ids, now: datetime) -> Row:
    return {
        "organisation_id": ids.organisations[offer.giver],
        "category_id": ids.categories[offer.category],
        "title": offer.title,
        "capacity_per_month": offer.capacity_per_month,
        "windows": list(offer.windows),
        "committees": list(offer.committees),
        "statuses": list(offer.statuses),
        "valid_from": offer.valid_from,
        "valid_until": offer.valid_until,
        "state": offer.state,
        "return_reason": offer.return_reason,
        "created_at": now - OFFERED_BEFORE,
        "created_by_id": ids.coordinators[offer.giver],
    }


# How long before the demo's present the households were registered.
LISTED_BEFORE = timedelta(days=75)
PHONE_TAIL_DIGITS = 4


def store_homes(world: World, ids: Ids) -> None:
    """Store households, residents and contacts; the model encrypts contacts."""
    homes = [
        {
            "reference": h.reference,
            "committee_id": ids.committees[h.committee],
            "block": h.block,
            "lot": make_lot(h.reference),
        }
        for h in world.households
    ]
    ids.households = insert_named(Household, homes, (h.reference for h in world.households))
    residents = world.residents
    rows = [
        {
            "reference": resident.reference,
            "household_id": ids.households[resident.household],
            "display_name": resident.display_name,
            "sort_key": get_person_sort_key(resident.display_name),
            "birth_year": resident.birth_year,
        }
        for resident in residents
    ]
    ids.residents = insert_named(Resident, rows, (r.reference for r in residents))
    contacts = [_make_contact(r, ids.residents[r.reference]) for r in residents]
    db.session.execute(insert(ResidentContact), contacts)


def _make_contact(resident: ResidentRecord, resident_id: int) -> Row:
    return {
        "resident_id": resident_id,
        "full_name": resident.full_name,
        "phone": resident.phone,
        "address": resident.address,
        "phone_index": contact_cipher.get_index(resident.phone),
        "phone_tail_index": contact_cipher.get_index(resident.phone[-PHONE_TAIL_DIGITS:]),
        **make_indexes(resident.full_name, resident.address),
    }


def store_statuses(world: World, ids: Ids, now: datetime) -> None:
    """Store statuses, recorded by the committee's worker and, if verified, by a social worker."""
    insert_rows(
        RecipientStatus,
        [
            _make_status(resident, status, ids, now)
            for resident in world.residents
            for status in resident.statuses
        ],
    )


def _make_status(resident: ResidentRecord, status: StatusRecord, ids: Ids, now: datetime) -> Row:
    verified = status.is_verified
    return {
        "resident_id": ids.residents[resident.reference],
        "kind": status.kind,
        "evidence": status.evidence,
        "recorded_by_id": ids.workers[resident.committee],
        "verified_by_id": ids.social_worker if verified else None,
        "verified_at": now - LISTED_BEFORE if verified else None,
        "valid_until": status.valid_until,
    }


def store_accounts(world: World, ids: Ids, now: datetime) -> None:
    """Store accounts with a password that nobody knows: in the demo a button signs in.

    Volunteers' accounts are joined with their volunteers.
    """
    rows = [_make_account(account, ids, now) for account in world.accounts]
    ids.users = insert_named(User, rows, (account.phone for account in world.accounts))
    for account in world.accounts:
        scope = account.scope or ""
        if account.role is Role.COMMITTEE_WORKER:
            ids.workers[scope] = ids.users[account.phone]
        elif account.role is Role.SOCIAL_WORKER:
            ids.social_worker = ids.social_worker or ids.users[account.phone]
        elif account.role is Role.COORDINATOR:
            ids.coordinators[scope] = ids.users[account.phone]
        elif account.role is Role.VOLUNTEER:
            join_account(ids.users[account.phone], ids.volunteers[scope])


def _make_account(account: AccountRecord, ids: Ids, now: datetime) -> Row:
    scope = account.scope or ""
    get_scope: dict[Role, Callable[[], Row]] = {
        Role.SOCIAL_WORKER: lambda: {"subdistrict_id": ids.subdistrict},
        Role.COMMITTEE_WORKER: lambda: {"committee_id": ids.committees[scope]},
        Role.COORDINATOR: lambda: {"organisation_id": ids.organisations[scope]},
        Role.RESIDENT: lambda: {"resident_id": ids.residents[scope]},
        Role.VOLUNTEER: lambda: {"volunteer_id": ids.volunteers[scope]},
    }
    scopes = ("subdistrict_id", "committee_id", "organisation_id", "resident_id", "volunteer_id")
    return {
        "phone": account.phone,
        "phone_index": contact_cipher.get_index(account.phone),
        "name": account.name,
        "password_hash": UNKNOWN_HASH,
        "role": account.role,
        "created_at": now - LISTED_BEFORE,
        **dict.fromkeys(scopes),
        **get_scope.get(account.role, dict)(),
    }
