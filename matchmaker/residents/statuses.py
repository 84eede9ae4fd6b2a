"""Record, verify and end the recipient statuses of residents."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import RecipientStatus, Resident, Role, StatusKind, User
from matchmaker.notices.service import notify_resident
from matchmaker.promises.breaking import NO_BREAKS, Breaks, find_breaks_of_status
from matchmaker.residents.scope import get_resident
from matchmaker.scopes import list_same_persons
from matchmaker.states import StateMachine

# The state of a status follows from its last day and its verification; it is not stored.


class StatusState(StrEnum):
    WAITING = "waiting"  # recorded and not verified
    VERIFIED = "verified"
    OVER = "over"  # the last day has passed


class StatusStep(StrEnum):
    """Steps of a status; ``status.`` and the value name the audit event's action."""

    VERIFY = "verify"
    END = "end"


STATUS_STATES = StateMachine(
    "status.state",
    {
        StatusStep.VERIFY: {StatusState.WAITING: StatusState.VERIFIED},
        StatusStep.END: dict.fromkeys(
            (StatusState.WAITING, StatusState.VERIFIED), StatusState.OVER
        ),
    },
)


def get_recordable(resident_id: int, actor: User) -> Resident:
    """The resident, if the actor may record statuses of them.

    Raises ``ForbiddenError`` unless the actor is a committee worker (a social worker only verifies
    what a committee recorded), ``NotFoundError`` outside the actor's scope.
    """
    if actor.role is not Role.COMMITTEE_WORKER:
        raise ForbiddenError("status.committee_records")
    return get_resident(resident_id, actor)


def record_status(
    *,
    actor: User,
    resident_id: int,
    kind: StatusKind,
    evidence: str,
    valid_until: date | None,
    now: datetime,
) -> RecipientStatus:
    """Record a status, or replace the recorded one of its kind; it then waits for verification.

    Informs the office of promises that this breaks. Raises as ``get_recordable`` does, and
    ``InvalidError`` for a last day in the past.
    """
    resident = get_recordable(resident_id, actor)
    if valid_until is not None and valid_until < get_local_date(now):
        raise InvalidError("status.last_day_past", "valid_until")
    breaks = find_breaks_of_status(resident_id, kind, now)
    row = _find_or_add(resident, kind)
    row.evidence, row.valid_until, row.recorded_by_id = evidence, valid_until, actor.id
    row.verified_by_id, row.verified_at = None, None
    db.session.flush()
    breaks.inform_office(actor, now)
    _record(actor, "status.record", row, resident, now, breaks)
    return row


def verify_status(
    *, actor: User, resident_id: int, status_id: int, now: datetime
) -> RecipientStatus:
    """Verify a recorded status, as another person than the one who recorded it.

    Raises ``ConflictError`` if it is verified or over, or the actor's person recorded it.
    """
    resident = get_resident(resident_id, actor)
    row = _get_status(resident, status_id)
    STATUS_STATES.check(get_state(row, now), StatusStep.VERIFY)
    if row.recorded_by_id and actor.id in list_same_persons([row.recorded_by_id]):
        raise ConflictError("status.second_person")
    row.verified_by_id, row.verified_at = actor.id, now
    db.session.flush()
    _record(actor, "status.verify", row, resident, now)
    return row


def end_status(
    *, actor: User, resident_id: int, status_id: int, now: datetime, known_breaks: int = 0
) -> RecipientStatus:
    """End a status with yesterday as its last day, and inform the office of broken promises.

    Raises ``ConflictError`` if it is over, or if this breaks more than ``known_breaks`` promises,
    the number that the actor was shown.
    """
    resident = get_resident(resident_id, actor)
    row = _get_status(resident, status_id)
    STATUS_STATES.check(get_state(row, now), StatusStep.END)
    breaks = find_breaks_of_status(resident_id, row.kind, now)
    breaks.require_known(known_breaks)
    breaks.inform_office(actor, now)
    row.valid_until = get_local_date(now) - timedelta(days=1)
    db.session.flush()
    _record(actor, "status.end", row, resident, now, breaks)
    return row


def get_state(status: RecipientStatus, now: datetime) -> StatusState:
    """The state of the status on the day of ``now``."""
    if is_over(status, now):
        return StatusState.OVER
    return StatusState.WAITING if status.verified_at is None else StatusState.VERIFIED


def is_over(status: RecipientStatus, now: datetime) -> bool:
    """Whether the last day of the status is over in Shanghai; False without a last day."""
    return status.valid_until is not None and status.valid_until < get_local_date(now)


def _find_or_add(resident: Resident, kind: StatusKind) -> RecipientStatus:
    row: RecipientStatus | None = db.session.scalar(
        select(RecipientStatus).where(
            RecipientStatus.resident_id == resident.id, RecipientStatus.kind == kind
        )
    )
    if row is None:
        row = RecipientStatus(resident_id=resident.id, kind=kind)
        db.session.add(row)
    return row


def _get_status(resident: Resident, status_id: int) -> RecipientStatus:
    row = db.session.get(RecipientStatus, status_id)
    if row is None or row.resident_id != resident.id:
        raise NotFoundError("status.unknown")
    return row


def _record(
    actor: User,
    action: str,
    row: RecipientStatus,
    resident: Resident,
    now: datetime,
    breaks: Breaks = NO_BREAKS,
) -> None:
    record_event(
        actor=actor,
        action=action,
        subject=row,
        now=now,
        on_behalf_of=resident,
        details=breaks.to_details(),
    )
    notify_resident(resident, actor, action, row, now)
