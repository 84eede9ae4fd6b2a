"""What readiness looks at.

Each finding that has rows has one query, which gives its count, its rows by name and its page. The
guessed calendar has no rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Select, or_, select

from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import (
    Committee,
    Household,
    MatchRound,
    Need,
    NeedState,
    Offer,
    OfferState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Pairing,
    PairingAgreement,
    RecipientStatus,
    Resident,
    ServiceCategory,
)
from matchmaker.offers.queries import lacks_volunteers
from matchmaker.rounds.freeze.asked import list_due_weeks, select_open_needs, select_pairings
from matchmaker.rounds.freeze.given import select_open_offers
from matchmaker.rounds.memory.missed import count_missed, find_last_round
from matchmaker.slots import get_slot_week, list_days, list_slots


class Finding(StrEnum):
    """What readiness checks, in the order of the page; the value is part of an address."""

    OPEN_NEEDS = auto()
    OPEN_OFFERS = auto()
    UNVERIFIED_NEEDS = auto()
    UNVERIFIED_STATUSES = auto()
    UNAPPROVED_ORGANISATIONS = auto()
    UNAPPROVED_OFFERS = auto()
    EXPIRED_AGREEMENTS = auto()
    STAFFLESS_OFFERS = auto()
    UNSERVED_CATEGORIES = auto()
    MISSED_DUTIES = auto()
    SLOTLESS_DUTIES = auto()
    GUESSED_CALENDAR = auto()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A month that an office prepares for its lock.

    ``today``: duties are looked for after this day, because a lock of today takes no earlier ones;
    None: in the whole month.
    """

    subdistrict_id: int
    month: date
    today: date | None = None


def prepare(match_round: MatchRound, today: date | None) -> Prepared:
    """Return the month of a round as it is prepared on ``today``."""
    return Prepared(match_round.subdistrict_id, match_round.month, today)


@dataclass(frozen=True, slots=True)
class FindingRows:
    """The query for the rows of a finding, and their order.

    If the rows have a committee, the query is joined with it.
    """

    select: Callable[[Prepared], Select[Any]]
    order: Sequence[Any]


def _select_open_needs(of: Prepared) -> Select[Any]:
    return select_open_needs(of.subdistrict_id, of.month, of.today)


def _select_open_offers(of: Prepared) -> Select[Any]:
    return select_open_offers(of.subdistrict_id, of.month)


def _select_unverified_needs(of: Prepared) -> Select[Any]:
    """Select the needs that were sent and are not open yet."""
    return (
        select(Need)
        .join(Need.committee)
        .where(Committee.subdistrict_id == of.subdistrict_id)
        .where(Need.state.in_((NeedState.SUBMITTED, NeedState.VERIFIED)))
    )


def _select_unverified_statuses(of: Prepared) -> Select[Any]:
    """Select statuses, of residents with open needs, that do not count in the month."""
    residents = _select_open_needs(of).with_only_columns(Need.resident_id)
    return (
        _join_home(select(RecipientStatus).join(RecipientStatus.resident))
        .where(Resident.id.in_(residents))
        .where(or_(RecipientStatus.verified_at.is_(None), RecipientStatus.valid_until < of.month))
    )


def _join_home(query: Select[Any]) -> Select[Any]:
    """Join a query of residents with the committees in which they live."""
    homes = query.join(Household, Household.id == Resident.household_id)
    return homes.join(Committee, Committee.id == Household.committee_id)


def _select_unapproved_organisations(of: Prepared) -> Select[Any]:
    return (
        select(Organisation)
        .where(Organisation.subdistrict_id == of.subdistrict_id)
        .where(Organisation.state == OrganisationState.APPLIED)
    )


def _select_unapproved_offers(of: Prepared) -> Select[Any]:
    return (
        select(Offer)
        .join(Offer.organisation)
        .where(Organisation.subdistrict_id == of.subdistrict_id)
        .where(Offer.state == OfferState.SUBMITTED)
    )


def _select_expired_agreements(of: Prepared) -> Select[Any]:
    """Select enterprises with agreements that all end before the last day of the month."""
    holding = select(PairingAgreement.organisation_id).where(
        or_(PairingAgreement.renews, PairingAgreement.ends_on >= list_days(of.month)[-1])
    )
    once_held = select(PairingAgreement.organisation_id)
    return (
        select(Organisation)
        .where(Organisation.subdistrict_id == of.subdistrict_id)
        .where(Organisation.kind == OrganisationKind.ENTERPRISE)
        .where(Organisation.id.in_(once_held), Organisation.id.not_in(holding))
    )


def _select_staffless_offers(of: Prepared) -> Select[Any]:
    """Select offers of volunteers' time whose organisation has no volunteer for the category."""
    return _select_open_offers(of).join(Offer.category).where(lacks_volunteers())


def _select_unserved_categories(of: Prepared) -> Select[Any]:
    """Select the categories with open needs and no offer this month."""
    asked = _select_open_needs(of).with_only_columns(Need.category_id)
    offered = _select_open_offers(of).with_only_columns(Offer.category_id)
    return select(ServiceCategory).where(
        ServiceCategory.id.in_(asked), ServiceCategory.id.not_in(offered)
    )


def _select_missed_duties(of: Prepared) -> Select[Any]:
    """Select the pairings with missed visits in the last published month before this one."""
    missed = count_missed(find_last_round(of.subdistrict_id, of.month))
    return _join_home(select(Pairing).join(Pairing.resident)).where(
        Pairing.reference.in_(missed.keys())
    )


def _select_slotless_duties(of: Prepared) -> Select[Any]:
    """Select the pairings with a due visit whose weeks have no day for visits."""
    calendars = load_calendars(of.subdistrict_id)
    weeks = {get_slot_week(slot) for slot in list_slots(of.month, calendars, of.today)}
    ids = [
        pairing.id
        for pairing in db.session.scalars(select_pairings(of.subdistrict_id, of.month))
        if any(weeks.isdisjoint(due) for due in list_due_weeks(pairing, of.month, of.today))
    ]
    return _join_home(select(Pairing).join(Pairing.resident)).where(Pairing.id.in_(ids))


# Every finding that has rows. GUESSED_CALENDAR has none: it says whether a year's breaks are known.
ROWS: Mapping[Finding, FindingRows] = {
    Finding.OPEN_NEEDS: FindingRows(_select_open_needs, (Need.reference,)),
    Finding.OPEN_OFFERS: FindingRows(_select_open_offers, (Offer.id,)),
    Finding.UNVERIFIED_NEEDS: FindingRows(_select_unverified_needs, (Need.submitted_at, Need.id)),
    Finding.UNVERIFIED_STATUSES: FindingRows(_select_unverified_statuses, (RecipientStatus.id,)),
    Finding.UNAPPROVED_ORGANISATIONS: FindingRows(
        _select_unapproved_organisations, (Organisation.id,)
    ),
    Finding.UNAPPROVED_OFFERS: FindingRows(_select_unapproved_offers, (Offer.id,)),
    Finding.EXPIRED_AGREEMENTS: FindingRows(_select_expired_agreements, (Organisation.id,)),
    Finding.STAFFLESS_OFFERS: FindingRows(_select_staffless_offers, (Offer.id,)),
    Finding.UNSERVED_CATEGORIES: FindingRows(
        _select_unserved_categories, (ServiceCategory.position, ServiceCategory.id)
    ),
    Finding.MISSED_DUTIES: FindingRows(_select_missed_duties, (Pairing.reference,)),
    Finding.SLOTLESS_DUTIES: FindingRows(_select_slotless_duties, (Pairing.reference,)),
}
