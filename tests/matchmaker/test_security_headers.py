import pytest

from matchmaker.base.config import load_settings
from matchmaker.models import Role
from matchmaker.web.security_headers import CONTENT_SECURITY_POLICY, HEADERS, add_security_headers
from tests.databases import SECRET

ADDRESSES = ["/", "/nothing-here", "/static/css/site.css", "/static/nothing.css", "/preferences"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_headers(browser, address):
    with browser.client.get(address) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_failing_view_answers_with_the_headers(app, browser):
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)
    answer = browser.client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_a_failing_hook_cannot_drop_the_headers(app, browser):
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.after_request(lambda response: response.missing)
    answer = browser.client.get("/")
    assert answer.status_code == 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_inline_is_allowed():
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


def test_pages_are_not_stored_and_static_files_may_be(browser):
    assert browser.client.get("/").headers["Cache-Control"] == "no-store"
    with browser.client.get("/static/css/site.css") as sheet:
        assert "no-store" not in sheet.headers["Cache-Control"]


def test_strict_transport_is_asked_for_over_https_only(browser):
    assert "Strict-Transport-Security" not in browser.client.get("/").headers
    secure = browser.client.get("/", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "localhost:0"])
def test_no_page_is_made_for_a_name_that_is_not_ours(browser, host):
    answer = browser.client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "MATCHMAKER_HOSTS" in answer.text
    assert host not in answer.text
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:81"])
def test_this_machine_is_answered_under_its_own_names(browser, host):
    assert browser.client.get("/sign-in", headers={"Host": host}).status_code == 200


def test_an_office_names_its_hosts_and_a_demo_has_any():
    secrets = {"MATCHMAKER_SECRET_KEY": SECRET, "MATCHMAKER_CONTACT_KEYS": SECRET}
    named = {**secrets, "MATCHMAKER_HOSTS": "help.example, .office.example"}
    assert load_settings(named)["HOSTS"] == ["help.example", ".office.example"]
    assert load_settings({"MATCHMAKER_DEMO": "1"})["HOSTS"] == []


def test_the_cookie_of_a_real_office_is_bound_to_its_host():
    secrets = {"MATCHMAKER_SECRET_KEY": SECRET, "MATCHMAKER_CONTACT_KEYS": SECRET}
    assert load_settings(secrets)["SESSION_COOKIE_NAME"] == "__Host-session"
    plain = load_settings({**secrets, "MATCHMAKER_INSECURE_COOKIES": "1"})
    assert (plain["SESSION_COOKIE_NAME"], plain["SESSION_COOKIE_SECURE"]) == ("session", False)


def test_signing_out_takes_along_what_the_browser_keeps(browser, make):
    browser.sign_in(make.user(Role.AUDITOR))
    answer = browser.submit("accounts.sign_out", {}, on="/account")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"storage"')


def test_no_address_is_echoed_that_a_proxy_could_not_carry(browser):
    answer = browser.client.get("/needs/mine?a=" + "x" * 100_000)
    assert answer.status_code == 303
    assert max(len(text) for _name, text in answer.headers) < 4000


def test_a_header_that_is_there_is_left_alone():
    def inner(environ, start_response):
        start_response("200 OK", [("cache-control", "max-age=60")])
        return [b""]

    seen = []
    add_security_headers(inner)({}, lambda status, headers: seen.extend(headers))
    assert [text for name, text in seen if name.lower() == "cache-control"] == ["max-age=60"]
