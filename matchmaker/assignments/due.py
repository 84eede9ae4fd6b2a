"""Do what falls due with promises: reminders, missing answers, places that become free, days.

``do_due`` does only what is due and not done yet, so it can run at any time: the worker runs it
every minute, ``matchmaker daily`` once. It commits round by round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, select

from matchmaker.assignments.appointing import forget_late_wishes
from matchmaker.assignments.reminding import (
    forget_answered,
    is_unreported,
    remind,
    remind_of_reports,
)
from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date, get_month
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import MatchRound, Promise, PromiseState, RoundRun
from matchmaker.notices.service import notify_social_workers
from matchmaker.promises.agreed import may_be_undone
from matchmaker.promises.days import lacks_day, propose_days
from matchmaker.promises.facts import list_promises
from matchmaker.promises.present import is_live, may_have_passed
from matchmaker.promises.states import DEADLINES, PROMISE_STATES, PromiseStep
from matchmaker.rounds.publish.revoking import free_places
from matchmaker.states import lock_row, lock_rows


@dataclass(frozen=True, slots=True)
class Done:
    """How much was due and done.

    reminded  number of promises whose giver or visitor was reminded of the answer or the report
    expired   number of promises that ended without an answer, and of those that ended with them
    freed     number of refused or failed promises whose places became free, and of those that
              ended with them
    planned   number of visits that got a day, plus promises whose request for another day was
              dropped
    """

    reminded: int = 0
    expired: int = 0
    freed: int = 0
    planned: int = 0


def do_due(now: datetime) -> Done:
    """Do what is due in every published round; commits after each round.

    A round that fails is rolled back and the next one is done; all failures are raised together at
    the end as an ``ExceptionGroup``.
    """
    found: list[Done] = []
    faults: list[Exception] = []
    for round_id in list(db.session.scalars(_select_rounds(now))):
        try:
            found.append(_do_round(round_id, now))
            db.session.commit()
        except Exception as fault:  # whatever is wrong with one month
            db.session.rollback()
            faults.append(fault)
    if faults:
        raise ExceptionGroup("what is due in some months could not be done", faults)
    return Done(
        reminded=sum(done.reminded for done in found),
        expired=sum(done.expired for done in found),
        freed=sum(done.freed for done in found),
        planned=sum(done.planned for done in found),
    )


def _do_round(round_id: int, now: datetime) -> Done:
    match_round = db.session.get_one(MatchRound, round_id)
    lock_row(match_round)
    if (run := match_round.published_run) is None:
        return Done()
    return Done(
        reminded=remind(run, now) + remind_of_reports(run, now),
        expired=_expire(run, now) + _lose(run, now),
        freed=_free(run, now),
        planned=_plan(run, now),
    )


def _select_rounds(now: datetime) -> Select[int]:
    """The ids of published rounds in which something may be due.

    An answer is awaited, a refusal or failure may still be undone, a report is late, or, in this
    month or later, a visit has no day ahead or another day that was asked for has come.
    """
    today = get_local_date(now)
    is_late = (MatchRound.month >= get_month(now)) & (lacks_day(today) | (Promise.new_day <= today))
    is_giver_asked = (Promise.state == PromiseState.AWAITING_GIVER) & Promise.answer_by.is_not(None)
    is_asked = is_giver_asked | (Promise.state == PromiseState.AWAITING_RECIPIENT)
    return (
        select(MatchRound.id)
        .join(Promise, Promise.round_run_id == MatchRound.published_run_id)
        .where(is_asked | may_be_undone() | is_late | is_unreported(today))
        .distinct()
        .order_by(MatchRound.id)
    )


def _expire(run: RoundRun, now: datetime) -> int:
    rows = _lock_where(
        run,
        Promise.state == PromiseState.AWAITING_GIVER,
        Promise.answer_by < get_local_date(now),
    )
    for row in rows:
        PROMISE_STATES.take(row, PromiseStep.EXPIRE)
        record_event(actor=None, action="promise.expire", subject=row, now=now)
    freed = _free_places(run, rows, now)
    forget_answered(run, {row.organisation_id for row in rows}, now)
    return freed


def _lose(run: RoundRun, now: datetime) -> int:
    """End the promises that the recipient did not answer by their last day; return how many.

    Promises that end with them count.
    """
    is_waiting = Promise.state == PromiseState.AWAITING_RECIPIENT
    today = get_local_date(now)
    may_be_over = may_have_passed(run.match_round.month, today)
    waiting = list_promises(Promise.round_run_id == run.id, is_waiting, may_be_over)
    over = [row.id for row in waiting if not is_live(row, today)]
    rows = _lock_where(run, is_waiting, Promise.id.in_(over)) if over else []
    for row in rows:
        PROMISE_STATES.take(row, PromiseStep.LOSE)
        record_event(actor=None, action="promise.expire", subject=row, now=now)
    return _free_places(run, rows, now)


def _free(run: RoundRun, now: datetime) -> int:
    regret = DEADLINES[run.match_round.policy].regret
    said_at = case(
        (Promise.state == PromiseState.FAILED, Promise.reported_at), else_=Promise.answered_at
    )
    rows = _lock_where(run, may_be_undone(), said_at <= now - regret)
    return _free_places(run, rows, now)


def _plan(run: RoundRun, now: datetime) -> int:
    """Drop requests for another day that has come, and set a day for visits without one ahead."""
    match_round = run.match_round
    count = forget_late_wishes(run, now)
    found = propose_days(run, load_calendars(match_round.subdistrict_id), now)
    if found:
        details = {"visits": found}
        record_event(actor=None, action="round.plan", subject=match_round, now=now, details=details)
    return count + found


def _free_places(run: RoundRun, rows: Sequence[Promise], now: datetime) -> int:
    """Free the places of ``rows`` and notify the office once; return how many promises ended.

    Promises that end with them count.
    """
    if not rows:
        return 0
    db.session.flush()
    fallen = free_places(run, rows, now)
    match_round = run.match_round
    notify_social_workers(match_round.subdistrict_id, None, "round.places_free", match_round, now)
    return len(rows) + len(fallen)


def _lock_where(run: RoundRun, *conditions: ColumnElement[bool]) -> list[Promise]:
    query = select(Promise).where(Promise.round_run_id == run.id, *conditions).order_by(Promise.id)
    return lock_rows(query)
