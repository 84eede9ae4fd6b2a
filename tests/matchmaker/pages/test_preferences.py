import pytest

from matchmaker.base.extensions import db
from matchmaker.models import Role, User
from matchmaker.web.preferences import Locale, match_languages
from tests.browser import Browser

CHINESE, ENGLISH = 'lang="zh-Hans" data-text-size', 'lang="en" data-text-size'


@pytest.mark.parametrize(
    ("languages", "locale"),
    [
        (["zh-CN", "en"], Locale.CHINESE),
        (["zh"], Locale.CHINESE),
        (["zh-Hans"], Locale.CHINESE),
        (["zh-TW", "en-GB"], Locale.CHINESE),
        (["zh_Hans_CN"], Locale.CHINESE),
        (["en-GB", "zh-CN"], Locale.ENGLISH),
        (["de", "en"], Locale.ENGLISH),
        (["de", "fr"], Locale.CHINESE),
        ([], Locale.CHINESE),
    ],
)
def test_the_browser_s_first_known_language_is_taken(languages, locale):
    assert match_languages(languages) == locale


@pytest.mark.parametrize(
    ("header", "mark"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("en-US,en;q=0.9,zh-CN;q=0.8", ENGLISH),
        ("zh;q=0.1,en;q=0.9", ENGLISH),
        ("en;q=0", CHINESE),
        ("*", CHINESE),
        ("nonsense;;q=x", CHINESE),
    ],
)
def test_a_page_speaks_the_language_that_is_asked_for(browser, header, mark):
    assert mark in browser.client.get("/", headers={"Accept-Language": header}).text


def test_an_explicit_choice_wins_over_the_browser(browser):
    answer = browser.submit("pages.preferences", {"locale": "en", "next": "/privacy"}, on="/")
    assert (answer.status_code, answer.location) == (303, "/privacy")
    assert ENGLISH in browser.client.get("/", headers={"Accept-Language": "zh-CN"}).text


def test_the_text_size_is_remembered_and_leaves_the_language(browser):
    browser.submit("pages.preferences", {"locale": "en"}, on="/")
    browser.submit("pages.preferences", {"text_size": "extra"}, on="/")
    page = browser.client.get("/criteria").text
    assert 'lang="en" data-text-size="extra"' in page
    assert page.count('aria-pressed="true"') == 1


def test_a_choice_follows_the_signed_in_person_to_another_browser(app, make):
    user = make.user(Role.AUDITOR)
    here, there = Browser(app).sign_in(user), Browser(app).sign_in(user)
    here.submit("pages.preferences", {"locale": "en"}, on="/")
    here.submit("pages.preferences", {"text_size": "large"}, on="/")
    assert 'lang="en" data-text-size="large"' in there.client.get("/").text
    with app.app_context():
        row = db.session.get(User, user.id)
        assert (row.locale, row.text_size) == ("en", "large")


def test_the_signed_in_person_s_choice_wins_over_the_counter_s_browser(browser, make):
    browser.submit("pages.preferences", {"locale": "en"}, on="/")
    browser.sign_in(make.user(Role.AUDITOR, locale="zh_Hans_CN"))
    assert CHINESE in browser.client.get("/").text


@pytest.mark.parametrize(
    "data", [{}, {"locale": "fr"}, {"text_size": "huge"}, {"locale": "en", "next": "/" * 3000}]
)
def test_an_unknown_choice_is_refused(browser, data):
    assert browser.submit("pages.preferences", data, on="/").status_code == 422


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/a\nb", ""],
)
def test_nobody_is_led_out_of_the_site(browser, target):
    answer = browser.submit("pages.preferences", {"locale": "en", "next": target}, on="/")
    assert answer.location == "/"


def test_a_foreign_cookie_value_is_ignored(browser):
    browser.client.set_cookie("language", "xx")
    browser.client.set_cookie("text_size", '"><script>')
    assert 'lang="zh-Hans" data-text-size="standard"' in browser.client.get("/").text


def test_the_switch_leads_back_to_the_page_with_its_filters(browser):
    page = browser.client.get("/criteria?month=2026-07").text
    assert 'name="next" value="/criteria?month=2026-07"' in page


def test_after_a_post_that_cannot_be_read_again_the_switch_leads_home(browser):
    page = browser.submit("pages.preferences", {"locale": "fr"}, on="/").text
    assert 'name="next" value="/"' in page


def test_the_switch_works_on_a_page_with_a_very_long_address(browser):
    page = browser.client.get("/criteria?" + "x" * 3000).text
    assert 'name="next" value="/"' in page
