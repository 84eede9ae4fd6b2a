"""Signing in: one answer for every failure, tries counted before any work."""

import pytest
from werkzeug.security import generate_password_hash

from matchmaker.accounts import passwords, signing_in, throttling, views
from matchmaker.accounts.throttling import TRIES_PER_WINDOW, Counted
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, LoginSession, Role
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import PASSWORD

pytestmark = pytest.mark.both_databases

UNKNOWN_PHONE = "13711112222"


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """All tries of a test fall into one window."""
    now = get_now()
    monkeypatch.setattr(views, "get_now", lambda: now)


@pytest.fixture
def user(make):
    return make.user(Role.COMMITTEE_WORKER)


@pytest.fixture
def checks(monkeypatch):
    """Every hash that was compared with a password."""
    seen = []

    def compare(stored, password):
        seen.append(stored)
        return stored != passwords.UNKNOWN_HASH and password == PASSWORD

    monkeypatch.setattr(passwords, "check_password_hash", compare)
    return seen


def sign_in(browser, phone, password=PASSWORD, **more):
    data = {"phone": phone, "password": password, **more}
    return browser.submit("accounts.sign_in", data)


def get_message(answer):
    return answer.text.split('id="password-error"')[1].split("</p>")[0]


def test_phone_and_password_sign_in(app, browser, user):
    answer = sign_in(browser, user.phone)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert browser.get("accounts.own").status_code == 200
    with app.app_context():
        assert db.session.query(AuditEvent).one().action == "account.sign_in"


def test_a_phone_may_be_typed_with_blanks_and_prefix(browser, user):
    typed = f"+86 {user.phone[:3]} {user.phone[3:7]} {user.phone[7:]}"
    assert sign_in(browser, typed).status_code == 303


def test_every_failure_has_the_same_answer(browser, user, make, checks):
    disabled = make.user(Role.AUDITOR, disabled_at=get_now())
    wrong = sign_in(browser, user.phone, "not the password")
    unknown = sign_in(browser, UNKNOWN_PHONE)
    shut = sign_in(browser, disabled.phone)
    assert {a.status_code for a in (wrong, unknown, shut)} == {422}
    assert get_message(wrong) == get_message(unknown) == get_message(shut)


def test_an_unknown_phone_costs_a_hash_of_full_strength(browser, checks):
    sign_in(browser, UNKNOWN_PHONE)
    assert checks == [passwords.UNKNOWN_HASH]
    real = generate_password_hash("x", method=passwords.METHOD)
    assert passwords.UNKNOWN_HASH.split("$")[0] == real.split("$")[0]


def test_what_was_typed_stays_except_the_password(browser, user):
    answer = sign_in(browser, user.phone, "not the password")
    assert f'value="{user.phone}"' in answer.text
    assert "not the password" not in answer.text


def test_an_eleventh_try_on_one_phone_is_refused_before_hashing(browser, user, checks):
    limit = TRIES_PER_WINDOW[Counted.SIGN_IN_PHONE]
    for _try in range(limit):
        assert sign_in(browser, user.phone, "wrong").status_code == 422
    answer = sign_in(browser, user.phone)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert len(checks) == limit


def test_one_address_is_limited_over_many_phones(browser, monkeypatch, checks):
    limits = {**TRIES_PER_WINDOW, Counted.SIGN_IN_ADDRESS: 2}
    monkeypatch.setattr(throttling, "TRIES_PER_WINDOW", limits)
    statuses = [sign_in(browser, f"1371111000{n}", "wrong").status_code for n in range(3)]
    assert statuses == [422, 422, 429]


def test_two_processes_count_together(app, database_url, tmp_path, browser, user, checks):
    limit = TRIES_PER_WINDOW[Counted.SIGN_IN_PHONE]
    with opened(make_app(database_url, tmp_path)) as other_app:
        other = Browser(other_app)
        for number in range(limit):
            sign_in(other if number % 2 else browser, user.phone, "wrong")
        assert sign_in(other, user.phone).status_code == 429
        assert sign_in(browser, user.phone).status_code == 429


def test_success_begins_the_count_anew(browser, user, checks):
    for _try in range(TRIES_PER_WINDOW[Counted.SIGN_IN_PHONE] - 1):
        sign_in(browser, user.phone, "wrong")
    assert sign_in(browser, user.phone).status_code == 303
    assert sign_in(Browser(browser.app), user.phone, "wrong").status_code == 422


def test_only_so_many_passwords_are_hashed_at_once(browser, user, monkeypatch, checks):
    monkeypatch.setattr(passwords, "HASH_WAIT_SECONDS", 0.01)
    for _slot in range(passwords.HASHES_AT_ONCE):
        passwords._slots.acquire()
    try:
        answer = sign_in(browser, user.phone)
    finally:
        passwords._slots.release(passwords.HASHES_AT_ONCE)
    assert (answer.status_code, checks) == (429, [])


def test_no_writing_transaction_is_open_while_hashing(context, user, monkeypatch):
    states = []

    def compare(_stored, _password):
        states.append(db.session.registry().in_transaction())
        return True

    monkeypatch.setattr(passwords, "check_password_hash", compare)
    signing_in.sign_in(phone=user.phone, password=PASSWORD, address="192.0.2.1", now=get_now())
    assert states == [False]


@pytest.mark.parametrize("next_page", ["/account", "/account/password"])
def test_after_signing_in_one_goes_on_to_the_page_asked_for(browser, user, next_page):
    assert sign_in(browser, user.phone, next=next_page).headers["Location"] == next_page


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_signing_in_never_leads_off_the_site(browser, user, elsewhere):
    assert sign_in(browser, user.phone, next=elsewhere).headers["Location"] == "/"


def test_a_session_planted_before_signing_in_is_thrown_away(browser, user):
    browser.get("accounts.sign_in")
    with browser.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(browser, user.phone)
    with browser.client.session_transaction() as session:
        assert "planted" not in session


def test_signing_in_as_another_ends_the_first_session(app, browser, user, make):
    browser.sign_in(make.user(Role.AUDITOR))
    sign_in(browser, user.phone)
    with app.app_context():
        revoked = [row.revoked_at is not None for row in db.session.query(LoginSession)]
    assert sorted(revoked) == [False, True]


def test_a_form_without_its_token_is_refused_with_a_page(browser, user):
    answer = browser.client.post("/sign-in", data={"phone": user.phone, "password": PASSWORD})
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_there_is_no_account_before_the_first_invitation(app, browser):
    for phone in ("13800000000", "13900000000", "19900000001"):
        assert sign_in(browser, phone, "admin").status_code == 422
