"""The deciding stage of unmet needs against every answer of tiny problems."""

import pytest

from optimizer import Problem, Stage, StageKind
from optimizer.explain_stages import OPEN, find_deciding_stages
from optimizer.solve import solve
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import possible_of, stage_vector
from tests.optimizer.tiny_problems import tiny_problem

LEVELS = (StageKind.LEXIMIN, StageKind.LEXIMAX)


def true_stages(problem: Problem) -> dict[str, str]:
    """Return the first stage that excludes each need some answer meets, by brute force."""
    answers = list(feasible_answers(problem))
    possible = possible_of(problem, answers)
    found: dict[str, str] = {}
    for stage in problem.policy.stages:
        if stage.kind is StageKind.LOTTERY:
            break
        vectors = [stage_vector(problem, stage, answer, possible) for answer in answers]
        before = {need for answer in answers for need in answer}
        answers = [a for a, v in zip(answers, vectors, strict=True) if v == max(vectors)]
        after = {need for answer in answers for need in answer}
        found.update(dict.fromkeys(before - after, stage.name))
    return found | dict.fromkeys({need for answer in answers for need in answer}, OPEN)


def is_named_early(problem: Problem, named: str, true: str) -> bool:
    """Levels are kept group by group, so they may be named before the true stage."""
    order: list[Stage] = list(problem.policy.stages)
    kinds = {stage.name: stage.kind for stage in order}
    names = [stage.name for stage in order]
    is_later = true == OPEN or names.index(true) > names.index(named)
    return kinds[named] in LEVELS and is_later


@pytest.mark.parametrize("block", range(4))
def test_the_deciding_stage_is_the_first_whose_value_would_fall(block):
    for seed in range(block * 15, block * 15 + 15):
        problem = tiny_problem(seed)
        solution = solve(problem)
        if not solution.is_usable:
            continue
        true = true_stages(problem)
        for need, stage in find_deciding_stages(problem, solution, 60).items():
            if stage != true[need]:
                assert is_named_early(problem, stage, true[need]), (seed, need, stage, true[need])


def test_a_need_that_is_met_has_no_deciding_stage():
    problem = tiny_problem(1)
    solution = solve(problem)
    met = {line.need for line in solution.assignments}
    assert met.isdisjoint(find_deciding_stages(problem, solution, 60))
