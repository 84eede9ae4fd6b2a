"""The price of a need against every answer of tiny months, and on a generated one."""

from dataclasses import replace

import pytest

from optimizer.changes import GroupChange, StageChange, Trend
from optimizer.codec import ProblemError
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.policy import Stage, StageKind
from optimizer.problem import Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from optimizer.what_if import price as price_module
from optimizer.what_if.compare import Yardstick, compare_answers
from optimizer.what_if.price import NeedPrice, price_of_need, price_pins
from optimizer.what_if.solve_again import find_possible, find_yardstick
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import possible_of, vector_of
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.tiny_problems import tiny_problem

POINTS = Stage("points", StageKind.MAX_POINTS)
LOTTERY = Stage("lottery", StageKind.LOTTERY)


def judged_answers(problem: Problem) -> list[tuple[tuple, frozenset[str]]]:
    answers = list(feasible_answers(problem))
    possible = possible_of(problem, answers)
    return [(vector_of(problem, answer, possible), frozenset(answer)) for answer in answers]


def sums_after(problem: Problem, price: NeedPrice) -> dict[str, tuple[int, ...]]:
    """Values of every stage that is a sum, as brute force states them."""
    kinds = {stage.name: stage.kind for stage in problem.policy.stages}
    found: dict[str, tuple[int, ...]] = {}
    for change in price.stages:
        if change.after is not None:
            sign = -1 if kinds[change.name] is StageKind.MIN_COST else 1
            found[change.name] = (*found.get(change.name, ()), sign * change.after)
    return found


def check_against_all(problem: Problem, solution: Solution, judged: list, need: str) -> None:
    price = price_of_need(problem, solution, need)
    meeting = [(vector, met) for vector, met in judged if need in met]
    if not meeting:
        assert price == NeedPrice(need, SolutionStatus.INFEASIBLE)
        return
    assert price.status == "proven"
    best, forced = max(vector for vector, _ in judged), max(vector for vector, _ in meeting)
    names = [stage.name for stage in problem.policy.stages]
    differing = [name for name, a, b in zip(names, best, forced, strict=True) if a != b]
    assert price.stage == (differing[0] if differing else "")
    vectors = dict(zip(names, forced, strict=True))
    assert all(vectors[name] == values for name, values in sums_after(problem, price).items())
    if problem.policy.stages[-1].kind is StageKind.LOTTERY:
        before = {line.need for line in solution.assignments}
        (after,) = {met for vector, met in meeting if vector == forced}
        assert (set(price.lost), set(price.gained)) == (before - after, after - before)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.one_in(2)
def test_a_forced_need_has_the_price_that_all_answers_give_it(block):
    priced = 0
    for seed in range(block * 12, block * 12 + 12):
        problem = tiny_problem(seed)
        solution = solve(problem)
        if solution.is_usable:
            judged = judged_answers(problem)
            for ground in solution.grounds:
                check_against_all(problem, solution, judged, ground.need)
                priced += 1
    assert priced > 5


def test_a_dearer_need_costs_points_and_names_who_loses():
    problem = month(goods(), want("a", points=5), want("b", points=3), stages=(POINTS, LOTTERY))
    price = price_of_need(problem, solve(problem), "b")
    assert (price.stage, price.lost, price.gained) == ("points", ("a",), ("b",))
    assert price.stages[0] == StageChange("points", Trend.WORSE, before=5, after=3)


def test_a_need_that_lost_the_draw_costs_the_draw_alone():
    problem = month(goods(), want("a"), want("b"))
    solution = proven(problem)
    (loser,) = {"a", "b"} - {line.need for line in solution.assignments}
    price = price_of_need(problem, solution, loser)
    assert price.stage == "lottery"
    assert [change.trend for change in price.stages] == [Trend.SAME, Trend.WORSE]


def test_without_a_draw_an_equal_answer_costs_nothing():
    problem = month(goods(), want("a"), want("b"), stages=(POINTS,))
    solution = proven(problem)
    (loser,) = {"a", "b"} - {line.need for line in solution.assignments}
    price = price_of_need(problem, solution, loser)
    assert (price.stage, price.gained) == ("", (loser,))


def test_a_need_that_nobody_can_meet_is_infeasible():
    problem = month(goods(), want("a"), want("b", category="other"))
    assert price_of_need(problem, solve(problem), "b").to_json() == {
        "need": "b",
        "status": "infeasible",
    }


def test_a_need_that_is_met_changes_nothing():
    problem = month(goods(), want("a"))
    price = price_of_need(problem, solve(problem), "a")
    assert price == NeedPrice("a", SolutionStatus.PROVEN, is_met=True)


def test_a_fallen_group_is_named_with_the_denominator_of_the_month():
    even = Stage("even", StageKind.LEXIMIN, dimension="committee")
    problem = month(
        team(),
        person("p", "S1", "S2"),
        visit("a", "S1", groups={"committee": "A"}),
        visit("b", "S2", groups={"committee": "B"}),
        visit("c", "S2", groups={"committee": "A"}),
        stages=(even, LOTTERY),
    )
    price = price_of_need(problem, proven(problem), "c")
    assert price.stage == "even"
    assert price.stages[0].groups == (GroupChange("A", 1, 2, 2), GroupChange("B", 1, 0, 1))


def test_denominators_are_sought_again_where_the_solution_states_none():
    problem = generate(60, 7)
    solution = solve(problem)
    stated = find_possible(problem, solution, 60)
    silent = replace(solution, stages=())
    assert stated is not None
    assert stated["neighbourhoods"]
    assert find_possible(problem, silent, 60) == stated


def test_without_time_for_denominators_no_price_is_claimed():
    problem = generate(60, 7)
    silent = replace(solve(problem), stages=())
    need = silent.grounds[0].need
    price = price_of_need(problem, silent, need, Limits(seconds=0.0))
    assert price == NeedPrice(need, SolutionStatus.FAILED)


def test_a_solution_of_another_problem_is_refused():
    problem, other = month(goods(), want("a")), month(goods(), want("b"))
    with pytest.raises(ProblemError, match="problem_sha256"):
        price_of_need(problem, solve(other), "a")
    with pytest.raises(ProblemError, match="not known"):
        price_of_need(problem, solve(problem), "zz")


def test_an_answer_that_does_not_exist_has_no_prices():
    problem = month(goods(), want("a", category="other"), pins=(Pin("a"),))
    with pytest.raises(ProblemError, match="not an answer"):
        price_of_need(problem, solve(problem), "a")


def test_in_a_month_of_167_needs_no_price_is_a_gain():
    problem = generate(167, 7)
    solution = solve(problem)
    met = {line.need for line in solution.assignments}
    outranked = [ground.need for ground in solution.grounds if ground.code == "outranked"]
    for need in outranked[:4]:
        price = price_of_need(problem, solution, need)
        if price.status is SolutionStatus.INFEASIBLE:
            continue
        trends = [change.trend for change in price.stages if change.trend is not Trend.SAME]
        assert trends[0] is Trend.WORSE
        assert need in price.gained
        assert met.issuperset(price.lost)


def test_an_answer_compared_with_itself_is_the_same_everywhere():
    problem = generate(60, 3)
    solution = solve(problem)
    possible = find_possible(problem, solution, 60)
    assert possible is not None
    changes = compare_answers(
        problem, Yardstick(possible), solution.assignments, solution.assignments
    )
    assert {change.trend for change in changes} == {Trend.SAME}
    assert len(changes) == len(solution.stages)


class Clock:
    """A monotonic clock whose solves take ``each`` seconds."""

    def __init__(self, each: float) -> None:
        self.now, self.each = 1000.0, each

    def monotonic(self) -> float:
        return self.now

    def solve(self, *arguments) -> Solution:
        self.now += self.each
        return solve(*arguments)

    def find_yardstick(self, *arguments):
        assert self.now < 1010, "begun after the limit"
        assert arguments[-1] <= 1010 - self.now, "may take more than what is left"
        return find_yardstick(*arguments)


@pytest.mark.parametrize(("each", "known"), [(4, 2), (6, 1), (11, 0)])
def test_prices_of_pins_keep_to_their_limit(monkeypatch, each, known):
    pins = (Pin("a"), Pin("b"), Pin("c"))
    problem = month(goods(capacity=3), want("a"), want("b"), want("c"), pins=pins)
    solution, clock = solve(problem), Clock(each)
    monkeypatch.setattr(price_module, "time", clock)
    monkeypatch.setattr(price_module, "solve", clock.solve)
    monkeypatch.setattr(price_module, "find_yardstick", clock.find_yardstick)
    prices = price_pins(problem, solution, Limits(seconds=10))
    proven = [price.status is SolutionStatus.PROVEN for price in prices]
    assert proven == [True] * known + [False] * (3 - known)
