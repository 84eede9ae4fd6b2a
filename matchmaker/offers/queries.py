"""Queries for lists of offers, and for the choices of their forms."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import contains_eager

from matchmaker.base import database
from matchmaker.base.clock import get_month
from matchmaker.base.extensions import db
from matchmaker.kinds import KINDS_WITH_VOLUNTEERS
from matchmaker.models import (
    Committee,
    MatchRound,
    Offer,
    OfferKind,
    OfferState,
    Organisation,
    RoundState,
    ServiceCategory,
    User,
    Volunteer,
    VolunteerState,
)
from matchmaker.offers.scope import select_offers
from matchmaker.scopes import is_in_scope
from matchmaker.words.names import match_name

MOST_EARLIER = 5  # offers from which to copy
DAYS_BEFORE_END = 30  # an offer whose last day is within so many days ends soon

# Filters of the lists.


@dataclass(frozen=True, slots=True)
class OfferFilters:
    """Filters of a list of offers; a field that is None, empty or False does not filter.

    is_staffless   only offers of volunteers' time without an active volunteer who can give it
    ends_after     only offers whose last day is this day or one of the next ``DAYS_BEFORE_END``
    """

    state: OfferState | None = None
    kind: OfferKind | None = None
    search: str = ""
    organisation_id: int | None = None
    category_id: int | None = None
    is_staffless: bool = False
    ends_after: date | None = None


# A frozen month uses a copy of the offers, which later changes of an offer do not affect.


def find_frozen_month(subdistrict_id: int, now: datetime) -> date | None:
    """The latest frozen month that is the present one or later; None if there is none."""
    return db.session.scalar(
        select(func.max(MatchRound.month)).where(
            MatchRound.subdistrict_id == subdistrict_id,
            MatchRound.month >= get_month(now),
            MatchRound.state != RoundState.DRAFT,
        )
    )


def list_offers(actor: User, filters: OfferFilters) -> Select[Offer]:
    """The query for the offers in the actor's scope that pass ``filters``, newest first."""
    return (
        _narrow(actor, filters)
        .options(contains_eager(Offer.category), contains_eager(Offer.organisation))
        .order_by(Offer.created_at.desc(), Offer.id.desc())
    )


def list_waiting(actor: User, filters: OfferFilters) -> Select[Offer]:
    """The query for submitted offers that pass the other ``filters``, oldest first."""
    waiting = replace(filters, state=OfferState.SUBMITTED)
    return list_offers(actor, waiting).order_by(None).order_by(Offer.created_at, Offer.id)


def list_earlier(actor: User) -> list[Offer]:
    """The offers in the actor's scope that say where or how they are given, latest first.

    At most ``MOST_EARLIER``.
    """
    says = or_(Offer.place_id.is_not(None), Offer.handing_over.is_not(None), Offer.bring != "")
    query = select_offers(actor).where(or_(says, Offer.payment != ""))
    return list(db.session.scalars(query.order_by(Offer.id.desc()).limit(MOST_EARLIER)))


def count_by_state(actor: User, filters: OfferFilters) -> dict[OfferState, int]:
    """How many offers pass ``filters`` but that of state, keyed by state."""
    return database.count_by_state(_narrow(actor, replace(filters, state=None)), Offer.state)


def _narrow(actor: User, filters: OfferFilters) -> Select[Offer]:
    query = select_offers(actor).join(Offer.category)
    if filters.state is not None:
        query = query.where(Offer.state == filters.state)
    if filters.kind is not None:
        query = query.where(ServiceCategory.kind == filters.kind)
    if filters.organisation_id is not None:
        query = query.where(Offer.organisation_id == filters.organisation_id)
    if filters.category_id is not None:
        query = query.where(Offer.category_id == filters.category_id)
    if filters.is_staffless:
        query = query.where(lacks_volunteers())
    if filters.ends_after is not None:
        last = filters.ends_after + timedelta(days=DAYS_BEFORE_END)
        query = query.where(Offer.valid_until.between(filters.ends_after, last))
    if filters.search.strip():
        names = [Offer.title, ServiceCategory.name_zh, ServiceCategory.name_en]
        organisation = match_name(
            filters.search, [Organisation.name_zh, Organisation.name_en], Organisation.sort_key
        )
        texts = (name.icontains(filters.search.strip(), autoescape=True) for name in names)
        query = query.where(or_(organisation, *texts))
    return query


def lacks_volunteers() -> ColumnElement[bool]:
    """The condition for offers of volunteers' time without an active volunteer for the category.

    The query has to join the offers' category.
    """
    code = func.replace(ServiceCategory.code, "_", r"\_")  # since LIKE takes "_" as any letter
    able = select(Volunteer.id).where(
        Volunteer.organisation_id == Offer.organisation_id,
        Volunteer.state == VolunteerState.ACTIVE,
        # A JSON list of codes, which databases write alike except for blanks between the codes.
        cast(Volunteer.categories, String).like(literal('%"') + code + literal('"%'), escape="\\"),
    )
    return and_(ServiceCategory.kind.in_(KINDS_WITH_VOLUNTEERS), ~able.exists())


def list_organisations(actor: User) -> list[Organisation]:
    """The organisations in the actor's scope, in pinyin order, as choices of a filter."""
    query = select(Organisation).where(is_in_scope(Organisation, actor))
    return list(db.session.scalars(query.order_by(Organisation.sort_key, Organisation.id)))


def list_committees(subdistrict_id: int) -> list[Committee]:
    """The committees of the street office, in order of code."""
    query = select(Committee).where(Committee.subdistrict_id == subdistrict_id)
    return list(db.session.scalars(query.order_by(Committee.code)))


def list_categories() -> list[tuple[ServiceCategory, list[ServiceCategory]]]:
    """Each heading that has categories, with its categories, in the catalogue's order."""
    rows = db.session.scalars(
        select(ServiceCategory).order_by(ServiceCategory.position, ServiceCategory.id)
    ).all()
    children: dict[int, list[ServiceCategory]] = {}
    for row in rows:
        if row.parent_id is not None:
            children.setdefault(row.parent_id, []).append(row)
    return [(row, children[row.id]) for row in rows if row.id in children]
