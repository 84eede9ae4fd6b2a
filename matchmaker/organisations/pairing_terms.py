"""What a long-term pairing says, and the rules for it when it is entered or changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.kinds import KINDS_WITH_VOLUNTEERS
from matchmaker.models import (
    Organisation,
    OrganisationState,
    Pairing,
    Programme,
    Resident,
    ServiceCategory,
    User,
    VisitFrequency,
    Volunteer,
    VolunteerState,
)
from matchmaker.models.limits import TIERS
from matchmaker.organisations.pairing_chain import hold
from matchmaker.scopes import is_in_scope

MOST_PAIRING_MONTHS = 12  # ahead: for a first day, a review or a change
MOST_YEARS = 20  # that a first day lies back, or a last day ahead
MOST_PAIRING_TRIES = 8


@dataclass(frozen=True, slots=True)
class Care:
    """What can be changed of a pairing.

    volunteer   reference of the usual visitor; empty: anyone of the organisation
    frequency   how often a visit is due
    tier        urgency; 1 is the most urgent
    review_on   day on which both sides look at it again
    """

    volunteer: str
    frequency: VisitFrequency
    tier: int
    review_on: date


@dataclass(frozen=True, slots=True)
class PairingTerms:
    """A pairing to enter. ``resident``: the reference; ``last_day`` None: it goes on."""

    resident: str
    organisation_id: int
    category_id: int
    programme: Programme
    first_day: date
    last_day: date | None
    care: Care


def get_care(pairing: Pairing) -> Care:
    """The present values of what can be changed."""
    volunteer = pairing.volunteer.reference if pairing.volunteer else ""
    return Care(volunteer, pairing.frequency, pairing.tier, pairing.review_on)


def list_categories() -> list[ServiceCategory]:
    """The categories in which people visit, in the catalogue's order."""
    query = select(ServiceCategory).where(
        ServiceCategory.parent_id.is_not(None), ServiceCategory.kind.in_(KINDS_WITH_VOLUNTEERS)
    )
    return list(db.session.scalars(query.order_by(ServiceCategory.position, ServiceCategory.id)))


def list_givers(actor: User) -> list[Organisation]:
    """The approved organisations in the actor's scope, in pinyin order."""
    query = select(Organisation).where(
        is_in_scope(Organisation, actor), Organisation.state == OrganisationState.APPROVED
    )
    return list(db.session.scalars(query.order_by(Organisation.sort_key, Organisation.id)))


def find_giver(organisation_id: int, actor: User) -> Organisation:
    """The approved organisation with this id, locked. Raises ``InvalidError`` outside the scope."""
    query = select(Organisation).where(
        is_in_scope(Organisation, actor), Organisation.id == organisation_id
    )
    for row in hold(query):
        if row.state is OrganisationState.APPROVED:
            return row
    raise InvalidError("pairing.organisation", "organisation_id")


def check_category(category_id: int) -> None:
    """Raise ``InvalidError`` unless people visit in the category."""
    if category_id not in {row.id for row in list_categories()}:
        raise InvalidError("pairing.category", "category_id")


def find_resident(reference: str, actor: User) -> Resident:
    """The resident with this reference, locked.

    Raises ``InvalidError`` outside the actor's scope, or if the contact has ended.
    """
    query = select(Resident).where(is_in_scope(Resident, actor), Resident.reference == reference)
    found = hold(query)
    if not found:
        raise InvalidError("resident.reference_unknown", "resident")
    resident = found[0]
    if resident.contact_ended_on is not None:
        raise InvalidError("pairing.no_contact", "resident")
    return resident


def check_days(terms: PairingTerms, now: datetime) -> None:
    """Raise ``InvalidError`` for a first or last day that cannot be."""
    latest = add_months(get_month(now), MOST_PAIRING_MONTHS)
    earliest = latest.replace(year=latest.year - MOST_YEARS)
    if not earliest <= terms.first_day <= latest:
        raise InvalidError("pairing.day", "first_day", first=earliest, last=latest)
    if terms.last_day is not None:
        check_last_day(terms.last_day, max(terms.first_day, get_local_date(now)))


def check_last_day(day: date, first: date) -> None:
    """Raise ``InvalidError`` for a last day before ``first`` or too far after it."""
    last = first.replace(day=1, year=first.year + MOST_YEARS)
    if not first <= day <= last:
        raise InvalidError("pairing.day", "last_day", first=first, last=last)


def check_care(care: Care, first_day: date, now: datetime) -> None:
    """Raise ``InvalidError`` for an unknown urgency, or a review that is past or far away."""
    if care.tier not in TIERS:
        raise InvalidError("need.tier_unknown", "tier")
    first = max(first_day, get_local_date(now))
    last = add_months(first.replace(day=1), MOST_PAIRING_MONTHS)
    if not first <= care.review_on <= last:
        raise InvalidError("pairing.day", "review_on", first=first, last=last)


def check_single(terms: PairingTerms, resident: Resident) -> None:
    """Raise ``InvalidError`` if the two are paired in the category on a day of the terms."""
    query = select(Pairing.id).where(
        Pairing.resident_id == resident.id,
        Pairing.organisation_id == terms.organisation_id,
        Pairing.category_id == terms.category_id,
        _has_day(terms.first_day, terms.last_day),
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise InvalidError("pairing.exists", "organisation_id")


def check_longer(chain: Sequence[Pairing], last_day: date | None) -> None:
    """Raise ``InvalidError`` if the two are paired otherwise on a day that ``last_day`` adds."""
    last = chain[-1]
    if last.ended_on is None or (last_day is not None and last_day <= last.ended_on):
        return
    query = select(Pairing.id).where(
        Pairing.resident_id == last.resident_id,
        Pairing.organisation_id == last.organisation_id,
        Pairing.category_id == last.category_id,
        Pairing.id.not_in([row.id for row in chain]),
        _has_day(last.ended_on + timedelta(days=1), last_day),
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise InvalidError("pairing.exists", "last_day")


def _has_day(first: date, last: date | None) -> ColumnElement[bool]:
    """The condition for pairings that hold on a day from ``first`` to ``last``; None: no end."""
    end = Pairing.ended_on
    goes_on = or_(end.is_(None), and_(end >= first, end >= Pairing.starts_on))
    return goes_on if last is None else and_(goes_on, Pairing.starts_on <= last)


def write_care(pairing: Pairing, care: Care) -> None:
    """Set what can be changed. Raises ``InvalidError`` for a visitor of another organisation."""
    pairing.volunteer_id = _find_volunteer_id(care.volunteer, pairing.organisation_id)
    pairing.frequency, pairing.tier = care.frequency, care.tier
    pairing.review_on = care.review_on


def _find_volunteer_id(reference: str, organisation_id: int) -> int | None:
    if not reference:
        return None
    query = select(Volunteer.id).where(
        Volunteer.reference == reference,
        Volunteer.organisation_id == organisation_id,
        Volunteer.state != VolunteerState.LEFT,
    )
    found = db.session.scalar(query)
    if found is None:
        raise InvalidError("pairing.volunteer", "volunteer")
    return found


def add_pairing(pairing: Pairing) -> None:
    """Store the pairing under the next free reference, P0001 and so on.

    Raises ``ConflictError`` if somebody else took the number at the same time, eight times.
    """
    for _ in range(MOST_PAIRING_TRIES):
        pairing.reference = f"P{_find_last_number() + 1:04d}"
        try:
            with db.session.begin_nested():
                db.session.add(pairing)
        except IntegrityError:
            continue
        return
    raise ConflictError("pairing.no_free_reference")


def _find_last_number() -> int:
    longest_first = (func.length(Pairing.reference).desc(), Pairing.reference.desc())
    query = select(Pairing.reference).where(Pairing.reference.startswith("P"))
    last: str | None = db.session.scalar(query.order_by(*longest_first).limit(1))
    return int(last.removeprefix("P")) if last else 0
