"""What a range of published months promised, and what was delivered of it, by group.

A count and the list that it opens use the same conditions, most of them those of the board, so
they have the same rows. Sums of units mean something for groups by category only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    Household,
    MatchRound,
    Need,
    NeedState,
    Offer,
    Organisation,
    Pairing,
    Promise,
    Resident,
    ServiceCategory,
    Volunteer,
    load_run,
)
from matchmaker.promises.board import STEPS, count_where, find_condition, join_groups
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES

WAITS_ON = "waits_on"  # counted beside the steps of the funnel


class Group(StrEnum):
    """What the rows of the memory are."""

    CATEGORY = "category"
    COMMITTEE = "committee"
    ORGANISATION = "organisation"
    VOLUNTEER = "volunteer"
    HOUSEHOLD = "household"


_MODELS: dict[Group, Any] = {
    Group.CATEGORY: ServiceCategory,
    Group.COMMITTEE: Committee,
    Group.ORGANISATION: Organisation,
    Group.VOLUNTEER: Volunteer,
    Group.HOUSEHOLD: Household,
}
COUNTED = ("promised", "delivered", "failed", "ended", "late", WAITS_ON)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of months of one street office; ``first`` and ``last`` are both part of it."""

    subdistrict_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the months promised and gave for one group.

    group            the row of the group, such as a home or a category
    counts           name in ``COUNTED`` -> number of promises that count under it
    units_promised   sum of the units promised
    units_given      sum of the units given
    """

    group: Any
    counts: dict[str, int]
    units_promised: int
    units_given: int


def list_months(subdistrict_id: int) -> Sequence[date]:
    """The published months of an office, latest first."""
    query = select(MatchRound.month).where(
        MatchRound.subdistrict_id == subdistrict_id, MatchRound.published_run_id.is_not(None)
    )
    return db.session.scalars(query.order_by(MatchRound.month.desc())).all()


def select_groups(span: Span, by: Group, today: date) -> Select[Any]:
    """The query for the groups with their counts; ``read_group`` reads a row.

    Most promises ended without help come first, then most promises, then in order of id.
    """
    model = _MODELS[by]
    counts = [count_where(_find(name, today)).label(name) for name in COUNTED]
    units = [func.sum(Promise.units).label("units"), func.sum(_given_units()).label("given")]
    not_kept = func.sum(case((Promise.state.in_(FALLEN_STATES), 1), else_=0)).label("not_kept")
    by_id = (
        _join(select(model.id.label("id"), *counts, *units, not_kept))
        .where(*_list_conditions(span))
        .where(model.id.is_not(None))
        .group_by(model.id)
        .subquery()
    )
    counted = [by_id.c[column.name] for column in (*counts, *units)]
    query: Select[Any] = (
        select(model, *counted)
        .join(by_id, by_id.c.id == model.id)
        .order_by(by_id.c.not_kept.desc(), by_id.c[COUNTED[0]].desc(), model.id)
    )
    return query


def read_group(row: Any) -> Remembered:
    """Read one row of ``select_groups``."""
    group, *values = row
    counts = dict(zip(COUNTED, (int(value or 0) for value in values), strict=False))
    promised, given = (int(value or 0) for value in values[len(COUNTED) :])
    return Remembered(group, counts, promised, given)


def count_all(span: Span, today: date) -> dict[str, int]:
    """How many promises of the months count under each name of ``COUNTED``."""
    query = _join(select(*(count_where(_find(name, today)) for name in COUNTED)))
    row: Any = db.session.execute(query.where(*_list_conditions(span))).one()
    return dict(zip(COUNTED, (int(value or 0) for value in row), strict=True))


def select_rows(
    span: Span, by: Group, group_id: int | None, counted: str, today: date
) -> Select[Promise]:
    """The query for the promises of one count, latest month first, then in order of id.

    ``group_id`` None: promises of all groups, and those without a group.
    """
    query = _join(select(Promise)).where(*_list_conditions(span), _find(counted, today))
    if group_id is not None:
        query = query.where(_MODELS[by].id == group_id)
    loaded: Select[Promise] = query.order_by(MatchRound.month.desc(), Promise.id).options(
        load_run(),
        joinedload(Promise.need).joinedload(Need.category),
        joinedload(Promise.need)
        .joinedload(Need.resident)
        .joinedload(Resident.household)
        .joinedload(Household.committee),
        joinedload(Promise.pairing).joinedload(Pairing.category),
        joinedload(Promise.pairing)
        .joinedload(Pairing.resident)
        .joinedload(Resident.household)
        .joinedload(Household.committee),
        joinedload(Promise.organisation),
        joinedload(Promise.volunteer),
        joinedload(Promise.offer).joinedload(Offer.category),
    )
    return loaded


def get_group(span: Span, by: Group, group_id: int) -> Any:
    """Return the group; raise ``NotFoundError`` if it has no promises in the months."""
    model = _MODELS[by]
    query = _join(select(model)).where(*_list_conditions(span), model.id == group_id)
    found = db.session.scalars(query.limit(1)).first()
    if found is None:
        raise NotFoundError("round.group_unknown")
    return found


def list_persons(households: Sequence[int]) -> dict[int, list[int]]:
    """The ids of the persons of each household, keyed by its id."""
    query = select(Resident.household_id, Resident.person_id).where(
        Resident.household_id.in_(households)
    )
    found: dict[int, list[int]] = {}
    for household_id, person_id in db.session.execute(query):
        found.setdefault(household_id, []).append(person_id)
    return found


def _find(counted: str, today: date) -> ColumnElement[bool]:
    return find_condition(counted, today) if counted in STEPS else _waits_on()


def _waits_on() -> ColumnElement[bool]:
    """The condition for promises not given in whole whose need still waits."""
    is_short = and_(Promise.state.in_(DONE_STATES), Promise.delivered_units < Promise.units)
    waits = Need.state.in_((NeedState.OPEN, NeedState.IN_ROUND))
    return and_(or_(Promise.state.in_(FALLEN_STATES), is_short), waits)


def _given_units() -> ColumnElement[int]:
    is_given = Promise.state.in_(DONE_STATES)
    return case((is_given, func.coalesce(Promise.delivered_units, Promise.units)), else_=0)


def _join(query: Any) -> Any:
    """Return the query over promises of published runs, joined to all that a group may be."""
    return (
        join_groups(query)
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .outerjoin(Volunteer, Volunteer.id == Promise.volunteer_id)
    )


def _list_conditions(span: Span) -> list[ColumnElement[bool]]:
    return [
        MatchRound.subdistrict_id == span.subdistrict_id,
        MatchRound.month.between(span.first, span.last),
    ]
