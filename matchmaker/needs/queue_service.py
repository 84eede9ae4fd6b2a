"""Decisions about submitted needs: verify, return, merge. Flushes; the view commits."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import or_, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Need, NeedState, Role, User
from matchmaker.models.limits import LONGEST_REASON, TIERS
from matchmaker.needs.states import MERGEABLE, NEED_STATES, flush_need, get_need
from matchmaker.notices.service import notify_asker
from matchmaker.residents.consents import end_consent
from matchmaker.states import lock_rows

LATEST_REPLY_MONTHS = 6  # after the present month
DANGER = TIERS[0]


def get_usual_reply_day(now: datetime) -> date:
    """The last day of the next month, by which the next round is expected to be published."""
    return date.fromordinal(add_months(get_month(now), 2).toordinal() - 1)


def verify_need(
    *, actor: User, need_id: int, version: int, tier: int, reply_promised_on: date, now: datetime
) -> Need:
    """Verify the need that the actor read as ``version``, set its urgency and open it.

    Raises ``NotFoundError`` unless the actor may verify it, ``ConflictError`` if it was changed
    since ``version`` or does not wait for this, ``InvalidError`` naming the field. The person who
    recorded a need may not give it the most urgent tier: a second person has to.
    """
    need = get_verifiable_need(need_id, actor)
    check_tier(tier)
    check_reply_day(reply_promised_on, now)
    require_second_person(need, tier, actor)
    NEED_STATES.check(need.state, NeedState.VERIFIED)
    if need.version != version:
        raise ConflictError("need.changed_meanwhile")
    NEED_STATES.take(need, NeedState.VERIFIED)
    need.tier, need.reply_promised_on = tier, reply_promised_on
    need.verified_by_id, need.verified_at = actor.id, now
    NEED_STATES.take(need, NeedState.OPEN)
    flush_need()
    details = {"tier": tier, "reply_promised_on": reply_promised_on.isoformat()}
    record_event(actor=actor, action="need.verify", subject=need, now=now, details=details)
    notify_asker(need, actor, "need.verified", now)
    return need


def verify_needs(
    *,
    actor: User,
    versions: Mapping[int, int],
    tier: int,
    reply_promised_on: date,
    now: datetime,
) -> tuple[int, int]:
    """Verify in the same way each need that still has the version given for its id.

    Returns how many were verified, and how many had changed and still wait. Raises as
    ``verify_need`` does for the first need that is refused; the caller then rolls all back.
    """
    _lock_needs(*versions)
    count = 0
    for need_id, version in sorted(versions.items()):
        if get_verifiable_need(need_id, actor).version != version:
            continue
        verify_need(
            actor=actor,
            need_id=need_id,
            version=version,
            tier=tier,
            reply_promised_on=reply_promised_on,
            now=now,
        )
        count += 1
    return count, len(versions) - count


def return_need(*, actor: User, need_id: int, reason: str, now: datetime) -> Need:
    """Return a submitted need to the resident with a reason in plain words.

    Raises ``NotFoundError`` unless it is of the actor's own committee, ``ConflictError`` in other
    states, ``InvalidError`` for an empty reason or one that is too long.
    """
    need = _get_own_committee_need(need_id, actor)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidError("need.reason_length", "reason", most=LONGEST_REASON)
    NEED_STATES.take(need, NeedState.RETURNED)
    need.return_reason = reason
    flush_need()
    record_event(actor=actor, action="need.return", subject=need, now=now)
    notify_asker(need, actor, "need.returned", now)
    return need


def merge_duplicate(*, actor: User, kept_id: int, duplicate_id: int, now: datetime) -> Need:
    """Close ``duplicate_id`` in favour of ``kept_id``, which gets the longer wait of the two.

    Raises ``NotFoundError`` unless both are of the actor's own committee, ``ConflictError`` unless
    they have the same resident and category and each is submitted, returned or open.
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
    notify_asker(duplicate, actor, "need.merged", now)
    return kept


def are_alike(need: Need, other: Need) -> bool:
    """Whether two different needs have the same resident and category."""
    same_wish = (need.resident_id, need.category_id) == (other.resident_id, other.category_id)
    return same_wish and need.id != other.id


def require_second_person(need: Need, tier: int, actor: User) -> None:
    """Raise ``InvalidError`` if ``tier`` is the most urgent and the actor recorded the need."""
    if tier == DANGER and has_recorded(need, actor):
        raise InvalidError("need.second_person", "tier")


def has_recorded(need: Need, actor: User) -> bool:
    """Whether the actor's person, with any account, entered, sent or changed the need."""
    sent = select(AuditEvent.actor_id).where(
        AuditEvent.subject_type == Need.__tablename__,
        AuditEvent.subject_id == need.id,
        AuditEvent.action.in_(("need.submit", "need.change")),
    )
    is_recorder = or_(User.id == need.entered_by_id, User.id.in_(sent))
    query = select(User.id).where(User.person_id == actor.person_id, is_recorder)
    return db.session.scalar(query.limit(1)) is not None


def may_verify(need: Need, actor: User) -> bool:
    """Whether the actor, in whose scope the need is, may verify it.

    Committee workers may verify it. Social workers may verify needs that a committee worker
    entered, since a small committee may have nobody else.
    """
    if actor.role is Role.COMMITTEE_WORKER:
        return True
    entered_by = db.session.get_one(User, need.entered_by_id)
    return actor.role is Role.SOCIAL_WORKER and entered_by.role is Role.COMMITTEE_WORKER


def get_verifiable_need(need_id: int, actor: User) -> Need:
    """The need, in any state. Raises ``NotFoundError`` unless the actor may verify it."""
    need = get_need(need_id, actor)
    if not may_verify(need, actor):
        raise NotFoundError("need.unknown")
    return need


def _get_own_committee_need(need_id: int, actor: User) -> Need:
    """The need. Raises ``NotFoundError`` unless the actor is a worker of its committee.

    A social worker may read the need but not decide.
    """
    if actor.role is not Role.COMMITTEE_WORKER:
        raise NotFoundError("need.unknown")
    return get_need(need_id, actor)


def _lock_needs(*need_ids: int) -> None:
    """Lock the needs until the transaction ends, so that two colleagues cannot decide at once."""
    query = select(Need).where(Need.id.in_(need_ids)).order_by(Need.id)
    lock_rows(query)


def check_tier(tier: int) -> None:
    """Raise ``InvalidError`` unless ``tier`` is one of ``TIERS``."""
    if tier not in TIERS:
        raise InvalidError("need.tier_unknown", "tier")


def check_reply_day(reply_promised_on: date, now: datetime) -> None:
    """Raise ``InvalidError`` for a promised day before today or too far ahead.

    The latest day is the first of the sixth month after the present one.
    """
    earliest = get_local_date(now)
    latest = add_months(get_month(now), LATEST_REPLY_MONTHS)
    if not earliest <= reply_promised_on <= latest:
        raise InvalidError("need.reply_day", "reply_promised_on", first=earliest, last=latest)
