"""The choice of demo persons exists in demo mode alone."""

import pytest

from matchmaker.base.extensions import contact_cipher
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import Role
from tests.browser import Browser

AUDITOR = next(person for person in DEMO_PERSONS if person.role is Role.AUDITOR)
NUMBER = DEMO_PERSONS.index(AUDITOR) + 1


@pytest.fixture
def auditor(make):
    index = contact_cipher.get_index(AUDITOR.phone)
    return make.user(Role.AUDITOR, phone=AUDITOR.phone, phone_index=index)


@pytest.fixture
def demo(app, auditor):
    app.config["DEMO_MODE"] = True
    return Browser(app).use_language("en")


def choose(browser, number, on="/demo"):
    return browser.submit("accounts.demo_sign_in", {"person": str(number)}, on=on)


def test_one_button_signs_in_as_a_demo_person(demo):
    page = demo.get("accounts.demo").text
    assert AUDITOR.name_en in page
    assert AUDITOR.phone not in page
    assert choose(demo, NUMBER).status_code == 303
    assert demo.get("audit.index").status_code == 200


def test_persons_without_an_account_are_not_offered(demo):
    social_worker = next(p for p in DEMO_PERSONS if p.role is Role.SOCIAL_WORKER)
    assert social_worker.name_en not in demo.get("accounts.demo").text
    assert choose(demo, DEMO_PERSONS.index(social_worker) + 1).status_code == 404


@pytest.mark.parametrize("number", ["", "0", "-1", "999", "one", "1" * 400])
def test_nobody_else_can_be_chosen(demo, number):
    assert choose(demo, number).status_code == 404


def test_outside_demo_mode_there_is_no_such_page(app, auditor):
    browser = Browser(app)
    assert browser.get("accounts.demo").status_code == 404
    assert choose(browser, NUMBER, on="/sign-in").status_code == 404
