"""Needs that come back by themselves, every month until the one that was named.

Each month has a need of its own, so that one can be promised while the last is still being given.
The need of a month repeats the one before, once that got something; one that still waits stands for
the next month too. Twice a year the office says whether it is still so; without a word it ends. It
ends with the contact, too, with the consent, and when somebody says so. Flushes; the caller
commits, but for ``do_repeats``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.database import writing
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.kinds import get_need_type
from matchmaker.models import (
    Committee,
    MatchRound,
    Need,
    NeedOutcome,
    NeedState,
    NeedType,
    Resident,
    Role,
    RoundState,
    ServiceCategory,
    User,
)
from matchmaker.needs.posting import add_need, record_step
from matchmaker.needs.states import NEED_STATES, flush_need, get_need
from matchmaker.notices.service import make_void, notify_accounts, notify_resident, select_active
from matchmaker.residents.consents import repeat_consent
from matchmaker.states import lock_row, lock_rows

MOST_MONTHS = 12  # ahead that a need may come back
MONTHS_TO_REVIEW = 6
DAYS_TO_CONFIRM = 21
_ASKED = "need.review_repeat"
_HELPED = (NeedState.MATCHED, NeedState.PARTLY_SERVED, NeedState.SERVED)
_OVER = (NeedState.DRAFT, NeedState.CLOSED, NeedState.WITHDRAWN, NeedState.EXPIRED)
_RELIED_ON = (RoundState.EXECUTING, RoundState.CLOSED)  # their publication is not withdrawn


def list_last_months(now: datetime) -> list[date]:
    """The months that may be named as the last one, as their first days."""
    return [add_months(get_month(now), number) for number in range(1, MOST_MONTHS + 1)]


def may_repeat(category: ServiceCategory) -> bool:
    """Whether a need of the category can come back: a wish is fulfilled once."""
    return get_need_type(category) is not NeedType.MICRO_WISH


def set_repeat(
    need: Need,
    category: ServiceCategory,
    until: date | None,
    now: datetime,
    field: str = "repeats_until",
) -> None:
    """Let a need that is being written come back until a month; None: it is for once.

    Raises ``InvalidError`` for another month than can be named, and for a wish.
    """
    if until is not None and not may_repeat(category):
        raise InvalidError("need.wish_repeats", field)
    if until == need.repeats_until:
        return
    if until is not None and until not in list_last_months(now):
        raise InvalidError("need.repeat_month", field)
    need.repeats_until = until
    need.review_on = None if until is None else _add_half_a_year(get_local_date(now))
    need.review_asked_on = None


def _add_half_a_year(day: date) -> date:
    return add_months(day.replace(day=1), MONTHS_TO_REVIEW)


def is_repeating(need: Need, now: datetime) -> bool:
    """Whether the need comes back, as far as its row says: its last month is not over."""
    until = need.repeats_until
    return until is not None and until >= get_month(now) and need.state not in _OVER


def comes_back(month: date) -> ColumnElement[bool]:
    """The condition for the latest need of each series whose last month is ``month`` or later."""
    later = aliased(Need)
    repeated = select(later.id).where(later.repeats_need_id == Need.id).correlate(Need)
    return and_(Need.repeats_until >= month, Need.state.not_in(_OVER), ~repeated.exists())


def find_repeat(need: Need) -> Need | None:
    """The need of a later month that repeats this one."""
    return db.session.scalar(select(Need).where(Need.repeats_need_id == need.id))


# What the clock does.


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many needs came back, were asked about, and ended because nobody said anything."""

    returned: int
    asked: int
    ended: int


def do_repeats(now: datetime) -> Repeated:
    """Bring back what is due in every month whose list is not locked, and review; commits after
    each month, so it can run as often as one likes."""
    query = select(MatchRound.id).where(MatchRound.state == RoundState.DRAFT)
    returned = 0
    try:
        with writing():
            for round_id in list(db.session.scalars(query.order_by(MatchRound.month))):
                match_round = db.session.get_one(MatchRound, round_id)
                returned += len(return_needs(match_round, now))
                db.session.commit()
            asked, ended = review_needs(now)
            db.session.commit()
    except Exception:
        db.session.rollback()
        raise
    return Repeated(returned, asked, ended)


def return_needs(match_round: MatchRound, now: datetime) -> list[Need]:
    """Bring back what repeats in a month whose list is not locked; returns the new needs.

    The round is locked here, so two workers bring each back once.
    """
    lock_row(match_round)
    if match_round.state is not RoundState.DRAFT:
        return []
    rows = db.session.scalars(_select_due(match_round)).unique().all()
    return [_repeat(need, match_round, now) for need in rows if _may_go_on(need)]


def _select_due(match_round: MatchRound) -> Select[Need]:
    """The needs that got something in an earlier month and are not repeated yet, by number."""
    month, later = match_round.month, aliased(Need)
    got_help = (
        select(NeedOutcome.id)
        .join(MatchRound, MatchRound.published_run_id == NeedOutcome.round_run_id)
        .where(NeedOutcome.need_id == Need.id, NeedOutcome.is_met)
        .where(MatchRound.month < month, MatchRound.state.in_(_RELIED_ON))
        .correlate(Need)
    )
    return (
        select(Need)
        .join(Need.committee)
        .where(Committee.subdistrict_id == match_round.subdistrict_id)
        .where(Need.repeats_until >= month, got_help.exists())
        .where(or_(Need.state.in_(_HELPED), _is_carried()))
        .where(~select(later.id).where(later.repeats_need_id == Need.id).exists())
        .options(
            joinedload(Need.category),
            joinedload(Need.consent),
            joinedload(Need.resident).joinedload(Resident.household),
        )
        .order_by(Need.id)
    )


def _is_carried() -> ColumnElement[bool]:
    """Of a need whose missing part waits on: the next month is another matter."""
    return (Need.given_quantity > 0) & Need.state.in_((NeedState.OPEN, NeedState.IN_ROUND))


def _may_go_on(need: Need) -> bool:
    has_consent = need.consent is None or need.consent.withdrawn_at is None
    return need.resident.contact_ended_on is None and has_consent


def _repeat(need: Need, match_round: MatchRound, now: datetime) -> Need:
    """The need of the month: checked already, with the same urgency and a lot of its own."""
    again = _copy(need, match_round.month, now)
    add_need(again, now)
    again.consent = repeat_consent(need.consent)
    for state in (NeedState.SUBMITTED, NeedState.VERIFIED, NeedState.OPEN):
        NEED_STATES.take(again, state)
    flush_need()
    details = {"month": f"{match_round.month:%Y-%m}", "other_id": need.id}
    record_event(
        actor=None,
        action="need.repeat",
        subject=again,
        now=now,
        on_behalf_of=need.resident,
        details=details,
    )
    notify_resident(need.resident, None, "need.repeated", again, now)
    if again.review_asked_on is not None:
        _ask(again, now)
    return again


def _copy(need: Need, month: date, now: datetime) -> Need:
    return Need(
        resident_id=need.resident_id,
        committee_id=need.resident.household.committee_id,
        category=need.category,
        type=need.type,
        description=need.description,
        quantity=need.quantity + need.given_quantity,
        windows=list(need.windows),
        tier=need.tier,
        state=NeedState.DRAFT,
        reply_promised_on=month,
        created_at=now,
        submitted_at=now,
        entered_by_id=need.entered_by_id,
        verified_by_id=need.verified_by_id,
        repeats_need_id=need.id,
        repeats_until=need.repeats_until,
        review_on=need.review_on,
        review_asked_on=need.review_asked_on,
    )


def review_needs(now: datetime) -> tuple[int, int]:
    """Ask whether what repeats is still needed, and end what nobody confirmed in time; returns how
    many were asked and how many ended."""
    today = get_local_date(now)
    next_month = add_months(get_month(now), 1)  # who has no month ahead is not asked
    rows = lock_rows(_select_latest(next_month).where(Need.review_on <= today))
    asked = [row for row in rows if row.review_asked_on is None]
    for need in asked:
        need.review_asked_on = today
        flush_need()
        record_event(actor=None, action="need.ask_repeat", subject=need, now=now)
        _ask(need, now)
    late = today - timedelta(days=DAYS_TO_CONFIRM)
    over = [row for row in rows if row not in asked and (row.review_asked_on or today) < late]
    for need in over:
        _end(need, None, now)
    return len(asked), len(over)


def _select_latest(month: date) -> Select[Need]:
    """The needs that come back in a month or later and that no later one repeats."""
    return select(Need).where(comes_back(month)).order_by(Need.id)


def _ask(need: Need, now: datetime) -> None:
    """The committee hears that somebody has to say whether the need goes on."""
    make_void([_ASKED], Need.__tablename__, [need.id, need.repeats_need_id or need.id], now)
    query = select_active(Role.COMMITTEE_WORKER).where(User.committee_id == need.committee_id)
    notify_accounts(query, None, _ASKED, need, now)


# What people do.


def confirm_repeat(*, actor: User, need_id: int, now: datetime) -> Need:
    """Say that a need still comes back, for half a year more.

    Raises ``ConflictError`` unless somebody was asked that.
    """
    need = _get_latest(need_id, actor, now)
    if need.review_asked_on is None:
        raise ConflictError("need.repeat_not_asked")
    need.review_on, need.review_asked_on = _add_half_a_year(get_local_date(now)), None
    flush_need()
    make_void([_ASKED], Need.__tablename__, [need.id], now)
    record_step(need, actor, now, "need.confirm_repeat")
    notify_resident(need.resident, actor, "need.repeat_confirmed", need, now)
    return need


def end_repeat(*, actor: User, need_id: int, now: datetime) -> Need:
    """Let a need not come back any more; what is asked for this month stays."""
    need = _get_latest(need_id, actor, now)
    _end(need, actor, now)
    return need


def _get_latest(need_id: int, actor: User, now: datetime) -> Need:
    """The need of the latest month, locked. Raises ``ConflictError`` if it does not come back."""
    need = get_need(need_id, actor, is_locked=True)
    if not is_repeating(need, now) or find_repeat(need) is not None:
        raise ConflictError("need.repeats_no_more")
    return need


def _end(need: Need, actor: User | None, now: datetime) -> None:
    need.repeats_until = need.review_on = need.review_asked_on = None
    flush_need()
    make_void([_ASKED], Need.__tablename__, [need.id], now)
    is_own = actor is not None and actor.resident_id == need.resident_id
    record_event(
        actor=actor,
        action="need.end_repeat",
        subject=need,
        now=now,
        on_behalf_of=None if is_own else need.resident,
    )
    notify_resident(need.resident, actor, "need.repeat_ended", need, now)
