"""Homes, residents, their contacts and statuses, and accounts, as rows."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import insert

from matchmaker.accounts.passwords import UNKNOWN_HASH
from matchmaker.demo.records import AccountRecord, ResidentRecord, StatusRecord, World
from matchmaker.demo.rows import Ids, Row, insert_named, insert_rows
from matchmaker.extensions import contact_cipher, db
from matchmaker.models import (
    Household,
    RecipientStatus,
    Resident,
    ResidentContact,
    Role,
    User,
)
from matchmaker.sort_keys import get_person_sort_key

# How long before the demo's present the listing took place.
LISTED_BEFORE = timedelta(days=75)
PHONE_TAIL_DIGITS = 4


def store_homes(world: World, ids: Ids) -> None:
    """Households, residents, and their contacts, which the models encrypt."""
    homes = [
        {"reference": h.reference, "committee_id": ids.committees[h.committee], "block": h.block}
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
    }


def store_statuses(world: World, ids: Ids, now: datetime) -> None:
    """Statuses, verified by the worker of the resident's committee."""
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
        "verified_by_id": ids.workers[resident.committee] if verified else None,
        "verified_at": now - LISTED_BEFORE if verified else None,
        "valid_until": status.valid_until,
    }


def store_accounts(world: World, ids: Ids, now: datetime) -> None:
    """Accounts without a password that could be typed: the demo signs in by a button."""
    rows = [_make_account(account, ids, now) for account in world.accounts]
    ids.users = insert_named(User, rows, (account.phone for account in world.accounts))
    for account in world.accounts:
        scope = account.scope or ""
        if account.role is Role.COMMITTEE_WORKER:
            ids.workers[scope] = ids.users[account.phone]
        elif account.role is Role.COORDINATOR:
            ids.coordinators[scope] = ids.users[account.phone]


def _make_account(account: AccountRecord, ids: Ids, now: datetime) -> Row:
    scope = account.scope or ""
    get_scope: dict[Role, Callable[[], Row]] = {
        Role.SOCIAL_WORKER: lambda: {"subdistrict_id": ids.subdistrict},
        Role.COMMITTEE_WORKER: lambda: {"committee_id": ids.committees[scope]},
        Role.COORDINATOR: lambda: {"organisation_id": ids.organisations[scope]},
        Role.RESIDENT: lambda: {"resident_id": ids.residents[scope]},
        Role.VOLUNTEER: lambda: {"volunteer_id": ids.volunteers[scope]},
    }
    unscoped = {
        "subdistrict_id": None,
        "committee_id": None,
        "organisation_id": None,
        "resident_id": None,
        "volunteer_id": None,
    }
    return {
        "phone": account.phone,
        "phone_index": contact_cipher.get_index(account.phone),
        "name": account.name,
        "password_hash": UNKNOWN_HASH,
        "role": account.role,
        "created_at": now - LISTED_BEFORE,
        **unscoped,
        **get_scope.get(account.role, dict)(),
    }
