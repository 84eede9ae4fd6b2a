"""Hand a need to an office that does not take part here, and write what came of it.

Meanwhile the need is in no list. If that office could not help, the need waits again with the
months that it has waited. Flushes; the view commits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import Need, NeedState, Referral, ReferralEnd, User
from matchmaker.models.limits import LONGEST_REASON, LONGEST_REMARK, LONGEST_TITLE
from matchmaker.needs.posting import record_step
from matchmaker.needs.states import NEED_STATES, flush_need, get_need
from matchmaker.notices.service import (
    make_earlier_void,
    make_void,
    notify_asker,
    notify_resident,
)
from matchmaker.residents.consents import end_consent

MOST_DAYS_BACK = 60  # that a referral may be entered after its day


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """The office that gets a need. ``reach``: its phone, or how else it is reached."""

    office: str
    reach: str
    reason: str
    day: date


def list_referrals(need: Need) -> Sequence[Referral]:
    """The referrals of the need, oldest first."""
    query = select(Referral).where(Referral.need_id == need.id)
    return db.session.scalars(query.order_by(Referral.id)).all()


def refer_need(
    *, actor: User, need_id: int, version: int, terms: ReferralTerms, now: datetime
) -> Referral:
    """Hand a need that waits to another office; no list takes it until it comes back.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` in other states or if it
    was changed since ``version``, ``InvalidError`` naming the field.
    """
    need = get_need(need_id, actor, is_locked=True)
    if need.version != version:
        raise ConflictError("need.changed_meanwhile")
    _check_terms(terms, now)
    NEED_STATES.take(need, NeedState.REFERRED)
    row = Referral(
        need_id=need.id,
        office=terms.office,
        reach=terms.reach,
        reason=terms.reason,
        referred_on=terms.day,
        referred_by_id=actor.id,
    )
    db.session.add(row)
    flush_need()
    record_step(need, actor, now, "need.refer")
    make_earlier_void("need.came_back", Need.__tablename__, [need.id], now)
    notify_resident(need.resident, actor, "referral.made", row, now)
    return row


def _check_terms(terms: ReferralTerms, now: datetime) -> None:
    for name, most in (
        ("office", LONGEST_TITLE),
        ("reach", LONGEST_REMARK),
        ("reason", LONGEST_REASON),
    ):
        if not 1 <= len(getattr(terms, name)) <= most:
            raise InvalidError("need.referral_length", name, most=most)
    last = get_local_date(now)
    first = last - timedelta(days=MOST_DAYS_BACK)
    if not first <= terms.day <= last:
        raise InvalidError("need.referral_day", "day", first=first, last=last)


def get_referred(need_id: int, actor: User, *, is_locked: bool = False) -> tuple[Need, Referral]:
    """The need that another office has, and the referral.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` unless it was handed on.
    """
    need = get_need(need_id, actor, is_locked=is_locked)
    if need.state is not NeedState.REFERRED:
        raise ConflictError("need.not_referred", state=need.state.value)
    return need, list_referrals(need)[-1]


def end_referral(
    *, actor: User, need_id: int, version: int, end: ReferralEnd, answer: str, now: datetime
) -> Need:
    """Write what came of a referral: the need is closed, or waits again.

    It waits for the next list if it was verified before, else for its verification. The consent to
    a need that is closed ends. Raises as ``get_referred`` does, ``ConflictError`` also if the need
    was changed since ``version``, so that no answer is written to a later referral; and
    ``InvalidError`` for a long answer.
    """
    need, row = get_referred(need_id, actor, is_locked=True)
    if need.version != version:
        raise ConflictError("need.changed_meanwhile")
    if len(answer) > LONGEST_REASON:
        raise InvalidError("need.referral_length", "answer", most=LONGEST_REASON)
    row.ended_as, row.answer, row.ended_at, row.ended_by_id = end, answer or None, now, actor.id
    if end is ReferralEnd.HELPED:
        NEED_STATES.take(need, NeedState.CLOSED)
        end_consent(need.consent, now)
        action, kind = "need.close_referral", "need.helped_elsewhere"
    else:
        is_verified = need.verified_by_id is not None
        NEED_STATES.take(need, NeedState.OPEN if is_verified else NeedState.SUBMITTED)
        action, kind = "need.reopen", "need.came_back"
    flush_need()
    make_void(["referral.made"], Referral.__tablename__, [row.id], now)
    record_step(need, actor, now, action)
    notify_asker(need, actor, kind, now)
    return need


def end_unanswered(needs: Collection[Need], actor: User, now: datetime) -> None:
    """End the open referrals of needs that have ended, and make their notices void.

    What came of them stays empty.
    """
    query = select(Referral).where(
        Referral.need_id.in_([need.id for need in needs]), Referral.ended_at.is_(None)
    )
    rows = db.session.scalars(query).all()
    for row in rows:
        row.ended_at, row.ended_by_id = now, actor.id
    db.session.flush()
    make_void(["referral.made"], Referral.__tablename__, [row.id for row in rows], now)
