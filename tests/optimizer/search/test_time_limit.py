"""Whenever the time limit comes: a valid answer, what is proved by then, and true bounds."""

import json
from collections.abc import Iterator
from functools import cache

import pytest

from optimizer.checker.check import judge
from optimizer.checker.verdict import Ruling, Verdict
from optimizer.cli.months import main
from optimizer.engine.branching import OutOfTimeError
from optimizer.engine.highs import IncrementalModel
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.model.build import build
from optimizer.problem import Problem
from optimizer.search.first_answer import build_first_answer
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import best_answers
from tests.optimizer.community2.question import question_of
from tests.optimizer.community2.random_months import any_month
from tests.optimizer.test_brute_force import vector_solved
from tests.optimizer.tiny_problems import tiny_problem

SEEDS = range(40)
MANY = range(500, 1000)


def check(problem: Problem, solution: Solution) -> Verdict:
    return judge(problem.to_json(), json.loads(json.dumps(solution.to_json())))


class Interruption:
    """The deadline comes at one of the engine's runs; whoever asks afterwards has time again."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.runs, self.at = 0, -1
        run = IncrementalModel._run

        def count(engine: IncrementalModel, *, is_linear: bool):
            self.runs += 1
            if self.runs == self.at:
                raise OutOfTimeError
            return run(engine, is_linear=is_linear)

        patch.setattr(IncrementalModel, "_run", count)

    def solve(self, problem: Problem, at: int) -> Solution:
        self.runs, self.at = 0, at
        return solve(problem)


@cache
def second_policy(seed: int) -> Problem:
    return question_of(any_month(seed))


def assert_is_valid_at_once(problem: Problem) -> None:
    solution = solve(problem, Limits(seconds=0.0))
    if any(True for _ in feasible_answers(problem)):
        assert solution.status is SolutionStatus.FEASIBLE, problem.name
        verdict = check(problem, solution)
        assert verdict.fault is None, (problem.name, verdict.fault)
        assert verdict.ruling in (Ruling.FEASIBLE, Ruling.PROVED)
    else:
        assert not solution.is_usable, problem.name


def assert_is_true(problem: Problem, solution: Solution, best: dict[tuple[str, str], int]) -> None:
    """The checker refutes nothing, and no bound excludes the best answer."""
    verdict = check(problem, solution)
    assert verdict.fault is None, (problem.name, verdict.fault)
    for result in solution.stages:
        value = best[result.name, result.key]
        if result.bound is None or value is None:
            continue
        sign = -1 if result.kind == "min_cost" else 1
        assert sign * result.bound >= sign * value, (problem.name, result)
        assert sign * result.bound >= sign * result.value, (problem.name, result)


def list_interrupted(
    patch: pytest.MonkeyPatch, problem: Problem, most: int
) -> Iterator[tuple[Solution, dict[tuple[str, str], int]]]:
    """The answers of a solve that is interrupted at one run after another, and the best values."""
    interruption = Interruption(patch)
    whole = interruption.solve(problem, -1)
    best, runs = {(r.name, r.key): r.value for r in whole.stages}, interruption.runs
    for at in range(1, runs + 1, max(1, runs // most)):
        solution = interruption.solve(problem, at)
        if solution.is_usable:
            yield solution, best


def test_a_month_without_any_time_has_a_valid_answer():
    problem = generate(200, 3)
    solution, best = solve(problem, Limits(seconds=0.0)), solve(problem)
    verdict = check(problem, solution)
    assert (verdict.ruling, verdict.fault) == (Ruling.FEASIBLE, None)
    assert solution.status is SolutionStatus.FEASIBLE
    assert solution.detail == "the time limit came first"
    assert solution.needs_met >= 0.9 * best.needs_met


def test_the_exit_code_is_another_if_time_ended_first(tmp_path):
    path = tmp_path / "month.json"
    path.write_text(json.dumps(generate(60, 3).to_json()))
    assert main(["solve", str(path)]) == 0
    assert main(["solve", str(path), "--time-limit", "0.001"]) == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_without_any_time_there_is_an_answer_if_there_is_one_at_all(seed):
    assert_is_valid_at_once(tiny_problem(seed))


@pytest.mark.slow
def test_without_any_time_there_is_an_answer_if_there_is_one_at_all_500_times():
    for seed in MANY:
        assert_is_valid_at_once(tiny_problem(seed))


@pytest.mark.parametrize("seed", range(20))
def test_the_second_policy_has_an_answer_without_any_time(seed):
    problem = second_policy(seed)
    solution = solve(problem, Limits(seconds=0.0))
    assert solution.is_usable == solve(problem).is_usable
    assert check(problem, solution).fault is None


def test_the_simple_way_mostly_suffices():
    lost = 0
    for seed in range(200):
        problem = tiny_problem(seed)
        model = build(problem)
        point = build_first_answer(model, model.start_engine(0.0).matrix, 1.0)
        lost += point is None and any(True for _ in feasible_answers(problem))
    assert lost <= 4


@pytest.mark.parametrize("seed", range(12))
def test_what_is_proved_when_time_ends_is_true(monkeypatch, seed):
    problem = tiny_problem(seed)
    expected = best_answers(problem)
    if expected is not None:
        assert vector_solved(problem, solve(problem)) == expected[0]
    for solution, best in list_interrupted(monkeypatch, problem, 8):
        assert_is_true(problem, solution, best)


@pytest.mark.parametrize("seed", range(12))
def test_what_the_second_policy_proved_when_time_ends_is_true(monkeypatch, seed):
    problem = second_policy(seed)
    for solution, best in list_interrupted(monkeypatch, problem, 8):
        assert_is_true(problem, solution, best)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_what_is_proved_when_time_ends_is_true_of_500_problems(monkeypatch, block):
    for seed in range(2000 + 25 * block, 2025 + 25 * block):
        for problem in (tiny_problem(seed), second_policy(seed)):
            for solution, best in list_interrupted(monkeypatch, problem, 100):
                assert_is_true(problem, solution, best)
