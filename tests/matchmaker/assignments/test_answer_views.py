"""A coordinator's pages: one tap for all, one page for each, whatever is typed into addresses."""

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing
from matchmaker.base.extensions import db
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

JULY = date(2026, 7, 1)
_S = m.PromiseState


@pytest.fixture
@kept
def month(world):
    world.ask()
    world.ask(world.goods, quantity=2)
    world.publish(JULY)
    return world


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The clock of the pages stands at the instant of the publication."""
    monkeypatch.setattr("matchmaker.assignments.answer_views.get_now", lambda: NOW)
    monkeypatch.setattr("matchmaker.assignments.views.get_now", lambda: NOW)


@pytest.fixture
def first(app, month):
    return list_promises(app)[0]


def list_promises(app) -> list[m.Promise]:
    with app.app_context():
        return list(db.session.scalars(select(m.Promise).order_by(m.Promise.id)))


def press(browser: Browser, step: str, promise_id: int, key: str = "a" * 32, **data):
    on = browser.get_url("assignments.given")
    data = {"idempotency_key": key, **data}
    return browser.submit(f"assignments.{step}", data, on=on, promise_id=promise_id)


def accept_all(browser: Browser, **filters):
    on = browser.get_url("assignments.given")
    return browser.submit("assignments.accept_all", {"idempotency_key": "b" * 32}, on=on, **filters)


@pytest.mark.usefixtures("month")
def test_all_that_waits_is_accepted_with_one_tap(app, coordinator):
    page = coordinator.get("assignments.given").text
    assert "2 promises wait for your answer" in page
    assert "Yes to all 2" in page
    assert accept_all(coordinator).status_code == 303
    page = coordinator.get("assignments.given").text
    assert "2 promises accepted" in page
    assert "for your answer" not in page
    assert {row.state for row in list_promises(app)} == {_S.AWAITING_RECIPIENT}


def test_the_filters_of_the_page_narrow_what_is_accepted(app, coordinator, month):
    accept_all(coordinator, category=month.goods.code)
    assert {row.state for row in list_promises(app)} == {_S.AWAITING_GIVER, _S.AWAITING_RECIPIENT}


def test_a_promise_is_declined_with_one_tap_and_the_reason_asked_after(app, coordinator, first):
    assert press(coordinator, "decline", first.id).status_code == 303
    page = coordinator.get("assignments.promise", promise_id=first.id).text
    assert "Why can you not do it?" in page
    assert "Take our answer back" in page
    assert press(coordinator, "say_why", first.id).status_code == 422, "no reason is chosen"
    assert press(coordinator, "say_why", first.id, "c" * 32, reason="fun").status_code == 422
    press(coordinator, "say_why", first.id, "d" * 32, reason="unsafe")
    page = coordinator.get("assignments.promise", promise_id=first.id).text
    assert "Your reason: We do not think it is safe" in page
    press(coordinator, "take_back", first.id)
    page = coordinator.get("assignments.promise", promise_id=first.id).text
    assert "Yes, we do it" in page
    assert list_promises(app)[0].decline_reason is None


def test_a_promise_is_accepted_on_its_page(app, coordinator, first):
    press(coordinator, "accept", first.id)
    assert list_promises(app)[0].state is _S.AWAITING_RECIPIENT
    page = coordinator.get("assignments.promise", promise_id=first.id).text
    assert "You said yes" in page
    assert "Yes, we do it" not in page


def test_a_button_pressed_twice_acts_once(app, coordinator, first):
    press(coordinator, "decline", first.id)
    press(coordinator, "take_back", first.id)
    press(coordinator, "decline", first.id)
    assert list_promises(app)[0].state is _S.AWAITING_GIVER


def test_a_step_that_fits_no_more_says_so(coordinator, first):
    press(coordinator, "accept", first.id)
    answer = press(coordinator, "decline", first.id)
    assert answer.status_code == 409
    assert "answered or has ended meanwhile" in answer.text


@pytest.mark.parametrize("step", ["accept", "decline", "say_why", "take_back"])
def test_nobody_answers_for_others(app, coordinator, make, first, step):
    elsewhere = make.user(m.Role.COORDINATOR, organisation_id=make.organisation().id)
    stranger = Browser(app).sign_in(elsewhere).use_language("en")
    data = {"idempotency_key": "e" * 32, "reason": "unsafe"}
    on = stranger.get_url("accounts.own")
    values = {"on": on, "promise_id": first.id}
    assert stranger.submit(f"assignments.{step}", data, **values).status_code == 404
    assert list_promises(app)[0].state is _S.AWAITING_GIVER
    assert stranger.get("assignments.promise", promise_id=first.id).status_code == 404


@pytest.mark.parametrize("number", ["0", "999999", "abc", "1e3"])
def test_no_such_promise(coordinator, month, number):
    url = coordinator.get_url("assignments.given") + f"/{number}"
    assert coordinator.client.get(url).status_code == 404


STORIES = {
    "accept": "the person is asked whether it suits",
    "decline": "you can take this back. Then the place is given to others.",
    "agree": "The person says that it suits",
    "refuse": "does not want this help after all",
}


@pytest.mark.parametrize("step", STORIES)
def test_the_page_says_what_came_of_the_answer(app, coordinator, make, month, first, step):
    if step == "decline":
        press(coordinator, "decline", first.id)
    else:
        accept_all(coordinator)
    with app.app_context():
        counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
        at = {"promise_id": first.id, "now": NOW}
        if step == "agree":
            agreeing.agree(actor=counter, **at)
        elif step == "refuse":
            agreeing.refuse(actor=counter, reason=m.DeclineReason.OTHER_GIVER, **at)
        db.session.commit()
    page = coordinator.get("assignments.promise", promise_id=first.id).text
    assert STORIES[step] in page
    if step == "refuse":
        assert "Somebody else should help" not in page, "why is not the giver's to know"
        assert "Why can you not do it?" not in page
