"""Offers of which there is only so much: what the lists take, when they are used up, and back."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.offers import service
from matchmaker.offers.stock import add_stock
from matchmaker.offers.terms import OfferTerms
from matchmaker.promises.stock import count_gone
from matchmaker.rounds.freeze.given import freeze_offers
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.run_factories import publish_month, solve_month
from tests.worlds import kept

JULY, AUGUST, SEPTEMBER = (date(2026, number, 1) for number in (7, 8, 9))
S = m.OfferState


@pytest.fixture
@kept
def house(make):
    """A house with two bags a month and three in all, and three residents who each need one."""
    place = make.subdistrict()
    committee = make.committee(place)
    bags = make.category(kind=m.OfferKind.GOODS, unit="item", name_en="Bags")
    giver = make.organisation(place)
    worker = make.user(m.Role.COMMITTEE_WORKER, committee_id=committee.id)
    homes = [make.resident(make.household(committee)) for _ in range(3)]
    return SimpleNamespace(
        place=place,
        bags=bags,
        giver=giver,
        worker=worker,
        coordinator=make.user(m.Role.COORDINATOR, organisation_id=giver.id),
        colleague=make.user(m.Role.COORDINATOR, organisation_id=giver.id),
        offer=make.offer(giver, bags, capacity_per_month=2, stock=3, title="Rice"),
        needs=[make.need(home, bags, worker, committee.id) for home in homes],
    )


def load(row):
    return db.session.get(type(row), row.id)


def list_amounts(house, month: date) -> list[int]:
    rows, _ids = freeze_offers(house.place.id, month)
    return [row.capacity for row in rows]


def list_promises(house) -> list[m.Promise]:
    return list(db.session.scalars(select(m.Promise).order_by(m.Promise.id)))


def give(house, row: m.Promise) -> None:
    at = row.run.match_round.published_at
    answering.accept(actor=load(house.coordinator), promise_ids=[row.id], now=at)
    agreeing.agree(actor=load(house.worker), promise_id=row.id, now=at)
    keys: dict[str, Any] = {"actor": load(house.coordinator), "promise_id": row.id, "now": at}
    proof = m.DeliveryProof.SIGNATURE
    delivering.deliver(units=row.units, proof=proof, code="", **keys)
    db.session.commit()


def use_up(make, house) -> None:
    """July gives two of the three bags, August the last one."""
    for month in (JULY, AUGUST):
        publish_month(make, house.place.id, month)
        for row in list_promises(house):
            if row.state is m.PromiseState.AWAITING_GIVER:
                give(house, row)


def list_heard(kind: str = "offer.used_up", *, is_valid: bool = True) -> list[int | None]:
    query = select(m.Notice.user_id).where(m.Notice.kind == kind)
    return list(db.session.scalars(query.where(m.Notice.void_at.is_(None)) if is_valid else query))


@pytest.mark.usefixtures("context")
def test_a_month_takes_what_other_months_leave(make, house):
    assert list_amounts(house, JULY) == [2]
    publish_month(make, house.place.id, JULY)
    assert [row.units for row in list_promises(house)] == [1, 1]
    assert (list_amounts(house, AUGUST), list_amounts(house, JULY)) == ([1], [2])
    assert count_gone(load(house.offer)).promised == 2


@pytest.mark.usefixtures("context")
def test_a_locked_list_sets_aside_all_that_it_may_promise(make, house):
    solve_month(make, house.place.id, JULY)
    assert list_amounts(house, AUGUST) == [1]
    offer = load(house.offer)
    offer.stock = 2
    db.session.flush()
    assert list_amounts(house, AUGUST) == []


@pytest.mark.usefixtures("context")
def test_the_last_unit_that_is_given_uses_it_up_and_a_correction_opens_it_again(make, house):
    use_up(make, house)
    offer = load(house.offer)
    assert (offer.state, count_gone(offer).given) == (S.USED_UP, 3)
    both = [house.coordinator.id, house.colleague.id]
    assert list_heard() == both
    assert list_amounts(house, SEPTEMBER) == []
    last = list_promises(house)[-1]
    keys: dict[str, Any] = {"promise_id": last.id, "now": last.run.match_round.published_at}
    delivering.correct(actor=load(house.coordinator), **keys)
    assert load(house.offer).state is S.OPEN
    assert list_heard() == []
    assert list_heard(is_valid=False) == both
    actions = select(m.AuditEvent.action).where(m.AuditEvent.subject_type == "offer")
    assert list(db.session.scalars(actions.order_by(m.AuditEvent.id))) == [
        "offer.use_up",
        "offer.reopen",
        "offer.open",
    ]


@pytest.mark.usefixtures("context")
def test_less_than_all_of_it_leaves_it_open(make, house):
    publish_month(make, house.place.id, JULY)
    for row in list_promises(house):
        give(house, row)
    assert load(house.offer).state is S.OPEN


def add(house, units: int = 2, offer: m.Offer | None = None) -> m.Offer:
    row = load(offer or house.offer)
    keys: dict[str, Any] = {"offer_id": row.id, "version": row.version, "units": units}
    return add_stock(actor=load(house.coordinator), now=NOW, **keys)


@pytest.mark.usefixtures("context")
def test_who_offers_more_opens_it_again(make, house):
    use_up(make, house)
    offer = add(house)
    assert (offer.state, offer.stock) == (S.OPEN, 5)
    assert list_amounts(house, SEPTEMBER) == [2]
    assert list_heard() == []
    assert add(house, 1).state is S.OPEN


@pytest.mark.usefixtures("context")
def test_more_opens_it_only_when_some_is_left(make, house):
    use_up(make, house)
    offer = load(house.offer)
    offer.stock = 1  # three were given
    db.session.flush()
    assert add(house, 2).state is S.USED_UP
    assert len(list_heard()) == 2
    assert add(house, 1).state is S.OPEN
    assert list_heard() == []


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("units", "code"),
    [
        (0, "offer.more_too_little"),
        (-1, "offer.more_too_little"),
        (100_000, "offer.stock_above_most"),
    ],
)
def test_more_is_an_amount_that_can_be(house, units, code):
    with pytest.raises(InvalidError) as refused:
        add(house, units)
    assert (refused.value.field, refused.value.code) == ("units", code)


@pytest.mark.usefixtures("context")
def test_there_is_nothing_to_add_to_an_offer_without_a_stock(make, house):
    endless = make.offer(house.giver, house.bags)
    with pytest.raises(ConflictError) as refused:
        add(house, offer=endless)
    assert refused.value.code == "offer.no_stock"


@pytest.mark.usefixtures("context")
def test_two_colleagues_who_offer_more_at_once_add_once(app, house):
    offer_id, user_id = house.offer.id, house.coordinator.id
    version = house.offer.version

    def step() -> None:
        keys: dict[str, Any] = {"offer_id": offer_id, "version": version, "units": 2}
        add_stock(actor=db.session.get_one(m.User, user_id), now=NOW, **keys)

    assert act_at_once(app, step, step) == [None, "offer.changed_meanwhile"]


@pytest.mark.usefixtures("context")
def test_a_stock_is_not_lowered_below_what_is_gone(make, house):
    publish_month(make, house.place.id, JULY)
    offer = load(house.offer)
    keys: dict[str, Any] = {"offer_id": offer.id, "version": offer.version, "now": NOW}
    terms: dict[str, Any] = {"title": "Rice", "capacity_per_month": 2}
    terms |= {"valid_from": offer.valid_from, "handing_over": offer.handing_over}
    actor = load(house.coordinator)
    with pytest.raises(InvalidError) as refused:
        service.edit_offer(actor=actor, terms=OfferTerms(stock=1, **terms), **keys)
    assert (refused.value.code, refused.value.field) == ("offer.stock_gone", "stock")
    assert service.edit_offer(actor=actor, terms=OfferTerms(stock=2, **terms), **keys).stock == 2


def edit(house, stock: int) -> m.Offer:
    offer = load(house.offer)
    terms: dict[str, Any] = {"title": "Rice", "capacity_per_month": 2, "stock": stock}
    terms |= {"valid_from": offer.valid_from, "handing_over": offer.handing_over}
    keys: dict[str, Any] = {"offer_id": offer.id, "version": offer.version, "now": NOW}
    return service.edit_offer(actor=load(house.coordinator), terms=OfferTerms(**terms), **keys)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("before", [None, 3, 1])
def test_a_stock_is_not_lowered_below_what_a_locked_month_may_promise(make, house, before):
    load(house.offer).stock = before
    db.session.flush()
    solve_month(make, house.place.id, JULY)
    if before != 1:
        with pytest.raises(InvalidError) as refused:
            edit(house, 1)
        assert (refused.value.code, refused.value.field) == ("offer.stock_set_aside", "stock")
        assert refused.value.numbers["least"].amount == 2
    assert edit(house, 2).stock == 2


@pytest.mark.usefixtures("context")
def test_what_people_do_has_no_stock(make, house):
    visits = make.category(kind=m.OfferKind.PEOPLE)
    terms = OfferTerms("Visits", 2, NOW.date(), stock=3)
    keys: dict[str, Any] = {"category_id": visits.id, "terms": terms, "now": NOW}
    with pytest.raises(InvalidError) as refused:
        service.post_offer(actor=load(house.coordinator), **keys)
    assert refused.value.field == "stock"


@pytest.mark.usefixtures("context")
def test_a_paused_offer_is_used_up_when_it_is_resumed(make, house):
    publish_month(make, house.place.id, JULY)
    for row in list_promises(house):
        give(house, row)
    offer = load(house.offer)
    keys: dict[str, Any] = {"actor": load(house.coordinator), "now": NOW, "offer_id": offer.id}
    service.pause_offer(version=offer.version, **keys)
    offer.stock = 2
    db.session.flush()
    assert service.resume_offer(version=offer.version, **keys).state is S.USED_UP


def test_the_page_says_that_it_is_used_up_and_takes_more(app, make, house):
    with app.app_context():
        use_up(make, house)
    browser = Browser(app).use_language("en").sign_in(house.coordinator)
    keys: dict[str, Any] = {"offer_id": house.offer.id}
    page = browser.get("offers.show", **keys).text
    link = browser.get_url("offers.offer_more", **keys)
    assert "All of it is given, so coming rounds leave it out." in page
    assert link in page
    assert "Unit: item." in browser.get("offers.offer_more", **keys).text
    for typed, sentence in (("", "Enter how much more you offer."), ("x", "a whole number")):
        version = str(make.get(m.Offer, house.offer.id).version)
        refused = browser.submit("offers.offer_more", {"units": typed, "version": version}, **keys)
        assert refused.status_code == 422
        assert sentence in refused.text
    typed = {"units": "4", "version": version}
    assert browser.submit("offers.offer_more", typed, **keys).status_code == 303
    assert "4 items" in browser.get("offers.show", **keys).text
    assert browser.submit("offers.offer_more", typed, **keys).status_code == 409
    version = str(make.get(m.Offer, house.offer.id).version)
    refused = browser.submit("offers.offer_more", {"units": "99999", "version": version}, **keys)
    assert "One offer can have 100,000 items in all, and this makes more." in refused.text


def test_the_page_says_when_more_is_not_enough(app, make, house):
    with app.app_context():
        use_up(make, house)
        load(house.offer).stock = 1  # three were given
        db.session.commit()
    browser = Browser(app).use_language("en").sign_in(house.coordinator)
    keys: dict[str, Any] = {"offer_id": house.offer.id}
    version = str(make.get(m.Offer, house.offer.id).version)
    browser.submit("offers.offer_more", {"units": "1", "version": version}, **keys)
    page = browser.get("offers.show", **keys).text
    assert "It is added, but more was given than that. Offer more still." in page
    assert "All of it is given, so coming rounds leave it out." in page
