"""CBC agrees with the best answer of a tiny problem and with no other answer."""

from dataclasses import replace

import pytest

from optimizer.cli.months import main
from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.policy import GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Pin, Problem
from optimizer.search.solve import solve
from optimizer.second.cbc import Answer, SecondEngine
from optimizer.second.opinion import Verdict, judge, second_opinion
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.stages.kind import Basis
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import best_answers, possible_of, vector_of
from tests.optimizer.builders import goods, month, want
from tests.optimizer.tiny_problems import tiny_problem

ANSWERS_OF_A_PROBLEM = 12
LARGE = {0, 3, 4, 5, 19, 24}  # seeds whose problems have thousands of answers


def restate(solution: Solution, problem: Problem, answer: dict) -> Solution:
    """Return another answer to the problem that states its own values as if they were proven."""
    lines = tuple(Assignment(need, *part) for need in sorted(answer) for part in answer[need])
    tally = Tally(problem, lines)
    stages = {stage.name: stage for stage in problem.policy.stages}
    past = {(h.dimension, h.group): h.possible for h in problem.history}
    stated = []
    for result in solution.stages:
        stage = stages[result.name]
        whole = {level.group: level.denominator for level in result.levels}
        possible = _NoneLeft(
            {g: all_ - past.get((stage.dimension, g), 0) for g, all_ in whole.items()}
        )
        counts = {count.key: count for count in kind_of(stage).count(stage, tally, Basis(possible))}
        count = counts[result.key]
        stated.append(replace(result, value=count.value, bound=count.value, levels=count.levels))
    return replace(solution, assignments=lines, stages=tuple(stated))


class _NoneLeft(dict):
    def __missing__(self, group: str) -> int:
        return 0


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.slow if seed in LARGE else ()) for seed in range(40)],
)
@pytest.mark.one_in(3)
def test_the_second_engine_agrees_with_the_best_answer_alone(seed):
    problem = tiny_problem(seed)
    best, solution = best_answers(problem), solve(problem)
    if best is None:
        return
    assert judge(second_opinion(problem, solution, 60)) is Verdict.AGREED
    answers = list(feasible_answers(problem))
    possible = possible_of(problem, answers)
    for answer in answers[:: max(1, len(answers) // ANSWERS_OF_A_PROBLEM)]:
        is_best = vector_of(problem, answer, possible) == best[0] and set(answer) == best[1]
        verdict = judge(second_opinion(problem, restate(solution, problem, answer), 60))
        assert verdict is (Verdict.AGREED if is_best else Verdict.DISAGREED)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    problem = generate(60, 4)
    solution = solve(problem)
    for name, value in (("p", problem), ("s", solution)):
        (folder / f"{name}.json").write_bytes(canonical_bytes(value.to_json()))
    return folder, problem, solution


def agree(folder, solution: Solution | None = None, *more: str) -> int:
    path = folder / "s.json"
    if solution is not None:
        path = folder / "other.json"
        path.write_bytes(canonical_bytes(solution.to_json()))
    return main(["agree", str(folder / "p.json"), str(path), *more])


def without_a_need(problem: Problem, solution: Solution) -> Solution:
    answer: dict[str, list] = {}
    for line in solution.assignments:
        answer.setdefault(line.need, []).append((line.stock, line.person, line.slot, line.units))
    pinned = {pin.need for pin in problem.pins}
    del answer[next(need for need in answer if need not in pinned)]
    return restate(solution, problem, answer)


def test_a_published_month_is_agreed_on(published, capsys):
    assert agree(published[0]) == 0
    printed = capsys.readouterr().out
    assert all(stage.name in printed for stage in published[1].policy.stages)
    assert "agreed: " in printed.splitlines()[-1]


def test_a_worse_answer_is_disagreed_with(published, capsys):
    folder, problem, solution = published
    assert agree(folder, without_a_need(problem, solution)) == 1
    assert "disagreed: " in capsys.readouterr().out.splitlines()[-1]


def test_a_value_too_good_to_be_true_is_disagreed_with(published):
    folder, _, solution = published
    stages = [replace(s, value=s.value + 1) if s.name == "points" else s for s in solution.stages]
    assert agree(folder, replace(solution, stages=tuple(stages))) == 1


def test_a_level_too_good_to_be_true_is_disagreed_with(published):
    folder, _, solution = published
    stages = []
    for stage in solution.stages:
        levels = stage.levels
        if stage.name == "neighbourhoods":
            raised = [level for level in levels if level.numerator < level.denominator][-1]
            better = replace(raised, numerator=raised.numerator + 1)
            levels = tuple(better if level is raised else level for level in levels)
        stages.append(replace(stage, levels=levels))
    assert agree(folder, replace(solution, stages=tuple(stages))) == 1


def test_another_denominator_is_disagreed_with(published):
    folder, _, solution = published
    stages = []
    for stage in solution.stages:
        levels = stage.levels
        if stage.name == "neighbourhoods":
            first = replace(levels[0], denominator=levels[0].denominator + 1)
            levels = (first, *levels[1:])
        stages.append(replace(stage, levels=levels))
    assert agree(folder, replace(solution, stages=tuple(stages))) == 1


def test_a_missing_value_is_disagreed_with(published):
    folder, _, solution = published
    for gone in ("urgency", "people", "burden"):
        stages = tuple(stage for stage in solution.stages if stage.name != gone)
        assert agree(folder, replace(solution, stages=stages)) == 1


def test_an_engine_without_an_answer_is_unknown_not_agreed(published, monkeypatch, capsys):
    monkeypatch.setattr("pulp.PULP_CBC_CMD.pulp_cbc_path", "/bin/false")
    assert agree(published[0]) == 3
    assert "unknown: " in capsys.readouterr().out.splitlines()[-1]


def test_a_solution_that_claims_nothing_is_unknown(published):
    folder, problem, _ = published
    assert agree(folder, solve(problem, Limits(seconds=0.0))) == 3


def test_what_is_proved_before_an_open_stage_is_questioned(published, capsys):
    folder, problem, solution = published
    _, closed, *later = [stage.name for stage in problem.policy.stages]
    worse = without_a_need(problem, solution)
    for answer, code in ((solution, 0), (worse, 1)):
        stages = [
            replace(of, status=SolutionStatus.FEASIBLE) if of.name in later else of
            for of in answer.stages
        ]
        assert agree(folder, replace(answer, stages=tuple(stages))) == code
        named = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
        assert closed in named
        assert named.isdisjoint(later)


def test_a_solution_of_another_problem_is_broken_input(published, capsys):
    folder, _, solution = published
    assert agree(folder, replace(solution, problem_sha256="0" * 64)) == 2
    assert "of another problem" in capsys.readouterr().err


def test_that_nothing_is_possible_is_put_to_the_second_engine_too():
    problem = month(goods(capacity=0), want("n"), pins=(Pin("n"),))
    solution = solve(problem)
    assert solution.status == "infeasible"
    assert judge(second_opinion(problem, solution, 60)) is Verdict.AGREED
    possible = month(goods(), want("n"), pins=(Pin("n"),))
    assert judge(second_opinion(possible, solution, 60)) is Verdict.DISAGREED


def test_a_point_that_does_not_hold_exactly_is_no_point(monkeypatch):
    engine = SecondEngine([], 60)
    switch = engine.switch()
    engine.keep([engine.at_least({switch: 2}, 1)])
    assert engine.ask([]).answer is Answer.FOUND
    assert engine.ask([engine.at_most({switch: 1}, 0)]).answer is Answer.NONE
    monkeypatch.setattr("pulp.COIN_CMD.actualSolve", answer_half)
    assert engine.ask([]).answer is Answer.OPEN


def answer_half(_solver, question) -> int:
    for variable in question.variables():
        variable.varValue = 0.4
    question.assignStatus(1, 1)
    return 1


WORST = [
    Stage("worst", StageKind.LEXIMIN, dimension="committee", worst_only=True),
    Stage("worst", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE, worst_only=True),
    Stage("worst", StageKind.LEXIMAX, worst_only=True),
]


@pytest.mark.parametrize("worst", WORST, ids=lambda stage: f"{stage.kind}-{stage.outcome}")
@pytest.mark.parametrize("seed", range(6))
def test_the_second_engine_asks_for_the_worst_level_alone(worst, seed):
    """How many groups are above it is for the stages that follow to say."""
    policy = Policy("worst", 1, (worst, Stage("points", StageKind.MAX_POINTS)))
    problem = replace(tiny_problem(seed), policy=policy)
    opinions = second_opinion(problem, solve(problem), 60)
    assert {opinion.verdict for opinion in opinions} <= {Verdict.AGREED}
