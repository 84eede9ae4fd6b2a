"""What more capacity would meet beside an answer, against every answer of tiny months."""

import json
from dataclasses import replace

import pytest

from optimizer.cli.months import main
from optimizer.codec import ProblemError, canonical_bytes
from optimizer.instances.generate import generate
from optimizer.problem import Pair, Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from optimizer.what_if.conflict import find_conflict
from optimizer.what_if.shortage import add_capacity, find_shortages
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.tiny_problems import tiny_problem


def keep(problem: Problem, solution: Solution) -> Problem:
    """The month in which no unmet need but those of the shortages is asked."""
    named = {need for row in find_shortages(problem, solution) for need in row.needs}
    asked = named | {line.need for line in solution.assignments}
    rest = tuple(row for row in problem.needs if row.id in asked)
    pairs = tuple(row for row in problem.pairs if row.need in asked)
    forbids = tuple(row for row in problem.forbids if row.need in asked)
    return replace(problem, needs=rest, pairs=pairs, forbids=forbids)


def lines_of(solution: Solution) -> dict[str, set[tuple]]:
    found: dict[str, set[tuple]] = {}
    for line in solution.assignments:
        found.setdefault(line.need, set()).add((line.stock, line.person, line.slot, line.units))
    return found


@pytest.mark.parametrize("block", range(3))
@pytest.mark.one_in(3)
def test_the_answer_stays_and_every_named_need_is_met(block):
    compared = 0
    for seed in range(block * 40, block * 40 + 40):
        problem = tiny_problem(seed)
        solution = solve(problem)
        if not solution.is_usable:
            continue
        shortages = find_shortages(problem, solution)
        named = {need for row in shortages for need in row.needs}
        kept = lines_of(solution)
        assert not named & kept.keys()
        larger = add_capacity(keep(problem, solution), shortages)
        fits = any(
            named <= answer.keys() and all({*answer.get(need, ())} == kept[need] for need in kept)
            for answer in feasible_answers(larger)
        )
        assert fits, seed
        compared += bool(named)
    assert compared > 10


def test_the_answer_of_167_needs_stays_with_all_named_needs_pinned():
    problem = generate(167, 7)
    solution = solve(problem)
    found = find_shortages(problem, solution)
    named = {Pin(need) for row in found for need in row.needs}
    kept = {Pin(line.need, line.stock, line.person) for line in solution.assignments}
    larger = add_capacity(problem, found)
    pinned = replace(larger, pins=tuple(sorted(kept | named, key=str)))
    assert len(named) > 30
    assert find_conflict(pinned).status is SolutionStatus.FEASIBLE
    too_little = replace(pinned, stocks=problem.stocks, people=problem.people)
    assert find_conflict(too_little).status is SolutionStatus.INFEASIBLE


def shortages_of(problem: Problem) -> list[tuple]:
    found = find_shortages(problem, proven(problem))
    return [(row.category, row.slot, row.units, set(row.needs)) for row in found]


def test_what_is_short_is_added_up_by_category():
    problem = month(
        goods("fund", 20, category="money"),
        want("a", category="money", quantity=20, points=9),
        want("b", category="money", quantity=30),
        want("c", category="money", quantity=25),
    )
    (row,) = find_shortages(problem, proven(problem))
    assert (row.category, row.slot, row.units) == ("money", None, 55)
    assert (row.needs, row.amounts) == (("c", "b"), (25, 30))


def test_visits_are_asked_for_in_the_slot_that_meets_most():
    people = (person("p", "S1", most=1), person("q", "S2", most=1))
    asked = (visit("a", "S1"), visit("b", "S1"), visit("c", "S1", "S2"), visit("d", "S2"))
    problem = month(team(), *people, *asked)
    found = shortages_of(problem)
    assert sum(units for *_, units, _ in found) == 2
    assert {need for *_, needs in found for need in needs} == {"a", "b", "c", "d"} - {
        line.need for line in proven(problem).assignments
    }


def test_a_recipient_is_visited_once_in_a_slot():
    problem = month(
        team(),
        person("p", "S1"),
        visit("a", "S1", recipient="r"),
        visit("b", "S1", recipient="r"),
    )
    assert shortages_of(problem) == []


def test_a_visit_by_two_asks_for_two_more_people():
    people = (person("p", "S1", most=1), person("q", "S1", most=1))
    problem = month(team(), *people, visit("a", "S1"), visit("b", "S1"), visit("c", "S1", people=2))
    assert shortages_of(problem) == [("visit", "S1", 2, {"c"})]


def test_a_need_that_nobody_could_serve_is_not_named():
    problem = month(goods(), want("a"), want("b", category="other"))
    assert shortages_of(problem) == []


def test_a_stock_that_is_used_by_many_or_none_is_not_asked_for():
    closed = goods(capacity=9, least_if_used=5)
    assert shortages_of(month(closed, want("a"))) == []


def test_no_more_is_asked_of_a_stock_than_a_pair_allows():
    short = goods(capacity=1), want("a"), want("b", quantity=4, least=2)
    assert shortages_of(month(*short, pairs=(Pair("b", "rice", most=3),))) == [
        ("goods", None, 3, {"b"})
    ]
    assert shortages_of(month(*short, pairs=(Pair("b", "rice", most=1),))) == []


def test_a_solution_of_another_problem_is_refused():
    with pytest.raises(ProblemError, match="problem_sha256"):
        find_shortages(month(goods(), want("a")), solve(month(goods(), want("b"))))


def test_the_command_says_what_is_short(tmp_path, capsys):
    problem = month(goods(), want("a"), want("b"), want("c"))
    for name, value in (("p", problem), ("s", proven(problem))):
        (tmp_path / name).write_bytes(canonical_bytes(value.to_json()))
    out = tmp_path / "out"
    code = main(["appeal", str(tmp_path / "p"), str(tmp_path / "s"), "--out", str(out)])
    assert code == 0
    assert "2 needs beside the answer: 2 of goods" in capsys.readouterr().out
    assert json.loads(out.read_bytes())["shortages"][0]["units"] == 2
