"""Offers with a stock: used up once all of it is given, open again when there is more to give.

Flushes; the caller commits.
"""

from datetime import datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.kinds import Quantity, get_rules
from matchmaker.models import Offer, User
from matchmaker.notices.service import make_void, notify_coordinators
from matchmaker.offers.scope import lock_offer
from matchmaker.offers.states import OFFER_STATES, OfferStep, open_if_due
from matchmaker.promises.stock import count_gone
from matchmaker.states import lock_rows

_USED_UP = "offer.used_up"


def follow_stock(offer_id: int | None, actor: User, now: datetime) -> None:
    """Mark an offer as used up if all its stock was given, or take that back if not.

    All coordinators hear that it is used up, also the actor: it follows from another step. Offers
    without a stock, paused ones and those that wait for approval stay as they are.
    """
    for offer in lock_rows(select(Offer).where(Offer.id == offer_id, Offer.stock.is_not(None))):
        is_gone = count_gone(offer).given >= (offer.stock or 0)
        if is_gone and OFFER_STATES.can(offer.state, OfferStep.USE_UP):
            _take(offer, OfferStep.USE_UP, actor, now)
            notify_coordinators(offer.organisation_id, None, _USED_UP, offer, now)
        elif not is_gone and OFFER_STATES.can(offer.state, OfferStep.REOPEN):
            _take(offer, OfferStep.REOPEN, actor, now)
            make_void([_USED_UP], Offer.__tablename__, [offer.id], now)
            open_if_due(offer, actor=actor, now=now)


def add_stock(*, actor: User, now: datetime, offer_id: int, version: int, units: int) -> Offer:
    """Raise the stock of an offer by ``units``; one that is used up is open again if some is left.

    The monthly amount that the office approved stays, so nobody approves it again. Raises
    ``ConflictError`` for an offer without a stock, in another state or changed since ``version``,
    ``InvalidError`` for an amount that cannot be.
    """
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.check(offer.state, OfferStep.ADD)
    if offer.stock is None:
        raise ConflictError("offer.no_stock")
    if units < 1:
        raise InvalidError("offer.more_too_little", "units")
    most = get_rules(offer.category.kind).most_offered
    if offer.stock + units > most:
        limit = Quantity(most, offer.category.unit)
        raise InvalidError("offer.stock_above_most", "units", most=limit)
    offer.stock += units
    _take(offer, OfferStep.ADD, actor, now)
    follow_stock(offer.id, actor, now)
    return offer


def _take(offer: Offer, step: OfferStep, actor: User, now: datetime) -> None:
    OFFER_STATES.take(offer, step)
    db.session.flush()
    details = {"state": offer.state.value}
    record_event(actor=actor, action=f"offer.{step}", subject=offer, now=now, details=details)
