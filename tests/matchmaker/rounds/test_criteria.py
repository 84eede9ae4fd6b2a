"""The criteria: every rule of every policy in order, today's and those before."""

import html
import re

import pytest

from matchmaker.rounds.words.policies import get_words
from optimizer.policy import POLICIES


def list_rules(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<li><h3>(.*?)</h3><p>(.*?)</p></li>", page)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_the_criteria_give_every_rule_of_a_policy_in_its_order(app, browser, policy, language):
    version = int(policy.split("/")[1])
    page = browser.use_language(language).get("criteria.show", version=version)
    rules = get_words(policy).rules
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        said = [(str(rule.name), str(rule.reason)) for rule in rules.values()]
    assert list_rules(html.unescape(page.text)) == said
    assert not {title for title, _ in said} & set(rules)


def test_the_criteria_are_those_of_a_month_opened_today(app, browser):
    browser.use_language("en")
    for policy, earlier in (("community/1", []), ("community/2", ["/criteria/1"])):
        app.config["POLICY"] = policy
        page = browser.get("criteria.show_today").text
        assert list_rules(html.unescape(page))[0][0] == str(
            next(iter(get_words(policy).rules.values())).name
        )
        assert re.findall(r'href="(/criteria/\d+)"', page) == earlier
        assert "not the rules of today" not in page
    assert "not the rules of today" in browser.get("criteria.show", version=1).text
    assert "not the rules of today" not in browser.get("criteria.show", version=2).text
    missing = browser.get("criteria.show", version=3)
    assert missing.status_code == 404
    assert "There are no rules with this number." in missing.text


def test_the_criteria_promise_of_pins_what_the_page_that_publishes_shows(browser):
    page = html.unescape(browser.use_language("en").get("criteria.show_today").text)
    assert "is written down and shown to the colleague who publishes the month" in page
    assert "cost others is shown" not in page


def test_the_criteria_number_their_rules_on_and_say_what_is_not_promised(browser):
    page = browser.use_language("en").get("criteria.show", version=2).text
    assert re.findall(r'<ol class="steps[^>]*start="(\d+)"', page) == ["5"]
    for said in (
        "If there is one place more",
        "two visitors at once",
        "HMAC-SHA256",
        "all others wait",
    ):
        assert said in page
    assert "all others wait" not in browser.get("criteria.show", version=1).text
