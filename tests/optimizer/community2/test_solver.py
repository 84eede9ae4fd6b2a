"""The solver against the brute force under ``community/2``: values, levels, who is met, units."""

from random import Random

import pytest

from optimizer.checker.check import verify
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus
from tests.optimizer.community2.burden import agreed_pool, network_month
from tests.optimizer.community2.changes import renamed
from tests.optimizer.community2.month import Month
from tests.optimizer.community2.question import differences, question_of
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.community2.shares import judge


def assert_is_the_outcome(month: Month, seed: int) -> None:
    question, outcome = question_of(month), judge(month)
    solution = solve(question)
    if outcome is None:
        assert solution.status is SolutionStatus.INFEASIBLE, seed
        return
    assert solution.status is SolutionStatus.PROVEN, seed
    assert differences(outcome, solution) == [], seed
    assert verify(question.to_json(), solution.to_json()) is None, seed


@pytest.mark.parametrize("block", range(10))
@pytest.mark.one_in(3)
def test_the_solver_finds_the_outcome(block):
    for seed in range(block * 20, block * 20 + 20):
        assert_is_the_outcome(month_of(seed), seed)


@pytest.mark.parametrize("months", [agreed_pool, network_month])
def test_the_solver_spreads_the_burden_so(months):
    for seed in range(15):
        assert_is_the_outcome(months(seed), seed)


def lines_of(month: Month, new: dict[str | None, str | None]) -> set[tuple]:
    """Who is served by whom, when and with how much, in other names."""
    lines = solve(question_of(month)).assignments
    return {(new[a.need], new[a.stock], new[a.person], a.slot, a.units) for a in lines}


def assert_ids_decide_nothing(seed: int) -> None:
    month = month_of(seed)
    other, new = renamed(month, Random(seed))
    same = {name: name for name in new.values()}
    assert lines_of(month, {**new, None: None}) == lines_of(other, {**same, None: None}), seed


@pytest.mark.parametrize("block", range(4))
def test_ids_and_order_decide_neither_day_nor_helper(block):
    for seed in range(block * 15, block * 15 + 15):
        assert_ids_decide_nothing(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(6))
def test_ids_and_order_decide_nothing_in_600_months(block):
    for seed in range(20_000 + block * 100, 20_100 + block * 100):
        assert_ids_decide_nothing(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(30))
def test_the_solver_finds_the_outcome_of_3000_months(block):
    for seed in range(10_000 + block * 100, 10_100 + block * 100):
        assert_is_the_outcome(month_of(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("months", [agreed_pool, network_month])
def test_the_solver_spreads_the_burden_of_500_months_so(months):
    for seed in range(1000, 1500):
        assert_is_the_outcome(months(seed), seed)
