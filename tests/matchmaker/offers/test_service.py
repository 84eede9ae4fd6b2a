from datetime import date

import pytest
from sqlalchemy import select

from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    HandingOver,
    OfferKind,
    OfferState,
    OrganisationState,
    Role,
)
from matchmaker.offers import service
from matchmaker.offers.states import OFFER_STATES, OfferStep
from matchmaker.offers.terms import OfferTerms, list_places
from tests.factories import NOW
from tests.reach import get_start, list_reachable, reach

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

TERMS = OfferTerms(title="Visits", capacity_per_month=12, valid_from=date(2026, 7, 1))
STEPS = {
    OfferStep.SUBMIT: service.submit_offer,
    OfferStep.PAUSE: service.pause_offer,
    OfferStep.RESUME: service.resume_offer,
    OfferStep.WITHDRAW: service.withdraw_offer,
}


def list_actions():
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def act(step, offer, actor, **values):
    return step(actor=actor, now=NOW, offer_id=offer.id, version=offer.version, **values)


@pytest.mark.parametrize("kind", list(OfferKind))
def test_each_kind_can_be_posted(coordinator_user, make, kind):
    category = make.category(kind=kind)
    offer = service.post_offer(
        actor=coordinator_user, now=NOW, category_id=category.id, terms=TERMS
    )
    assert offer.organisation_id == coordinator_user.organisation_id
    assert offer.category.kind is kind


def test_a_heading_of_the_catalogue_takes_no_offers(coordinator_user, make):
    heading = make.category(parent_id=None)
    with pytest.raises(NotFoundError):
        service.post_offer(actor=coordinator_user, now=NOW, category_id=heading.id, terms=TERMS)


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
def test_terms_that_cannot_stand_name_their_field(coordinator_user, make, field, values):
    terms = OfferTerms(
        **{"title": "x", "capacity_per_month": 1, "valid_from": NOW.date(), **values}
    )
    with pytest.raises(InvalidError) as refusal:
        service.post_offer(
            actor=coordinator_user, now=NOW, category_id=make.category().id, terms=terms
        )
    assert refusal.value.field == field


def test_goods_have_no_times(coordinator_user, make):
    category = make.category(kind=OfferKind.GOODS, unit="item")
    terms = OfferTerms(
        title="Rice", capacity_per_month=3, valid_from=NOW.date(), windows=("WD-AM",)
    )
    with pytest.raises(InvalidError):
        service.post_offer(actor=coordinator_user, now=NOW, category_id=category.id, terms=terms)


def test_an_offer_of_an_unapproved_organisation_cannot_be_handed_in(
    make, organisation, coordinator_user, offer
):
    reach(make, organisation, OrganisationState.SUSPENDED)
    with pytest.raises(ConflictError, match="organisation_not_approved"):
        act(service.submit_offer, offer, coordinator_user)


def test_an_open_offer_that_is_changed_waits_for_approval_again(
    make, organisation, coordinator_user
):
    offer = make.offer(organisation, make.category())
    act(service.edit_offer, offer, coordinator_user, terms=TERMS)
    assert offer.state is OfferState.SUBMITTED
    assert offer.capacity_per_month == 12
    assert list_actions() == ["offer.edit"]


def test_an_edit_that_changes_nothing_moves_nothing(make, organisation, coordinator_user):
    offer = make.offer(organisation, make.category(), title="Reading aloud")
    version = offer.version
    same = OfferTerms(title="Reading aloud", capacity_per_month=5, valid_from=date(2026, 1, 1))
    act(service.edit_offer, offer, coordinator_user, terms=same)
    assert offer.state is OfferState.OPEN
    assert offer.version == version
    assert list_actions() == []


def test_a_change_by_someone_who_saw_an_older_version_is_refused(coordinator_user, offer):
    seen = offer.version
    act(service.edit_offer, offer, coordinator_user, terms=TERMS)
    with pytest.raises(ConflictError, match=r"offer\.changed_meanwhile"):
        service.edit_offer(
            actor=coordinator_user, now=NOW, offer_id=offer.id, version=seen, terms=TERMS
        )


def test_a_paused_offer_can_be_resumed(make, organisation, coordinator_user):
    offer = make.offer(organisation, make.category())
    act(service.pause_offer, offer, coordinator_user)
    assert offer.state is OfferState.PAUSED
    act(service.resume_offer, offer, coordinator_user)
    assert offer.state is OfferState.OPEN


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", list_reachable(OfferState))
def test_a_step_works_from_its_states_and_no_other(
    make, organisation, coordinator_user, step, state
):
    row = make.offer(
        organisation,
        make.category(),
        state=get_start(state),
        valid_until=date(2026, 7, 9) if state is OfferState.EXPIRED else None,
    )
    offer = reach(make, row, state)
    if OFFER_STATES.can(state, step):
        act(STEPS[step], offer, coordinator_user)
        assert offer.state is not state
    else:
        with pytest.raises(ConflictError, match=r"offer\.state"):
            act(STEPS[step], offer, coordinator_user)
        assert offer.state is state


def test_an_offer_of_another_organisation_does_not_exist_for_a_coordinator(offer, make):
    stranger = make.user(Role.COORDINATOR, organisation_id=make.organisation().id)
    with pytest.raises(NotFoundError):
        act(service.withdraw_offer, offer, stranger)


def test_an_open_offer_stays_open_when_only_where_it_is_given_changes(
    make, organisation, coordinator_user
):
    category = make.category(kind=OfferKind.GOODS, unit="item")
    offer = make.offer(organisation, category, title="Rice")
    place = make.place(organisation.subdistrict_id)
    terms = OfferTerms(
        title="Rice",
        capacity_per_month=5,
        valid_from=date(2026, 1, 1),
        place_id=place.id,
        handing_over=HandingOver.PICK_UP,
        bring="请带身份证",
    )
    act(service.edit_offer, offer, coordinator_user, terms=terms)
    assert offer.state is OfferState.OPEN
    assert (offer.place_id, offer.handing_over, offer.bring) == (
        place.id,
        HandingOver.PICK_UP,
        "请带身份证",
    )
    assert list_actions() == ["offer.edit"]


def test_an_offer_is_given_at_an_own_open_place_or_the_offices(make, organisation):
    office = organisation.subdistrict_id
    of_office = make.place(office)
    own = make.place(office, organisation_id=organisation.id)
    make.place(office, organisation_id=organisation.id, closed_at=NOW)
    make.place(office, organisation_id=make.organisation().id)
    make.place(make.subdistrict().id)
    assert [row.id for row in list_places(organisation)] == [own.id, of_office.id]
    assert [row.id for row in list_places(organisation, own)] == [own.id, of_office.id]


@pytest.mark.parametrize(
    ("kind", "unit", "values", "field"),
    [
        (OfferKind.SERVICE, "slot", {"place_id": 10**6}, "place_id"),
        (OfferKind.FUNDS, "fen", {"place_id": 1}, "place_id"),
        (OfferKind.SERVICE, "slot", {"handing_over": HandingOver.DOOR}, "handing_over"),
        (OfferKind.SERVICE, "slot", {"bring": "x" * 161}, "bring"),
        (OfferKind.FUNDS, "fen", {"payment": "x" * 161}, "payment"),
    ],
)
def test_what_cannot_be_said_of_giving_names_its_field(
    make, coordinator_user, kind, unit, values, field
):
    terms = OfferTerms(title="x", capacity_per_month=1, valid_from=NOW.date(), **values)
    category = make.category(kind=kind, unit=unit)
    with pytest.raises(InvalidError) as refusal:
        service.post_offer(actor=coordinator_user, now=NOW, category_id=category.id, terms=terms)
    assert refusal.value.field == field
