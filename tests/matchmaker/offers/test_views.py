import re

import pytest

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, Offer, OfferKind, OfferState, Role, Subdistrict
from matchmaker.rounds.freeze.service import freeze_round, open_round
from tests.draws import make_draw
from tests.factories import NOW
from tests.page_forms import read_forms
from tests.reach import reach

KEY = "0" * 32
TYPED = {
    "idempotency_key": KEY,
    "version": "1",
    "title": "Visits by our staff",
    "capacity_per_month": "12",
    "windows": ["WD-AM"],
    "valid_from": "2026-07-01",
}


def read_offer(app, offer_id):
    with app.app_context():
        return db.session.get(Offer, offer_id)


def get_step(offer):
    return {"idempotency_key": KEY, "version": str(offer.version)}


def test_a_coordinator_posts_an_offer_and_hands_it_in(app, coordinator, make):
    category = make.category()
    answer = coordinator.submit("offers.new", {**TYPED, "step": "submit"}, category_id=category.id)
    assert answer.status_code == 303
    offer = read_offer(app, 1)
    assert (offer.state, offer.windows, offer.committees) == (OfferState.SUBMITTED, ["WD-AM"], [])


def test_a_form_sent_twice_makes_one_offer(app, coordinator, make):
    category = make.category()
    first = coordinator.submit("offers.new", TYPED, category_id=category.id)
    second = coordinator.submit("offers.new", TYPED, category_id=category.id)
    assert second.location == first.location
    assert read_offer(app, 2) is None


def test_money_is_typed_in_yuan_and_kept_in_fen(app, coordinator, make):
    category = make.category(kind=OfferKind.FUNDS, unit="fen")
    typed = {**TYPED, "capacity_per_month": "1,250.50"}
    page = coordinator.get("offers.new", category_id=category.id)
    assert "yuan" in page.text
    assert 'name="windows"' not in page.text
    assert coordinator.submit("offers.new", typed, category_id=category.id).status_code == 303
    assert read_offer(app, 1).capacity_per_month == 125_050


@pytest.mark.parametrize(
    ("kind", "unit", "words"),
    [
        (OfferKind.PEOPLE, "visit", "Visits a month"),
        (OfferKind.SERVICE, "slot", "Slots a month"),
        (OfferKind.GOODS, "item", "Items a month"),
        (OfferKind.PLACE, "night", "Nights a month"),
    ],
)
def test_the_form_speaks_of_the_unit_of_its_category(coordinator, make, kind, unit, words):
    category = make.category(kind=kind, unit=unit)
    assert words in coordinator.get("offers.new", category_id=category.id).text


def test_a_refused_form_keeps_what_was_typed(app, coordinator, make):
    category = make.category()
    typed = {**TYPED, "title": "Kept words", "capacity_per_month": "many"}
    page = coordinator.submit("offers.new", typed, category_id=category.id)
    assert page.status_code == 422
    assert "Kept words" in page.text
    assert 'value="many"' in page.text
    assert read_offer(app, 1) is None


def test_lists_and_pages_are_shown(coordinator, offer):
    assert "Reading aloud" in coordinator.get("offers.index").text
    assert "Reading aloud" not in coordinator.get("offers.index", state="open").text
    assert "Reading aloud" in coordinator.get("offers.index", search="aloud").text
    assert coordinator.get("offers.index", state="nonsense", page="99999999999").status_code == 200
    assert coordinator.get("offers.show", offer_id=offer.id).status_code == 200
    assert coordinator.get("offers.edit", offer_id=offer.id).status_code == 200
    assert coordinator.get("offers.choose").status_code == 200


def test_an_empty_list_says_what_to_do(coordinator):
    page = coordinator.get("offers.index").text
    assert "No offers yet" in page
    assert coordinator.get_url("offers.choose") in page


def test_an_offer_changed_meanwhile_comes_back_with_what_was_typed(app, coordinator, offer, make):
    typed = {**TYPED, "title": "My words", "version": str(offer.version + 7)}
    page = coordinator.submit("offers.edit", typed, offer_id=offer.id)
    assert page.status_code == 409
    assert "My words" in page.text
    assert f'name="version" type="hidden" value="{offer.version}"' in page.text
    assert read_offer(app, offer.id).title == "Reading aloud"
    sent_again = {**typed, "version": str(offer.version)}
    assert coordinator.submit("offers.edit", sent_again, offer_id=offer.id).status_code == 303
    assert read_offer(app, offer.id).title == "My words"


def test_steps_that_do_not_fit_the_state_are_refused_in_words(coordinator, offer):
    page = coordinator.submit(
        "offers.move",
        get_step(offer),
        on=coordinator.get_url("offers.show", offer_id=offer.id),
        offer_id=offer.id,
        step="pause",
    )
    assert page.status_code == 409
    assert "no longer fits" in page.text


def test_a_withdrawn_offer_cannot_be_edited(coordinator, organisation, make):
    offer = reach(make, make.offer(organisation, make.category()), OfferState.WITHDRAWN)
    assert coordinator.get("offers.edit", offer_id=offer.id).status_code == 409


def test_foreign_offers_do_not_exist(coordinator, make, offer):
    foreign = make.offer(make.organisation(), make.category())
    for endpoint in ("offers.show", "offers.edit"):
        assert coordinator.get(endpoint, offer_id=foreign.id).status_code == 404
    own_page = coordinator.get_url("offers.show", offer_id=offer.id)
    answer = coordinator.submit(
        "offers.move", get_step(foreign), on=own_page, offer_id=foreign.id, step="withdraw"
    )
    assert answer.status_code == 404


def test_a_frozen_month_is_said_to_keep_its_copy(app, coordinator, offer, make, organisation):
    opener = make.user(Role.SOCIAL_WORKER, subdistrict_id=organisation.subdistrict_id)
    committee = make.committee(make.get(Subdistrict, organisation.subdistrict_id))
    resident = make.resident(make.household(committee))
    make.need(resident, make.category(), opener, committee.id)
    values = {"actor": opener, "now": get_now().replace(day=2)}
    month = get_local_date(get_now()).replace(day=1)
    with app.app_context():
        round_id = open_round(month=month, **values).id
        db.session.commit()
    assert "is frozen" not in coordinator.get("offers.edit", offer_id=offer.id).text
    with app.app_context():
        match_round = db.session.get_one(MatchRound, round_id)
        freeze_round(match_round, draw=make_draw(values["now"]), **values)
        db.session.commit()
    assert "is frozen" in coordinator.get("offers.edit", offer_id=offer.id).text


def test_where_and_how_goods_are_given_is_asked_and_can_be_copied(make, organisation, coordinator):
    rice = make.category(kind=OfferKind.GOODS, unit="item", name_en="Rice")
    place = make.place(organisation.subdistrict_id, name_en="Leshan Hall")
    typed = TYPED | {
        "title": "Rice in July",
        "place_id": str(place.id),
        "handing_over": "pick_up",
        "bring": "请带两个袋子",
    }
    coordinator.submit("offers.new", typed, category_id=rice.id)
    page = coordinator.get("offers.new", category_id=rice.id).text
    [like] = re.findall(r"like=(\d+)", page)
    assert "请带两个袋子" not in page
    copied = coordinator.get("offers.new", category_id=rice.id, like=like).text
    assert "请带两个袋子" in copied
    assert f'selected value="{place.id}"' in copied
    assert "请带两个袋子" not in coordinator.get("offers.new", category_id=rice.id, like="x").text
    shown = coordinator.get("offers.show", offer_id=int(like)).text
    assert "Leshan Hall, 乐善路18号 (No steps)" in shown


@pytest.mark.parametrize(
    ("kind", "unit", "asked"),
    [
        (OfferKind.PEOPLE, "visit", set()),
        (OfferKind.SERVICE, "slot", {"place_id", "bring"}),
        (OfferKind.GOODS, "item", {"place_id", "bring", "handing_over"}),
        (OfferKind.FUNDS, "fen", {"payment"}),
        (OfferKind.PLACE, "night", {"place_id", "bring"}),
    ],
)
def test_the_form_asks_what_the_kind_needs(make, coordinator, kind, unit, asked):
    category = make.category(kind=kind, unit=unit)
    page = coordinator.get("offers.new", category_id=category.id).text
    names = {"place_id", "bring", "handing_over", "payment"}
    assert {name for name in names if f'name="{name}"' in page} == asked


def test_an_offer_keeps_its_place_when_the_place_is_out_of_use(
    app, coordinator, make, organisation
):
    category = make.category(kind=OfferKind.GOODS, unit="item")
    place = make.place(organisation.subdistrict_id, name_en="Old hall", closed_at=NOW)
    offer = make.offer(organisation, category, place_id=place.id)
    form = next(
        form
        for form in read_forms(coordinator.get("offers.edit", offer_id=offer.id).text)
        if form.get("place_id") is not None
    )
    sent = form.list_sent(title="Another title")
    address = coordinator.get_url("offers.edit", offer_id=offer.id)
    page = coordinator.client.post(address, data=sent)
    assert page.status_code == 303
    kept = read_offer(app, offer.id)
    assert (kept.title, kept.place_id) == ("Another title", place.id)
