"""Register and find residents."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import (
    Committee,
    ConsentChannel,
    Household,
    Need,
    NeedState,
    RecipientStatus,
    Resident,
    ResidentContact,
    StatusKind,
    User,
)
from matchmaker.residents.consents import KEEP_CONTACT, add_consent
from matchmaker.residents.phone_search import TAIL_DIGITS
from matchmaker.residents.scope import list_committees, select_residents
from matchmaker.residents.twins import Described, find_twins, make_indexes
from matchmaker.words.names import get_person_sort_key, match_name
from matchmaker.words.phone_numbers import get_line

# Households and references.


def get_household(committee: Committee, reference: str | None, block: str) -> Household:
    """Return the committee's household with ``reference``; without one, store a new household.

    The new one is in ``block``. Raises ``InvalidError`` if the committee has no such household, or
    if both arguments are missing.
    """
    if not reference:
        return _make_household(committee, block)
    query = select(Household).where(
        Household.reference == reference, Household.committee_id == committee.id
    )
    found: Household | None = db.session.scalar(query)
    if found is None:
        raise InvalidError("resident.household_unknown", "household_reference")
    return found


def make_draft_reference() -> str:
    """A random reference for a row that is being stored and has no number yet."""
    return secrets.token_hex(8)


def find_free_reference(model: type[Resident] | type[Household], prefix: str, number: int) -> str:
    """The reference made of ``prefix`` and ``number`` or, if taken, of the next free number."""
    while True:
        reference = f"{prefix}{number:05d}"
        if db.session.scalar(select(model.id).where(model.reference == reference)) is None:
            return reference
        number += 1


def _make_household(committee: Committee, block: str) -> Household:
    if not block:
        raise InvalidError("resident.block_missing", "block")
    household = Household(committee_id=committee.id, reference=make_draft_reference(), block=block)
    db.session.add(household)
    db.session.flush()
    household.reference = find_free_reference(Household, "H", household.id)
    db.session.flush()
    return household


# Registration.


@dataclass(frozen=True, slots=True)
class Registration:
    """The values typed at registration, with a household's reference or the block of a new one."""

    committee_id: int
    household_reference: str | None
    block: str
    full_name: str
    display_name: str
    phone: str
    address: str
    birth_year: int | None
    consent_channel: ConsentChannel

    @property
    def described(self) -> Described:
        """The part with which registered residents are compared."""
        return Described(
            self.full_name, self.phone, self.address, self.birth_year, self.committee_id
        )


GREATEST_AGE = 120  # years


@dataclass(frozen=True, slots=True)
class ResidentFilter:
    """Filters of a list of residents; a field that is None, empty text or False does not filter.

    ``ids``: only residents with these ids, so that an empty collection finds nobody.
    """

    search: str = ""
    committee_id: int | None = None
    status: StatusKind | None = None
    unverified: bool = False
    ids: Collection[int] | None = None


def select_filtered(actor: User, filters: ResidentFilter) -> Select[Resident]:
    """The query for the residents in the actor's scope that pass the filters, in pinyin order."""
    return (
        _narrow(select_residents(actor), filters)
        .options(
            contains_eager(Resident.household).contains_eager(Household.committee),
            selectinload(Resident.statuses),
        )
        .order_by(Resident.sort_key, Resident.id)
    )


def register_resident(
    *, actor: User, registration: Registration, is_known_duplicate: bool, now: datetime
) -> Resident:
    """Store a resident with encrypted contact and the consent to keep it.

    Raises ``InvalidError`` for a committee outside the actor's scope, an impossible year of birth
    and a household that is not in the committee. Raises ``ConflictError``
    (``resident.perhaps_known``), unless ``is_known_duplicate``, if a registered resident may be the
    same person.
    """
    committee = _get_committee(actor, registration.committee_id)
    check_birth_year(registration.birth_year, now)
    twins = find_twins(actor, registration.described)
    if twins and not is_known_duplicate:
        raise ConflictError("resident.perhaps_known")
    household = get_household(committee, registration.household_reference, registration.block)
    resident = _add_resident(household, registration)
    add_consent(resident, actor, KEEP_CONTACT, registration.consent_channel, now)
    record_event(
        actor=actor,
        action="resident.register",
        subject=resident,
        now=now,
        on_behalf_of=resident,
        details={
            "consent": registration.consent_channel.value,
            "alike": len(twins.own) + twins.elsewhere,
        },
    )
    return resident


def check_birth_year(year: int | None, now: datetime) -> None:
    """Raise ``InvalidError`` for a year in the future or more than ``GREATEST_AGE`` years ago."""
    latest = get_local_date(now).year
    if year is not None and not latest - GREATEST_AGE <= year <= latest:
        raise InvalidError(
            "resident.birth_year_impossible",
            "birth_year",
            earliest=str(latest - GREATEST_AGE),
            latest=str(latest),
        )


def list_needs(resident: Resident) -> list[Need]:
    """The resident's needs, latest first, without drafts, which only their writers see."""
    sent = (Need.resident_id == resident.id) & (Need.state != NeedState.DRAFT)
    query = select(Need).options(joinedload(Need.category)).where(sent)
    return list(db.session.scalars(query.order_by(Need.id.desc())))


def _narrow(query: Select[Resident], filters: ResidentFilter) -> Select[Resident]:
    if filters.search:
        names = [Resident.display_name, Resident.reference]
        query = query.where(match_name(filters.search.strip(), names, Resident.sort_key))
    if filters.ids is not None:
        query = query.where(Resident.id.in_(filters.ids))
    if filters.committee_id is not None:
        query = query.where(Household.committee_id == filters.committee_id)
    if filters.status is not None:
        query = query.where(Resident.statuses.any(RecipientStatus.kind == filters.status))
    if filters.unverified:
        query = query.where(Resident.statuses.any(RecipientStatus.verified_at.is_(None)))
    return query


def _get_committee(actor: User, committee_id: int) -> Committee:
    for committee in list_committees(actor):
        if committee.id == committee_id:
            return committee
    raise InvalidError("resident.committee_unknown", "committee_id")


def _add_resident(household: Household, registration: Registration) -> Resident:
    resident = Resident(
        household_id=household.id,
        reference=make_draft_reference(),
        display_name=registration.display_name,
        sort_key=get_person_sort_key(registration.display_name),
        birth_year=registration.birth_year,
    )
    db.session.add(resident)
    db.session.flush()
    resident.reference = find_free_reference(Resident, "R", resident.id)
    phone, line = registration.phone, get_line(registration.phone)
    db.session.add(
        ResidentContact(
            resident_id=resident.id,
            full_name=registration.full_name,
            phone=phone,
            address=registration.address,
            phone_index=contact_cipher.get_index(line),
            phone_tail_index=contact_cipher.get_index(line[-TAIL_DIGITS:]),
            **make_indexes(registration.full_name, registration.address),
        )
    )
    db.session.flush()
    return resident
