"""What a coordinator does with the organisation's offers. Flushes; the view commits."""

from datetime import datetime

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Offer, OfferState, OrganisationState, ServiceCategory, User
from matchmaker.offers.scope import get_own_organisation, lock_offer
from matchmaker.offers.states import OFFER_STATES, OfferStep, open_if_due
from matchmaker.offers.terms import OfferTerms, check_terms, write_terms


def get_category(category_id: int) -> ServiceCategory:
    """A category that offers may be in. Raises ``NotFoundError`` for headings and unknown ids."""
    category = db.session.get(ServiceCategory, category_id)
    if category is None or category.parent_id is None:
        raise NotFoundError("category.unknown")
    return category


def post_offer(
    *, actor: User, now: datetime, category_id: int, terms: OfferTerms, submit: bool = False
) -> Offer:
    """Save a draft offer of the actor's organisation and, with ``submit``, submit it.

    Raises ``InvalidError`` naming a field, ``ConflictError`` when it cannot be submitted.
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
    """Change an offer; an approved one must be approved again.

    An edit that changes nothing leaves the state as it is. A frozen month keeps its own copy. With
    ``submit`` a draft or returned offer is submitted as well. Raises ``InvalidError``,
    ``NotFoundError``, ``ConflictError`` (wrong state, or changed meanwhile).
    """
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.check(offer.state, OfferStep.EDIT)
    check_terms(terms, offer.category, offer.organisation, get_local_date(now))
    before, changed = offer.state, write_terms(offer, terms)
    if changed:
        OFFER_STATES.take(offer, OfferStep.EDIT)
        db.session.flush()
        details = {"fields": changed, "from": before.value, "to": offer.state.value}
        record_event(actor=actor, action="offer.edit", subject=offer, now=now, details=details)
    if submit and OFFER_STATES.can(offer.state, OfferStep.SUBMIT):
        _hand_in(offer, actor, now)
    return offer


def submit_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Submit a draft or a returned offer.

    Raises ``ConflictError`` in any other state, when the organisation is not approved, or when the
    offer's last day is past.
    """
    return _hand_in(lock_offer(offer_id, actor, version), actor, now)


def pause_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Keep an open offer out of rounds until it is resumed."""
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.take(offer, OfferStep.PAUSE)
    return _finish(offer, OfferStep.PAUSE, actor, now)


def resume_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Let a paused offer enter rounds again."""
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.take(offer, OfferStep.RESUME)
    _finish(offer, OfferStep.RESUME, actor, now)
    open_if_due(offer, actor=actor, now=now)
    return offer


def withdraw_offer(*, actor: User, now: datetime, offer_id: int, version: int) -> Offer:
    """Withdraw an offer for good. Promises of published rounds remain."""
    offer = lock_offer(offer_id, actor, version)
    OFFER_STATES.take(offer, OfferStep.WITHDRAW)
    return _finish(offer, OfferStep.WITHDRAW, actor, now)


def _hand_in(offer: Offer, actor: User, now: datetime) -> Offer:
    OFFER_STATES.take(offer, OfferStep.SUBMIT)
    if offer.organisation.state is not OrganisationState.APPROVED:
        raise ConflictError("offer.organisation_not_approved")
    if offer.valid_until is not None and offer.valid_until < get_local_date(now):
        raise ConflictError("offer.validity_over")
    offer.return_reason = None
    return _finish(offer, OfferStep.SUBMIT, actor, now)


def _finish(offer: Offer, step: OfferStep, actor: User, now: datetime) -> Offer:
    db.session.flush()
    record_event(
        actor=actor,
        action=f"offer.{step}",
        subject=offer,
        now=now,
        details={"state": offer.state.value},
    )
    return offer
