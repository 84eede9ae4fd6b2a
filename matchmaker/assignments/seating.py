"""Set when promises are given: another session, the days of a stay, the day of payment.

Flushes; the view commits.
"""

from datetime import date, datetime

from sqlalchemy import select

from matchmaker.assignments.agreeing import record_for
from matchmaker.assignments.answering import lock_promises
from matchmaker.assignments.sessions import check_days, get_offer_of_month
from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing, get_timing
from matchmaker.models import Promise, RoundRun, Session, User
from matchmaker.notices.service import notify_coordinators
from matchmaker.promises.seats import (
    ACCEPTED,
    count_numbers,
    find_number,
    list_open_sessions,
    list_taken,
    notify_recipients,
)
from matchmaker.states import lock_row, lock_rows


def list_choices(row: Promise, now: datetime) -> list[Session]:
    """The other sessions with free numbers to which a promise can be moved, earliest first.

    The list is empty for a promise that is not accepted, or that is a visit.
    """
    if row.state not in ACCEPTED or row.offer_id is None or row.slot is not None:
        return []
    sessions = list_open_sessions(row.run, [row.offer_id], now)
    given = count_numbers(sessions) if sessions else {}
    return [
        session
        for session in sessions
        if session.id != row.session_id
        and (session.most is None or given.get(session.id, 0) < session.most)
    ]


def move(*, actor: User, promise_id: int, session_id: int, now: datetime) -> None:
    """Give a promise the next number of another session, and notify both sides.

    Raises ``InvalidError`` if the session is full, over or not another one of the offer,
    ``ConflictError`` if the promise cannot be moved.
    """
    run, row = _lock(actor, promise_id)
    sessions = {
        session.id: session for session in list_open_sessions(run, [row.offer_id or 0], now)
    }
    session = sessions.get(session_id)
    if session is None or session_id == row.session_id:
        raise InvalidError("day.not_open", "session_id")
    number = find_number(session, list_taken([session_id]).get(session_id, ()))
    if number is None:
        raise InvalidError("day.full", "session_id")
    row.session, row.number = session, number
    db.session.flush()
    record_for(row, "promise.move", actor, now, number=number)
    notify_recipients([row], "help.day_moved", actor, now)
    notify_coordinators(row.organisation_id, actor, "promise.moved", row, now)


def set_stay(*, actor: User, promise_id: int, first: date, last: date, now: datetime) -> None:
    """Set the days of a stay, and notify the recipient.

    Raises ``InvalidError`` for a last day before today, and for days out of order or outside the
    month or the offer's validity, ``NotFoundError`` if the promise is not a stay, ``ConflictError``
    if it is not accepted.
    """
    run, row = _lock(actor, promise_id)
    if row.offer is None or get_timing(row.asked.category) is not Timing.STAY:
        raise NotFoundError("promise.unknown")
    check_days(row.offer, run.match_round.month, first, last)
    if last < get_local_date(now):
        raise InvalidError("day.past", "last_day")
    kind = "help.day_moved" if row.first_day else "help.day_fixed"
    row.first_day, row.last_day = first, last
    db.session.flush()
    details = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    record_for(row, "promise.set_stay", actor, now, **details)
    notify_recipients([row], kind, actor, now)


def set_payday(*, actor: User, offer_id: int, month: date, day: date, now: datetime) -> int:
    """Set the day by which all accepted promises of an offer of money are paid.

    Notifies the recipients for which the day is new, and returns how many they are. Raises
    ``InvalidError`` unless the day is today or later and in the month or the one after it,
    ``NotFoundError`` if the offer is not money.
    """
    offer, run = get_offer_of_month(actor, offer_id, month)
    if get_timing(offer.category) is not Timing.PAYMENT:
        raise NotFoundError("offer.unknown")
    if not max(month, get_local_date(now)) <= day < add_months(month, 2):
        raise InvalidError("day.payday", "day")
    lock_row(run.match_round)
    query = (
        select(Promise)
        .where(
            Promise.round_run_id == run.id,
            Promise.offer_id == offer.id,
            Promise.state.in_(ACCEPTED),
        )
        .order_by(Promise.id)
    )
    rows = lock_rows(query)
    changed = [row for row in rows if row.last_day != day]
    fresh = [row for row in changed if row.last_day is None]
    for row in changed:
        row.last_day = day
    db.session.flush()
    details = {"last_day": day.isoformat(), "promises": len(rows)}
    record_event(actor=actor, action="offer.set_payday", subject=offer, now=now, details=details)
    notify_recipients(fresh, "help.day_fixed", actor, now)
    moved = [row for row in changed if row not in fresh]
    notify_recipients(moved, "help.day_moved", actor, now)
    return len(changed)


def _lock(actor: User, promise_id: int) -> tuple[RoundRun, Promise]:
    """Lock a promise after its round. Raises ``ConflictError`` unless accepted without a slot."""
    for run, rows in lock_promises(actor, [promise_id]):
        if rows and rows[0].state in ACCEPTED and rows[0].slot is None:
            return run, rows[0]
    raise ConflictError("promise.not_movable")
