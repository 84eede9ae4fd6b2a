"""Queries for lists of needs. What givers see of an open need does not name the resident."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from matchmaker.base import database
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    MatchRound,
    Need,
    NeedState,
    NeedType,
    Promise,
    RecipientStatus,
    Resident,
    ServiceCategory,
    User,
)
from matchmaker.needs.repeating import comes_back
from matchmaker.needs.states import ENDED, is_untouched
from matchmaker.scopes import is_in_scope
from matchmaker.words.names import match_name

# Filters. A field that is None or empty does not filter.


class Repeats(StrEnum):
    """The needs to which a list is narrowed, among those that come back every month."""

    MONTHLY = "monthly"
    TO_CONFIRM = "to_confirm"  # the committee was asked whether they still come back


@dataclass(frozen=True, slots=True)
class NeedFilters:
    """Filters of a list of needs; ``category_id`` may be a heading of the catalogue.

    ``repeats`` narrows the list to the latest need of each series that goes on in ``month`` or
    later; ``month`` is the present month.
    """

    state: NeedState | None = None
    category_id: int | None = None
    tier: int | None = None
    type: NeedType | None = None
    committee_id: int | None = None
    repeats: Repeats | None = None
    month: date | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class BrowseFilters:
    """Filters of the open needs; ``category_id`` may be a heading of the catalogue."""

    category_id: int | None = None
    committee_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """One open need without the resident, their words or the need's reference."""

    category: ServiceCategory
    type: NeedType
    quantity: int
    least_quantity: int
    windows: tuple[str, ...]
    committee: Committee
    block: str
    waiting_rounds: int


def list_open_needs(actor: User, filters: BrowseFilters) -> Select[Need]:
    """The query for open needs of the committees that the actor may browse.

    The needs are in order of category, then the longest wait first.
    """
    query = (
        select(Need)
        .join(Need.category)
        .join(Need.committee)
        .where(Need.state == NeedState.OPEN, is_in_scope(Committee, actor))
    )
    if filters.category_id is not None:
        wanted = (Need.category_id, ServiceCategory.parent_id)
        query = query.where(or_(*(column == filters.category_id for column in wanted)))
    if filters.committee_id is not None:
        query = query.where(Need.committee_id == filters.committee_id)
    return query.options(
        contains_eager(Need.category),
        contains_eager(Need.committee),
        joinedload(Need.resident).joinedload(Resident.household),
    ).order_by(ServiceCategory.position, Need.waiting_rounds.desc(), Need.submitted_at, Need.id)


def hide_person(need: Need) -> OpenNeed:
    """The parts of a need that do not name the resident."""
    return OpenNeed(
        category=need.category,
        type=need.type,
        quantity=need.quantity,
        least_quantity=need.least_quantity,
        windows=tuple(need.windows),
        committee=need.committee,
        block=need.resident.household.block,
        waiting_rounds=need.waiting_rounds,
    )


def list_committees(actor: User) -> list[Committee]:
    """The committees whose open needs the actor may browse, in order of code."""
    query = select(Committee).where(is_in_scope(Committee, actor)).order_by(Committee.code)
    return list(db.session.scalars(query))


# Lists with the person.


def list_needs(actor: User, filters: NeedFilters) -> Select[Need]:
    """The query for the needs in the actor's scope that pass ``filters``.

    Submitted needs, if ``filters`` ask for them, are oldest first; any other list is newest first.
    """
    is_queue = filters.state is NeedState.SUBMITTED
    order = (Need.submitted_at, Need.id) if is_queue else (Need.created_at.desc(), Need.id.desc())
    return (
        narrow_needs(actor, filters)
        .options(
            contains_eager(Need.resident).joinedload(Resident.household),
            contains_eager(Need.category),
            joinedload(Need.committee),
        )
        .order_by(*order)
    )


def count_by_state(actor: User, filters: NeedFilters) -> dict[NeedState, int]:
    """How many needs pass ``filters`` but that of state, keyed by state; drafts are not counted."""
    sent = narrow_needs(actor, replace(filters, state=None)).where(Need.state != NeedState.DRAFT)
    return database.count_by_state(sent, Need.state)


def get_shown_need(need_id: int, actor: User) -> Need:
    """The need with category, committee, consent, resident and household, in one query.

    Raises ``NotFoundError`` outside the actor's scope.
    """
    query = (
        select(Need)
        .where(Need.id == need_id, is_in_scope(Need, actor))
        .options(
            joinedload(Need.category),
            joinedload(Need.committee),
            joinedload(Need.consent),
            joinedload(Need.resident).joinedload(Resident.household),
        )
    )
    need: Need | None = db.session.scalar(query)
    if need is None:
        raise NotFoundError("need.unknown")
    return need


def list_own_needs(actor: User) -> list[Need]:
    """A resident's own needs and wishes, newest first, without untouched drafts."""
    query = select(Need).where(is_in_scope(Need, actor)).options(joinedload(Need.category))
    rows = db.session.scalars(query.order_by(Need.created_at.desc(), Need.id.desc()))
    return [need for need in rows if not is_untouched(need)]


_HELPED = frozenset({NeedState.MATCHED, NeedState.SERVED, NeedState.PARTLY_SERVED})


def _is_current(need: Any, month: date) -> ColumnElement[bool]:
    """The condition for needs that are sent and still current in ``month``.

    A need that got help is current only if it is in the published round of ``month`` or later.
    """
    has_help = (
        select(Promise.id)
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .where(Promise.need_id == need.id, MatchRound.month >= month)
    )
    is_open = need.state.not_in(ENDED | _HELPED | {NeedState.DRAFT})
    return or_(is_open, need.state.in_(_HELPED) & has_help.exists())


def list_duplicates(need: Need, actor: User, month: date) -> list[Need]:
    """Needs of the same resident in the same category that are current in ``month``, oldest first.

    Only needs in the actor's scope are listed. A need that got help in an earlier month is not a
    duplicate: a resident may ask every month.
    """
    query = select(Need).where(
        is_in_scope(Need, actor),
        Need.resident_id == need.resident_id,
        Need.category_id == need.category_id,
        Need.id != need.id,
        _is_current(Need, month),
    )
    return list(db.session.scalars(query.order_by(Need.created_at, Need.id)))


def find_duplicates(needs: list[Need], month: date) -> dict[int, list[str]]:
    """The references of each need's duplicates, keyed by need id; needs without one are left out.

    A duplicate has the same resident and category and is current in ``month``.
    """
    other = aliased(Need)
    is_twin = (
        (other.resident_id == Need.resident_id)
        & (other.category_id == Need.category_id)
        & (other.id != Need.id)
        & _is_current(other, month)
    )
    query = (
        select(Need.id, other.reference)
        .join(other, is_twin)
        .where(Need.id.in_([need.id for need in needs]))
        .order_by(Need.id, other.id)
    )
    found: dict[int, list[str]] = {}
    for need_id, reference in db.session.execute(query):
        found.setdefault(need_id, []).append(reference)
    return found


def list_statuses(needs: list[Need]) -> dict[int, list[RecipientStatus]]:
    """The statuses of the residents of these needs, keyed by resident id, in order of id."""
    residents = {need.resident_id for need in needs}
    query = select(RecipientStatus).where(RecipientStatus.resident_id.in_(residents))
    found: dict[int, list[RecipientStatus]] = {}
    for row in db.session.scalars(query.order_by(RecipientStatus.id)):
        found.setdefault(row.resident_id, []).append(row)
    return found


def narrow_needs(actor: User, filters: NeedFilters) -> Select[Need]:
    """The query for the needs in the actor's scope that pass ``filters``, without an order.

    ``Need.resident`` and ``Need.category`` are joined.
    """
    query = select(Need).join(Need.resident).join(Need.category).where(is_in_scope(Need, actor))
    query = _narrow_to_series(query, filters)
    if filters.state is not None:
        query = query.where(Need.state == filters.state)
    if filters.category_id is not None:
        wanted = (Need.category_id, ServiceCategory.parent_id)
        query = query.where(or_(*(column == filters.category_id for column in wanted)))
    if filters.tier is not None:
        query = query.where(Need.tier == filters.tier)
    if filters.type is not None:
        query = query.where(Need.type == filters.type)
    if filters.committee_id is not None:
        query = query.where(Need.committee_id == filters.committee_id)
    if filters.search.strip():
        names = [Resident.display_name, Resident.reference, Need.reference]
        query = query.where(match_name(filters.search, names, Resident.sort_key))
    return query


def _narrow_to_series(query: Select[Need], filters: NeedFilters) -> Select[Need]:
    if filters.repeats is not None and filters.month is not None:
        query = query.where(comes_back(filters.month))
    if filters.repeats is Repeats.TO_CONFIRM:
        query = query.where(Need.review_asked_on.is_not(None))
    return query
