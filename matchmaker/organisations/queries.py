"""Queries for the list of organisations and for the page of one organisation."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.base import database
from matchmaker.base.extensions import db
from matchmaker.models import (
    FairnessLedger,
    LedgerScope,
    MatchRound,
    Offer,
    OfferState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Pairing,
    PairingAgreement,
    Promise,
    RoundState,
    ServiceCategory,
    User,
    Volunteer,
    VolunteerState,
)
from matchmaker.scopes import is_in_scope
from matchmaker.words.names import match_name

# Filters of the list.


@dataclass(frozen=True, slots=True)
class OrganisationFilters:
    """Filters of a list of organisations; a field that is None or empty does not filter."""

    kind: OrganisationKind | None = None
    state: OrganisationState | None = None
    search: str = ""
    has_agreement: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What an organisation offers and promised in a category, in its unit (fen for money)."""

    category: ServiceCategory
    offered: int
    promised: int


def list_organisations(actor: User, filters: OrganisationFilters) -> Select[Organisation]:
    """The query for organisations in the actor's scope that pass ``filters``, in pinyin order."""
    return (
        _narrow(actor, filters)
        .options(selectinload(Organisation.agreements))
        .order_by(Organisation.sort_key, Organisation.id)
    )


def count_by_state(actor: User, filters: OrganisationFilters) -> dict[OrganisationState, int]:
    """How many organisations pass ``filters`` but that of state, keyed by state."""
    return database.count_by_state(_narrow(actor, replace(filters, state=None)), Organisation.state)


def list_shown_offers(organisation: Organisation) -> list[Offer]:
    """The organisation's offers that are not drafts, withdrawn or expired, in order of category."""
    hidden = (OfferState.DRAFT, OfferState.WITHDRAWN, OfferState.EXPIRED)
    return list(
        db.session.scalars(
            select(Offer)
            .join(Offer.category)
            .where(Offer.organisation_id == organisation.id, Offer.state.not_in(hidden))
            .options(joinedload(Offer.category))
            .order_by(ServiceCategory.position, Offer.id)
        )
    )


def count_active_volunteers(organisation: Organisation) -> int:
    """How many of the organisation's volunteers are active."""
    query = select(func.count()).where(
        Volunteer.organisation_id == organisation.id, Volunteer.state == VolunteerState.ACTIVE
    )
    return db.session.scalar(query) or 0


def find_latest_round(organisation: Organisation) -> MatchRound | None:
    """The latest published month of the organisation's street office; None if there is none."""
    return db.session.scalar(
        select(MatchRound)
        .where(
            MatchRound.subdistrict_id == organisation.subdistrict_id,
            MatchRound.published_run_id.is_not(None),
        )
        .order_by(MatchRound.month.desc())
        .limit(1)
    )


def list_load(organisation: Organisation, match_round: MatchRound | None) -> list[Load]:
    """For each category: the total of open offers now, and of the promises of ``match_round``.

    The categories are in the catalogue's order. Promises that have ended are counted too.
    """
    offered = _sum_by_category(
        select(Offer.category_id, func.sum(Offer.capacity_per_month))
        .where(Offer.organisation_id == organisation.id, Offer.state == OfferState.OPEN)
        .group_by(Offer.category_id)
    )
    promised = _sum_promised(organisation, match_round) if match_round else {}
    categories = db.session.scalars(
        select(ServiceCategory)
        .where(ServiceCategory.id.in_(offered.keys() | promised.keys()))
        .order_by(ServiceCategory.position, ServiceCategory.id)
    )
    return [Load(row, offered.get(row.id, 0), promised.get(row.id, 0)) for row in categories]


def is_over(agreement: PairingAgreement, today: date) -> bool:
    """Whether the last day is before ``today`` and the agreement does not renew itself."""
    return agreement.ends_on < today and not agreement.renews


def _sum_promised(organisation: Organisation, match_round: MatchRound) -> dict[int, int]:
    category_id = func.coalesce(Offer.category_id, Pairing.category_id)
    return _sum_by_category(
        select(category_id, func.sum(Promise.units))
        .select_from(Promise)
        .outerjoin(Promise.offer)
        .outerjoin(Promise.pairing)
        .where(
            Promise.organisation_id == organisation.id,
            Promise.round_run_id == match_round.published_run_id,
        )
        .group_by(category_id)
    )


def _sum_by_category(query: Any) -> dict[int, int]:
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def _narrow(actor: User, filters: OrganisationFilters) -> Select[Organisation]:
    query = select(Organisation).where(is_in_scope(Organisation, actor))
    if filters.kind is not None:
        query = query.where(Organisation.kind == filters.kind)
    if filters.state is not None:
        query = query.where(Organisation.state == filters.state)
    if filters.has_agreement:
        query = query.where(Organisation.agreements.any())
    if filters.search.strip():
        names = [Organisation.name_zh, Organisation.name_en]
        query = query.where(match_name(filters.search, names, Organisation.sort_key))
    return query


# What an organisation gave in closed months.

MOST_REMEMBERED = 24  # lines that are shown


@dataclass(frozen=True, slots=True)
class GivenLine:
    """What an organisation offered and gave in a closed month.

    category   the category; None: visits
    offered    units offered
    given      units given
    """

    month: date
    category: ServiceCategory | None
    offered: int
    given: int


def list_given(organisation: Organisation) -> list[GivenLine]:
    """The organisation's lines in the ledger of closed months, latest first.

    At most ``MOST_REMEMBERED``. Money is not load and has no line.
    """
    line = FairnessLedger
    query = (
        select(line.month, line.pledged, line.given, ServiceCategory)
        .join(
            MatchRound,
            (MatchRound.month == line.month) & (MatchRound.subdistrict_id == line.subdistrict_id),
        )
        .outerjoin(ServiceCategory, ServiceCategory.code == line.measure)
        .where(line.scope == LedgerScope.ORGANISATION, line.reference == organisation.code)
        .where(line.subdistrict_id == organisation.subdistrict_id, line.measure != "")
        .where(MatchRound.state == RoundState.CLOSED)
        .order_by(line.month.desc(), line.measure)
        .limit(MOST_REMEMBERED)
    )
    return [
        GivenLine(month, category, offered, given)
        for month, offered, given, category in db.session.execute(query)
    ]
