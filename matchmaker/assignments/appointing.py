"""Move a visit to another day or hour: the giver sets it before the recipient agreed; later either
side asks the other for it.

Until the other side answers, the visit stays as it was. A visit moved to another part of the month
takes place in that slot. Flushes; the caller commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy import select

from matchmaker.assignments.agreeing import confirm, record_for
from matchmaker.assignments.answering import list_keepable, lock_promises, select_promises
from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import Promise, PromiseSide, PromiseState, RoundRun, User, Volunteer
from matchmaker.notices.service import (
    make_void,
    notify_coordinators,
    notify_resident,
    notify_visitor,
)
from matchmaker.promises.days import find_slot
from matchmaker.promises.present import list_broken_among
from matchmaker.promises.states import OPEN_STATES, PromiseStep
from matchmaker.slots import list_slot_dates
from matchmaker.states import lock_rows

_ASKED = ("promise.day_asked", "help.day_asked")
_TAKEN = ("promise.day_taken", "help.day_taken")
_KEPT = ("promise.day_kept", "help.day_kept")


@dataclass(frozen=True, slots=True)
class Moment:
    """The day and the minute after midnight at which a visit begins."""

    day: date
    minute: int


def list_open_days(run: RoundRun, now: datetime) -> list[date]:
    """The days of a run's month after today that have a slot, earliest first."""
    slots = _list_dates(run, now)
    return sorted(set(chain.from_iterable(slots.values())))


def can_be_moved(row: Promise, now: datetime) -> bool:
    """Whether another day can be set or asked for.

    The promise is open, its visit has a day and hour ahead, and nobody asks for another one yet.
    """
    is_set = row.day is not None and row.minute is not None and row.new_by is None
    is_ahead = row.day is not None and get_instant(row.day, row.minute or 0) > now
    return is_set and is_ahead and row.state in OPEN_STATES


def set_day(*, actor: User, promise_id: int, to: Moment, now: datetime) -> bool:
    """Set another day for the giver and return True; if the recipient agreed, ask and return False.

    Raises ``InvalidError`` at ``day`` if the visit is not possible then, ``ConflictError`` if it
    cannot be moved, ``NotFoundError`` if it is not the actor's.
    """
    run, rows = _lock(actor, promise_id, now)
    _check(run, rows, to, now)
    if any(row.state is PromiseState.CONFIRMED for row in rows):
        _ask(rows, to, PromiseSide.GIVER, actor, now)
        return False
    _move(run, rows, to, now)
    for row in rows:
        record_event(actor=actor, action="promise.set_day", subject=row, now=now)
    _notify_visitors(rows, actor, now)
    return True


def ask_for_day(*, actor: User, promise_id: int, to: Moment, now: datetime) -> None:
    """Ask for another day for the recipient.

    Raises as ``set_day``, and ``NotFoundError`` while a giver has not answered.
    """
    run, rows = _lock(actor, promise_id, now)
    if any(row.state is PromiseState.AWAITING_GIVER for row in rows):
        raise NotFoundError("promise.unknown")
    _check(run, rows, to, now)
    _ask(rows, to, PromiseSide.RECIPIENT, actor, now)


def take_day(*, actor: User, promise_id: int, side: PromiseSide, now: datetime) -> None:
    """Agree for one side to the day that the other asked for: moves and confirms the visit.

    Raises ``ConflictError`` if no other day is asked for or the visit cannot be kept then.
    """
    run, rows = _lock_asked(actor, promise_id, side, now)
    to = Moment(rows[0].new_day or date.min, rows[0].new_minute or 0)
    try:
        _check(run, rows, to, now)
    except InvalidError as error:
        raise ConflictError("promise.cannot_be_kept") from error
    _forget(rows, now)
    _move(run, rows, to, now)
    waiting = [row for row in rows if row.state is PromiseState.AWAITING_RECIPIENT]
    if len(list_keepable(run, waiting, PromiseStep.AGREE, now)) < len(waiting):
        raise ConflictError("promise.cannot_be_kept")
    for row in rows:
        record_for(row, "promise.take_day", actor, now)
    confirm(waiting, actor, now)
    _answer(rows, _TAKEN, side, actor, now)
    _notify_visitors(rows, actor, now)


def keep_day(*, actor: User, promise_id: int, side: PromiseSide, now: datetime) -> None:
    """Say for ``side`` that the day that the other side asks for does not suit.

    The visit stays as it was.
    """
    _run, rows = _lock_asked(actor, promise_id, side, now)
    _forget(rows, now)
    for row in rows:
        record_for(row, "promise.keep_day", actor, now)
    db.session.flush()
    _answer(rows, _KEPT, side, actor, now)


def forget_late_wishes(run: RoundRun, now: datetime) -> int:
    """Drop the requests for another day that has come unanswered; return how many promises."""
    query = select(Promise).where(
        Promise.round_run_id == run.id,
        Promise.new_day <= get_local_date(now),
        Promise.state.in_(OPEN_STATES),
    )
    rows = lock_rows(query)
    _forget(rows, now)
    for row in rows:
        record_event(actor=None, action="promise.keep_day", subject=row, now=now)
    db.session.flush()
    return len(rows)


def _lock(actor: User, promise_id: int, now: datetime) -> tuple[RoundRun, list[Promise]]:
    """Lock the promises of a visit. Raises ``ConflictError`` if it cannot be moved."""
    for run, rows in lock_promises(actor, _list_visit(actor, promise_id)):
        if rows and all(can_be_moved(row, now) for row in rows):
            return run, rows
    raise ConflictError("promise.not_movable")


def _lock_asked(
    actor: User, promise_id: int, side: PromiseSide, now: datetime
) -> tuple[RoundRun, list[Promise]]:
    """Lock the promises of a visit. Raises ``ConflictError`` unless the other side than ``side``
    asks for another day."""
    for run, rows in lock_promises(actor, _list_visit(actor, promise_id)):
        asked = [row for row in rows if row.new_by is not None and row.new_by is not side]
        if rows and len(asked) == len(rows) and rows[0].state in OPEN_STATES:
            return run, rows
    raise ConflictError("promise.no_day_asked")


def _list_visit(actor: User, promise_id: int) -> list[int]:
    """The ids of the open promises of the visit that a promise of the actor's is a part of.

    Raises ``NotFoundError`` for a promise that is not the actor's, ``ConflictError`` if people of
    several organisations come together: one organisation cannot answer for another.
    """
    mine = select_promises(actor)
    row = db.session.scalar(mine.where(Promise.id == promise_id, Promise.slot.is_not(None)))
    if row is None:
        raise NotFoundError("promise.unknown")
    rows = list_visit(row)
    if len({found.organisation_id for found in rows}) > 1:
        raise ConflictError("promise.day_shared")
    return [found.id for found in rows]


def list_visit(row: Promise) -> Sequence[Promise]:
    """The open promises of the same visit as ``row``, oldest first."""
    query = select(Promise).where(
        Promise.round_run_id == row.round_run_id,
        Promise.need_id.is_not_distinct_from(row.need_id),
        Promise.pairing_id.is_not_distinct_from(row.pairing_id),
        Promise.slot == row.slot,
        Promise.state.in_(OPEN_STATES),
    )
    return db.session.scalars(query.order_by(Promise.id)).all()


def _list_dates(run: RoundRun, now: datetime) -> Mapping[str, Sequence[date]]:
    match_round = run.match_round
    calendars = load_calendars(match_round.subdistrict_id)
    return list_slot_dates(match_round.month, calendars, get_local_date(now))


def _check(run: RoundRun, rows: Sequence[Promise], to: Moment, now: datetime) -> None:
    """Raise ``InvalidError`` at ``day`` if that day and hour has no slot, the visitors or the help
    have another visit in it, or the visit cannot be kept then."""
    slot = find_slot(to.day, to.minute, _list_dates(run, now))
    if slot is None:
        raise InvalidError("promise.day_closed", field="day")
    if slot != rows[0].slot and _is_taken(run, rows, slot):
        raise InvalidError("promise.day_taken", field="day")
    if not _is_keepable(run, rows, to, now):
        raise InvalidError("promise.day_not_free", field="day")


def _is_keepable(run: RoundRun, rows: Sequence[Promise], to: Moment, now: datetime) -> bool:
    """Whether no promise of the visit would be broken then; the move is tried and rolled back."""
    tried = db.session.begin_nested()
    _move(run, rows, to, now)
    ids = {row.id for row in rows}
    broken = list_broken_among(run, ids, now, on_their_day=ids)
    tried.rollback()
    return not broken


def _is_taken(run: RoundRun, rows: Sequence[Promise], slot: str) -> bool:
    """Whether one of the visitors, or the need or pairing itself, has another visit in the slot."""
    persons = select(Volunteer.person_id).where(
        Volunteer.id.in_({row.volunteer_id for row in rows})
    )
    entries = select(Volunteer.id).where(Volunteer.person_id.in_(persons))
    first = rows[0]
    is_same = (
        Promise.need_id == first.need_id
        if first.need_id
        else Promise.pairing_id == first.pairing_id
    )
    query = select(Promise.id).where(
        Promise.round_run_id == run.id,
        Promise.slot == slot,
        Promise.state.in_(OPEN_STATES),
        Promise.volunteer_id.in_(entries) | is_same,
    )
    return db.session.scalar(query.limit(1)) is not None


def _move(run: RoundRun, rows: Iterable[Promise], to: Moment, now: datetime) -> None:
    slot = find_slot(to.day, to.minute, _list_dates(run, now))
    for row in rows:
        if row.slot != slot or (row.days and to.day.isoformat() not in row.days):
            row.slot, row.days = slot, [to.day.isoformat()]
        row.day, row.minute = to.day, to.minute
    db.session.flush()


def _ask(
    rows: Sequence[Promise], to: Moment, side: PromiseSide, actor: User, now: datetime
) -> None:
    for row in rows:
        row.new_day, row.new_minute, row.new_by = to.day, to.minute, side
        record_for(row, "promise.ask_day", actor, now)
    db.session.flush()
    if side is PromiseSide.RECIPIENT:
        for row in rows:
            notify_coordinators(row.organisation_id, actor, "promise.day_asked", row, now)
    else:
        notify_resident(rows[0].asked.resident, actor, "help.day_asked", rows[0], now)


def _answer(
    rows: Sequence[Promise],
    kinds: tuple[str, str],
    side: PromiseSide,
    actor: User,
    now: datetime,
) -> None:
    """Notify the coordinators if the recipient's ``side`` answered, and the resident in any case.

    ``kinds``: the kind of notice for each. A resident who answered gets none.
    """
    to_giver, to_recipient = kinds
    if side is PromiseSide.RECIPIENT:
        for row in rows:
            notify_coordinators(row.organisation_id, actor, to_giver, row, now)
    notify_resident(rows[0].asked.resident, actor, to_recipient, rows[0], now)


def _notify_visitors(rows: Iterable[Promise], actor: User, now: datetime) -> None:
    for row in rows:
        if row.volunteer is not None:
            notify_visitor(row.volunteer, actor, "visit.day_set", row, now)


def _forget(rows: Sequence[Promise], now: datetime) -> None:
    for row in rows:
        row.new_day = row.new_minute = row.new_by = None
    make_void(_ASKED, Promise.__tablename__, {row.id for row in rows}, now)
