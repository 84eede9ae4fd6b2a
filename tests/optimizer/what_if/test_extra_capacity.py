"""What more capacity would bring, against every answer of tiny months, and on a generated one."""

import pytest

from optimizer.codec import ProblemError
from optimizer.instances.generate import generate
from optimizer.policy import StageKind
from optimizer.problem import Pair, Problem
from optimizer.search.solve import solve
from optimizer.what_if.extra_capacity import find_help
from optimizer.what_if.shadow_prices import Extra, enlarge
from tests.optimizer.brute_stages import best_answers
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.tiny_problems import tiny_problem


def helps(problem: Problem) -> list[tuple[Extra, int]]:
    return [
        (found_help.extra, found_help.gained) for found_help in find_help(problem, proven(problem))
    ]


@pytest.mark.parametrize("block", range(3))
@pytest.mark.one_in(3)
def test_what_is_gained_is_what_all_answers_gain(block):
    compared = 0
    for seed in range(block * 20, block * 20 + 20):
        problem = tiny_problem(seed)
        solution = solve(problem)
        last = problem.policy.stages[-1]
        if not solution.is_usable or last.kind is not StageKind.LOTTERY:
            continue
        for found in find_help(problem, solution, most=3):
            best = best_answers(enlarge(problem, found.extra))
            before = {line.need for line in solution.assignments}
            assert best is not None
            assert (set(found.met), set(found.lost)) == (best[1] - before, before - best[1])
            assert found.gained == len(best[1]) - len(before)
            compared += 1
    assert compared > 5


def test_a_second_bag_meets_a_second_need():
    problem = month(goods(), want("a"), want("b"))
    assert helps(problem) == [(Extra("rice", "goods", {"rice": 1}), 1)]


def test_money_is_asked_for_by_what_the_next_need_is_short_of():
    problem = month(
        goods("fund", 25, category="money"),
        want("a", category="money", quantity=20),
        want("b", category="money", quantity=20),
    )
    assert helps(problem) == [(Extra("fund", "money", {"fund": 15}), 1)]


def test_what_weighs_more_is_asked_for_by_its_weight():
    pairs = (Pair("a", "rice", consumption=3), Pair("b", "rice", consumption=3))
    problem = month(goods(capacity=3), want("a"), want("b"), pairs=pairs)
    assert helps(problem) == [(Extra("rice", "goods", {"rice": 3}), 1)]


def test_a_full_stock_above_is_raised_together():
    problem = month(goods(parents=("shop",)), goods("shop", 1, category=""), want("a"), want("b"))
    assert helps(problem) == [(Extra("rice", "goods", {"rice": 1, "shop": 1}), 1)]


def test_one_more_person_is_asked_for_in_the_slot_that_is_crowded():
    problem = month(
        team(),
        person("p", "S1", "S2"),
        visit("a", "S1"),
        visit("b", "S1"),
        visit("c", "S2"),
    )
    assert helps(problem) == [(Extra("team", "visit", {}, "S1", "p"), 1)]


def test_a_full_staffed_stock_is_raised_with_the_person():
    problem = month(team(capacity=1), person("p", "S1"), visit("a", "S1"), visit("b", "S1"))
    (best, *_) = helps(problem)
    assert best == (Extra("team", "visit", {"team": 1}, "S1", "p"), 1)


def test_the_new_person_has_a_name_of_their_own_and_one_visit():
    problem = month(team(), person("p", "S1"), person("p+", "S2"), visit("a", "S1"))
    enlarged = enlarge(problem, Extra("team", "visit", {}, "S1", "p"))
    (new,) = set(enlarged.people) - set(problem.people)
    assert (new.id, new.most_visits, new.slots, new.stocks) == ("p++", 1, ("S1",), ("team",))


def test_where_everybody_is_met_nothing_is_asked_for():
    problem = month(goods(capacity=2), want("a"), want("b"))
    assert helps(problem) == []


def test_a_solution_of_another_problem_is_refused():
    problem, other = month(goods(), want("a")), month(goods(), want("b"))
    with pytest.raises(ProblemError, match="problem_sha256"):
        find_help(problem, solve(other))


def test_in_a_month_of_167_needs_the_dearest_extras_help():
    problem = generate(167, 7)
    solution = solve(problem)
    found = find_help(problem, solution, most=4)
    assert len(found) == 4
    gains = [found_help.gained for found_help in found]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] >= 1
    assert {found_help.status for found_help in found} == {"proven"}
