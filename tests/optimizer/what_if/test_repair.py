"""Least-change repairs against every answer of tiny months, and on a generated one."""

from random import Random

import pytest

from optimizer.codec import ProblemError
from optimizer.instances.generate import generate
from optimizer.policy import Stage, StageKind
from optimizer.problem import Forbid, Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution
from optimizer.what_if.repair import Changes, Repair, apply_changes, repair, single_out
from tests.optimizer.brute_force import Answer, feasible_answers, keeps_pins
from tests.optimizer.brute_stages import possible_of, vector_of
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.tiny_problems import tiny_problem


def draw_changes(problem: Problem, solution: Solution, random: Random) -> Changes:
    line = random.choice(solution.assignments)
    need = random.choice(problem.needs).id
    return random.choice(
        (
            Changes(forbids=(Forbid(line.need, line.stock, line.person),)),
            Changes(people=(line.person,)) if line.person else Changes(stocks=(line.stock,)),
            Changes(forbids=(Forbid(line.need),)),
            Changes(pins=(Pin(need),)),
            Changes(forbids=(Forbid(line.need, line.stock, line.person),), pins=(Pin(need),)),
        )
    )


def count_standing(solution: Solution, answer: Answer) -> int:
    return sum(
        any(
            (stock, who, slot) == (a.stock, a.person, a.slot) and units >= a.units
            for stock, who, slot, units in answer.get(a.need, ())
        )
        for a in solution.assignments
    )


def rank_of(problem: Problem, solution: Solution, answer: Answer, possible) -> tuple:
    promised = {line.need for line in solution.assignments}
    tiers = sorted({need.tier for need in problem.needs})
    stays = tuple(
        sum(n.id in promised and n.id in answer for n in problem.needs if n.tier == tier)
        for tier in tiers
    )
    kept = count_standing(solution, answer)
    return stays, len(answer), kept, vector_of(problem, answer, possible)


def as_answer(found: Repair) -> Answer:
    answer: Answer = {}
    for a in found.assignments:
        answer[a.need] = (*answer.get(a.need, ()), (a.stock, a.person, a.slot, a.units))
    return answer


def check_against_all(problem: Problem, solution: Solution, changes: Changes) -> None:
    changed, found = apply_changes(problem, changes), repair(problem, solution, changes)
    answers = list(feasible_answers(changed))
    if not answers:
        assert found == Repair(found.status)
        assert found.status == "infeasible"
        return
    assert found.status == "proven"
    possible = possible_of(problem, list(feasible_answers(problem)))
    best = max(rank_of(changed, solution, answer, possible) for answer in answers)
    answer = as_answer(found)
    assert rank_of(changed, solution, answer, possible) == best
    assert keeps_pins(changed, answer)
    assert len(found.undone) == len(solution.assignments) - best[2]


@pytest.mark.parametrize("block", range(4))
def test_no_answer_of_a_tiny_month_changes_less(block):
    repaired = 0
    for seed in range(block * 15, block * 15 + 15):
        problem = tiny_problem(seed)
        solution = solve(problem)
        if solution.assignments:
            check_against_all(problem, solution, draw_changes(problem, solution, Random(seed)))
            repaired += 1
    assert repaired > 5


@pytest.mark.parametrize("seed", range(20))
def test_naming_assignments_leaves_every_answer_as_it_was(seed):
    problem = tiny_problem(seed)
    solution = solve(problem)
    named = single_out(problem, solution.assignments)
    answers = list(feasible_answers(problem))
    assert list(feasible_answers(named)) == answers
    possible = possible_of(problem, answers)
    for answer in answers[:50]:
        assert vector_of(named, answer, possible) == vector_of(problem, answer, possible)


def test_without_changes_nothing_is_undone():
    problem = generate(60, 7)
    solution = solve(problem)
    found = repair(problem, solution, Changes())
    assert (found.undone, found.added, found.lost, found.gained) == ((), (), (), ())
    assert found.assignments == solution.assignments


def test_a_declined_visit_passes_to_a_person_who_is_free():
    problem = month(team(), person("p", "S1"), person("q", "S1"), visit("a", "S1"))
    solution = proven(problem)
    (line,) = solution.assignments
    found = repair(problem, solution, Changes(forbids=(Forbid("a", line.stock, line.person),)))
    assert found.undone == (line,)
    assert [a.person for a in found.added] == [{"p": "q", "q": "p"}[line.person]]
    assert found.lost == ()


def test_a_promise_is_kept_before_two_others_are_met():
    two = Stage("duties", StageKind.MAX_POINTS)
    problem = month(
        goods(capacity=2),
        goods("flour", 1, category="flour"),
        want("a", quantity=2, points=9),
        want("b"),
        want("c"),
        want("d", category="flour"),
        stages=(two,),
    )
    solution = proven(problem)
    assert {line.need for line in solution.assignments} == {"a", "d"}
    found = repair(problem, solution, Changes(forbids=(Forbid("d"),)))
    assert (found.lost, found.gained) == (("d",), ())


def test_units_that_shrink_are_an_assignment_undone():
    problem = month(
        goods(capacity=3), want("a", quantity=3, least=1), want("b", tier=2),
        stages=(Stage("units", StageKind.MAX_UNITS),),
    )  # fmt: skip
    solution = proven(problem)
    assert [line.units for line in solution.assignments] == [3]
    found = repair(problem, solution, Changes(pins=(Pin("b"),)))
    assert found.undone == solution.assignments
    assert {(a.need, a.units) for a in found.assignments} == {("a", 2), ("b", 1)}


def test_a_pin_that_cannot_hold_is_infeasible():
    problem = month(goods(), want("a"), want("b", category="other"))
    found = repair(problem, solve(problem), Changes(pins=(Pin("b"),)))
    assert found.to_json() == {"status": "infeasible"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (Changes(people=("nobody",)), r"\$\.people\[0\]"),
        (Changes(stocks=("nothing",)), r"\$\.stocks\[0\]"),
        (Changes(forbids=(Forbid("zz"),)), r"\$\.forbids"),
    ],
)
def test_unknown_names_are_refused(changes, path):
    problem = month(goods(), want("a"))
    with pytest.raises(ProblemError, match=path):
        repair(problem, solve(problem), changes)


def test_changes_are_read_from_json():
    plain = {"forbids": [{"need": "a", "stock": "rice"}], "people": ["p"]}
    assert Changes.from_json(plain) == Changes((Forbid("a", "rice"),), people=("p",))


def test_a_volunteer_who_leaves_a_month_of_167_needs_disturbs_few():
    problem = generate(167, 7)
    solution = solve(problem)
    gone = next(a.person for a in solution.assignments if a.person is not None)
    found = repair(problem, solution, Changes(people=(gone,)))
    own = [a for a in solution.assignments if a.person == gone]
    afresh = set(solve(apply_changes(problem, Changes(people=(gone,)))).assignments)
    assert found.status == "proven"
    assert set(own) <= set(found.undone)
    assert len(found.undone) <= len(set(solution.assignments) - afresh)
    assert all(a.person != gone for a in found.assignments)
