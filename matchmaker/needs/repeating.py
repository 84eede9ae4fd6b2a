"""Needs that come back by themselves, every month until a last month that was named.

After help was found for a need, a new need repeats it in a later month, so that one can be promised
while the last is still being given; a need that still waits is not repeated. Every half year the
committee is asked whether the need goes on; without an answer in ``DAYS_TO_CONFIRM`` days the
series ends. No need is repeated once the consent is withdrawn or the contact with the resident is
stopped, or once somebody ended the series. Flushes; the caller commits, except for ``do_repeats``.
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

MOST_MONTHS = 12  # ahead; the latest month until which a need may come back
MONTHS_TO_REVIEW = 6
DAYS_TO_CONFIRM = 21
_ASKED = "need.review_repeat"
_HELPED = (NeedState.MATCHED, NeedState.PARTLY_SERVED, NeedState.SERVED)
_OVER = (NeedState.DRAFT, NeedState.CLOSED, NeedState.WITHDRAWN, NeedState.EXPIRED)
_RELIED_ON = (RoundState.EXECUTING, RoundState.CLOSED)  # their publication is not withdrawn


def list_last_months(now: datetime) -> list[date]:
    """The months that may be named as the last one, as first days: the next twelve."""
    return [add_months(get_month(now), number) for number in range(1, MOST_MONTHS + 1)]


def may_repeat(category: ServiceCategory) -> bool:
    """Whether a need of the category can come back; a micro-wish cannot."""
    return get_need_type(category) is not NeedType.MICRO_WISH


def set_repeat(
    need: Need,
    category: ServiceCategory,
    until: date | None,
    now: datetime,
    field: str = "repeats_until",
) -> None:
    """Set the last month in which a need comes back; None: it is for once.

    Raises ``InvalidError`` naming ``field`` for a month that is not in ``list_last_months``, unless
    it is the present value, and for any month if the category is of wishes.
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
    """Whether the need has a last month that is not over, and was sent and not closed.

    Judged by its own row only: a later need may repeat it already.
    """
    until = need.repeats_until
    return until is not None and until >= get_month(now) and need.state not in _OVER


def comes_back(month: date) -> ColumnElement[bool]:
    """The condition for the latest need of each series whose last month is ``month`` or later."""
    later = aliased(Need)
    repeated = select(later.id).where(later.repeats_need_id == Need.id).correlate(Need)
    return and_(Need.repeats_until >= month, Need.state.not_in(_OVER), ~repeated.exists())


def find_repeat(need: Need) -> Need | None:
    """The need that repeats this one in a later month; None if there is none yet."""
    return db.session.scalar(select(Need).where(Need.repeats_need_id == need.id))


# What a timer does.


@dataclass(frozen=True, slots=True)
class Repeated:
    """What ``do_repeats`` did.

    returned   number of needs that came back
    asked      number of needs about which the committee was asked
    ended      number of series that ended because nobody answered
    """

    returned: int
    asked: int
    ended: int


def do_repeats(now: datetime) -> Repeated:
    """Bring back needs in every month whose list is not locked, then review; return the counts.

    Commits after each month and after the review. It may run again at any time: what is done is
    not done twice.
    """
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
    """Store a new need for each need that comes back in the round's month; return the new needs.

    Stores and returns nothing if the round is locked. Takes the database lock of the round's row,
    so that two workers do not bring back the same need twice.
    """
    lock_row(match_round)
    if match_round.state is not RoundState.DRAFT:
        return []
    rows = db.session.scalars(_select_due(match_round)).unique().all()
    return [_repeat(need, match_round, now) for need in rows if _may_go_on(need)]


def _select_due(match_round: MatchRound) -> Select[Need]:
    """The query for needs of the office that got help before the month and are not repeated yet.

    In order of id.
    """
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
    """The condition for needs that got a part and wait for the missing part.

    The need of the next month is asked for besides that part.
    """
    return (Need.given_quantity > 0) & Need.state.in_((NeedState.OPEN, NeedState.IN_ROUND))


def _may_go_on(need: Need) -> bool:
    has_consent = need.consent is None or need.consent.withdrawn_at is None
    return need.resident.contact_ended_on is None and has_consent


def _repeat(need: Need, match_round: MatchRound, now: datetime) -> Need:
    """Store the need that repeats ``need`` in the month: verified, open, with the same urgency."""
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
    """Ask committees whether needs still come back; end the series not confirmed in time.

    Returns about how many needs was asked and how many series ended.
    """
    today = get_local_date(now)
    next_month = add_months(get_month(now), 1)  # no question about needs without a month ahead
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
    """The query for the latest need of each series that goes on in ``month``, in order of id."""
    return select(Need).where(comes_back(month)).order_by(Need.id)


def _ask(need: Need, now: datetime) -> None:
    """Notify the committee that somebody has to say whether the need goes on.

    Marks earlier notices of this kind void.
    """
    make_void([_ASKED], Need.__tablename__, [need.id, need.repeats_need_id or need.id], now)
    query = select_active(Role.COMMITTEE_WORKER).where(User.committee_id == need.committee_id)
    notify_accounts(query, None, _ASKED, need, now)


# What people do.


def confirm_repeat(*, actor: User, need_id: int, now: datetime) -> Need:
    """Confirm that a need still comes back; the next question is in half a year.

    Raises ``ConflictError`` unless the need comes back and the committee was asked.
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
    """End a series of needs: its latest need, ``need_id``, stays but no longer comes back.

    Raises ``ConflictError`` if the need does not come back.
    """
    need = _get_latest(need_id, actor, now)
    _end(need, actor, now)
    return need


def _get_latest(need_id: int, actor: User, now: datetime) -> Need:
    """Lock and return the need, the latest of its series.

    Raises ``ConflictError`` if it does not come back or a later need repeats it.
    """
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
