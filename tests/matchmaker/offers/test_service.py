from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from matchmaker.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.extensions import db
from matchmaker.models import AuditEvent, OfferKind, OfferState, OrganisationState, Role
from matchmaker.offers import service
from matchmaker.offers.approval import approve_offer, approve_offers, return_offer
from matchmaker.offers.opening import follow_calendar
from matchmaker.offers.scope import get_offer
from matchmaker.offers.states import TRANSITIONS, OfferStep
from matchmaker.offers.terms import OfferTerms
from tests.factories import NOW

TERMS = OfferTerms(title="Visits", capacity_per_month=12, valid_from=date(2026, 7, 1))
STEPS = {
    OfferStep.SUBMIT: service.submit_offer,
    OfferStep.PAUSE: service.pause_offer,
    OfferStep.RESUME: service.resume_offer,
    OfferStep.WITHDRAW: service.withdraw_offer,
}


@pytest.fixture
def organisation(context, make):
    return make.organisation()


@pytest.fixture
def coordinator(organisation, make):
    return make.user(Role.COORDINATOR, organisation_id=organisation.id)


@pytest.fixture
def social_worker(organisation, make):
    return make.user(Role.SOCIAL_WORKER, subdistrict_id=organisation.subdistrict_id)


@pytest.fixture
def offer(organisation, make):
    return make.offer(organisation, make.category(), state=OfferState.DRAFT)


def list_actions():
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def act(step, offer, actor, **values):
    return step(actor=actor, now=NOW, offer_id=offer.id, version=offer.version, **values)


def test_an_offer_goes_from_draft_to_open_and_leaves_its_trace(coordinator, social_worker, make):
    offer = service.post_offer(
        actor=coordinator, now=NOW, category_id=make.category().id, terms=TERMS, submit=True
    )
    assert offer.state is OfferState.SUBMITTED
    act(approve_offer, offer, social_worker)
    assert offer.state is OfferState.OPEN
    assert list_actions() == ["offer.post", "offer.submit", "offer.approve", "offer.open"]


@pytest.mark.parametrize("kind", list(OfferKind))
def test_each_of_the_five_kinds_can_be_posted(coordinator, make, kind):
    unit = "fen" if kind is OfferKind.FUNDS else "item"
    category = make.category(kind=kind, unit=unit)
    offer = service.post_offer(actor=coordinator, now=NOW, category_id=category.id, terms=TERMS)
    assert offer.organisation_id == coordinator.organisation_id
    assert offer.category.kind is kind


def test_a_heading_of_the_catalogue_takes_no_offers(coordinator, make):
    heading = make.category(parent_id=None)
    with pytest.raises(NotFoundError):
        service.post_offer(actor=coordinator, now=NOW, category_id=heading.id, terms=TERMS)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": ""}),
        ("capacity_per_month", {"capacity_per_month": 0}),
        ("capacity_per_month", {"capacity_per_month": 100_001}),
        ("valid_until", {"valid_until": date(2026, 6, 30)}),
        ("windows", {"windows": ("midnight",)}),
        ("statuses", {"statuses": ("rich",)}),
        ("committees", {"committees": ("elsewhere",)}),
    ],
)
def test_terms_that_cannot_stand_name_their_field(coordinator, make, field, values):
    terms = OfferTerms(
        **{"title": "x", "capacity_per_month": 1, "valid_from": NOW.date(), **values}
    )
    with pytest.raises(InvalidError) as refusal:
        service.post_offer(actor=coordinator, now=NOW, category_id=make.category().id, terms=terms)
    assert refusal.value.field == field


def test_goods_have_no_times(coordinator, make):
    category = make.category(kind=OfferKind.GOODS, unit="item")
    terms = OfferTerms(
        title="Rice", capacity_per_month=3, valid_from=NOW.date(), windows=("WD-AM",)
    )
    with pytest.raises(InvalidError):
        service.post_offer(actor=coordinator, now=NOW, category_id=category.id, terms=terms)


def test_an_offer_of_an_unapproved_organisation_cannot_be_handed_in(
    organisation, coordinator, offer
):
    organisation.state = OrganisationState.APPLIED
    db.session.flush()
    with pytest.raises(ConflictError, match="organisation_not_approved"):
        act(service.submit_offer, offer, coordinator)


def test_an_open_offer_that_is_changed_waits_for_approval_again(coordinator, offer):
    offer.state = OfferState.OPEN
    db.session.flush()
    act(service.edit_offer, offer, coordinator, terms=TERMS)
    assert offer.state is OfferState.SUBMITTED
    assert offer.capacity_per_month == 12
    assert list_actions() == ["offer.edit"]


def test_an_edit_that_changes_nothing_moves_nothing(coordinator, offer):
    offer.state, version = OfferState.OPEN, offer.version
    db.session.flush()
    same = OfferTerms(title="Offer", capacity_per_month=5, valid_from=date(2026, 1, 1))
    act(service.edit_offer, offer, coordinator, terms=same)
    assert offer.state is OfferState.OPEN
    assert offer.version == version + 1  # the flush above, not the edit
    assert list_actions() == []


def test_a_change_by_someone_who_saw_an_older_version_is_refused(coordinator, offer):
    seen = offer.version
    act(service.edit_offer, offer, coordinator, terms=TERMS)
    with pytest.raises(ConflictError, match="offer_changed"):
        service.edit_offer(actor=coordinator, now=NOW, offer_id=offer.id, version=seen, terms=TERMS)


def test_an_approval_of_something_since_changed_is_refused(coordinator, social_worker, offer):
    act(service.submit_offer, offer, coordinator)
    seen = offer.version
    act(service.edit_offer, offer, coordinator, terms=TERMS)
    with pytest.raises(ConflictError, match="offer_changed"):
        approve_offer(actor=social_worker, now=NOW, offer_id=offer.id, version=seen)


def test_a_returned_offer_carries_the_reason_until_it_is_handed_in_again(
    coordinator, social_worker, offer
):
    act(service.submit_offer, offer, coordinator)
    act(return_offer, offer, social_worker, reason="Which days?")
    assert (offer.state, offer.return_reason) == (OfferState.RETURNED, "Which days?")
    act(service.submit_offer, offer, coordinator)
    assert (offer.state, offer.return_reason) == (OfferState.SUBMITTED, None)


def test_a_paused_offer_can_be_resumed(coordinator, offer):
    offer.state = OfferState.OPEN
    db.session.flush()
    act(service.pause_offer, offer, coordinator)
    assert offer.state is OfferState.PAUSED
    act(service.resume_offer, offer, coordinator)
    assert offer.state is OfferState.OPEN


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", list(OfferState))
def test_a_step_works_from_its_states_and_no_other(coordinator, offer, step, state):
    offer.state = state
    db.session.flush()
    if state in TRANSITIONS[step]:
        act(STEPS[step], offer, coordinator)
        assert offer.state is not state
    else:
        with pytest.raises(ConflictError, match="offer_state"):
            act(STEPS[step], offer, coordinator)
        assert offer.state is state


def test_an_offer_of_another_organisation_does_not_exist_for_a_coordinator(offer, make):
    stranger = make.user(Role.COORDINATOR, organisation_id=make.organisation().id)
    with pytest.raises(NotFoundError):
        act(service.withdraw_offer, offer, stranger)


def test_a_social_worker_sees_offers_of_the_subdistrict_once_they_are_handed_in(
    coordinator, social_worker, offer, make
):
    elsewhere = make.user(Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    with pytest.raises(NotFoundError):
        get_offer(offer.id, social_worker)
    act(service.submit_offer, offer, coordinator)
    assert get_offer(offer.id, social_worker) is offer
    with pytest.raises(NotFoundError):
        get_offer(offer.id, elsewhere)


def test_many_offers_are_approved_and_changed_ones_left(
    organisation, coordinator, social_worker, make
):
    category = make.category()
    offers = [
        make.offer(organisation, category, state=OfferState.SUBMITTED) for _number in range(3)
    ]
    versions = {offer.id: offer.version for offer in offers}
    act(service.edit_offer, offers[1], coordinator, terms=TERMS)
    approved, left = approve_offers(actor=social_worker, now=NOW, versions=versions)
    assert [offer.id for offer in approved] == [offers[0].id, offers[2].id]
    assert left == [offers[1].id]
    assert offers[1].state is OfferState.SUBMITTED


def test_the_calendar_opens_and_ends_offers_in_shanghai_days(organisation, make):
    category = make.category()
    coming = make.offer(
        organisation, category, state=OfferState.APPROVED, valid_from=date(2026, 8, 1)
    )
    ending = make.offer(organisation, category, valid_until=date(2026, 7, 31))
    before_midnight = datetime(2026, 7, 31, 15, 59, tzinfo=UTC)
    midnight = datetime(2026, 7, 31, 16, 0, tzinfo=UTC)
    assert follow_calendar(now=before_midnight) == {"opened": 0, "expired": 0}
    assert follow_calendar(now=midnight) == {"opened": 1, "expired": 1}
    assert follow_calendar(now=midnight) == {"opened": 0, "expired": 0}
    assert (coming.state, ending.state) == (OfferState.OPEN, OfferState.EXPIRED)
