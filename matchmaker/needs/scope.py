"""Which needs an actor may know of."""

from sqlalchemy import ColumnElement, and_, false, or_, select

from matchmaker.errors import NotFoundError
from matchmaker.extensions import db
from matchmaker.models import Committee, Need, NeedState, Role, User


def get_need(need_id: int, actor: User) -> Need:
    """The need, if the actor may see it with the person. Raises ``NotFoundError``."""
    need: Need | None = db.session.scalar(select(Need).where(Need.id == need_id, make_scope(actor)))
    if need is None:
        raise NotFoundError("need")
    return need


def make_scope(actor: User) -> ColumnElement[bool]:
    """The condition of the actor's own needs; a draft is nobody's but the person's who writes."""
    if actor.role is Role.RESIDENT:
        return Need.resident_id == actor.resident_id
    in_place = in_committees(actor)
    return and_(in_place, or_(Need.state != NeedState.DRAFT, Need.entered_by_id == actor.id))


def in_committees(actor: User) -> ColumnElement[bool]:
    """Needs raised in the committee or subdistrict the actor works for."""
    if actor.role is Role.COMMITTEE_WORKER:
        return Need.committee_id == actor.committee_id
    if actor.role is Role.SOCIAL_WORKER:
        own = select(Committee.id).where(Committee.subdistrict_id == actor.subdistrict_id)
        return Need.committee_id.in_(own)
    return false()
