"""Divisions that are not what the rules give are refused by name."""

import json
from random import Random

import pytest

from optimizer.checker.funds import best
from optimizer.checker.funds.check import verify_division
from optimizer.funds.divide import divide
from optimizer.funds.fund import Claim, Fund, Purse
from tests.optimizer.checker.forged_divisions import list_others, reseal
from tests.optimizer.funds.tiny_funds import tiny_fund

Plain = dict
FUND = Fund(
    "five",
    "5eed",
    (Purse("m1", 40), Purse("m2", 30), Purse("m3", 20)),
    (
        Claim("a", 40, 20),
        Claim("b", 30, 10, ("m1", "m2"), 9),
        Claim("c", 25),
        Claim("d", 60, 30, ("m2", "m3")),
        Claim("e", 35, 1),
        Claim("f", 95),
        Claim("g", 40, 20),
    ),
)


def plain() -> Plain:
    return json.loads(json.dumps(divide(FUND).to_json()))


def grant_of(division: Plain, name: str) -> Plain:
    return next(grant for grant in division["grants"] if grant["claim"] == name)


def code_of(fund: Fund, division: Plain) -> str | None:
    fault = verify_division(fund.to_json(), division)
    return fault.code if fault else None


def test_the_division_itself_holds():
    assert code_of(FUND, plain()) is None


def test_every_other_division_of_a_tiny_fund_is_refused_for_what_it_is():
    codes = set()
    for seed in range(90):
        fund = tiny_fund(seed)
        true = divide(fund)
        assert code_of(fund, true.to_json()) is None, seed
        others = list_others(fund, true)
        for other in Random(seed).sample(others, min(len(others), 40)):
            codes.add(code_of(fund, other.to_json()))
    assert codes == {"leximin", "odd_fen", "admission", "ticket"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(fund_sha256="0" * 64), "fund_sha256"),
        (lambda d: d.update(seed="5eee"), "seed"),
        (lambda d: d["grants"].pop(), "grants"),
        (lambda d: d["grants"].reverse(), "grants"),
        (lambda d: grant_of(d, "c").update(fen=24), "bounds"),
        (lambda d: grant_of(d, "a").update(fen=41), "bounds"),
        (lambda d: grant_of(d, "c")["payments"].pop(), "payments"),
        (lambda d: grant_of(d, "c")["payments"].reverse(), "payment_order"),
        (lambda d: d.update(granted_claims=7), "granted_claims"),
        (lambda d: d.update(spent_fen=1), "spent_fen"),
        (lambda d: grant_of(d, "e").update(stop="asked"), "stop"),
        (lambda d: grant_of(d, "f").update(stop="outranked"), "stop"),
        (lambda d: grant_of(d, "d").update(stop="lost_lottery"), "stop"),
        (lambda d: d.update(result_sha256="0" * 64), "result_sha256"),
        (lambda d: d.update(status="feasible"), "stop"),
    ],
)
def test_one_changed_value_is_refused_by_name(change, code):
    division = plain()
    change(division)
    assert code_of(FUND, division) == code


def test_every_seeded_change_of_a_number_is_refused_even_when_sealed_again():
    for seed in range(200):
        random, division = Random(seed), plain()
        grant = random.choice([grant for grant in division["grants"] if grant["fen"]])
        payment = random.choice(grant["payments"])
        change = random.choice((-1, 1, 2, -payment["fen"], 1000))
        payment["fen"] += change
        if random.random() < 0.5:
            grant["fen"] += change
        assert code_of(FUND, reseal(division)) is not None, seed


@pytest.mark.parametrize(
    ("fund", "path"),
    [
        ({}, "fund.name"),
        ({"name": "f", "seed": "zz"}, "fund.seed"),
        ({"name": "f", "seed": "0", "claims": [{"id": "a", "asked_fen": 0}]}, "fund.a.asked_fen"),
        ({"name": "f", "seed": "0", "purses": [{"id": "", "fen": 0}]}, "fund.purses"),
        (
            {"name": "f", "seed": "0", "claims": [{"id": "a", "asked_fen": 1, "purses": ["m"]}]},
            "fund.claims.a.purses",
        ),
    ],
)
def test_a_broken_fund_is_broken_input(fund, path):
    fault = verify_division(fund, plain())
    assert (fault.code, fault.facts["path"]) == ("broken_input", path)


def test_a_claim_names_purses_of_the_fund_only():
    claim = {"id": "a", "asked_fen": 1, "purses": ["m"]}
    fault = verify_division({"name": "f", "seed": "0", "claims": [claim]}, plain())
    assert str(fault) == "broken_input: path=fund.claims.a.purses reason=is not known"


def test_a_broken_division_is_broken_input():
    assert code_of(FUND, {"status": "proven"}) == "broken_input"


def test_what_cannot_be_settled_in_time_is_not_called_verified(monkeypatch):
    monkeypatch.setattr(best, "MOST_BRANCHES", 0)
    assert code_of(FUND, plain()) == "search_limit"


def test_a_division_that_is_not_proved_leaves_open_why_a_claim_was_refused():
    division = plain()
    division["status"] = "feasible"
    for grant in division["grants"]:
        if grant["stop"] in ("outranked", "lost_lottery"):
            grant["stop"] = "undecided"
    assert "undecided" in {grant["stop"] for grant in division["grants"]}
    assert code_of(FUND, reseal(division)) is None


def test_claims_that_are_alike_are_not_tried_in_every_mixture():
    claims = tuple(Claim(f"c{k:02}", 10, 10) for k in range(24))
    fund = Fund("alike", "5eed", (Purse("m", 125),), claims)
    assert code_of(fund, divide(fund).to_json()) is None
