"""A social worker's decisions about submitted offers. Flushes; the view commits."""

from datetime import datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Offer, OrganisationState, User
from matchmaker.models.limits import LONGEST_REASON
from matchmaker.notices.service import notify_coordinators
from matchmaker.offers.scope import lock_offer
from matchmaker.offers.states import OFFER_STATES, OfferStep, open_if_due
from matchmaker.offers.stock import follow_stock


def approve_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Approve a submitted offer, and open it if its first day has come.

    Raises ``ConflictError`` if it is not submitted, was changed since ``version``, its organisation
    is not approved, or its last day is past; ``NotFoundError`` outside the actor's scope.
    """
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.take(offer, OfferStep.APPROVE)
    if offer.organisation.state is not OrganisationState.APPROVED:
        raise ConflictError("offer.organisation_not_approved")
    if offer.valid_until is not None and offer.valid_until < get_local_date(now):
        raise ConflictError("offer.validity_over")
    offer.return_reason = None
    db.session.flush()
    record_event(
        actor=actor,
        action="offer.approve",
        subject=offer,
        now=now,
        details={"state": offer.state.value, "version": version},
    )
    open_if_due(offer, actor=actor, now=now)
    notify_coordinators(offer.organisation_id, actor, "offer.approved", offer, now)
    follow_stock(offer.id, actor, now)
    return offer


def return_offer(*, actor: User, now: datetime, offer_id: int, version: int, reason: str) -> Offer:
    """Return a submitted offer to its coordinators with the reason.

    Raises ``InvalidError`` for an empty reason or one that is too long, ``ConflictError`` if the
    offer is not submitted or was changed since ``version``.
    """
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidError("offer.reason_length", "reason", most=LONGEST_REASON)
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.take(offer, OfferStep.RETURN)
    offer.return_reason = reason
    db.session.flush()
    record_event(actor=actor, action="offer.return", subject=offer, now=now)
    notify_coordinators(offer.organisation_id, actor, "offer.returned", offer, now)
    return offer


def approve_offers(
    *, actor: User, now: datetime, versions: dict[int, int]
) -> tuple[list[Offer], list[int]]:
    """Approve each offer that ``approve_offer`` accepts with the version given for its id.

    Returns the approved offers and the ids of those not approved, both in order of id.
    """
    all_of_them = select(Offer.id).where(Offer.id.in_(versions)).order_by(Offer.id)
    db.session.scalars(all_of_them.with_for_update()).all()  # lock before the audit chain
    approved: list[Offer] = []
    left: list[int] = []
    for offer_id, version in sorted(versions.items()):
        try:
            with db.session.begin_nested():
                offer = approve_offer(actor=actor, now=now, offer_id=offer_id, version=version)
            approved.append(offer)
        except (ConflictError, NotFoundError):
            left.append(offer_id)
    return approved, left
