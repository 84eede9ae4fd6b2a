"""The solver against every answer of tiny problems: same vector, same needs met."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.checker.check import verify
from optimizer.codec import canonical_bytes
from optimizer.policy import COMMUNITY_1, COMMUNITY_2, StageKind
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import best_answers, possible_of, vector_of
from tests.optimizer.tiny_problems import OTHER_STAGES, shuffled, tiny_problem

# Kinds that neither the tiny problems nor the second policy has -> the test that judges each.
JUDGED_APART: dict[StageKind, str] = {}


def vector_solved(problem: Problem, solution: Solution) -> tuple:
    answer: dict[str, list] = {}
    for line in solution.assignments:
        answer.setdefault(line.need, []).append((line.stock, line.person, line.slot, line.units))
    possible = possible_of(problem, list(feasible_answers(problem)))
    return vector_of(problem, {need: tuple(way) for need, way in answer.items()}, possible)


def assert_is_the_best(problem: Problem) -> None:
    best, solution = best_answers(problem), solve(problem)
    if best is None:
        assert solution.status is SolutionStatus.INFEASIBLE
        return
    assert solution.status is SolutionStatus.PROVEN
    assert verify(problem.to_json(), solution.to_json()) is None
    assert vector_solved(problem, solution) == best[0]
    assert {line.need for line in solution.assignments} == best[1]


def test_every_kind_of_stage_is_judged_by_brute_force():
    """By ``brute_stages``, or by ``community2``, which judges the kinds of the second policy."""
    stages = (*OTHER_STAGES, *COMMUNITY_1.stages, *COMMUNITY_2.stages)
    missing = set(StageKind) - {stage.kind for stage in stages} - JUDGED_APART.keys()
    assert missing == set(), (
        "add a stage of it to OTHER_STAGES in tests/optimizer/tiny_problems.py and a row to rules "
        "in tests/optimizer/brute_stages.py; if it needs a draw, name its judge in JUDGED_APART"
    )


@pytest.mark.parametrize("block", range(6))
def test_the_answer_is_the_best_of_all_answers(block):
    for seed in range(block * 10, block * 10 + 10):
        assert_is_the_best(tiny_problem(seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(25))
def test_the_answer_is_the_best_of_all_answers_of_500_problems(block):
    for seed in range(1000 + block * 20, 1020 + block * 20):
        assert_is_the_best(tiny_problem(seed))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(10_000, 10_000_000))
def test_any_tiny_problem_is_solved_to_the_best(seed):
    assert_is_the_best(tiny_problem(seed))


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_rows_never_changes_the_answer(seed):
    problem = tiny_problem(seed)
    other = Problem.from_json(shuffled(problem, Random(seed)))
    assert canonical_bytes(solve(other).to_json()) == canonical_bytes(solve(problem).to_json())


def test_two_processes_give_the_same_bytes():
    script = (
        "import sys; from optimizer.codec import canonical_bytes;"
        "from optimizer.instances.generate import generate;"
        "from optimizer.search.solve import solve;"
        "sys.stdout.buffer.write(canonical_bytes(solve(generate(60, 3)).to_json()))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(seen) == 1
