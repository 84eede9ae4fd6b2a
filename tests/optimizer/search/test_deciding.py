"""The stage that decides against a need: true by every answer of tiny months, proved in others."""

import json
from dataclasses import replace
from typing import Any

import pytest

from optimizer.checker.check import judge
from optimizer.checker.verdict import Ruling, Verdict
from optimizer.codec import sha256_of
from optimizer.engine.branching import OutOfTimeError
from optimizer.instances.generate import generate
from optimizer.policy import COMMUNITY_2
from optimizer.problem import Problem
from optimizer.search import solve as solving
from optimizer.search.deciding import Deciders
from optimizer.search.solve import solve
from optimizer.solution import GroundCode, Solution
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import true_stages
from tests.optimizer.checker.forgeries import reseal
from tests.optimizer.community2.judge import judge_who
from tests.optimizer.community2.month import Month
from tests.optimizer.community2.question import question_of
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.tiny_problems import tiny_problem
from tests.optimizer.vipr.files import under_the_second_policy

Plain = dict[str, Any]
MOST_UNNAMED = 0.02
BLOCK = 20


def check(problem: Problem, answer: Plain) -> Verdict:
    return judge(problem.to_json(), json.loads(json.dumps(answer)))


def named(solution: Solution) -> dict[str, str]:
    """The stage by outranked need, empty where none is named."""
    outranked = (g for g in solution.grounds if g.code is GroundCode.OUTRANKED)
    return {ground.need: ground.stage for ground in outranked}


def assert_true(problem: Problem, solution: Solution, true: dict[str, str]) -> tuple[int, int]:
    """Every stage named is the true one; return how many are named, and how many there are.

    A need that no answer meets, because of a pin or a least use, has no stage.
    """
    stages = named(solution)
    for need, stage in stages.items():
        assert stage in ("", true.get(need)), (problem.name, need)
    open_ = {g.need for g in solution.grounds if g.code is GroundCode.LOST_LOTTERY}
    assert all(true[need] == "" for need in open_), problem.name
    met = {line.need for line in solution.assignments}
    return sum(map(bool, stages.values())), sum(bool(s) for d, s in true.items() if d not in met)


@pytest.mark.parametrize("block", [0, 1, 2, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.one_in(3)
def test_the_stage_named_is_the_first_that_excludes_the_need(block):
    count = all_ = 0
    for seed in range(block * BLOCK, block * BLOCK + BLOCK):
        problem = tiny_problem(seed)
        solution = solve(problem)
        if solution.status == "proven":
            true = true_stages(problem, list(feasible_answers(problem)))
            found = assert_true(problem, solution, true)
            count, all_ = count + found[0], all_ + found[1]
            assert check(problem, solution.to_json()).fault is None, problem.name
    assert count >= (1 - MOST_UNNAMED) * all_ > 0


def true_stages_of(month: Month) -> dict[str, str] | None:
    """The first stage of ``community/2`` that excludes each need; empty: the draw or none does."""
    found = judge_who(month)
    if found is None:
        return None
    alive = set().union(*(found.names(answer.met) for answer in found.answers))
    true = dict.fromkeys(alive, "")
    for stage in COMMUNITY_2.stages:
        if stage.name == "draw":
            break
        left = set().union(*map(found.names, found.after[stage.name]))
        true |= dict.fromkeys(alive - left, stage.name)
        alive &= left
    return true


@pytest.mark.parametrize("block", range(5))
@pytest.mark.one_in(3)
def test_so_it_is_under_the_second_policy(block):
    count = all_ = 0
    for seed in range(block * BLOCK, block * BLOCK + BLOCK):
        month = month_of(seed)
        true, problem = true_stages_of(month), question_of(month)
        if true is not None:
            solution = solve(problem)
            found = assert_true(problem, solution, true)
            count, all_ = count + found[0], all_ + found[1]
            assert check(problem, solution.to_json()).fault is None, seed
    assert count >= (1 - MOST_UNNAMED) * all_ > 0


@pytest.mark.parametrize("seed", range(8))
def test_every_other_stage_is_refused(seed):
    for problem in (tiny_problem(seed), question_of(month_of(seed))):
        plain = json.loads(json.dumps(solve(problem).to_json()))
        for k, ground in enumerate(plain.get("grounds", ())):
            for stage in problem.policy.stages if ground.get("stage") else ():
                if stage.name != ground["stage"]:
                    forged = json.loads(json.dumps(plain))
                    forged["grounds"][k]["stage"] = stage.name
                    assert check(problem, reseal(forged)).fault.code == "ground_not_proved"


@pytest.fixture(scope="module", params=[6, 7])
def month(request) -> Problem:
    return generate(400, request.param)


@pytest.mark.parametrize("change", [lambda problem: problem, under_the_second_policy])
@pytest.mark.one_in(3)
def test_in_generated_months_nearly_every_stage_is_named_and_proved(month, change):
    problem = change(month)
    solution = solve(problem)
    stages = named(solution)
    assert sum(not stage for stage in stages.values()) <= MOST_UNNAMED * len(stages)
    verdict = check(problem, solution.to_json())
    assert (verdict.ruling, verdict.unchecked) == (Ruling.PROVED, 0)


@pytest.mark.parametrize("change", [lambda problem: problem, under_the_second_policy])
@pytest.mark.one_in(3)
def test_asking_changes_nothing_else(month, change, monkeypatch):
    problem = change(month)
    asked = solve(problem)
    monkeypatch.setattr(solving, "find_deciders", lambda *inputs: Deciders())
    bare = solve(problem)
    assert (bare.assignments, bare.stages) == (asked.assignments, asked.stages)
    proofs = [dict(solution.certificate)["stages"] for solution in (bare, asked)]
    assert sha256_of(proofs[0]) == sha256_of(proofs[1])
    assert named(bare) != named(asked)


def test_the_end_of_time_leaves_grounds_without_a_stage(month, monkeypatch):
    """What the deadline interrupts is not stated; the answer stays proved."""
    problem = replace(month, needs=month.needs[:120], pairs=(), pins=(), forbids=())

    def stop(*inputs: object) -> None:
        raise OutOfTimeError

    monkeypatch.setattr("optimizer.search.near_answers.NearAnswers.ask", stop)
    solution = solve(problem)
    assert solution.status == "proven"
    assert check(problem, solution.to_json()).fault is None
