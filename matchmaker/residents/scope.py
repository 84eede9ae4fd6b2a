"""Whose residents an actor may know of."""

from sqlalchemy import Select, false, select

from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Committee, Household, Resident, Role, User


def select_residents(actor: User) -> Select[Resident]:
    """The residents of the actor's committee or subdistrict, or the actor alone."""
    query = select(Resident).join(Resident.household).join(Household.committee)
    if actor.role is Role.COMMITTEE_WORKER:
        return query.where(Household.committee_id == actor.committee_id)
    if actor.role is Role.SOCIAL_WORKER:
        return query.where(Committee.subdistrict_id == actor.subdistrict_id)
    if actor.role is Role.RESIDENT:
        return query.where(Resident.id == actor.resident_id)
    return query.where(false())


def get_resident(resident_id: int | None, actor: User) -> Resident:
    """Raises ``NotFoundError`` for somebody outside the actor's scope."""
    row: Resident | None = db.session.scalar(
        select_residents(actor).where(Resident.id == resident_id)
    )
    if row is None:
        raise NotFoundError("resident")
    return row


def list_committees(actor: User) -> list[Committee]:
    """The committees among whose residents the actor works, in the order of their codes."""
    query = select(Committee).order_by(Committee.code)
    if actor.role is Role.COMMITTEE_WORKER:
        query = query.where(Committee.id == actor.committee_id)
    else:
        query = query.where(Committee.subdistrict_id == actor.subdistrict_id)
    return list(db.session.scalars(query))
