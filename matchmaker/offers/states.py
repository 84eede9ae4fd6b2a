"""The states of an offer: where each step may start and where it leads."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.models import Offer, OfferState, User
from matchmaker.notices.service import notify_coordinators
from matchmaker.states import StateMachine, lock_rows


class OfferStep(StrEnum):
    """Steps of an offer; ``offer.`` and the value name the audit event's action."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    USE_UP = "use_up"
    REOPEN = "reopen"
    ADD = "add"


_S = OfferState

# An approved offer that is edited must be approved again.
_TABLE: dict[OfferStep, dict[OfferState, OfferState]] = {
    OfferStep.EDIT: {
        _S.DRAFT: _S.DRAFT,
        _S.RETURNED: _S.RETURNED,
        _S.SUBMITTED: _S.SUBMITTED,
        _S.APPROVED: _S.SUBMITTED,
        _S.OPEN: _S.SUBMITTED,
        _S.PAUSED: _S.SUBMITTED,
    },
    OfferStep.SUBMIT: {_S.DRAFT: _S.SUBMITTED, _S.RETURNED: _S.SUBMITTED},
    OfferStep.RETURN: {_S.SUBMITTED: _S.RETURNED},
    OfferStep.APPROVE: {_S.SUBMITTED: _S.APPROVED},
    OfferStep.OPEN: {_S.APPROVED: _S.OPEN},
    OfferStep.PAUSE: {_S.OPEN: _S.PAUSED},
    OfferStep.RESUME: {_S.PAUSED: _S.APPROVED},
    OfferStep.WITHDRAW: dict.fromkeys(
        (_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.APPROVED, _S.OPEN, _S.PAUSED, _S.USED_UP),
        _S.WITHDRAWN,
    ),
    OfferStep.EXPIRE: dict.fromkeys(
        (_S.SUBMITTED, _S.APPROVED, _S.OPEN, _S.PAUSED, _S.USED_UP), _S.EXPIRED
    ),
    # Once the whole stock of an offer is given; back if a report is corrected or there is more.
    OfferStep.USE_UP: {_S.APPROVED: _S.USED_UP, _S.OPEN: _S.USED_UP},
    OfferStep.REOPEN: {_S.USED_UP: _S.APPROVED},
    OfferStep.ADD: {
        _S.USED_UP: _S.USED_UP,
        _S.APPROVED: _S.APPROVED,
        _S.OPEN: _S.OPEN,
        _S.PAUSED: _S.PAUSED,
    },
}
OFFER_STATES = StateMachine("offer.state", _TABLE)


# The steps that follow from the date: open offers on their first day, end them after their last.


def open_if_due(offer: Offer, *, actor: User | None, now: datetime) -> bool:
    """Open an approved offer if its first day has come; return whether it was opened."""
    if not OFFER_STATES.can(offer.state, OfferStep.OPEN) or offer.valid_from > get_local_date(now):
        return False
    _take(offer, OfferStep.OPEN, actor, now)
    return True


def follow_calendar(*, now: datetime, actor: User | None = None) -> dict[str, int]:
    """Open approved offers whose first day has come, and expire those whose last day is past.

    Drafts and returned offers do not expire. Returns the counts ``{"opened": n, "expired": n}``.
    It may run again at any time.
    """
    today = get_local_date(now)
    opened = expired = 0
    over = Offer.valid_until.is_not(None) & (Offer.valid_until < today)
    due = (Offer.state == OfferState.APPROVED) & (Offer.valid_from <= today)
    query = (
        select(Offer)
        .where(or_(over & Offer.state.in_(OFFER_STATES.list_starts(OfferStep.EXPIRE)), due))
        .order_by(Offer.id)
    )
    for offer in lock_rows(query):
        if offer.valid_until is not None and offer.valid_until < today:
            _take(offer, OfferStep.EXPIRE, actor, now)
            notify_coordinators(offer.organisation_id, actor, "offer.expired", offer, now)
            expired += 1
        else:
            opened += open_if_due(offer, actor=actor, now=now)
    return {"opened": opened, "expired": expired}


def _take(offer: Offer, step: OfferStep, actor: User | None, now: datetime) -> None:
    OFFER_STATES.take(offer, step)
    db.session.flush()
    record_event(
        actor=actor,
        action=f"offer.{step}",
        subject=offer,
        now=now,
        details={"state": offer.state.value},
    )
