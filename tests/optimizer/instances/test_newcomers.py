"""Months under the second policy in a row, and newcomers who fill every place."""

from collections import Counter
from dataclasses import replace

import pytest

from optimizer.cli.months import main
from optimizer.instances.fair_months import under_second_policy
from optimizer.instances.generate import generate
from optimizer.instances.memory import Memory, grow_older
from optimizer.instances.newcomers import CrowdedPool, run_pool
from optimizer.instances.simulate import simulate
from optimizer.policy import COMMUNITY_2
from optimizer.problem import Need
from optimizer.search.solve import solve
from tests.optimizer.builders import goods, want
from tests.optimizer.stages.test_second_policy import community, of


def test_a_need_rises_to_tier_2_at_most_and_danger_stays_danger():
    ages = [Need("n", "r", "help", tier=3)]
    for _ in range(9):
        ages.append(grow_older(ages[-1], 2))
    assert [n.tier for n in ages] == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert ages[-1].waiting == 9
    assert grow_older(Need("n", "r", "help", tier=1, waiting=2), 2).tier == 1


def test_memory_keeps_what_was_contested_and_what_was_carried():
    stocks = (replace(goods(capacity=3, pledge="p"), giver="g"), goods("call", 9, category="call"))
    needs = [of(f"x{k}", "X") for k in range(2)] + [of(f"y{k}", "Y") for k in range(2)]
    month = community(*stocks, *needs, of("easy", "X", category="call"))
    memory, seen = Memory(), []
    for _ in range(7):
        problem = memory.remind(month, ())
        seen.append(problem)
        memory.note(problem, solve(problem))
    assert seen[0].history == ()
    assert [(h.group, h.possible) for h in seen[1].history] == [("X", 2), ("Y", 2)]
    assert sum(h.met for h in seen[1].history) == 3  # the easy call is not contested
    assert {h.possible for h in seen[-1].history} == {10}  # five rounds
    assert sum(h.met for h in seen[-1].history) == 15
    [load] = seen[-1].loads
    assert (load.giver, load.carried, load.agreed) == ("g", 15, 18)


def test_a_generated_month_is_one_that_the_second_policy_accepts():
    month = under_second_policy(generate(150, 3))
    assert month.policy is COMMUNITY_2
    assert under_second_policy(generate(150, 3)).sha256 == month.sha256
    assert len({need.lot for need in month.needs}) == len(month.needs)
    teams = Counter(need.people for need in month.needs)
    assert set(teams) == {1, 2}
    assert solve(month).status == "proven"


def test_months_in_a_row_are_proven_and_repeat_themselves():
    first, second = (simulate(4, 40, 2, policy=COMMUNITY_2) for _ in range(2))
    assert first == second
    assert all(month.is_proven for month in first.months)


POOLS = [
    CrowdedPool("single", 2, 1, 1, (1,)),
    CrowdedPool("team", 3, 2, 2, (2,)),
    CrowdedPool("units", 3, 2, 2, (2, 3)),
    CrowdedPool("single", 2, 1, 3, (2, 3)),
]


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: f"{pool.sort}-{pool.tier}")
def test_no_need_waits_longer_than_the_bound(pool):
    waited = run_pool(pool, 8, solve, 1)
    assert waited
    assert all(row.rounds <= row.raised for row in waited)
    if set(pool.newcomers) == {pool.tier}:
        assert all(row.rounds <= row.latest for row in waited)


def test_a_need_of_tier_3_that_rises_comes_before_one_of_tier_2_that_entered_later():
    """The bound at entry does not count it: one place; it, another of tier 2, and the need."""
    rows = [want("old", tier=3, waiting=2), want("level", tier=2), want("need", tier=2)]
    met_in = {}
    for round_ in range(1, 4):
        month = community(goods(), *rows)
        [line] = solve(month).assignments
        met_in[line.need] = round_
        rows = [grow_older(need, 2) for need in rows if need.id != line.need]
    assert met_in["old"] == 2
    assert max(met_in["level"], met_in["need"]) == 3  # ceil(1 / 1) + 1 = 2 at entry


@pytest.mark.slow
def test_no_bound_is_broken_in_36_months(capsys):
    assert main(["newcomers", "--runs", "2", "--seed", "7"]) == 0
    assert "tier 3 beside (2, 3)" in capsys.readouterr().out
