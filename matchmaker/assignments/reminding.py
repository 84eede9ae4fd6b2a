"""Remind givers of answers due soon and of reports that are late, once for each promise."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import MatchRound, Promise, PromiseState, Role, RoundRun, User
from matchmaker.notices.service import make_void, notify_accounts, select_active
from matchmaker.promises.days import is_given_before
from matchmaker.promises.states import DEADLINES
from matchmaker.slots import add_working_days
from matchmaker.states import lock_rows

_KIND = "round.answers_due"


def remind(run: RoundRun, now: datetime) -> int:
    """Send the coordinators of givers with answers due soon one notice each.

    Returns how many promises the notices are about. Voids earlier reminders of givers for which
    nothing waits any more. The caller holds the database lock of the round.
    """
    match_round, today = run.match_round, get_local_date(now)
    calendars = load_calendars(match_round.subdistrict_id)
    soon = add_working_days(today, DEADLINES[match_round.policy].remind_days, calendars)
    query = select(Promise).where(
        Promise.round_run_id == run.id,
        Promise.state == PromiseState.AWAITING_GIVER,
        Promise.answer_by.between(today, soon),
        Promise.reminded_at.is_(None),
    )
    rows = lock_rows(query.order_by(Promise.id))
    for row in rows:
        row.reminded_at = now
    if rows:
        givers = {row.organisation_id for row in rows}
        notify_accounts(_select_coordinators(givers), None, _KIND, match_round, now)
        details = {"promises": len(rows)}
        record_event(
            actor=None, action="round.remind", subject=match_round, now=now, details=details
        )
    reminded = select(Promise.organisation_id).where(
        Promise.round_run_id == run.id, Promise.reminded_at.is_not(None)
    )
    forget_answered(run, set(db.session.scalars(reminded.distinct())), now)
    return len(rows)


def remind_of_reports(run: RoundRun, now: datetime) -> int:
    """Send each coordinator and visitor of agreed help with a late report one notice.

    Returns how many promises the notices are about. The caller holds the database lock of the
    round.
    """
    query = select(Promise).where(
        Promise.round_run_id == run.id, is_unreported(get_local_date(now))
    )
    rows = lock_rows(query.order_by(Promise.id))
    for row in rows:
        row.reminded_at = now
    if rows:
        match_round = run.match_round
        visitors = {row.volunteer_id for row in rows if row.volunteer_id is not None}
        is_coordinator = User.id.in_(_select_coordinators({row.organisation_id for row in rows}))
        is_visitor = User.id.in_(
            select_active(Role.VOLUNTEER).where(User.volunteer_id.in_(visitors))
        )
        users: Select[int] = select(User.id).where(is_coordinator | is_visitor).order_by(User.id)
        notify_accounts(users, None, "round.reports_due", match_round, now)
        details = {"promises": len(rows)}
        record_event(
            actor=None, action="round.remind_report", subject=match_round, now=now, details=details
        )
    return len(rows)


def is_unreported(today: date) -> ColumnElement[bool]:
    """The condition for agreed help whose last day is before today, without report or reminder."""
    is_over = and_(Promise.state == PromiseState.CONFIRMED, is_given_before(today))
    return and_(is_over, Promise.reminded_at.is_(None))


def forget_answered(run: RoundRun, giver_ids: Collection[int], now: datetime) -> None:
    """Void the reminders of those of these givers for which no promise waits any more."""
    waiting = select(Promise.organisation_id).where(
        Promise.round_run_id == run.id,
        Promise.organisation_id.in_(giver_ids),
        Promise.state == PromiseState.AWAITING_GIVER,
    )
    done = set(giver_ids) - set(db.session.scalars(waiting.distinct()))
    if done:
        round_id, users = run.match_round_id, _select_coordinators(done)
        make_void([_KIND], MatchRound.__tablename__, [round_id], now, users=users)


def _select_coordinators(giver_ids: Collection[int]) -> Select[int]:
    return select_active(Role.COORDINATOR).where(User.organisation_id.in_(giver_ids))
