"""Fairness over time: memory, the waiting bound, equal chances."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from optimizer.instances.memory import grow_older
from optimizer.instances.simulate import gini_of, jain_of, run_months, simulate
from optimizer.problem import Need, Person, Problem, Stock
from optimizer.search.solve import solve


def unit_month(number: int, places: int, new: int) -> Problem:
    """A month with so many places in one category and so many new unit needs."""
    return Problem(
        "unit",
        f"{number:04x}",
        stocks=(Stock("s", "g", "help", capacity=places),),
        needs=tuple(
            Need(f"m{number:02d}-{k:02d}", f"m{number:02d}-{k:02d}", "help", tier=2)
            for k in range(new)
        ),
    )


@pytest.mark.parametrize(("demand", "places"), [(6, 2), (7, 2), (9, 4), (5, 1), (4, 4)])
def test_nobody_waits_longer_than_demand_over_places_rounds(demand, places):
    """D open needs, S places, as many newcomers as were met: everybody is met within ceil(D/S)."""
    report = run_months(
        12, lambda number: unit_month(number, places, demand if number == 1 else places), solve
    )
    assert report.longest_wait <= math.ceil(demand / places)
    assert all(month.asked == demand for month in report.months)


def test_a_need_passed_over_three_times_rises_a_tier_and_no_further_than_the_first():
    need = Need("n", "r", "help", tier=2)
    ages = [need]
    for _ in range(6):
        ages.append(grow_older(ages[-1]))
    assert [n.tier for n in ages] == [2, 2, 2, 1, 1, 1, 1]
    assert ages[-1].waiting == 6


def test_simulated_months_are_proven_and_repeat_themselves():
    first, second = simulate(3, 40, seed=5), simulate(3, 40, seed=5)
    assert first == second
    assert all(month.is_proven for month in first.months)
    assert first.months[1].asked > 40  # the unmet came back


@pytest.mark.slow
def test_twenty_four_months_stay_fair():
    report = simulate(24, 60, seed=1)
    assert all(month.is_proven for month in report.months)
    assert 0 <= report.gini < 1
    assert report.jain > 0


def test_gini_and_jain_of_known_vectors():
    equal = [Fraction(1, 2)] * 4
    assert (gini_of(equal), jain_of(equal)) == (0.0, 1.0)
    one_has_all = [Fraction(1), Fraction(0), Fraction(0), Fraction(0)]
    assert (gini_of(one_has_all), jain_of(one_has_all)) == (0.75, 0.25)
    assert (gini_of([]), jain_of([])) == (0.0, 1.0)


def winners(seeds: range) -> dict[str, int]:
    """How often each of four identical needs is met when there is one place."""
    month = Problem(
        "draw",
        "00",
        stocks=(Stock("s", "g", "visit", capacity=1, staffed=True),),
        people=(Person("p", "g", 1, stocks=("s",), slots=("S1",)),),
        needs=tuple(Need(f"n{k}", f"r{k}", "visit") for k in range(4)),
    )
    won = dict.fromkeys((need.id for need in month.needs), 0)
    for seed in seeds:
        (line,) = solve(replace(month, seed=f"{seed:08x}")).assignments
        won[line.need] += 1
    return won


def chi_square(won: dict[str, int]) -> float:
    expected = sum(won.values()) / len(won)
    return sum((count - expected) ** 2 / expected for count in won.values())


@pytest.mark.slow
def test_identical_needs_win_about_equally_often():
    assert chi_square(winners(range(200))) < 16.27  # 0.1 % level, three degrees of freedom


@pytest.mark.slow
def test_identical_needs_win_equally_often_over_2000_seeds():
    assert chi_square(winners(range(2000))) < 16.27
