"""What the calendar does with offers: opens them on their first day, ends them after the last."""

from datetime import datetime

from sqlalchemy import or_, select

from matchmaker.audit.service import record_event
from matchmaker.clock import get_local_date
from matchmaker.extensions import db
from matchmaker.models import Offer, OfferState, User
from matchmaker.offers.states import TRANSITIONS, OfferStep, can_take, take_step


def open_if_due(offer: Offer, *, actor: User | None, now: datetime) -> bool:
    """Open an approved offer whose first day is here; says whether it did."""
    if not can_take(offer, OfferStep.OPEN) or offer.valid_from > get_local_date(now):
        return False
    _take(offer, OfferStep.OPEN, actor, now)
    return True


def follow_calendar(*, now: datetime, actor: User | None = None) -> dict[str, int]:
    """Bring every offer's state up to the day: ``{"opened": n, "expired": n}``. Repeatable."""
    today = get_local_date(now)
    opened = expired = 0
    over = Offer.valid_until.is_not(None) & (Offer.valid_until < today)
    due = (Offer.state == OfferState.APPROVED) & (Offer.valid_from <= today)
    statement = (
        select(Offer)
        .where(or_(over & Offer.state.in_(TRANSITIONS[OfferStep.EXPIRE]), due))
        .order_by(Offer.id)
        .with_for_update(of=Offer)
    )
    for offer in db.session.scalars(statement).all():
        if offer.valid_until is not None and offer.valid_until < today:
            _take(offer, OfferStep.EXPIRE, actor, now)
            expired += 1
        else:
            opened += open_if_due(offer, actor=actor, now=now)
    return {"opened": opened, "expired": expired}


def _take(offer: Offer, step: OfferStep, actor: User | None, now: datetime) -> None:
    take_step(offer, step)
    db.session.flush()
    record_event(
        actor=actor,
        action=f"offer.{step}",
        subject=offer,
        now=now,
        details={"state": offer.state.value},
    )
