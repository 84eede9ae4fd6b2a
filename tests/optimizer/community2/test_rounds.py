"""Nobody starves, committees come out even, and givers carry what they agreed to."""

from fractions import Fraction
from itertools import permutations
from math import ceil
from random import Random

import pytest

from tests.optimizer.community2.rounds import danger_waits, loads_after, parts_met, rounds_until_met


def assert_is_met_in_time(seed: int) -> None:
    random = Random(seed)
    places = random.randint(2, 4)
    size, ahead = random.randint(2, places), random.randint(0, 6)
    bound = ceil(Fraction(ahead, places - size + 1)) + 1
    assert rounds_until_met(places, size, ahead, seed, random.randint(1, 3)) <= bound, seed


@pytest.mark.parametrize("seed", range(20))
def test_a_need_of_several_is_met_in_time(seed):
    assert_is_met_in_time(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(5))
def test_a_need_of_several_is_met_in_time_in_500_pools(block):
    for seed in range(100 + block * 100, 200 + block * 100):
        assert_is_met_in_time(seed)


def test_a_need_for_two_among_nine_singles_and_two_new_each_month_is_met():
    assert rounds_until_met(places=2, size=2, ahead=9, seed=5) <= 10


def test_danger_never_waits_behind_those_who_have_waited():
    assert danger_waits(rounds=36, places=2) == 0


def draw_demand(seed: int, most: int = 5) -> tuple[dict[str, int], int]:
    random = Random(seed)
    demand = {name: random.randint(1, most) for name in "XYZ"[: random.randint(2, 3)]}
    return demand, random.randint(1, sum(demand.values()))


def assert_parts_are_even(seed: int) -> None:
    """Committees that could use up the stock alone have less than smaller ones, others as much."""
    demand, places = draw_demand(seed)
    parts = parts_met(demand, places, 36, f"{seed}")
    for small, big in permutations(sorted(demand), 2):
        if demand[big] <= places:
            assert abs(parts[small] - parts[big]) <= Fraction(1, 6) or demand[small] > places, seed
        elif demand[small] < demand[big]:
            assert parts[small] >= parts[big], (demand, places, parts)


@pytest.mark.parametrize("seed", range(6))
def test_committees_of_any_size_come_out_even(seed):
    assert_parts_are_even(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_committees_of_any_size_come_out_even_in_500_streets(block):
    for seed in range(1000 + block * 50, 1050 + block * 50):
        assert_parts_are_even(seed)


def assert_loads_follow_the_agreements(seed: int) -> None:
    random = Random(seed)
    agreed = {f"g{k}": random.randint(1, 6) for k in range(random.randint(2, 4))}
    asks = random.randint(1, min(7, sum(agreed.values())))
    loads = loads_after(agreed, [asks] * 12, f"{seed}")
    smallest = min(agreed.values())
    alone = list(agreed.values()).count(smallest) == 1  # else they take turns that a tie decides
    for giver, units in agreed.items():
        share = Fraction(12 * asks * units, sum(agreed.values()))
        assert abs(loads[giver] - share) <= 4, (agreed, asks, loads)
        if units == smallest:
            assert loads[giver] >= share - (1 if alone else 2), (agreed, asks, loads)


@pytest.mark.parametrize("seed", range(12))
def test_givers_carry_their_part_of_the_agreement(seed):
    assert_loads_follow_the_agreements(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_givers_carry_their_part_of_the_agreement_in_500_pools(block):
    for seed in range(1000 + block * 50, 1050 + block * 50):
        assert_loads_follow_the_agreements(seed)
