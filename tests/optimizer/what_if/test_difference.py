"""The price of pins and forbids before they are kept, against every answer of tiny months."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest

from optimizer.changes import MovedNeeds, Trend
from optimizer.codec import ProblemError
from optimizer.instances.generate import generate
from optimizer.instances.turns import under_second_policy
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.policy import Stage, StageKind
from optimizer.problem import Forbid, Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Assignment
from optimizer.what_if.difference import Before, find_difference
from optimizer.what_if.repair import Changes, apply_changes
from tests.optimizer.brute_force import Answer, feasible_answers
from tests.optimizer.brute_stages import best_answers, possible_of, vector_of
from tests.optimizer.builders import goods, month, proven, want
from tests.optimizer.tiny_problems import tiny_problem

POINTS = Stage("points", StageKind.MAX_POINTS)
LOTTERY = Stage("lottery", StageKind.LOTTERY)


def as_answer(lines: Iterable[Assignment]) -> Answer:
    answer: Answer = {}
    for a in lines:
        answer[a.need] = (*answer.get(a.need, ()), (a.stock, a.person, a.slot, a.units))
    return answer


def add_rule(problem: Problem, random: Random) -> Problem:
    """A need pinned, forbidden, or swapped: one stock for it in place of another."""
    need, stock = random.choice(problem.needs).id, random.choice(problem.stocks).id
    other = random.choice(problem.stocks).id
    pins, forbids = random.choice(
        (((Pin(need),), ()), ((), (Forbid(need),)), ((Pin(need, stock),), (Forbid(need, other),)))
    )
    return apply_changes(problem, Changes(pins=pins, forbids=forbids))


def count_kept(problem: Problem, promised: set[str], met: Iterable[str]) -> tuple[int, ...]:
    tiers = sorted({need.tier for need in problem.needs})
    return tuple(
        sum(n.id in promised and n.id in met for n in problem.needs if n.tier == tier)
        for tier in tiers
    )


def check_against_all(problem: Problem, ruled: Problem) -> bool:
    """Return whether the rule costs anything."""
    before, after = proven(problem), proven(ruled)
    found = find_difference(ruled, after, Before(problem, before), DEFAULT_LIMITS)
    old, new = as_answer(before.assignments), as_answer(after.assignments)
    assert found.needs.lost == tuple(sorted(old.keys() - new.keys()))
    assert found.needs.gained == tuple(sorted(new.keys() - old.keys()))
    if problem.policy.stages[-1].kind is StageKind.LOTTERY:
        best = best_answers(ruled)
        assert best is not None
        assert set(new) == best[1]
    possible = possible_of(problem, list(feasible_answers(problem)))
    pairs = zip(
        (stage.name for stage in problem.policy.stages),
        vector_of(problem, old, possible),
        vector_of(problem, new, possible),
        strict=True,
    )
    worse = next(((name, one > two) for name, one, two in pairs if one != two), None)
    first = found.first
    assert worse == (None if first is None else (first.name, first.trend is Trend.WORSE))
    assert worse is None or worse[1]
    kept = max(count_kept(problem, set(old), answer) for answer in feasible_answers(ruled))
    assert found.least is not None
    assert count_kept(problem, set(old), old.keys() - set(found.least)) == kept
    return worse is not None


@pytest.mark.parametrize("block", range(4))
@pytest.mark.one_in(2)
def test_an_added_rule_has_the_price_that_all_answers_give_it(block):
    costs = 0
    for seed in range(block * 15, block * 15 + 15):
        problem = tiny_problem(seed)
        ruled = add_rule(problem, Random(seed))
        if solve(problem).is_usable and solve(ruled).is_usable:
            costs += check_against_all(problem, ruled)
    assert costs > 1


def test_a_pin_names_who_loses_who_gains_and_what_gets_worse():
    problem = month(goods(), want("a", points=5), want("b", points=3), stages=(POINTS, LOTTERY))
    ruled = replace(problem, pins=(Pin("b"),))
    found = find_difference(ruled, proven(ruled), Before(problem, proven(problem)), DEFAULT_LIMITS)
    assert found.needs == MovedNeeds(("a",), ("b",))
    assert (found.first.name, found.first.before, found.first.after) == ("points", 5, 3)
    assert found.least == ("a",)


def test_a_swap_of_givers_moves_the_need_and_nobody_else():
    problem = month(goods("rice"), goods("oil"), want("a"))
    [line] = proven(problem).assignments
    other = {"rice": "oil", "oil": "rice"}[line.stock]
    ruled = replace(problem, pins=(Pin("a", other),), forbids=(Forbid("a", line.stock),))
    found = find_difference(ruled, proven(ruled), Before(problem, proven(problem)), DEFAULT_LIMITS)
    assert found.needs == MovedNeeds(moved=("a",))
    assert (found.least, found.first) == ((), None)


def test_the_aims_of_a_month_in_which_an_ask_is_split_are_not_compared():
    problem = month(goods(capacity=3), want("a+b", quantity=2), want("c"))
    ruled = month(goods(capacity=3), want("a"), want("b"), want("c"), pins=(Pin("a"),))
    before = Before(problem, proven(problem), {"a": "a+b", "b": "a+b"})
    found = find_difference(ruled, proven(ruled), before, DEFAULT_LIMITS)
    assert (found.is_same, found.is_known, found.least) == (False, False, None)
    assert (found.needs, found.stages) == (MovedNeeds(), ())


def test_of_a_rule_that_was_lifted_no_least_change_is_claimed():
    problem = month(goods(), want("a"), want("b"), pins=(Pin("a"),))
    freed = replace(problem, pins=(Pin("b"),))
    found = find_difference(freed, proven(freed), Before(problem, proven(problem)), DEFAULT_LIMITS)
    assert (found.needs, found.least) == (MovedNeeds(("a",), ("b",)), None)


def test_without_time_the_aims_are_not_known_and_the_needs_are():
    problem = under_second_policy(generate(60, 7))
    before = proven(problem)
    ruled = replace(problem, forbids=(Forbid(before.assignments[0].need),))
    limits = Limits(seconds=0.0)
    found = find_difference(ruled, proven(ruled), Before(problem, before), limits)
    assert (found.is_known, found.stages, found.least) == (False, (), None)
    assert before.assignments[0].need in found.needs.lost


def test_an_answer_of_another_question_is_refused():
    problem, other = month(goods(), want("a")), month(goods(), want("b"))
    for ruled, before in ((other, problem), (problem, other)):
        with pytest.raises(ProblemError, match="problem_sha256"):
            find_difference(ruled, proven(problem), Before(before, proven(problem)), DEFAULT_LIMITS)
