"""The lines of promises: not answered, without a day, not reported, free again, or to come."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, false, func, or_, select

from matchmaker.assignments.answering import may_answer
from matchmaker.assignments.open_help import OpenHelp
from matchmaker.base.clock import get_local_date, get_month
from matchmaker.models import (
    MatchRound,
    Promise,
    PromiseSide,
    PromiseState,
    RoundRepair,
    RoundRun,
    RoundState,
    RunStatus,
    Session,
    User,
)
from matchmaker.promises.board import join_groups
from matchmaker.promises.days import (
    find_given_from,
    find_given_until,
    is_given_before,
    lacks_day,
)
from matchmaker.promises.facts import list_promises
from matchmaker.promises.seats import ACCEPTED
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES, OPEN_STATES
from matchmaker.rounds.publish.keeping import choose_free
from matchmaker.scopes import is_in_scope
from matchmaker.workbench.line import Reader, WorkKind, WorkLine

LIVE = (RoundState.PUBLISHED, RoundState.EXECUTING)
_S = PromiseState
_BEGINS = func.coalesce(Session.first_day, Promise.day, Promise.first_day, Promise.last_day)
_ENDS = func.coalesce(Session.last_day, Promise.day, Promise.last_day)
_NEXT = (_ENDS.is_(None), _ENDS, Promise.slot, Promise.id)


def _select_all(actor: User) -> Any:
    """Select promises of publications in force: all of the actor's office, or those in scope."""
    query = (
        join_groups(select(Promise))
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .outerjoin(Session, Session.id == Promise.session_id)
    )
    if actor.subdistrict_id is not None:
        return query.where(MatchRound.subdistrict_id == actor.subdistrict_id)
    return query.where(is_in_scope(Promise, actor))


def _select(actor: User) -> Any:
    """Select such promises of months that are not closed."""
    return _select_all(actor).where(MatchRound.state.in_(LIVE))


def _select_answers(reader: Reader) -> Any:
    if not may_answer(reader.actor):
        return _choose(reader.actor, ())
    return _select(reader.actor).where(Promise.state == _S.AWAITING_GIVER)


def _select_without_day(reader: Reader) -> Any:
    return _select(reader.actor).where(lacks_day(reader.today))


def _select_other_day(reader: Reader) -> Any:
    """Select visits that the recipient asks to have on another day."""
    asks = (Promise.new_day.is_not(None), Promise.new_by == PromiseSide.RECIPIENT)
    return _select(reader.actor).where(Promise.state.in_(OPEN_STATES), *asks)


def _select_without_session(reader: Reader) -> Any:
    """Select accepted promises of sessions, stays and payments whose day is not fixed."""
    lacks = (Promise.slot.is_(None), Promise.session_id.is_(None), Promise.last_day.is_(None))
    return _select(reader.actor).where(Promise.state.in_(ACCEPTED), *lacks)


def _select_recipients(reader: Reader) -> Any:
    return _select(reader.actor).where(Promise.state == _S.AWAITING_RECIPIENT)


def _select_reports(reader: Reader) -> Any:
    """Select agreed help whose last day is today or over."""
    return _select(reader.actor).where(
        Promise.state == _S.CONFIRMED, is_given_before(reader.today + timedelta(days=1))
    )


def _select_before_close(reader: Reader) -> Any:
    """Select the open promises of months that are over."""
    is_over = MatchRound.month < get_month(reader.now)
    return _select(reader.actor).where(is_over, Promise.state.in_(OPEN_STATES))


def _select_free(reader: Reader) -> Any:
    """Select the places for which nobody was looked for yet, as the page of places has them."""
    runs = select(MatchRound.published_run_id).where(
        MatchRound.subdistrict_id == reader.actor.subdistrict_id, MatchRound.state.in_(LIVE)
    )
    fallen = list_promises(and_(Promise.round_run_id.in_(runs), Promise.state.in_(FALLEN_STATES)))
    return _choose(reader.actor, [row.id for row in choose_free(fallen, reader.now)])


def _select_calls(reader: Reader) -> Any:
    return _choose(reader.actor, reader.questions)


def _select_came(reader: Reader) -> Any:
    """Select help that is over and that a recipient has to be asked about: did it come, and how?"""
    passed = _list_first(reader.helps.list_passed())
    return _choose(reader.actor, passed - set(reader.questions))


def _select_agreed(reader: Reader) -> Any:
    return _choose(reader.actor, _list_first(reader.helps.list_coming()))


def _select_own_visits(reader: Reader) -> Any:
    """Select agreed help that is still to come."""
    is_over = func.coalesce(is_given_before(reader.today), false())
    return _select(reader.actor).where(Promise.state == _S.CONFIRMED, ~is_over)


def _select_given(reader: Reader) -> Any:
    return _select_all(reader.actor).where(Promise.state.in_(DONE_STATES))


def _choose(actor: User, ids: Collection[int]) -> Any:
    return _select_all(actor).where(Promise.id.in_(ids))


def _list_first(helps: Iterable[OpenHelp]) -> set[int]:
    return {row.first.id for row in helps}


def _select_proposals(reader: Reader) -> Any:
    """Select the latest search of each month if it found something that nobody has kept yet."""
    latest = select(func.max(RoundRepair.id)).group_by(RoundRepair.round_run_id).scalar_subquery()
    is_usable = RoundRepair.status.in_((RunStatus.PROVEN, RunStatus.FEASIBLE))
    return (
        select(RoundRepair)
        .join(RoundRun, RoundRun.id == RoundRepair.round_run_id)
        .join(MatchRound, MatchRound.published_run_id == RoundRun.id)
        .where(MatchRound.subdistrict_id == reader.actor.subdistrict_id, MatchRound.state.in_(LIVE))
        .where(RoundRepair.id.in_(latest), RoundRepair.is_verified, is_usable)
        .where(RoundRepair.kept_at.is_(None))
    )


def _is_over(now: datetime) -> Any:
    return is_given_before(get_local_date(now))


def _has_begun(now: datetime) -> Any:
    return get_local_date(now) >= _BEGINS


def _get_finish(row: RoundRepair) -> date | None:
    return get_local_date(row.finished_at) if row.finished_at else None


ANSWERS = WorkLine(
    kind=WorkKind.ANSWERS,
    select=_select_answers,
    order=(Promise.answer_by, Promise.id),
    is_late=lambda now: Promise.answer_by < get_local_date(now),
    is_new=lambda since: MatchRound.published_at >= since,
    get_day=lambda row: row.answer_by,
)
WITHOUT_DAY = WorkLine(
    kind=WorkKind.WITHOUT_DAY,
    select=_select_without_day,
    order=(Promise.slot, Promise.id),
    is_late=lambda now: Promise.day < get_local_date(now),
    get_day=lambda row: row.day,
)
OTHER_DAY = WorkLine(
    kind=WorkKind.OTHER_DAY,
    select=_select_other_day,
    order=(Promise.new_day, Promise.id),
    is_late=lambda now: or_(
        Promise.day <= get_local_date(now), Promise.new_day <= get_local_date(now)
    ),
    get_day=lambda row: row.new_day,
)
WITHOUT_SESSION = WorkLine(
    kind=WorkKind.WITHOUT_SESSION,
    select=_select_without_session,
    order=(MatchRound.month, Promise.offer_id, Promise.id),
    is_late=lambda now: MatchRound.month <= get_local_date(now),
    is_new=lambda since: Promise.answered_at >= since,
)
RECIPIENTS = WorkLine(
    kind=WorkKind.RECIPIENTS,
    select=_select_recipients,
    order=_NEXT,
    is_late=_has_begun,
    is_new=lambda since: Promise.answered_at >= since,
    get_day=find_given_from,
)
REPORTS = WorkLine(
    kind=WorkKind.REPORTS,
    select=_select_reports,
    order=_NEXT,
    is_late=_is_over,
    get_day=find_given_until,
)
FREE_PLACES = WorkLine(
    kind=WorkKind.FREE_PLACES,
    select=_select_free,
    order=(Promise.freed_at, Promise.id),
    is_new=lambda since: Promise.freed_at >= since,
    get_day=find_given_from,
)
PROPOSALS = WorkLine(
    kind=WorkKind.PROPOSALS,
    select=_select_proposals,
    order=(RoundRepair.finished_at, RoundRepair.id),
    is_new=lambda since: RoundRepair.finished_at >= since,
    get_day=_get_finish,
)
BEFORE_CLOSE = WorkLine(
    kind=WorkKind.BEFORE_CLOSE,
    select=_select_before_close,
    order=(MatchRound.month, *_NEXT),
    is_late=_is_over,
    get_day=find_given_until,
)
CALLS = WorkLine(
    kind=WorkKind.CALLS,
    select=_select_calls,
    order=_NEXT,
    is_late=_has_begun,
    is_new=lambda since: Promise.answered_at >= since,
    get_day=find_given_from,
)
CAME = WorkLine(
    kind=WorkKind.CAME,
    select=_select_came,
    order=_NEXT,
    is_late=lambda now: and_(Promise.state == _S.CONFIRMED, _is_over(now)),
    is_new=lambda since: Promise.reported_at >= since,
    get_day=find_given_until,
)
AGREED = WorkLine(
    kind=WorkKind.COMING,
    select=_select_agreed,
    order=_NEXT,
    is_new=lambda since: Promise.agreed_at >= since,
    get_day=find_given_from,
    waits=False,
)
OWN_VISITS = WorkLine(
    kind=WorkKind.COMING,
    select=_select_own_visits,
    order=_NEXT,
    is_new=lambda since: Promise.agreed_at >= since,
    get_day=find_given_from,
    waits=False,
)
GIVEN = WorkLine(
    kind=WorkKind.GIVEN,
    select=_select_given,
    order=(Promise.reported_at.desc(), Promise.id),
    is_new=lambda since: Promise.reported_at >= since,
    get_day=find_given_until,
    waits=False,
)
