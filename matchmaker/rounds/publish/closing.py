"""Close a month that is over: open promises end, and needs without help wait again.

An open promise counts as not given. The missing part of a need waits on, and the ledger then has
what was delivered. The caller commits.
"""

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Need,
    NeedState,
    Promise,
    PromiseState,
    RoundRun,
    RoundState,
    User,
)
from matchmaker.promises.states import OPEN_STATES, PROMISE_STATES, PromiseStep
from matchmaker.residents.consents import end_consent
from matchmaker.rounds.memory.carrying import carry_missing
from matchmaker.rounds.memory.ledger import erase_ledger
from matchmaker.rounds.publish.remembering import remember, remember_deliveries
from matchmaker.rounds.publish.revoking import free_places
from matchmaker.rounds.states import ROUND_STATES
from matchmaker.states import lock_row, lock_rows

_HELPED = (NeedState.SERVED, NeedState.PARTLY_SERVED)
_NOT_FREE = (PromiseState.DECLINED, PromiseState.FAILED)  # not free while it can be undone


def can_close(match_round: MatchRound, now: datetime) -> bool:
    """Whether the month is over and its state allows closing: published or executing."""
    is_over = add_months(match_round.month, 1) <= get_local_date(now)
    return is_over and ROUND_STATES.can(match_round.state, RoundState.CLOSED)


def count_to_come(run: RoundRun, now: datetime) -> int:
    """Count the agreed promises whose last day is today or later.

    Money may be paid in the month after.
    """
    query = select(func.count(Promise.id)).where(
        Promise.round_run_id == run.id,
        Promise.state == PromiseState.CONFIRMED,
        Promise.last_day >= get_local_date(now),
    )
    return db.session.scalar(query) or 0


def count_open(run: RoundRun) -> int:
    """Count the open promises of a run: not answered, or not reported."""
    query = select(func.count(Promise.id)).where(
        Promise.round_run_id == run.id, Promise.state.in_(OPEN_STATES)
    )
    return db.session.scalar(query) or 0


def close_round(match_round: MatchRound, *, known_open: int, actor: User, now: datetime) -> None:
    """Close the month. ``known_open``: how many open promises the actor knows that this ends.

    Raises ``ConflictError`` when the month is not published, not over or closed already, when
    agreed help is still to come, or when the number of open promises is not ``known_open``.
    """
    lock_row(match_round)
    run = match_round.published_run
    if run is None or not can_close(match_round, now):
        raise ConflictError("round.not_closable")
    rows = _lock_left(run)
    if to_come := count_to_come(run, now):
        raise ConflictError("round.help_to_come", count=to_come)
    opened = [row for row in rows if row.state in OPEN_STATES]
    if len(opened) != known_open:
        raise ConflictError("round.open_changed", count=len(opened))
    for row in opened:
        PROMISE_STATES.take(row, PromiseStep.CLOSE)
        row.new_day = row.new_minute = row.new_by = None
    db.session.flush()
    if rows:
        free_places(run, rows, now)
    carried = carry_missing(run, actor, now)
    _end_consents(run, now)
    erase_ledger(match_round)
    remember(run)
    remember_deliveries(run)
    ROUND_STATES.take(match_round, RoundState.CLOSED)
    details = {"number": run.number, "promises": len(opened), "needs": len(carried)}
    record_event(actor=actor, action="round.close", subject=match_round, now=now, details=details)


def _end_consents(run: RoundRun, now: datetime) -> None:
    """End the consents of the served needs of a run: a consent ends with its request."""
    helped = select(Promise.need_id).where(Promise.round_run_id == run.id)
    query = select(Need).where(Need.id.in_(helped), Need.state.in_(_HELPED))
    for need in db.session.scalars(query.options(joinedload(Need.consent))):
        end_consent(need.consent, now)


def _lock_left(run: RoundRun) -> list[Promise]:
    """Lock and return what ends with the month: open promises, and ended ones not yet freed."""
    is_not_free = and_(Promise.state.in_(_NOT_FREE), Promise.freed_at.is_(None))
    query = (
        select(Promise)
        .where(Promise.round_run_id == run.id, or_(Promise.state.in_(OPEN_STATES), is_not_free))
        .order_by(Promise.id)
    )
    return lock_rows(query)
