"""Divisions of funds against every division tried by hand; the lift fund; the same bytes."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from optimizer.checker.funds.check import verify_division
from optimizer.codec import canonical_bytes
from optimizer.funds import admission
from optimizer.funds.divide import divide
from optimizer.funds.fund import Claim, Division, Fund, Purse, StopCode
from optimizer.tickets import ticket_of
from tests.optimizer.funds.tiny_funds import list_best, tiny_fund, vector_of

LIFT_FUND = Path(__file__).parents[3] / "seeds" / "lift_fund.json"


def fens(division: Division) -> tuple[int, ...]:
    return tuple(grant.fen for grant in division.grants)


def by_ticket(fund: Fund) -> list[int]:
    return sorted(range(len(fund.claims)), key=lambda c: ticket_of(fund.seed, fund.claims[c].id))


@pytest.mark.parametrize("block", range(4))
def test_no_division_of_a_tiny_fund_has_a_better_vector(block):
    for seed in range(100 * block, 100 * block + 100):
        fund = tiny_fund(seed)
        best, equal = list_best(fund)
        found = fens(divide(fund))
        assert vector_of(fund, found) == best, seed
        assert found in equal, seed


def test_among_equal_divisions_tickets_decide_who_is_granted_and_then_the_odd_fen():
    ties = 0
    for seed in range(400):
        fund = tiny_fund(seed)
        _, equal = list_best(fund)
        order = by_ticket(fund)
        drawn = max(equal, key=lambda g: ([g[c] > 0 for c in order], [g[c] for c in order]))
        assert fens(divide(fund)) == drawn, seed
        ties += len(equal) > 1
    assert ties > 20


def test_a_refused_claim_lost_the_lottery_exactly_when_an_equal_division_grants_it():
    seen = Counter()
    for seed in range(400):
        fund = tiny_fund(seed)
        _, equal = list_best(fund)
        for c, grant in enumerate(divide(fund).grants):
            seen[grant.stop] += 1
            if grant.stop in (StopCode.OUTRANKED, StopCode.LOST_LOTTERY):
                is_equal = any(grants[c] for grants in equal)
                assert (grant.stop is StopCode.LOST_LOTTERY) == is_equal, seed
    assert set(seen) == set(StopCode) - {StopCode.UNDECIDED}


def test_tiny_funds_have_every_shape():
    claims = [claim for seed in range(400) for claim in tiny_fund(seed).claims]
    assert any(claim.least_fen is None for claim in claims)
    assert any(claim.least_fen == 1 < claim.asked_fen for claim in claims)
    assert any(claim.purses for claim in claims)
    assert any(claim.instalment_fen and claim.instalment_fen < claim.floor_fen for claim in claims)
    assert {tiny_fund(seed).carries for seed in range(400)} == {True, False}


def test_shuffled_rows_give_the_same_bytes():
    for seed in range(60):
        fund, random = tiny_fund(seed), Random(seed)
        purses = random.sample(fund.purses, len(fund.purses))
        claims = [
            replace(c, purses=tuple(random.sample(c.purses, len(c.purses)))) for c in fund.claims
        ]
        random.shuffle(claims)
        shuffled = Fund(fund.name, fund.seed, tuple(purses), tuple(claims), fund.carries)
        assert canonical_bytes(shuffled.to_json()) == canonical_bytes(fund.to_json())
        assert canonical_bytes(divide(shuffled).to_json()) == canonical_bytes(
            divide(fund).to_json()
        )


def test_a_fund_and_a_division_survive_their_json():
    fund = tiny_fund(3)
    assert Fund.from_json(json.loads(canonical_bytes(fund.to_json()))) == fund
    division = divide(fund)
    assert Division.from_json(json.loads(canonical_bytes(division.to_json()))) == division


def test_the_lift_fund_grants_all_67_households_and_spends_every_fen():
    fund = Fund.from_json(json.loads(LIFT_FUND.read_bytes()))
    asked = sum(claim.asked_fen for claim in fund.claims)
    assert (len(fund.claims), asked, fund.total_fen) == (67, 84_030_000, 75_000_000)
    division = divide(fund)
    assert (division.status, division.granted_claims) == ("proven", 67)
    assert division.spent_fen == 75_000_000
    assert verify_division(fund.to_json(), division.to_json()) is None


def test_partial_grants_of_the_lift_fund_differ_by_less_than_a_fen_in_their_fraction():
    fund = Fund.from_json(json.loads(LIFT_FUND.read_bytes()))
    rows = [
        (grant.fen, claim.asked_fen)
        for grant, claim in zip(divide(fund).grants, fund.claims, strict=True)
        if grant.stop is StopCode.SPENT
    ]
    least = max((fen - 1) / asked for fen, asked in rows)
    assert len(rows) > 50
    assert all(fen / asked >= least for fen, asked in rows)


def test_early_months_are_paid_first():
    fund = Fund(
        "f", "00", (Purse("m1", 5), Purse("m2", 5)), (Claim("a", 4, 1), Claim("b", 3, 1, ("m1",)))
    )
    paid = [[(p.purse, p.fen) for p in grant.payments] for grant in divide(fund).grants]
    assert paid == [[("m1", 2), ("m2", 2)], [("m1", 3)]]


def test_a_search_that_is_cut_short_is_not_called_proven(monkeypatch):
    claims = (Claim("a", 3), Claim("b", 4, 2), Claim("c", 5, 3))
    fund = Fund("f", "00", (Purse("m", 4),), claims)
    assert divide(fund).status == "proven"
    monkeypatch.setattr(admission, "MOST_NODES", 1)
    division = divide(fund)
    assert division.status == "feasible"
    assert {g.stop for g in division.grants if not g.fen} == {StopCode.UNDECIDED}
    assert verify_division(fund.to_json(), division.to_json()) is None


def test_a_fund_without_claims_or_money_is_divided_all_the_same():
    assert divide(Fund("f", "00")).spent_fen == 0
    poor = Fund("f", "00", (), (Claim("a", 3),))
    assert divide(poor).grants[0].stop is StopCode.FLOOR
