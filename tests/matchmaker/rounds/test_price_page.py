"""The page of a price: asked for, read, kept by one tap, cancelled; two runs side by side."""

import pytest
from werkzeug.test import TestResponse

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.solve import prices
from matchmaker.rounds.solve.prices import read_found
from tests import pins
from tests.browser import Browser
from tests.factories import NOW
from tests.journeys.page_costs import count_statements
from tests.matchmaker.rounds.small_month import MONTH
from tests.matchmaker.rounds.test_hands import solve
from tests.matchmaker.rounds.test_pricing import find_unmet
from tests.pricing import finish_prices

FIRST = {"month": MONTH, "number": 1}
DECLARED = {"reason": "promised at the counter", "no_interest": "y", "giver": ""}


@pytest.fixture
def unmet(app, bring, month) -> str:
    """The need of goods for which nothing is left, of a month with a run."""
    bring("solve")
    with app.app_context():
        return find_unmet(month, db.session.query(m.RoundRun).one()).reference


def ask(browser: Browser, reference: str, number: int = 1, **values: str) -> TestResponse:
    sent = {"kind": "pin", **DECLARED, **values, "idempotency_key": f"{number:032d}"}
    return browser.submit("rounds.override", sent, month=MONTH, reference=reference)


def read(browser: Browser, number: int = 1) -> str:
    answer = browser.get("rounds.show_price", month=MONTH, number=number)
    assert answer.status_code == 200
    return answer.text


def tap(browser: Browser, step: str, number: int = 1) -> TestResponse:
    on = browser.get_url("rounds.show", month=MONTH)
    key = {"idempotency_key": f"{number + 50:032d}"}
    return browser.submit(f"rounds.{step}", key, on=on, month=MONTH, number=number)


def test_a_pin_is_priced_read_and_kept_by_one_tap(app, one, two, unmet):
    form = one.get("rounds.override", month=MONTH, reference=unmet).text
    assert "Before you keep it, you see what it would change against run 1." in form
    assert "See what it would change" in form
    assert ask(one, unmet).location == "/rounds/2026-07/prices/1/"
    waiting = read(one)
    assert "data-poll" in waiting
    assert "data-done" not in one.get("rounds.price_progress", **FIRST).text
    with app.app_context():
        assert db.session.query(m.RoundOverride).count() == 0
    finish_prices(app)
    assert "data-done" in one.get("rounds.price_progress", **FIRST).text
    with app.app_context():
        lost = read_found(db.session.query(m.RoundPrice).one()).needs.lost
    page = read(one)
    for words in (
        "would get worse",
        "Needs that would lose their help: 1. Needs that would get help: 1.",
        f">{unmet}</a>",
        f">{lost[0]}</a>",
    ):
        assert words in page
    assert one.get_url("rounds.show_price", **FIRST) in one.get("rounds.show", month=MONTH).text
    assert tap(one, "keep_price").location == "/rounds/2026-07/"
    for browser in (one, two):
        room = browser.get("rounds.show", month=MONTH).text
        assert "Price seen before it was kept" in room
        assert f"No longer helped: {lost[0]}." in room
    assert "It was kept, with this price on record." in read(two)


def test_the_chinese_page_says_what_gets_worse_in_few_statements(app, one, unmet):
    ask(one, unmet)
    finish_prices(app)
    one.client.set_cookie("language", "zh_Hans_CN")
    with count_statements(app) as statements:
        page = read(one)
    assert "最先变差的是" in page
    assert len(statements) <= 20


def test_only_who_wishes_it_keeps_it_and_only_while_it_is_true(app, month, one, two, unmet):
    ask(one, unmet)
    finish_prices(app)
    assert "Only the person who entered this can keep it or stop it." in read(two)
    assert tap(two, "keep_price").status_code == 409
    with app.app_context():
        match_round = db.session.query(m.MatchRound).one()
        need = db.session.get_one(m.Need, month.needs[1].id)
        wish = {"kind": m.OverrideKind.FORBID, "need": need, "reason": "x"}
        pins.add_override(match_round, actor=month.one, **wish)
        db.session.commit()
    stale = tap(one, "keep_price")
    assert (stale.status_code, "came in between" in stale.text) == (409, True)
    assert "came in between" in read(one)
    with app.app_context():
        assert db.session.query(m.RoundOverride).count() == 1


def test_a_price_is_cancelled_by_its_owner_and_then_not_kept(app, one, two, unmet):
    ask(one, unmet)
    other = ask(one, unmet, 2)
    assert (other.status_code, "is being worked out" in other.text) == (409, True)
    assert tap(two, "cancel_price").status_code == 409
    assert tap(one, "cancel_price").status_code == 303
    page = read(one)
    assert "it was cancelled" in page
    assert "Enter it again." in page
    assert "Keep it" not in page
    assert tap(one, "cancel_price", 1).status_code == 303  # the same tap once more
    assert tap(one, "keep_price").status_code == 409
    assert ask(one, unmet).status_code == 303


def test_what_has_no_answer_says_so_and_has_no_button(app, one, bring):
    bring("solve")
    assert ask(one, "N2607-0006").status_code == 422  # the last run found nobody
    assert ask(one, "N2607-0006", 2, accepts_doubt="y").status_code == 303
    finish_prices(app)
    page = read(one)
    assert "With it no answer keeps every pin." in page
    assert "rounds/2026-07/prices/1/keep" not in page
    assert tap(one, "keep_price").status_code == 409


def test_without_a_run_nothing_is_priced_and_it_is_kept_at_once(app, one, bring):
    bring("freeze")
    page = one.get("rounds.override", month=MONTH, reference="N2607-0003").text
    assert "No run has a result yet" in page
    assert ask(one, "N2607-0003").location == "/rounds/2026-07/"
    with app.app_context():
        assert db.session.query(m.RoundOverride).one().round_price_id is None


def test_a_failure_has_its_sentence_and_what_to_do(app, one, unmet, monkeypatch):
    ask(one, unmet)
    with app.app_context():
        prices.give_up_price(db.session.query(m.RoundPrice).one(), now=NOW)
        db.session.commit()
    assert "The worker stopped five times over this run." in read(one)


def test_prices_of_others_offices_and_unknown_ones_are_not_found(app, month, one, unmet):
    ask(one, unmet)
    stranger = Browser(app).sign_in(month.stranger)
    assert stranger.get("rounds.show_price", **FIRST).status_code == 404
    assert one.get("rounds.show_price", month=MONTH, number=2).status_code == 404
    assert one.get("rounds.beside", **FIRST, other=9).status_code == 404


def test_an_auditor_reads_a_price_and_keeps_none(app, auditor, one, unmet):
    ask(one, unmet)
    finish_prices(app)
    assert "rounds/2026-07/prices/1/keep" not in read(auditor)
    key = {"idempotency_key": "7" * 32}
    on = auditor.get_url("accounts.own")
    assert auditor.submit("rounds.keep_price", key, on=on, **FIRST).status_code == 403


def test_two_runs_are_read_side_by_side(app, month, one, unmet):
    with app.app_context():
        match_round = db.session.query(m.MatchRound).one()
        need = db.session.query(m.Need).filter_by(reference=unmet).one()
        wish = {"kind": m.OverrideKind.PIN, "need": need, "reason": "x"}
        pins.add_override(match_round, actor=month.one, **wish)
        solve(month, match_round)
        assert overrides.list_active_overrides(match_round)
        db.session.commit()
    values = {"month": MONTH, "number": 1, "other": 2}
    assert one.get_url("rounds.beside", **values) in one.get("rounds.show", month=MONTH).text
    with count_statements(app) as statements:
        page = one.get("rounds.beside", **values).text
    assert len(statements) <= 20
    table = page.split("</caption>")[2]
    assert unmet in table
    assert "Aims that differ, the most important first" in page
    alone = one.get("rounds.beside", month=MONTH, number=1, other=1).text
    assert "Both runs help the same needs." in alone
    assert "Every aim reached the same in both." in alone
