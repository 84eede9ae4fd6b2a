"""Answer promises for a giver: yes, no and why, or undo the answer. Flushes; the caller commits.

The round is locked before its promises, as in every step that changes them. A refusal can be
undone for a while; then its place is free (``due.py``). The first yes makes the month executing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from matchmaker.assignments.queries import GivenFilters, list_waiting
from matchmaker.assignments.reminding import forget_answered
from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Actor,
    DeclineReason,
    MatchRound,
    Need,
    NeedState,
    Organisation,
    Promise,
    PromiseState,
    RoundRun,
    RoundState,
    Volunteer,
    find_account,
    load_run,
)
from matchmaker.notices.service import (
    make_void,
    notify_coordinators,
    notify_visitor,
)
from matchmaker.promises.agreed import is_agreed, notify_agreed
from matchmaker.promises.facts import list_promises
from matchmaker.promises.present import is_live, list_broken_among
from matchmaker.promises.seats import (
    inherit_payday,
    lacks_session,
    notify_recipients,
    seat_waiting,
    unseat,
)
from matchmaker.promises.states import (
    DEADLINES,
    PROMISE_STATES,
    RECIPIENT_REASONS,
    PromiseStep,
)
from matchmaker.promises.together import is_beside
from matchmaker.rounds.states import ROUND_STATES
from matchmaker.scopes import is_in_scope
from matchmaker.states import lock_row, lock_rows

_NEEDS, _PROMISES = Need.__tablename__, Promise.__tablename__


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many promises were accepted, and how many were not.

    count   promises that were accepted
    left    promises that no longer await the giver or cannot be kept
    """

    count: int
    left: int


def accept_all(*, actor: Actor, month: date, filters: GivenFilters, now: datetime) -> Accepted:
    """Say yes to the promises of a month that wait for the actor, pass the filters and can be kept.

    Raises as ``accept``.
    """
    ids = list_waiting(actor, month, filters, now).keys()
    return accept(actor=actor, promise_ids=ids, now=now)


def accept(*, actor: Actor, promise_ids: Collection[int], now: datetime) -> Accepted:
    """Say yes to those of the promises that still wait and can be kept; leave the rest unchanged.

    Raises ``NotFoundError`` if one of them is not published or outside the actor's scope, and
    ``ConflictError`` if only the coordinator may answer for this actor (``may_answer``).
    """
    if not may_answer(actor):
        raise ConflictError("promise.coordinator_answers")
    count = 0
    for run, rows in lock_promises(actor, promise_ids):
        kept = list_keepable(run, rows, PromiseStep.ACCEPT, now)
        for row in kept:
            PROMISE_STATES.take(row, PromiseStep.ACCEPT)
            row.answered_at = now
            record_event(actor=actor, action="promise.accept", subject=row, now=now)
        if kept and run.match_round.state is RoundState.PUBLISHED:
            ROUND_STATES.take(run.match_round, RoundState.EXECUTING)
        db.session.flush()
        seated = [*seat_waiting(run, now), *inherit_payday(kept, now)]
        forget_answered(run, {row.organisation_id for row in kept}, now)
        notify_agreed(run, kept, now)
        notify_recipients(seated, "help.day_fixed", None, now)
        _inform_volunteers(kept, actor, now)
        _inform_coordinators(kept, actor, "promise.volunteer_yes", now)
        count += len(kept)
    return Accepted(count, len(set(promise_ids)) - count)


def decline(*, actor: Actor, promise_id: int, now: datetime) -> None:
    """Say no to a promise.

    Raises ``ConflictError`` if it no longer waits, its days are over or the actor may not answer,
    ``NotFoundError`` outside the actor's scope.
    """
    row = _lock_to_answer(actor, promise_id)
    if not _is_live(row, now):
        raise ConflictError("promise.over")
    PROMISE_STATES.take(row, PromiseStep.DECLINE)
    row.answered_at, row.decline_reason = now, None
    record_event(actor=actor, action="promise.decline", subject=row, now=now)
    db.session.flush()
    forget_answered(row.run, {row.organisation_id}, now)
    _inform_coordinators([row], actor, "promise.volunteer_no", now)


def say_why(*, actor: Actor, promise_id: int, reason: DeclineReason, now: datetime) -> None:
    """Store why the giver declined a promise. Raises ``ConflictError`` if the giver did not."""
    row = _lock_to_answer(actor, promise_id)
    if not is_declined_by_giver(row):
        raise ConflictError("promise.state", state=row.state.value, step="say_why")
    row.decline_reason = reason
    details = {"reason": reason.value}
    record_event(actor=actor, action="promise.say_why", subject=row, now=now, details=details)


def take_back(*, actor: Actor, promise_id: int, now: datetime) -> None:
    """Undo a giver's yes or no, so that the promise awaits the giver again.

    Raises ``ConflictError`` if ``can_take_back`` is False or the actor may not answer.
    """
    row = _lock_to_answer(actor, promise_id)
    if not can_take_back(row, now):
        raise ConflictError("promise.answer_stands")
    make_void(["promise.volunteer_yes", "promise.volunteer_no"], _PROMISES, [row.id], now)
    was_yes = row.state is PromiseState.AWAITING_RECIPIENT
    PROMISE_STATES.take(row, PromiseStep.TAKE_BACK)
    row.answered_at = row.decline_reason = None
    row.tries = 0
    if row.answer_by is not None:
        row.answer_by = max(row.answer_by, get_local_date(now))  # there is time to answer again
    record_event(actor=actor, action="promise.take_back", subject=row, now=now)
    if was_yes:
        make_void(["need.agreed"], _NEEDS, [row.need_id or 0], now)
        make_void(["visit.agreed", "visit.accepted"], _PROMISES, [row.id], now)
        unseat([row], now)


def can_take_back(row: Promise, now: datetime) -> bool:
    """Whether the giver's answer can still be undone; after a yes a day must still be to come."""
    return is_undoable(row, now) and (row.state is PromiseState.DECLINED or _is_live(row, now))


def is_undoable(row: Promise, now: datetime) -> bool:
    """As ``can_take_back``, without asking for a day to come.

    A need must be matched. After a yes the recipient must not have answered and nobody ask for
    another day; after a no the time for regret must last and the place not be free.
    """
    if row.need is not None and row.need.state is not NeedState.MATCHED:
        return False
    if row.state is not PromiseState.DECLINED:
        return PROMISE_STATES.can(row.state, PromiseStep.TAKE_BACK) and row.new_by is None
    until = find_regret_end(row)
    return row.freed_at is None and until is not None and now < until


def find_regret_end(row: Promise) -> datetime | None:
    """The instant until which a refusal or a report of failure can be undone.

    None for a promise in another state.
    """
    said_at = {
        PromiseState.DECLINED: row.answered_at,
        PromiseState.FAILED: row.reported_at,
    }.get(row.state)
    return said_at and said_at + DEADLINES[row.run.match_round.policy].regret


def is_declined_by_giver(row: Promise) -> bool:
    """Whether the promise was declined by the giver, not by the recipient."""
    return row.state is PromiseState.DECLINED and row.decline_reason not in RECIPIENT_REASONS


def can_answer(row: Promise, now: datetime) -> bool:
    """Whether the promise awaits its giver and one of its days is today or later."""
    return row.state is PromiseState.AWAITING_GIVER and _is_live(row, now)


def is_asked(row: Promise) -> bool:
    """Whether the recipient is asked now if the help suits.

    Every giver of it said yes, the recipient has not answered, nobody asks for another day, and
    help that needs a session has one.
    """
    beside = db.session.scalars(select(Promise).where(is_beside(row.run, [row.id])))
    rows = [other for other in beside if other.help_key == row.help_key]
    return is_agreed(rows) and not any(lacks_session(other) for other in rows)


def get_promise(actor: Actor, promise_id: int) -> Promise:
    """The promise, if it is of a published month and in the actor's scope.

    Raises ``NotFoundError`` if it is not.
    """
    row = db.session.scalar(select_promises(actor).where(Promise.id == promise_id))
    if row is None:
        raise NotFoundError("promise.unknown")
    found: Promise = row
    return found


def _is_live(row: Promise, now: datetime) -> bool:
    [held] = list_promises(Promise.id == row.id)
    return is_live(held, get_local_date(now))


def select_promises(actor: Actor) -> Select[Promise]:
    """The query for promises of published months in the actor's scope, in order of run and id."""
    return (
        select(Promise)
        .join(Promise.run)
        .join(RoundRun.match_round)
        .where(is_in_scope(Promise, actor), MatchRound.published_run_id == Promise.round_run_id)
        .options(load_run())
        .order_by(Promise.round_run_id, Promise.id)
    )


def lock_promises(actor: Actor, ids: Collection[int]) -> Iterable[tuple[RoundRun, list[Promise]]]:
    """Take the database locks of the promises run by run, of each run's round first.

    Yields each run with its promises. Raises ``NotFoundError`` if one of them is not published or
    outside the actor's scope. A run whose publication was withdrawn meanwhile is yielded without
    promises.
    """
    chosen = select_promises(actor).where(Promise.id.in_(ids))
    known = db.session.scalars(chosen).all()
    if {row.id for row in known} != set(ids):
        raise NotFoundError("promise.unknown")
    for run in sorted({row.run for row in known}, key=lambda run: run.id):
        lock_row(run.match_round)
        yield run, lock_rows(chosen.where(Promise.round_run_id == run.id))


def may_answer(actor: Actor) -> bool:
    """Whether the actor may answer promises, as far as their organisation decides it.

    A volunteer may answer only if the organisation lets its volunteers answer; any other actor may.
    """
    if actor.volunteer_id is None:
        return True
    query = select(Organisation.volunteers_answer).join(
        Volunteer, Volunteer.organisation_id == Organisation.id
    )
    return bool(db.session.scalar(query.where(Volunteer.id == actor.volunteer_id)))


def _lock_to_answer(actor: Actor, promise_id: int) -> Promise:
    """Lock the promise. Raises ``ConflictError`` if ``may_answer`` is False for the actor."""
    if not may_answer(actor):
        raise ConflictError("promise.coordinator_answers")
    return lock_promise(actor, promise_id)


def lock_promise(actor: Actor, promise_id: int) -> Promise:
    """Take the database locks of the round, then of one promise in the actor's scope; return it.

    Raises ``NotFoundError`` if the promise is not of a published month, or outside the scope.
    """
    for _run, rows in lock_promises(actor, [promise_id]):
        if rows:  # none: the publication was withdrawn meanwhile
            return rows[0]
    raise NotFoundError("promise.unknown")


def list_keepable(
    run: RoundRun, rows: Sequence[Promise], step: PromiseStep, now: datetime
) -> list[Promise]:
    """Those of ``rows`` that can take the step, have a day to come and can be kept.

    For ``AGREE`` a visit must be possible on the day set for it; for other steps, on any of its
    days, as the giver may still set another one.
    """
    ids = [row.id for row in rows]
    on_their_day = ids if step is PromiseStep.AGREE else ()
    found = list_broken_among(run, ids, now, on_their_day)
    broken = {row.promise.id for row in found}
    held = list_promises(Promise.id.in_(ids))
    live = {row.id for row in held if is_live(row, get_local_date(now))}
    able = (row for row in rows if PROMISE_STATES.can(row.state, step))
    return [row for row in able if row.id in live - broken]


def _inform_volunteers(accepted: Sequence[Promise], actor: Actor, now: datetime) -> None:
    for row in accepted:
        if row.volunteer is not None:
            notify_visitor(row.volunteer, find_account(actor), "visit.accepted", row, now)


def _inform_coordinators(rows: Sequence[Promise], actor: Actor, kind: str, now: datetime) -> None:
    """Notify the coordinators if a volunteer answered, signed in or by a link."""
    if actor.volunteer_id is not None:
        for row in rows:
            notify_coordinators(row.organisation_id, find_account(actor), kind, row, now)
