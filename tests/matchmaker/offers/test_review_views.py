from datetime import timedelta

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.models import Offer, OfferState

KEY = "0" * 32


def read_offer(app, offer_id):
    with app.app_context():
        return db.session.get(Offer, offer_id)


def get_step(offer):
    return {"idempotency_key": KEY, "version": str(offer.version)}


def test_a_social_worker_checks_and_returns_an_offer(
    app, social_worker, coordinator, make, organisation
):
    offer = make.offer(
        organisation, make.category(), state=OfferState.SUBMITTED, title="Reading aloud"
    )
    assert "Reading aloud" in social_worker.get("offers.review").text
    on = social_worker.get_url("offers.check", offer_id=offer.id)
    page = social_worker.submit("offers.send_back", get_step(offer), on=on, offer_id=offer.id)
    assert page.status_code == 422
    typed = {**get_step(offer), "reason": "Which days?"}
    answer = social_worker.submit("offers.send_back", typed, on=on, offer_id=offer.id)
    assert answer.status_code == 303
    assert read_offer(app, offer.id).state is OfferState.RETURNED
    assert "Which days?" in coordinator.get("offers.show", offer_id=offer.id).text


def test_a_social_worker_approves_several_at_once(app, social_worker, make, organisation):
    category = make.category()
    offers = [
        make.offer(organisation, category, state=OfferState.SUBMITTED) for _number in range(2)
    ]
    chosen = [f"{offer.id}:{offer.version}" for offer in offers] + ["x:y", "7"]
    on = social_worker.get_url("offers.review")
    data = {"idempotency_key": KEY, "chosen": chosen}
    assert social_worker.submit("offers.approve_many", data, on=on).status_code == 303
    assert all(read_offer(app, offer.id).state is OfferState.OPEN for offer in offers)


def test_nothing_ticked_is_said_in_words(social_worker, make, organisation):
    make.offer(organisation, make.category(), state=OfferState.SUBMITTED)
    on = social_worker.get_url("offers.review")
    page = social_worker.submit("offers.approve_many", {"idempotency_key": KEY}, on=on)
    assert page.status_code == 422
    assert "Tick at least one offer." in page.text


def test_an_offer_whose_last_day_is_past_cannot_be_approved(app, social_worker, make, organisation):
    yesterday = get_local_date(get_now()) - timedelta(days=1)
    offer = make.offer(
        organisation,
        make.category(),
        state=OfferState.SUBMITTED,
        valid_from=yesterday,
        valid_until=yesterday,
    )
    on = social_worker.get_url("offers.check", offer_id=offer.id)
    page = social_worker.submit("offers.approve", get_step(offer), on=on, offer_id=offer.id)
    assert page.status_code == 409
    assert "last day is past" in page.text
