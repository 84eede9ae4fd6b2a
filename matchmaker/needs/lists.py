"""Lists of needs, narrowed by what a reader asks for."""

from dataclasses import replace

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from matchmaker.extensions import db
from matchmaker.models import Need, NeedState, Resident, ServiceCategory, User
from matchmaker.name_search import match_name
from matchmaker.needs.filters import NeedFilters
from matchmaker.needs.scope import make_scope
from matchmaker.needs.states import ENDED


def list_needs(actor: User, filters: NeedFilters) -> Select[Need]:
    """The needs of the actor's scope that pass ``filters``.

    Those waiting for the committee come oldest first, any other list newest first.
    """
    is_queue = filters.state is NeedState.SUBMITTED
    order = (Need.submitted_at, Need.id) if is_queue else (Need.created_at.desc(), Need.id.desc())
    return (
        _narrow(actor, filters)
        .options(
            contains_eager(Need.resident).joinedload(Resident.household),
            contains_eager(Need.category),
            joinedload(Need.committee),
        )
        .order_by(*order)
    )


def count_by_state(actor: User, filters: NeedFilters) -> dict[NeedState, int]:
    """How many needs pass ``filters`` in each state, whatever state is asked for."""
    rows = _narrow(actor, replace(filters, state=None)).with_only_columns(Need.state).subquery()
    counted = db.session.execute(
        select(rows.c.state, func.count().label("total")).group_by(rows.c.state)
    )
    found: dict[NeedState, int] = {row.state: row.total for row in counted}
    return {state: found[state] for state in NeedState if state in found}


def list_own_needs(actor: User) -> list[Need]:
    """A resident's own needs and wishes, the newest first."""
    query = select(Need).where(make_scope(actor)).options(joinedload(Need.category))
    return list(db.session.scalars(query.order_by(Need.created_at.desc(), Need.id.desc())))


def list_duplicates(need: Need, actor: User) -> list[Need]:
    """Needs of the same resident in the same category that have not ended, oldest first."""
    query = select(Need).where(
        make_scope(actor),
        Need.resident_id == need.resident_id,
        Need.category_id == need.category_id,
        Need.id != need.id,
        Need.state.not_in(ENDED | {NeedState.DRAFT}),
    )
    return list(db.session.scalars(query.order_by(Need.created_at, Need.id)))


def find_ids_with_duplicates(needs: list[Need]) -> set[int]:
    """Those of ``needs`` that have a twin: same resident, same category, not ended."""
    other = aliased(Need)
    is_twin = (
        (other.resident_id == Need.resident_id)
        & (other.category_id == Need.category_id)
        & (other.id != Need.id)
        & other.state.not_in(ENDED | {NeedState.DRAFT})
    )
    query = select(Need.id).where(
        Need.id.in_([need.id for need in needs]), select(other.id).where(is_twin).exists()
    )
    return set(db.session.scalars(query))


def _narrow(actor: User, filters: NeedFilters) -> Select[Need]:
    query = select(Need).join(Need.resident).join(Need.category).where(make_scope(actor))
    if filters.state is not None:
        query = query.where(Need.state == filters.state)
    if filters.category_id is not None:
        wanted = (Need.category_id, ServiceCategory.parent_id)
        query = query.where(or_(*(column == filters.category_id for column in wanted)))
    if filters.tier is not None:
        query = query.where(Need.tier == filters.tier)
    if filters.form is not None:
        query = query.where(Need.form == filters.form)
    if filters.committee_id is not None:
        query = query.where(Need.committee_id == filters.committee_id)
    if filters.search.strip():
        names = [Resident.display_name, Resident.reference, Need.reference]
        query = query.where(match_name(filters.search, names, Resident.sort_key))
    return query
