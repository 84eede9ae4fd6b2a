import pytest

from matchmaker.web.security_headers import CONTENT_SECURITY_POLICY, HEADERS, add_security_headers

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


def test_a_header_that_is_there_is_left_alone():
    def inner(environ, start_response):
        start_response("200 OK", [("cache-control", "max-age=60")])
        return [b""]

    seen = []
    add_security_headers(inner)({}, lambda status, headers: seen.extend(headers))
    assert [text for name, text in seen if name.lower() == "cache-control"] == ["max-age=60"]
