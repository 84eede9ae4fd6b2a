from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, OfferState, Role
from matchmaker.offers import service
from matchmaker.offers.approval_service import approve_offer, approve_offers, return_offer
from matchmaker.offers.scope import get_offer
from matchmaker.offers.states import follow_calendar
from matchmaker.offers.terms import OfferTerms
from tests.factories import NOW
from tests.reach import reach

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

TERMS = OfferTerms(title="Visits", capacity_per_month=12, valid_from=date(2026, 7, 1))


def list_actions():
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def act(step, offer, actor, **values):
    return step(actor=actor, now=NOW, offer_id=offer.id, version=offer.version, **values)


def test_an_offer_goes_from_draft_to_open_and_leaves_its_trace(
    coordinator_user, social_worker_user, make
):
    offer = service.post_offer(
        actor=coordinator_user, now=NOW, category_id=make.category().id, terms=TERMS, submit=True
    )
    assert offer.state is OfferState.SUBMITTED
    act(approve_offer, offer, social_worker_user)
    assert offer.state is OfferState.OPEN
    assert list_actions() == ["offer.post", "offer.submit", "offer.approve", "offer.open"]


def test_an_approval_of_something_since_changed_is_refused(
    coordinator_user, social_worker_user, offer
):
    act(service.submit_offer, offer, coordinator_user)
    seen = offer.version
    act(service.edit_offer, offer, coordinator_user, terms=TERMS)
    with pytest.raises(ConflictError, match=r"offer\.changed_meanwhile"):
        approve_offer(actor=social_worker_user, now=NOW, offer_id=offer.id, version=seen)


def test_a_returned_offer_carries_the_reason_until_it_is_handed_in_again(
    coordinator_user, social_worker_user, offer
):
    act(service.submit_offer, offer, coordinator_user)
    act(return_offer, offer, social_worker_user, reason="Which days?")
    assert (offer.state, offer.return_reason) == (OfferState.RETURNED, "Which days?")
    act(service.submit_offer, offer, coordinator_user)
    assert (offer.state, offer.return_reason) == (OfferState.SUBMITTED, None)


def test_a_social_worker_sees_offers_of_the_subdistrict_once_they_are_handed_in(
    coordinator_user, social_worker_user, offer, make
):
    elsewhere = make.user(Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    with pytest.raises(NotFoundError):
        get_offer(offer.id, social_worker_user)
    act(service.submit_offer, offer, coordinator_user)
    assert get_offer(offer.id, social_worker_user) is offer
    with pytest.raises(NotFoundError):
        get_offer(offer.id, elsewhere)


def test_many_offers_are_approved_and_changed_ones_left(
    organisation, coordinator_user, social_worker_user, make
):
    category = make.category()
    offers = [
        make.offer(organisation, category, state=OfferState.SUBMITTED) for _number in range(3)
    ]
    versions = {offer.id: offer.version for offer in offers}
    act(service.edit_offer, offers[1], coordinator_user, terms=TERMS)
    approved, left = approve_offers(actor=social_worker_user, now=NOW, versions=versions)
    assert [offer.id for offer in approved] == [offers[0].id, offers[2].id]
    assert left == [offers[1].id]
    assert offers[1].state is OfferState.SUBMITTED


def test_the_calendar_opens_and_ends_offers_in_shanghai_days(organisation, make):
    category = make.category()
    august = {"state": OfferState.SUBMITTED, "valid_from": date(2026, 8, 1)}
    coming = reach(make, make.offer(organisation, category, **august), OfferState.APPROVED)
    ending = make.offer(organisation, category, valid_until=date(2026, 7, 31))
    before_midnight = datetime(2026, 7, 31, 15, 59, tzinfo=UTC)
    midnight = datetime(2026, 7, 31, 16, 0, tzinfo=UTC)
    assert follow_calendar(now=before_midnight) == {"opened": 0, "expired": 0}
    assert follow_calendar(now=midnight) == {"opened": 1, "expired": 1}
    assert follow_calendar(now=midnight) == {"opened": 0, "expired": 0}
    assert (coming.state, ending.state) == (OfferState.OPEN, OfferState.EXPIRED)
