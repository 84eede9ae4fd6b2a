"""Conflicts of pins and the price of each, against every answer of tiny months."""

from dataclasses import replace
from random import Random

import pytest

from optimizer.changes import PinPrice, StageChange, Trend
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.policy import Stage, StageKind
from optimizer.problem import Forbid, Pin, Problem, Stock
from optimizer.report import Conflict
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus
from optimizer.what_if.conflict import find_conflict
from optimizer.what_if.price import price_pins
from tests.optimizer.brute_force import Answer, feasible_answers
from tests.optimizer.brute_stages import possible_of, vector_of
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.tiny_problems import tiny_problem


def pinned(seed: int) -> Problem:
    """A tiny month with more pins than it may bear."""
    problem, random = tiny_problem(seed), Random(seed)
    pins = {pin.need: pin for pin in problem.pins}
    for need in problem.needs:
        if random.randrange(3):
            stock = random.choice((None, None, random.choice(problem.stocks).id))
            pins.setdefault(need.id, Pin(need.id, stock))
    return replace(problem, pins=tuple(pins.values()))


def only(problem: Problem, pins: tuple[Pin, ...], stocks: tuple[str, ...]) -> Problem:
    """The month with these pins and the least use of these stocks alone."""

    def ask(stock: Stock) -> Stock:
        return stock if stock.id in stocks else replace(stock, least=0)

    return replace(problem, pins=pins, stocks=tuple(ask(stock) for stock in problem.stocks))


def has_answer(problem: Problem) -> bool:
    return any(True for _ in feasible_answers(problem))


def check_irreducible(problem: Problem, conflict: Conflict) -> None:
    pins, stocks = conflict.pins, conflict.stocks
    assert not has_answer(only(problem, pins, stocks))
    for pin in pins:
        assert has_answer(only(problem, tuple(p for p in pins if p != pin), stocks))
    for stock in stocks:
        assert has_answer(only(problem, pins, tuple(s for s in stocks if s != stock)))


@pytest.mark.parametrize("block", range(4))
def test_a_conflict_has_no_answer_and_no_member_to_spare(block):
    found = 0
    for seed in range(block * 20, block * 20 + 20):
        problem = pinned(seed)
        conflict = find_conflict(problem)
        if has_answer(problem):
            assert conflict == Conflict(conflict.status)
            assert conflict.status == "feasible"
        else:
            assert conflict.status == "infeasible"
            check_irreducible(problem, conflict)
            found += 1
    assert found > 3


def test_two_pins_on_one_bag_conflict_and_a_third_pin_does_not_take_part():
    pins = (Pin("a"), Pin("b"), Pin("c"))
    problem = month(
        goods(), goods("flour", category="flour"), want("a"), want("b"),
        want("c", category="flour"), pins=pins,
    )  # fmt: skip
    assert find_conflict(problem).pins == pins[:2]


def test_a_pin_that_nobody_can_serve_conflicts_with_itself():
    problem = month(goods(), want("a"), want("b", category="other"), pins=(Pin("a"), Pin("b")))
    assert find_conflict(problem).to_json() == {"status": "infeasible", "pins": [{"need": "b"}]}


def test_a_conflict_that_only_whole_numbers_show_is_found():
    pair = (Pin("x"), Pin("y"), Pin("z"))
    problem = month(
        team(),
        person("p", "S1"),
        person("q", "S1"),
        person("r", "S1"),
        *(visit(name, "S1", people=2) for name in "xyz"),
        pins=pair[:2],
    )
    assert find_conflict(problem).pins == pair[:2]


def test_a_least_use_takes_part_in_a_conflict():
    problem = month(goods(least=1), want("a", category="other"))
    assert find_conflict(problem) == Conflict(find_conflict(problem).status, stocks=("rice",))


def test_without_time_no_conflict_is_claimed():
    problem = month(goods(), want("a"), want("b"), pins=(Pin("a"), Pin("b")))
    assert find_conflict(problem, Limits(seconds=0.0)).to_json() == {"status": "failed"}


def as_answer(assignments) -> Answer:
    answer: Answer = {}
    for a in assignments:
        answer[a.need] = (*answer.get(a.need, ()), (a.stock, a.person, a.slot, a.units))
    return answer


@pytest.mark.parametrize("block", range(2))
def test_a_pin_or_forbid_costs_the_first_stage_that_is_better_without_it(block):
    priced = {"pins": 0, "forbids": 0}
    for seed in range(block * 25, block * 25 + 25):
        problem = forbidding_one(pinned(seed))
        solution = solve(problem)
        for price in price_pins(problem, solution) if solution.is_usable else ():
            name = "forbids" if price.is_forbid else "pins"
            key = (price.pin.need, price.pin.stock, price.pin.person)
            rules = getattr(problem, name)
            left = tuple(r for r in rules if (r.need, r.stock, r.person) != key)
            assert len(left) == len(rules) - 1
            free = replace(problem, **{name: left})
            answers = list(feasible_answers(free))
            possible = possible_of(free, answers)
            best = max(vector_of(free, answer, possible) for answer in answers)
            held = vector_of(free, as_answer(solution.assignments), possible)
            names = [stage.name for stage in free.policy.stages]
            differing = [n for n, a, b in zip(names, held, best, strict=True) if a != b]
            assert price.stage == (differing[0] if differing else ""), seed
            priced[name] += 1
    assert min(priced.values()) > 3


def forbidding_one(problem: Problem) -> Problem:
    """The problem with a forbid of the first need that it meets and does not pin."""
    held = {pin.need for pin in problem.pins}
    free = solve(replace(problem, pins=()))
    met = sorted({line.need for line in free.assignments} - held)
    return replace(problem, forbids=tuple(Forbid(need) for need in met[:1]))


def test_the_price_of_a_pin_names_who_would_be_met_without_it():
    points = Stage("points", StageKind.MAX_POINTS)
    problem = month(
        goods(), want("a", points=5), want("b", points=1), pins=(Pin("b"),), stages=(points,)
    )
    (price,) = price_pins(problem, proven(problem))
    assert (price.stage, price.lost, price.gained) == ("points", ("b",), ("a",))
    assert price.stages == (StageChange("points", Trend.BETTER, before=1, after=5),)


def test_without_time_no_price_is_claimed():
    problem = month(goods(), want("a"), want("b"), pins=(Pin("b"),))
    (price,) = price_pins(problem, proven(problem), Limits(seconds=0.0))
    assert price == PinPrice(Pin("b"), SolutionStatus.FAILED)


def test_a_conflict_among_40_pins_of_a_month_of_167_needs_is_irreducible():
    problem = generate(167, 7)
    solution = solve(problem)
    unmet = [g.need for g in solution.grounds if g.code in ("outranked", "lost_lottery")]
    met = sorted({a.need for a in solution.assignments})
    crowded = replace(problem, pins=tuple(Pin(need) for need in (*met[:30], *unmet[:10])))
    conflict = find_conflict(crowded)
    assert conflict.status == "infeasible"
    for pin in conflict.pins:
        rest = tuple(other for other in conflict.pins if other != pin)
        assert find_conflict(replace(problem, pins=rest)).status == "feasible"
    assert find_conflict(replace(problem, pins=conflict.pins)).pins == conflict.pins
