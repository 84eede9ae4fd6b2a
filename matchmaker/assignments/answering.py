"""A giver answers promises: yes, no and why, or undoes the answer. Flushes; the caller commits.

The round is locked before its promises, as in every step that changes them. A refusal can be
undone for a while; then its place is free (``due.py``). With the first yes the month is under way.
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
from matchmaker.promises.seats import inherit_payday, notify_recipients, seat_waiting, unseat
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
    """How many promises are accepted; the others wait no more or cannot be kept."""

    count: int
    left: int


def accept_all(*, actor: Actor, month: date, filters: GivenFilters, now: datetime) -> Accepted:
    """Say yes to every promise of a month that waits for the actor and passes the filters."""
    ids = list_waiting(actor, month, filters, now).keys()
    return accept(actor=actor, promise_ids=ids, now=now)


def accept(*, actor: Actor, promise_ids: Collection[int], now: datetime) -> Accepted:
    """Say yes to promises; what waits no more or cannot be kept as things are is left.

    Raises ``NotFoundError`` when one of them is not published or outside the actor's scope.
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
    """Say no to a promise. Raises ``ConflictError`` when it waits no more or its days are over."""
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
    """Keep why a giver declined a promise. Raises ``ConflictError`` when none did."""
    row = _lock_to_answer(actor, promise_id)
    if not is_declined_by_giver(row):
        raise ConflictError("promise.state", state=row.state.value, step="say_why")
    row.decline_reason = reason
    details = {"reason": reason.value}
    record_event(actor=actor, action="promise.say_why", subject=row, now=now, details=details)


def take_back(*, actor: Actor, promise_id: int, now: datetime) -> None:
    """Take a yes or no back, so that the promise waits for the giver again.

    Raises ``ConflictError`` when the other side acted, or a refused place may be free already.
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
    """Whether the giver's answer can still be undone: the need does not wait for others again."""
    return is_undoable(row, now) and (row.state is PromiseState.DECLINED or _is_live(row, now))


def is_undoable(row: Promise, now: datetime) -> bool:
    """As ``can_take_back``, whether or not a day of what was promised is still to come."""
    if row.need is not None and row.need.state is not NeedState.MATCHED:
        return False
    if row.state is not PromiseState.DECLINED:
        return PROMISE_STATES.can(row.state, PromiseStep.TAKE_BACK) and row.new_by is None
    until = find_regret_end(row)
    return row.freed_at is None and until is not None and now < until


def find_regret_end(row: Promise) -> datetime | None:
    """Until when a refusal, or a report that it did not take place, can be undone; else None."""
    said_at = {
        PromiseState.DECLINED: row.answered_at,
        PromiseState.FAILED: row.reported_at,
    }.get(row.state)
    return said_at and said_at + DEADLINES[row.run.match_round.policy].regret


def is_declined_by_giver(row: Promise) -> bool:
    """Whether the giver said no, not the recipient."""
    return row.state is PromiseState.DECLINED and row.decline_reason not in RECIPIENT_REASONS


def can_answer(row: Promise, now: datetime) -> bool:
    """Whether the promise waits for its giver and one of its days is still to come."""
    return row.state is PromiseState.AWAITING_GIVER and _is_live(row, now)


def is_asked(row: Promise) -> bool:
    """Whether every giver of the same help said yes, so that the recipient is asked."""
    beside = db.session.scalars(select(Promise).where(is_beside(row.run, [row.id])))
    return is_agreed(other for other in beside if other.help_key == row.help_key)


def get_promise(actor: Actor, promise_id: int) -> Promise:
    """A promise of a published month in the actor's scope. Raises ``NotFoundError``."""
    row = db.session.scalar(select_promises(actor).where(Promise.id == promise_id))
    if row is None:
        raise NotFoundError("promise.unknown")
    found: Promise = row
    return found


def _is_live(row: Promise, now: datetime) -> bool:
    [held] = list_promises(Promise.id == row.id)
    return is_live(held, get_local_date(now))


def select_promises(actor: Actor) -> Select[Promise]:
    """The promises of published months in the actor's scope, by run."""
    return (
        select(Promise)
        .join(Promise.run)
        .join(RoundRun.match_round)
        .where(is_in_scope(Promise, actor), MatchRound.published_run_id == Promise.round_run_id)
        .options(load_run())
        .order_by(Promise.round_run_id, Promise.id)
    )


def lock_promises(actor: Actor, ids: Collection[int]) -> Iterable[tuple[RoundRun, list[Promise]]]:
    """The promises by run: each run's round is locked, then they.

    Raises ``NotFoundError`` when one of them is not published or outside the actor's scope.
    """
    chosen = select_promises(actor).where(Promise.id.in_(ids))
    known = db.session.scalars(chosen).all()
    if {row.id for row in known} != set(ids):
        raise NotFoundError("promise.unknown")
    for run in sorted({row.run for row in known}, key=lambda run: run.id):
        lock_row(run.match_round)
        yield run, lock_rows(chosen.where(Promise.round_run_id == run.id))


def may_answer(actor: Actor) -> bool:
    """Whether who acts may answer: a volunteer may where the organisation lets its volunteers."""
    if actor.volunteer_id is None:
        return True
    query = select(Organisation.volunteers_answer).join(
        Volunteer, Volunteer.organisation_id == Organisation.id
    )
    return bool(db.session.scalar(query.where(Volunteer.id == actor.volunteer_id)))


def _lock_to_answer(actor: Actor, promise_id: int) -> Promise:
    """The promise, locked; raises ``ConflictError`` where the coordinator alone answers."""
    if not may_answer(actor):
        raise ConflictError("promise.coordinator_answers")
    return lock_promise(actor, promise_id)


def lock_promise(actor: Actor, promise_id: int) -> Promise:
    """One promise of a published month in the actor's scope, its round locked first.

    Raises ``NotFoundError``.
    """
    for _run, rows in lock_promises(actor, [promise_id]):
        if rows:  # none: the publication was withdrawn meanwhile
            return rows[0]
    raise NotFoundError("promise.unknown")


def list_keepable(
    run: RoundRun, rows: Sequence[Promise], step: PromiseStep, now: datetime
) -> list[Promise]:
    """Those that can take the step and can be kept as things are.

    A giver may set another day after the yes; what a recipient agrees to is kept on its day.
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
    """The coordinators hear what a volunteer answered, or who holds the volunteer's link."""
    if actor.volunteer_id is not None:
        for row in rows:
            notify_coordinators(row.organisation_id, find_account(actor), kind, row, now)
