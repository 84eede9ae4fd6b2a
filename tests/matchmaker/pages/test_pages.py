import re

import pytest

from matchmaker.models import Role
from matchmaker.pages.views import STAGE_NAMES
from optimizer.policy import COMMUNITY_POLICY

PAGES = ["pages.home", "pages.criteria", "pages.privacy", "pages.accessibility"]


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


def test_the_criteria_name_every_stage_of_the_policy_in_its_order():
    assert tuple(stage.name for stage in COMMUNITY_POLICY.stages) == STAGE_NAMES


def test_every_stage_is_said_in_words(browser):
    page = browser.use_language("en").get("pages.criteria").text
    rules = re.findall(r"<li><h3>(.*?)</h3><p>(.*?)</p></li>", page)
    assert len(rules) == len(STAGE_NAMES)
    assert not {title for title, _ in rules} & set(STAGE_NAMES)
    assert all(len(text) > 30 for _, text in rules)


def test_the_first_page_of_a_signed_in_person_lists_their_pages(browser, make):
    page = browser.sign_in(make.user(Role.AUDITOR)).get("pages.home").text
    entrances = re.findall(r'class="entrance__link" href="([^"]+)"', page)
    assert browser.get_url("pages.criteria") in entrances


def test_the_demo_says_that_it_is_one(app, browser):
    browser.use_language("en")
    assert "demo-banner" not in browser.get("pages.home").text
    app.config["DEMO_MODE"] = True
    assert "Nothing leaves this machine" in browser.get("pages.criteria").text
