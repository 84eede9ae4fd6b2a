"""Days on which a volunteer is away: no visit is arranged on them. Flushes; the view commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import User, Volunteer, VolunteerAbsence
from matchmaker.notices.service import notify_coordinators, notify_volunteer
from matchmaker.promises.breaking import NO_BREAKS, Breaks, find_fallen, find_visits
from matchmaker.scopes import get_in_scope, is_in_scope

MOST_DAYS = 366  # of one entry
MOST_ENTRIES = 50  # of one volunteer that are not over


def get_own_volunteer(actor: User) -> Volunteer:
    """The volunteer of the actor's account. Raises ``NotFoundError`` if it has none."""
    volunteer = db.session.get(Volunteer, actor.volunteer_id or 0)
    if volunteer is None:
        raise NotFoundError("volunteer.unknown")
    return volunteer


def list_absences(volunteer: Volunteer, actor: User, now: datetime) -> Sequence[VolunteerAbsence]:
    """The volunteer's absences in the actor's scope that are not over, in order of first day."""
    query = select(VolunteerAbsence).where(
        VolunteerAbsence.volunteer_id == volunteer.id,
        VolunteerAbsence.last_day >= get_local_date(now),
        is_in_scope(VolunteerAbsence, actor),
    )
    return db.session.scalars(query.order_by(VolunteerAbsence.first_day, VolunteerAbsence.id)).all()


def enter_absence(
    volunteer: Volunteer,
    *,
    first_day: date,
    last_day: date,
    actor: User,
    now: datetime,
    accepts_breaks: bool = False,
) -> VolunteerAbsence:
    """Store days away; months that are frozen later arrange no visits on them.

    Raises ``InvalidError`` naming a field, ``ConflictError`` if there are too many entries. If
    promises cannot be kept on another day, raises ``InvalidError`` unless ``accepts_breaks``, the
    tick that the actor knows it, and otherwise informs the office.
    """
    _check_days(first_day, last_day, get_local_date(now))
    if len(list_absences(volunteer, actor, now)) >= MOST_ENTRIES:
        raise ConflictError("absence.too_many", most=MOST_ENTRIES)
    kept = find_visits([volunteer.person_id], now)
    row = VolunteerAbsence(
        volunteer=volunteer,
        first_day=first_day,
        last_day=last_day,
        entered_by_id=actor.id,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    broken = find_fallen(kept, now)
    if broken.count and not accepts_breaks:
        raise InvalidError("volunteer.breaks_promises", "accepts_breaks", count=broken.count)
    broken.inform_office(actor, now)
    _record("go_away", row, volunteer, actor, now, broken)
    return row


def _check_days(first_day: date, last_day: date, today: date) -> None:
    if last_day < max(first_day, today):
        raise InvalidError("absence.last_day", "last_day")
    if (last_day - first_day).days >= MOST_DAYS:
        raise InvalidError("absence.too_long", "last_day", most=MOST_DAYS)


def get_absence(absence_id: int, actor: User) -> VolunteerAbsence:
    """The absence with this id. Raises ``NotFoundError`` outside the actor's scope."""
    return get_in_scope(VolunteerAbsence, absence_id, actor, "absence.unknown")


def take_back_absence(absence_id: int, *, actor: User, now: datetime) -> None:
    """Delete an absence and record it. Raises ``NotFoundError`` outside the actor's scope."""
    row = get_absence(absence_id, actor)
    _record("stay", row, row.volunteer, actor, now)
    db.session.delete(row)
    db.session.flush()


def _record(
    step: str,
    row: VolunteerAbsence,
    volunteer: Volunteer,
    actor: User,
    now: datetime,
    breaks: Breaks = NO_BREAKS,
) -> None:
    days = {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()}
    details = {**days, **breaks.to_details()}
    db.session.flush()
    action = f"volunteer.{step}"
    record_event(actor=actor, action=action, subject=volunteer, now=now, details=details)
    if actor.volunteer_id == volunteer.id:
        notify_coordinators(volunteer.organisation_id, actor, action, volunteer, now)
    else:
        notify_volunteer(volunteer, actor, action, now)
