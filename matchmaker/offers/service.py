"""A coordinator's actions on the organisation's offers. Flushes; the view commits."""

from datetime import datetime

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import Quantity
from matchmaker.models import (
    Offer,
    OfferState,
    OrganisationState,
    RevokeReason,
    ServiceCategory,
    User,
)
from matchmaker.offers.scope import get_own_organisation, lock_offer
from matchmaker.offers.states import OFFER_STATES, OfferStep, open_if_due
from matchmaker.offers.stock import follow_stock
from matchmaker.offers.terms import GIVING, OfferTerms, check_terms, write_terms
from matchmaker.promises.breaking import (
    NO_BREAKS,
    Breaks,
    count_promised,
    find_breaks_of_offer,
    find_newly_broken,
    find_promised,
)
from matchmaker.promises.seats import list_coming_from, notify_recipients
from matchmaker.promises.stock import count_aside, count_gone


def get_category(category_id: int) -> ServiceCategory:
    """The category with this id, for an offer. Raises ``NotFoundError`` if unknown or a heading."""
    category = db.session.get(ServiceCategory, category_id)
    if category is None or category.parent_id is None:
        raise NotFoundError("category.unknown")
    return category


def post_offer(
    *, actor: User, now: datetime, category_id: int, terms: OfferTerms, submit: bool = False
) -> Offer:
    """Store a draft offer of the actor's organisation and, with ``submit``, submit it.

    Raises ``InvalidError`` naming a field, ``ConflictError`` if it cannot be submitted or the actor
    has no organisation, ``NotFoundError`` for the category.
    """
    category = get_category(category_id)
    organisation = get_own_organisation(actor)
    check_terms(terms, category, organisation, get_local_date(now))
    offer = Offer(
        organisation=organisation,
        category=category,
        state=OfferState.DRAFT,
        created_at=now,
        created_by_id=actor.id,
    )
    write_terms(offer, terms)
    db.session.add(offer)
    db.session.flush()
    record_event(
        actor=actor,
        action="offer.post",
        subject=offer,
        now=now,
        details={"category": category.code, "capacity": offer.capacity_per_month},
    )
    if submit:
        _hand_in(offer, actor, now)
    return offer


def edit_offer(
    *,
    actor: User,
    now: datetime,
    offer_id: int,
    version: int,
    terms: OfferTerms,
    submit: bool = False,
) -> Offer:
    """Change an offer and, with ``submit``, submit it if it is a draft or returned.

    An approved, open or paused offer must be approved again, and the office is informed of its
    promises, unless nothing changes or only where or how it is given. Recipients of promised help
    are notified of a new where or how. A frozen month keeps its own copy.

    Raises ``InvalidError`` naming a field, also if promises of a published month could not be kept;
    ``NotFoundError``; ``ConflictError`` for a wrong state or a change since ``version``.
    """
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.check(offer.state, OfferStep.EDIT)
    check_terms(terms, offer.category, offer.organisation, get_local_date(now), offer.place)
    _check_stock(offer, terms)
    promised, breaks = find_promised(offer, now), find_breaks_of_offer(offer, now)
    before, changed = offer.state, write_terms(offer, terms)
    if changed:
        db.session.flush()
        if not GIVING.issuperset(changed):
            _require_promised(offer, promised, now)
            OFFER_STATES.take(offer, OfferStep.EDIT)
            db.session.flush()
            breaks.inform_office(actor, now)
        details = {"fields": changed, "from": before.value, "to": offer.state.value}
        record_event(actor=actor, action="offer.edit", subject=offer, now=now, details=details)
    if GIVING.intersection(changed):
        notify_recipients(list_coming_from(offer, now), "help.day_moved", actor, now)
    if submit and OFFER_STATES.can(offer.state, OfferStep.SUBMIT):
        _hand_in(offer, actor, now)
    return offer


def _check_stock(offer: Offer, terms: OfferTerms) -> None:
    """Raise ``InvalidError`` for a changed stock of less than what is gone, or is set aside.

    Set aside is what locked months may promise: of an offer with a stock, no more than that stock.
    """
    if terms.stock is None or terms.stock == offer.stock:
        return
    gone, unit = count_gone(offer).units, offer.category.unit
    if terms.stock < gone:
        raise InvalidError("offer.stock_gone", "stock", least=Quantity(gone, unit))
    taken = gone + count_aside(offer)
    taken = taken if offer.stock is None else min(taken, offer.stock)
    if terms.stock < taken:
        raise InvalidError("offer.stock_set_aside", "stock", least=Quantity(taken, unit))


def submit_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Submit a draft or a returned offer.

    Raises ``ConflictError`` in any other state, after a change since ``version``, and if the
    organisation is not approved or the offer's last day is past.
    """
    return _hand_in(lock_offer(offer_id, actor, version), actor, now)


def pause_offer(
    *, actor: User, now: datetime, offer_id: int, version: int, known_breaks: int = 0
) -> Offer:
    """Keep an open offer out of rounds until it is resumed, and inform the office of breaks.

    Raises ``ConflictError`` in any other state, after a change since ``version``, and if this
    breaks more than ``known_breaks`` promises, the number that the actor was shown.
    """
    return _break_off(offer_id, OfferStep.PAUSE, actor, now, version, known_breaks)


def resume_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Let a paused offer enter rounds again: approved, and open if its first day has come."""
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.take(offer, OfferStep.RESUME)
    _finish(offer, OfferStep.RESUME, actor, now)
    open_if_due(offer, actor=actor, now=now)
    follow_stock(offer.id, actor, now)
    return offer


def withdraw_offer(
    *, actor: User, now: datetime, offer_id: int, version: int, known_breaks: int = 0
) -> Offer:
    """Withdraw an offer for good. Raises ``ConflictError`` as ``pause_offer`` does."""
    return _break_off(offer_id, OfferStep.WITHDRAW, actor, now, version, known_breaks)


def _break_off(
    offer_id: int, step: OfferStep, actor: User, now: datetime, version: int, known_breaks: int
) -> Offer:
    offer = lock_offer(offer_id, actor, version)
    breaks = find_breaks_of_offer(offer, now)
    OFFER_STATES.take(offer, step)
    breaks.require_known(known_breaks)
    breaks.inform_office(actor, now)
    return _finish(offer, step, actor, now, breaks)


_FIELDS = {
    RevokeReason.OFFER_OVER: "valid_until",
    RevokeReason.OFFER_CHANGED: "committees",
    RevokeReason.STATUS_OVER: "statuses",
}


def _require_promised(offer: Offer, promised: Breaks, now: datetime) -> None:
    """Raise ``InvalidError`` naming a field by which ``promised`` can no longer be kept."""
    broken = find_newly_broken(promised, now)
    if not broken:
        return
    reason = broken[0].reason
    if reason is RevokeReason.OFFER_LOWERED:
        least = Quantity(count_promised(offer, now), offer.category.unit)
        raise InvalidError("offer.promised_more", "capacity_per_month", least=least)
    raise InvalidError("offer.promised", _FIELDS.get(reason, "title"), count=len(broken))


def _hand_in(offer: Offer, actor: User, now: datetime) -> Offer:
    OFFER_STATES.take(offer, OfferStep.SUBMIT)
    if offer.organisation.state is not OrganisationState.APPROVED:
        raise ConflictError("offer.organisation_not_approved")
    if offer.valid_until is not None and offer.valid_until < get_local_date(now):
        raise ConflictError("offer.validity_over")
    offer.return_reason = None
    return _finish(offer, OfferStep.SUBMIT, actor, now)


def _finish(
    offer: Offer, step: OfferStep, actor: User, now: datetime, breaks: Breaks = NO_BREAKS
) -> Offer:
    db.session.flush()
    record_event(
        actor=actor,
        action=f"offer.{step}",
        subject=offer,
        now=now,
        details={"state": offer.state.value, **breaks.to_details()},
    )
    return offer
