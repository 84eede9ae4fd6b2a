import re

import pytest

from matchmaker.models import Role
from tests.architecture.source import ROOT

PAGES = ["pages.home", "criteria.show_today", "pages.privacy", "pages.accessibility"]

SERVICE_WORKER = ROOT / "matchmaker/static/js/service-worker.js"


@pytest.mark.parametrize("endpoint", PAGES)
def test_everyone_may_read_the_public_pages(browser, endpoint):
    answer = browser.get(endpoint)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_title_says_where_one_is(browser, endpoint):
    browser.use_language("en")
    title = re.search(r"<title>(.*?)</title>", browser.get(endpoint).text, re.S)[1]
    assert re.fullmatch(r"\S.* · Leshan", title)


def test_the_first_page_of_a_signed_in_person_lists_their_pages(browser, make):
    """Of those who have few; others have them in the menu alone."""
    page = browser.sign_in(make.user(Role.RESIDENT)).get("pages.home").text
    entrances = re.findall(r'class="entrance__link" href="([^"]+)"', page)
    assert browser.get_url("criteria.show_today") in entrances


def test_the_page_without_a_line_has_all_its_parts_with_it(browser):
    """The browser keeps what the helper's pattern finds in the page; a part it misses is gone."""
    helper = SERVICE_WORKER.read_text("utf-8")
    pattern = re.search(r"const PART = /(.+)/g;", helper)[1]
    page = browser.client.get("/offline").text
    parts = re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', page)
    assert len(parts) > 4
    assert sorted(set(parts) - set(re.findall(pattern, page))) == []


def test_the_demo_says_that_it_is_one(app, browser):
    browser.use_language("en")
    assert "demo-banner" not in browser.get("pages.home").text
    app.config["DEMO_MODE"] = True
    assert "Nothing leaves this machine" in browser.get("criteria.show_today").text
