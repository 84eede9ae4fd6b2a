"""Find events of the audit log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from matchmaker.base.clock import SHANGHAI
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Role, User


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Filters of a list of events; None or empty does not filter. Days are days in Shanghai."""

    action: str = ""
    role: Role | None = None
    subject_type: str = ""
    subject_id: int | None = None
    first_on: date | None = None
    last_on: date | None = None


def select_events(filters: EventFilter) -> Select[AuditEvent]:
    """The events that pass the filters, latest first."""
    query = _select_with_actor()
    if filters.action:
        query = query.where(AuditEvent.action.startswith(filters.action, autoescape=True))
    if filters.role is not None:
        query = query.where(AuditEvent.actor_role == filters.role.value)
    if filters.subject_type:
        query = query.where(AuditEvent.subject_type == filters.subject_type)
    if filters.subject_id is not None:
        query = query.where(AuditEvent.subject_id == filters.subject_id)
    if filters.first_on is not None:
        query = query.where(AuditEvent.at >= _get_start(filters.first_on))
    if filters.last_on is not None:
        query = query.where(AuditEvent.at < _get_start(filters.last_on + timedelta(days=1)))
    return query


def select_own_events(actor: User) -> Select[AuditEvent]:
    """The events of what the actor did, latest first."""
    return _select_with_actor().where(AuditEvent.actor_id == actor.id)


def list_subject_types() -> list[str]:
    """The kinds of subjects that events have."""
    query = select(AuditEvent.subject_type).distinct().order_by(AuditEvent.subject_type)
    return list(db.session.scalars(query))


def _select_with_actor() -> Select[AuditEvent]:
    actor = joinedload(AuditEvent.actor).joinedload(User.resident)
    return select(AuditEvent).options(actor).order_by(AuditEvent.id.desc())


def _get_start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
