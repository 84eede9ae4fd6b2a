"""Queries for lists of volunteers, of one organisation or of a whole street office."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, String, cast, select
from sqlalchemy.orm import contains_eager, selectinload

from matchmaker.base import database
from matchmaker.base.extensions import db
from matchmaker.models import Organisation, ServiceCategory, User, Volunteer, VolunteerState
from matchmaker.scopes import is_in_scope
from matchmaker.words.names import match_name

# Filters of the list.


@dataclass(frozen=True, slots=True)
class VolunteerFilters:
    """Filters of a list of volunteers; a field that is None or empty does not filter.

    ``category`` is the code of a category in which they can serve.
    """

    state: VolunteerState | None = None
    category: str = ""
    search: str = ""
    organisation_id: int | None = None


def list_volunteers(actor: User, filters: VolunteerFilters) -> Select[Volunteer]:
    """The query for volunteers in the actor's scope that pass ``filters``, in pinyin order."""
    return (
        _narrow(actor, filters)
        .options(selectinload(Volunteer.qualifications))
        .order_by(Volunteer.sort_key, Volunteer.id)
    )


def list_office_volunteers(actor: User, filters: VolunteerFilters) -> Select[Volunteer]:
    """The query for volunteers of the organisations in the actor's scope that pass ``filters``.

    They are in order of organisation, then reference. A social worker may read but not change them.
    """
    return (
        _narrow_any(_is_of_office(actor), filters)
        .join(Volunteer.organisation)
        .options(selectinload(Volunteer.qualifications), contains_eager(Volunteer.organisation))
        .order_by(Organisation.sort_key, Organisation.id, Volunteer.reference)
    )


def count_by_state(actor: User, filters: VolunteerFilters) -> dict[VolunteerState, int]:
    """How many volunteers pass ``filters`` but that of state, keyed by state."""
    return database.count_by_state(_narrow(actor, replace(filters, state=None)), Volunteer.state)


def count_office_by_state(actor: User, filters: VolunteerFilters) -> dict[VolunteerState, int]:
    """The same count for the volunteers of ``list_office_volunteers``."""
    query = _narrow_any(_is_of_office(actor), replace(filters, state=None))
    return database.count_by_state(query, Volunteer.state)


def map_categories(volunteers: Iterable[Volunteer]) -> dict[str, ServiceCategory]:
    """The categories in which these volunteers can serve, keyed by code."""
    codes = {code for volunteer in volunteers for code in volunteer.categories}
    rows = db.session.scalars(select(ServiceCategory).where(ServiceCategory.code.in_(codes)))
    return {row.code: row for row in rows}


def has_expired_proof(volunteer: Volunteer, today: date) -> bool:
    """Whether a qualification of the volunteer has expired, so that it has to be shown again."""
    return any(
        row.expires_on is not None and row.expires_on < today for row in volunteer.qualifications
    )


def _narrow(actor: User, filters: VolunteerFilters) -> Select[Volunteer]:
    return _narrow_any(is_in_scope(Volunteer, actor), filters)


def _is_of_office(actor: User) -> ColumnElement[bool]:
    return Volunteer.organisation.has(is_in_scope(Organisation, actor))


def _narrow_any(scope: ColumnElement[bool], filters: VolunteerFilters) -> Select[Volunteer]:
    query = select(Volunteer).where(scope)
    if filters.state is not None:
        query = query.where(Volunteer.state == filters.state)
    if filters.organisation_id is not None:
        query = query.where(Volunteer.organisation_id == filters.organisation_id)
    if filters.category:
        # A JSON list of codes, which databases write alike except for blanks between the codes.
        quoted = f'"{filters.category}"'
        codes = cast(Volunteer.categories, String)
        query = query.where(codes.contains(quoted, autoescape=True))
    if filters.search.strip():
        names = [Volunteer.name, Volunteer.reference]
        query = query.where(match_name(filters.search, names, Volunteer.sort_key))
    return query
