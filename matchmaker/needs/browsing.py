"""Open needs as a giver may read them: what, when and roughly where, never who."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.extensions import db
from matchmaker.models import (
    Committee,
    Need,
    NeedForm,
    NeedState,
    Organisation,
    Resident,
    Role,
    ServiceCategory,
    User,
    Volunteer,
)
from matchmaker.needs.filters import BrowseFilters


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """One open need without the person, their words or the need's reference."""

    category: ServiceCategory
    form: NeedForm
    quantity: int
    least_quantity: int
    windows: tuple[str, ...]
    committee: Committee
    block: str
    waiting_rounds: int


def list_open_needs(actor: User, filters: BrowseFilters) -> Select[Need]:
    """Open needs of the actor's committee or subdistrict, by category, the longest wait first."""
    query = (
        select(Need)
        .join(Need.category)
        .join(Need.committee)
        .where(Need.state == NeedState.OPEN, _is_in_reach(actor))
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
    """What is left of a need when nobody can be recognised by it."""
    return OpenNeed(
        category=need.category,
        form=need.form,
        quantity=need.quantity,
        least_quantity=need.least_quantity,
        windows=tuple(need.windows),
        committee=need.committee,
        block=need.resident.household.block,
        waiting_rounds=need.waiting_rounds,
    )


def list_committees(actor: User) -> list[Committee]:
    """The committees whose open needs the actor may browse, by code."""
    query = select(Committee).where(_is_in_reach(actor)).order_by(Committee.code)
    return list(db.session.scalars(query))


def _is_in_reach(actor: User) -> ColumnElement[bool]:
    """Givers belong to a subdistrict through their organisation."""
    if actor.role is Role.SOCIAL_WORKER:
        return Committee.subdistrict_id == actor.subdistrict_id
    if actor.role is Role.COMMITTEE_WORKER:
        return Committee.id == actor.committee_id
    if actor.role is Role.COORDINATOR:
        organisation = actor.organisation_id
        own = select(Organisation.subdistrict_id).where(Organisation.id == organisation)
        return Committee.subdistrict_id.in_(own)
    if actor.role is Role.VOLUNTEER:
        own = (
            select(Organisation.subdistrict_id)
            .join(Volunteer, Volunteer.organisation_id == Organisation.id)
            .where(Volunteer.id == actor.volunteer_id)
        )
        return Committee.subdistrict_id.in_(own)
    return true() if actor.role is Role.AUDITOR else false()
