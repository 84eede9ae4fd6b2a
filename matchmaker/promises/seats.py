"""Numbers in sessions: the promises that have one or wait for one, and the next free number.

The caller locks the round before a number is given or freed, so that no number is given twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import count

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing, get_timing, get_unit_rules
from matchmaker.models import (
    HandingOver,
    MatchRound,
    Offer,
    Place,
    Promise,
    PromiseState,
    RoundRun,
    Session,
    User,
)
from matchmaker.notices.service import make_void, notify_resident
from matchmaker.states import lock_rows

ACCEPTED = (PromiseState.AWAITING_RECIPIENT, PromiseState.CONFIRMED)
_SAID = ("help.day_fixed", "help.day_moved")


def lacks_session(row: Promise) -> bool:
    """Whether the help needs a session and has none, so that its recipient cannot be asked yet."""
    return get_unit_rules(row.asked.category).needs_day and row.session_id is None


def is_of_month(month: date) -> ColumnElement[bool]:
    """The condition for sessions whose first day lies in the month."""
    return and_(Session.first_day >= month, Session.first_day < add_months(month, 1))


def list_open_sessions(run: RoundRun, offer_ids: Collection[int], now: datetime) -> list[Session]:
    """The sessions of these offers in the run's month whose last day is after today, earliest
    first."""
    query = (
        select(Session)
        .where(Session.offer_id.in_(offer_ids), *_is_open(run, now))
        .options(joinedload(Session.place))
        .order_by(Session.first_day, Session.starts_minute, Session.id)
    )
    return list(db.session.scalars(query))


def _is_open(run: RoundRun, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions for sessions of the run's month whose last day is after today."""
    return is_of_month(run.match_round.month), Session.last_day > get_local_date(now)


def count_numbers(sessions: Iterable[Session]) -> dict[int, int]:
    """How many numbers each session has given out, keyed by its id; 0 has no entry."""
    ids = [row.id for row in sessions]
    query = (
        select(Promise.session_id, func.count())
        .where(Promise.session_id.in_(ids))
        .group_by(Promise.session_id)
    )
    return {key: number for key, number in db.session.execute(query) if key is not None}


def list_taken(session_ids: Collection[int]) -> dict[int, set[int]]:
    """The numbers that each session has given out, keyed by its id; without any it is left out."""
    query = select(Promise.session_id, Promise.number).where(Promise.session_id.in_(session_ids))
    taken: dict[int, set[int]] = defaultdict(set)
    for session_id, number in db.session.execute(query):
        taken[session_id or 0].add(number or 0)
    return taken


def find_number(session: Session, taken: Collection[int]) -> int | None:
    """The lowest number from 1 that is not in ``taken``; None if the session is full."""
    number = next(number for number in count(1) if number not in taken)
    return number if session.most is None or number <= session.most else None


def seat_waiting(run: RoundRun, now: datetime) -> list[Promise]:
    """Give each accepted promise without a number the next one of its offer's earliest session.

    The oldest promise of the run comes first, and a full session is passed over. Returns the
    promises that got a number; the rest wait until a session with a free number is added.
    """
    waiting = _list_waiting(run, now)
    sessions = list_open_sessions(run, {row.offer_id or 0 for row in waiting}, now)
    taken = list_taken([row.id for row in sessions]) if sessions else {}
    seated = []
    for row in waiting:
        own = (session for session in sessions if session.offer_id == row.offer_id)
        for session in own:
            number = find_number(session, taken.setdefault(session.id, set()))
            if number is not None:
                row.session, row.number = session, number
                taken[session.id].add(number)
                seated.append(row)
                break
    db.session.flush()
    return seated


def inherit_payday(rows: Collection[Promise], now: datetime) -> list[Promise]:
    """Give promises of money without a day the latest day by which their offer pays others.

    ``rows``: promises of one run. Returns those that got a day; a day that is past is not given.
    """
    waiting = [row for row in rows if is_paid(row) and row.last_day is None]
    days = _read_paydays(waiting) if waiting else {}
    given = [row for row in waiting if days.get(row.offer_id or 0, date.min) >= get_local_date(now)]
    for row in given:
        row.last_day = days[row.offer_id or 0]
    db.session.flush()
    return given


def _read_paydays(rows: Collection[Promise]) -> dict[int, date]:
    query = (
        select(Promise.offer_id, func.max(Promise.last_day))
        .where(
            Promise.round_run_id.in_({row.round_run_id for row in rows}),
            Promise.offer_id.in_({row.offer_id for row in rows}),
            Promise.state.in_(ACCEPTED),
        )
        .group_by(Promise.offer_id)
    )
    return {key or 0: day for key, day in db.session.execute(query) if day is not None}


def is_paid(row: Promise) -> bool:
    """Whether the promise is money from an offer, to be paid by a fixed day."""
    return row.offer_id is not None and get_timing(row.asked.category) is Timing.PAYMENT


def list_coming_to(place: Place, now: datetime) -> list[Promise]:
    """The accepted promises of published months still to be given at a place, in order of id.

    The place is that of the session, or without a session that of the offer. Visits are left out.
    """
    is_of_offer = and_(
        Offer.place_id == place.id, Offer.handing_over.is_distinct_from(HandingOver.DOOR)
    )
    without = and_(Promise.session_id.is_(None), is_of_offer)
    return _list_coming(or_(Session.place_id == place.id, without), now)


def list_coming_from(offer: Offer, now: datetime) -> list[Promise]:
    """The accepted promises of published months still to be given from an offer, in order of id.

    Visits are left out.
    """
    return _list_coming(Promise.offer_id == offer.id, now)


def _list_coming(condition: ColumnElement[bool], now: datetime) -> list[Promise]:
    today = get_local_date(now)
    is_open = and_(Promise.last_day.is_(None), MatchRound.month >= get_month(now))
    in_time = or_(Promise.last_day >= today, is_open)
    is_ahead = or_(Session.last_day >= today, and_(Promise.session_id.is_(None), in_time))
    query = (
        select(Promise)
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .outerjoin(Promise.session)
        .outerjoin(Promise.offer)
        .where(Promise.state.in_(ACCEPTED), Promise.slot.is_(None), condition, is_ahead)
        .order_by(Promise.id)
    )
    return list(db.session.scalars(query))


def unseat(rows: Sequence[Promise], now: datetime) -> None:
    """Clear session, number, first and last day of promises, and void the notices of them."""
    for row in rows:
        row.session = row.number = row.first_day = row.last_day = None
    db.session.flush()
    make_void(_SAID, Promise.__tablename__, {row.id for row in rows}, now)


def notify_recipients(
    rows: Iterable[Promise], kind: str, actor: User | None, now: datetime
) -> None:
    """Send the resident of each accepted promise a notice of this kind."""
    for row in rows:
        if row.state in ACCEPTED:
            notify_resident(row.asked.resident, actor, kind, row, now)


def _list_waiting(run: RoundRun, now: datetime) -> list[Promise]:
    """Lock the accepted promises without a number whose offer has a session with a free one."""
    given = aliased(Promise)
    count = select(func.count(given.id)).where(given.session_id == Session.id).scalar_subquery()
    has_room = select(Session.id).where(
        Session.offer_id == Promise.offer_id,
        *_is_open(run, now),
        or_(Session.most.is_(None), Session.most > count),
    )
    query = (
        select(Promise)
        .where(
            Promise.round_run_id == run.id,
            Promise.session_id.is_(None),
            Promise.slot.is_(None),
            Promise.state.in_(ACCEPTED),
            has_room.exists(),
        )
        .order_by(Promise.id)
    )
    return lock_rows(query)


def find_run(subdistrict_id: int, month: date) -> RoundRun | None:
    """The published run of an office's month; None if there is none."""
    query = (
        select(RoundRun)
        .join(MatchRound, MatchRound.published_run_id == RoundRun.id)
        .where(MatchRound.subdistrict_id == subdistrict_id, MatchRound.month == month)
        .options(joinedload(RoundRun.match_round))
    )
    return db.session.scalar(query)
