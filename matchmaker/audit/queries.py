"""Find events of the audit log, and the references of what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from matchmaker.base.clock import SHANGHAI
from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    Committee,
    MatchRound,
    MonthPack,
    Need,
    Offer,
    Organisation,
    Pairing,
    RecipientStatus,
    Resident,
    Role,
    RoundPrice,
    RoundRepair,
    RoundRun,
    SignedLink,
    Subdistrict,
    User,
    Volunteer,
)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Filters of a list of events; None or empty does not filter.

    ``action``: the beginning of the action's code. Days are days in Shanghai.
    """

    action: str = ""
    role: Role | None = None
    subject_type: str = ""
    subject_id: int | None = None
    first_on: date | None = None
    last_on: date | None = None


def select_events(filters: EventFilter) -> Select[AuditEvent]:
    """The query for the events that pass the filters, latest first."""
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
    """The query for the events of the actor's own steps, latest first."""
    return _select_with_actor().where(AuditEvent.actor_id == actor.id)


def list_subject_types() -> list[str]:
    """The kinds of subjects (table names) that events have, in alphabetical order."""
    query = select(AuditEvent.subject_type).distinct().order_by(AuditEvent.subject_type)
    return list(db.session.scalars(query))


Key = tuple[str, int]  # the table and the row id of a subject


@dataclass(frozen=True, slots=True)
class Subjects:
    """The names of subjects, and the id of the person of those that are somebody's."""

    names: dict[Key, str] = field(default_factory=dict)
    persons: dict[Key, int] = field(default_factory=dict)


# The query for each kind of subject: row id, name (a reference, month or public name, never that of
# a person) and, if the reference is a person's, the id of that person.
_REFERENCES: dict[str, Any] = {
    "need": select(Need.id, Need.reference, Resident.person_id).join(Need.resident),
    "resident": select(Resident.id, Resident.reference, Resident.person_id),
    "recipient_status": select(RecipientStatus.id, Resident.reference, Resident.person_id).join(
        RecipientStatus.resident
    ),
    "volunteer": select(Volunteer.id, Volunteer.reference, Volunteer.person_id),
    "pairing": select(Pairing.id, Pairing.reference, Resident.person_id).join(Pairing.resident),
    "organisation": select(Organisation.id, Organisation.code),
    "signed_link": select(SignedLink.id, Organisation.code).join(SignedLink.organisation),
    "offer": select(Offer.id, Offer.title),
    "match_round": select(MatchRound.id, MatchRound.month),
    "round_run": select(RoundRun.id, MatchRound.month).join(RoundRun.match_round),
    "round_price": select(RoundPrice.id, MatchRound.month).join(RoundPrice.match_round),
    "round_repair": select(RoundRepair.id, MatchRound.month)
    .join(RoundRepair.run)
    .join(RoundRun.match_round),
    "month_pack": select(MonthPack.id, MonthPack.first_month),
    "subdistrict": select(Subdistrict.id, Subdistrict.name_zh),
    "committee": select(Committee.id, Committee.name_zh),
}


def name_subjects(events: Sequence[AuditEvent]) -> Subjects:
    """Read the names and persons of what the events are about; one query for each kind."""
    found = Subjects()
    for kind, query in _REFERENCES.items():
        ids = {event.subject_id for event in events if event.subject_type == kind}
        if ids:
            key = next(iter(query.selected_columns))
            for row_id, name, *persons in db.session.execute(query.where(key.in_(ids))):
                found.names[kind, row_id] = _say(name)
                for person in persons:
                    found.persons[kind, row_id] = person
    return found


def _say(name: object) -> str:
    return f"{name:%Y-%m}" if isinstance(name, date) else str(name)


def _select_with_actor() -> Select[AuditEvent]:
    actor = joinedload(AuditEvent.actor).joinedload(User.resident)
    return select(AuditEvent).options(actor).order_by(AuditEvent.id.desc())


def _get_start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
