"""The page that asks whether two entries are one person."""

import pytest

from matchmaker import models as m
from tests.browser import Browser
from tests.matchmaker.people.test_joining import PHONE, Office
from tests.worlds import kept

KEY = {"idempotency_key": "1" * 32}


@pytest.fixture
@kept
def office(make):
    office = Office(make)
    office.one, office.two = office.add(name="李明"), office.add(1, name="李 明")
    return office


@pytest.fixture
def worker(app, office):
    return Browser(app).sign_in(office.worker).use_language("en")


def decide(browser, office, step):
    ids = {"first_id": office.one.id, "second_id": office.two.id, "step": step}
    page = browser.get_url("people.index")
    return browser.submit("people.decide", KEY, on=page, **ids)


def test_both_entries_are_shown_side_by_side_without_the_phone(office, worker):
    page = worker.get("people.index").text
    for row in (office.one, office.two):
        assert row.name in page
        assert row.reference in page
    assert PHONE not in page


def test_a_join_is_said_shown_and_undone(make, office, worker):
    assert decide(worker, office, "join").status_code == 303
    page = worker.get("people.index").text
    assert "From now on they count as one person." in page
    assert "Count as one person" in page
    on = worker.get_url("people.index")
    undone = worker.submit("people.separate", KEY, on=on, volunteer_id=office.two.id)
    assert undone.status_code == 303
    one, two = (make.get(m.Volunteer, row.id) for row in (office.one, office.two))
    assert one.person_id != two.person_id


def test_two_people_are_not_shown_again(office, worker):
    assert decide(worker, office, "apart").status_code == 303
    page = worker.get("people.index").text
    assert "Nothing to decide" in page
    assert decide_gone(worker, office) == 404


def decide_gone(browser, office):
    """Another key: the second decision is another act, about a pair that nobody proposes."""
    ids = {"first_id": office.one.id, "second_id": office.two.id, "step": "join"}
    answer = browser.submit("people.decide", {"idempotency_key": "2" * 32}, on="/", **ids)
    return answer.status_code


def test_the_person_decides_with_the_own_account(app, make, office):
    account = office.sign_up(office.two)
    browser = Browser(app).sign_in(account).use_language("en")
    assert decide(browser, office, "join").status_code == 303
    one, two = (make.get(m.Volunteer, row.id) for row in (office.one, office.two))
    assert one.person_id == two.person_id


def test_a_coordinator_has_no_such_page(app, make, office):
    coordinator = make.user(m.Role.COORDINATOR, organisation_id=office.one.organisation_id)
    assert Browser(app).sign_in(coordinator).get("people.index").status_code == 403
