"""A committee's decisions about submitted needs. Flushes; the view commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Need, NeedState, Role, User
from matchmaker.models.limits import LONGEST_REASON, TIERS
from matchmaker.needs.states import MERGEABLE, NEED_STATES, flush_need, get_need
from matchmaker.residents.consents import end_consent
from matchmaker.scopes import list_same_persons

LATEST_REPLY_MONTHS = 6  # after this one
DANGER = TIERS[0]


def get_usual_reply_day(now: datetime) -> date:
    """The last day of next month, by which the next round is certainly published."""
    return date.fromordinal(add_months(get_month(now), 2).toordinal() - 1)


def verify_need(
    *, actor: User, need_id: int, tier: int, reply_promised_on: date, now: datetime
) -> Need:
    """Verify the need and set its urgency; it is open for the next round at once.

    Who entered a need does not make it a danger alone: a colleague does, or a social worker.
    """
    need = _get_verifiable_need(need_id, actor)
    _check_decision(tier, reply_promised_on, now)
    require_second_person(need, tier, actor)
    NEED_STATES.take(need, NeedState.VERIFIED)
    need.tier, need.reply_promised_on, need.verified_by_id = tier, reply_promised_on, actor.id
    NEED_STATES.take(need, NeedState.OPEN)
    flush_need()
    details = {"tier": tier, "reply_promised_on": reply_promised_on.isoformat()}
    record_event(actor=actor, action="need.verify", subject=need, now=now, details=details)
    return need


def verify_needs(
    *, actor: User, need_ids: Sequence[int], tier: int, reply_promised_on: date, now: datetime
) -> int:
    """Verify several needs in the same way, all or none; returns how many."""
    _lock_needs(*need_ids)
    for need_id in sorted(set(need_ids)):
        verify_need(
            actor=actor, need_id=need_id, tier=tier, reply_promised_on=reply_promised_on, now=now
        )
    return len(set(need_ids))


def return_need(*, actor: User, need_id: int, reason: str, now: datetime) -> Need:
    """Return a need to the resident, with the reason in plain words."""
    need = _get_own_committee_need(need_id, actor)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidError("need.reason_length", "reason", most=LONGEST_REASON)
    NEED_STATES.take(need, NeedState.RETURNED)
    need.return_reason = reason
    flush_need()
    record_event(actor=actor, action="need.return", subject=need, now=now)
    return need


def merge_duplicate(*, actor: User, kept_id: int, duplicate_id: int, now: datetime) -> Need:
    """Close ``duplicate_id`` in favour of ``kept_id``, which gets the longer wait of the two.

    Raises ``ConflictError`` unless both have the same resident and category and neither is being
    decided, met or ended.
    """
    _lock_needs(kept_id, duplicate_id)
    kept = _get_own_committee_need(kept_id, actor)
    duplicate = _get_own_committee_need(duplicate_id, actor)
    if not are_alike(kept, duplicate) or not {kept.state, duplicate.state} <= MERGEABLE:
        raise ConflictError("need.not_mergeable")
    NEED_STATES.take(duplicate, NeedState.CLOSED)
    end_consent(duplicate.consent, now)
    kept.waiting_rounds = max(kept.waiting_rounds, duplicate.waiting_rounds)
    flush_need()
    for action, subject, other in (
        ("need.merge", duplicate, kept),
        ("need.keep", kept, duplicate),
    ):
        details = {"other_id": other.id}
        record_event(actor=actor, action=action, subject=subject, now=now, details=details)
    return kept


def are_alike(need: Need, other: Need) -> bool:
    """Whether two different needs have the same resident and category."""
    same_wish = (need.resident_id, need.category_id) == (other.resident_id, other.category_id)
    return same_wish and need.id != other.id


def require_second_person(need: Need, tier: int, actor: User) -> None:
    """Raise ``InvalidError`` for the most urgent tier chosen by the person who entered the need."""
    if tier == DANGER and actor.id in list_same_persons([need.entered_by_id]):
        raise InvalidError("need.second_person", "tier")


def may_verify(need: Need, actor: User) -> bool:
    """Whether the actor may verify the need: its committee, or a social worker what the committee
    entered itself, since a small committee has nobody else."""
    if actor.role is Role.COMMITTEE_WORKER:
        return True
    entered_by = db.session.get_one(User, need.entered_by_id)
    return actor.role is Role.SOCIAL_WORKER and entered_by.role is Role.COMMITTEE_WORKER


def _get_verifiable_need(need_id: int, actor: User) -> Need:
    """A need that the actor may verify. Raises ``NotFoundError``."""
    need = get_need(need_id, actor)
    if not may_verify(need, actor):
        raise NotFoundError("need.unknown")
    return need


def _get_own_committee_need(need_id: int, actor: User) -> Need:
    """A need of the actor's own committee: a social worker may read it but not decide."""
    if actor.role is not Role.COMMITTEE_WORKER:
        raise NotFoundError("need.unknown")
    return get_need(need_id, actor)


def _lock_needs(*need_ids: int) -> None:
    """Lock until the transaction ends, so that two colleagues cannot close each other's need."""
    query = select(Need).where(Need.id.in_(need_ids)).order_by(Need.id).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).all()


def _check_decision(tier: int, reply_promised_on: date, now: datetime) -> None:
    if tier not in TIERS:
        raise InvalidError("need.tier_unknown", "tier")
    earliest = get_local_date(now)
    latest = add_months(get_month(now), LATEST_REPLY_MONTHS)
    if not earliest <= reply_promised_on <= latest:
        raise InvalidError("need.reply_day", "reply_promised_on", first=earliest, last=latest)
