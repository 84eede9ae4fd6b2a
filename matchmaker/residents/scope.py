"""The residents that an actor may see."""

from sqlalchemy import Select, select

from matchmaker.base.extensions import db
from matchmaker.models import Committee, Household, Resident, User
from matchmaker.scopes import get_in_scope, is_in_scope


def select_residents(actor: User) -> Select[Resident]:
    """The query for the residents in the actor's scope, joined with household and committee."""
    query = select(Resident).join(Resident.household).join(Household.committee)
    return query.where(is_in_scope(Resident, actor))


def get_resident(resident_id: int | None, actor: User) -> Resident:
    """The resident. Raises ``NotFoundError`` outside the actor's scope."""
    return get_in_scope(Resident, resident_id, actor, "resident.unknown")


def list_committees(actor: User) -> list[Committee]:
    """The committees in the actor's scope, in order of code."""
    query = select(Committee).where(is_in_scope(Committee, actor)).order_by(Committee.code)
    return list(db.session.scalars(query))
