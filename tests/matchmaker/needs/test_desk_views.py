import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db

KEY = "1" * 32


@pytest.fixture
def worker(browser, place):
    return browser.use_language("en").sign_in(place.worker)


@pytest.fixture
def typed(place):
    return {
        "category_id": str(place.money.id),
        "quantity": "1200",
        "description": "想申请临时困难补助",
        "channel": "signed_paper",
        "idempotency_key": KEY,
    }


def enter(browser, place, data):
    return browser.submit("needs.create_for", data, resident_id=place.resident.id)


def load_need(app) -> m.Need:
    with app.app_context():
        return db.session.scalars(select(m.Need)).one()


def test_a_worker_enters_a_need_on_one_page(app, worker, place, typed):
    answer = enter(worker, place, typed)
    need = load_need(app)
    assert answer.status_code == 303
    assert answer.location == worker.get_url("needs.show", need_id=need.id)
    assert need.quantity == 120_000
    assert need.entered_by_id == place.worker.id
    with app.app_context():
        event = db.session.scalars(select(m.AuditEvent)).one()
        assert (event.action, event.on_behalf_of_id) == ("need.submit", place.resident.id)


@pytest.mark.parametrize("amount", ["１，２００．５０", "￥1,200.50", "1200.5元"])
def test_money_is_typed_at_the_desk_as_residents_type_it(app, worker, place, typed, amount):
    assert enter(worker, place, {**typed, "quantity": amount}).status_code == 303
    assert load_need(app).quantity == 120_050


def test_entering_twice_enters_once(app, worker, place, typed):
    first, second = enter(worker, place, typed), enter(worker, place, typed)
    assert first.location == second.location
    load_need(app)


@pytest.mark.parametrize("missing", ["category_id", "quantity", "description", "channel"])
def test_what_is_missing_is_named_and_the_rest_stays(app, worker, place, typed, missing):
    page = enter(worker, place, {**typed, missing: ""})
    assert page.status_code == 422
    assert f"#{missing}" in page.text
    kept = "1200" if missing == "description" else "想申请临时困难补助"
    assert kept in page.text
    with app.app_context():
        assert db.session.scalars(select(m.Need)).all() == []


def test_consent_cannot_be_called_online(worker, place, typed):
    assert enter(worker, place, {**typed, "channel": "online"}).status_code == 422


def test_a_resident_of_another_committee_is_no_page(browser, place):
    stranger = browser.sign_in(place.stranger)
    assert stranger.get("needs.create_for", resident_id=place.resident.id).status_code == 404


def test_a_returned_need_is_corrected_with_the_resident(app, worker, post, place, typed):
    need = post(state=m.NeedState.RETURNED, reason="请写明金额", description="补助")
    page = worker.get("needs.correct", need_id=need.id)
    assert "请写明金额" in page.text
    assert "补助</textarea>" in page.text
    answer = worker.submit("needs.correct", typed, need_id=need.id)
    assert answer.status_code == 303
    assert load_need(app).state is m.NeedState.SUBMITTED


def test_an_open_need_cannot_be_corrected(worker, post):
    assert worker.get("needs.correct", need_id=post().id).status_code == 409


def test_the_receipt_holds_the_number_and_a_code_without_styles(worker, post, place):
    need = post(consent_id=None)
    page = worker.get("needs.receipt", need_id=need.id)
    follow = worker.get_url("needs.follow", need_id=need.id)
    assert page.status_code == 200
    assert need.reference in page.text
    assert follow in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text


def test_a_receipt_never_holds_a_phone_or_address(worker, post):
    text = worker.get("needs.receipt", need_id=post().id).text
    assert "13800000000" not in text
    assert "乐山路8弄" not in text


def test_the_office_takes_a_need_back_for_the_resident(app, worker, post):
    need = post()
    shown = worker.get_url("needs.show", need_id=need.id)
    data = {"idempotency_key": KEY}
    answer = worker.submit("needs.withdraw_for", data, on=shown, need_id=need.id)
    assert answer.status_code == 303
    assert load_need(app).state is m.NeedState.WITHDRAWN


@pytest.mark.parametrize("endpoint", ["needs.show", "needs.receipt", "needs.correct"])
def test_needs_of_another_committee_do_not_exist(browser, place, post, endpoint):
    need = post(state=m.NeedState.RETURNED)
    assert browser.sign_in(place.stranger).get(endpoint, need_id=need.id).status_code == 404
