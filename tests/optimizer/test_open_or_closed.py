"""Stocks that are used by no unit or by ``least_if_used`` and more (C15), against brute force."""

import json
from dataclasses import replace
from random import Random

import pytest

from optimizer.checker.check import judge, verify
from optimizer.checker.verdict import Ruling
from optimizer.codec import ProblemError
from optimizer.explain.explain import explain
from optimizer.model.build import build
from optimizer.policy import Stage, StageKind
from optimizer.problem import Pair, Pin, Problem
from optimizer.search.solve import solve
from optimizer.second.opinion import Verdict, second_opinion
from optimizer.second.opinion import judge as judge_opinions
from optimizer.solution import SolutionStatus
from optimizer.vipr.export import Export
from optimizer.what_if.conflict import find_conflict
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.brute_stages import true_stages
from tests.optimizer.builders import COUNT, LOTTERY, goods, met, month, proven, want
from tests.optimizer.checker.test_rows import assert_same
from tests.optimizer.test_brute_force import assert_is_the_best
from tests.optimizer.tiny_problems import tiny_problem
from tests.optimizer.vipr.test_export import replay_all


def with_thresholds(problem: Problem) -> Problem:
    """The problem with a threshold at some stocks, nested ones too."""
    random = Random(problem.name)
    stocks = tuple(
        replace(stock, least_if_used=random.randint(1, stock.capacity))
        if stock.capacity and random.randrange(3)
        else stock
        for stock in problem.stocks
    )
    return replace(problem, stocks=stocks)


@pytest.mark.parametrize("block", range(4))
def test_the_answer_is_the_best_of_all_answers(block):
    for seed in (*range(block * 12, block * 12 + 12), 5279):  # that one has a larger team free
        assert_is_the_best(with_thresholds(tiny_problem(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(25))
def test_the_answer_is_the_best_of_all_answers_of_500_problems(block):
    for seed in range(5000 + block * 20, 5020 + block * 20):
        assert_is_the_best(with_thresholds(tiny_problem(seed)))


@pytest.mark.parametrize("seed", range(40))
def test_solver_and_checker_number_the_same_program(seed):
    assert_same(with_thresholds(tiny_problem(seed)))


def test_without_a_threshold_nothing_has_another_number():
    problem = tiny_problem(3)
    columns = build(problem).columns
    assert columns.open == {}
    changed = replace(problem, stocks=tuple(replace(s, least_if_used=0) for s in problem.stocks))
    assert changed.sha256 == problem.sha256


def test_new_columns_and_rows_come_last():
    stocks = (goods("a", 3), goods("b", 3), goods("c", 3, least_if_used=2))
    plain = month(*stocks[:2], replace(stocks[2], least_if_used=0), want("x"), want("y"))
    problem = month(*stocks, want("x"), want("y"))
    before, after = build(plain), build(problem)
    names = [column.name for column in after.columns.order]
    assert names == [*(column.name for column in before.columns.order), "open_2"]
    rows = [row.name for row in after.rows.order]
    assert rows == [*(row.name for row in before.rows.order), "c15_least_2", "c15_most_2"]


def test_too_few_for_a_threshold_go_elsewhere_or_nowhere():
    """A course opens for two or not at all."""
    both = ("x", "y")
    course, other = goods("course", 5, least_if_used=2), goods("other", 1)
    only = want("x", listed=True), want("y", listed=True)
    wishes = tuple(Pair(name, "course", score=1) for name in both)
    assert met(month(course, other, *only, pairs=wishes)) == {"x", "y"}
    assert met(month(course, other, *only, pairs=wishes[:1])) == set()
    aside = (*wishes[:1], Pair("x", "other"), Pair("y", "other"))
    answer = proven(month(course, other, *only, pairs=aside))
    assert [line.stock for line in answer.assignments] == ["other"]


def test_a_threshold_counts_units_of_all_stocks_within():
    hall = goods("hall", 9, category="", least_if_used=3)
    rooms = [goods(f"room{k}", 2, parents=("hall",)) for k in (1, 2)]
    assert len(met(month(hall, *rooms, *(want(f"n{k}") for k in range(3))))) == 3
    assert met(month(hall, *rooms, *(want(f"n{k}") for k in range(2)))) == set()


def test_what_a_group_can_get_alone_counts_the_others_that_it_needs():
    fair = Stage("fair", StageKind.LEXIMIN, dimension="committee")
    needs = [want(name, groups={"committee": name.upper()}) for name in "ab"]
    answer = proven(month(goods("g", 2, least_if_used=2), *needs, stages=(fair, LOTTERY)))
    assert [level.denominator for level in answer.stages[0].levels] == [1, 1]
    assert answer.needs_met == 2


@pytest.fixture
def question() -> Problem:
    return month(
        goods("course", 5, least_if_used=3), goods("other", 1), *(want(f"n{k}") for k in range(4))
    )


def test_an_answer_below_the_threshold_is_refuted(question):
    plain = json.loads(json.dumps(solve(question).to_json()))
    assert verify(question.to_json(), plain) is None
    course = [line for line in plain["assignments"] if line["stock"] == "course"]
    for line in course[2:]:
        plain["assignments"].remove(line)
    fault = verify(question.to_json(), plain)
    assert fault.code == "least_if_used"
    assert fault.facts == {"stock": "course", "units": 2, "least": 3}


def test_a_second_engine_agrees(question):
    for problem in (question, *(with_thresholds(tiny_problem(seed)) for seed in (1, 4, 7))):
        solution = solve(problem)
        if solution.status is SolutionStatus.PROVEN:
            opinions = second_opinion(problem, solution, 60.0, lambda _opinion: None)
            assert judge_opinions(opinions) is Verdict.AGREED


def test_a_proved_answer_is_proved_in_arithmetic(question):
    verdict = judge(question.to_json(), json.loads(json.dumps(solve(question).to_json())))
    assert verdict.ruling is Ruling.PROVED


def test_who_is_left_out_by_a_threshold_is_explained():
    stages = (COUNT, LOTTERY)
    needs = [want(f"n{k}", listed=True) for k in range(3)]
    pairs = (Pair("n0", "big"), Pair("n1", "small"), Pair("n2", "small"))
    problem = month(
        goods("big", 5, least_if_used=2), goods("small", 1), *needs, pairs=pairs, stages=stages
    )
    solution = proven(problem)
    found = {row.need: row.code for row in explain(problem, solution)}
    assert "n0" in found
    assert found["n0"] != "lost_lottery"  # no answer meets it
    assert len(found) == 2


@pytest.mark.parametrize("block", range(3))
def test_no_explanation_names_a_stage_that_did_not_decide(block):
    named = 0
    for seed in range(block * 15, block * 15 + 15):
        problem = with_thresholds(tiny_problem(seed))
        solution, true = solve(problem), true_stages(problem, list(feasible_answers(problem)))
        for found in explain(problem, solution) if solution.is_usable else ():
            assert found.stage in ("", true.get(found.need)), (problem.name, found.need)
            named += bool(found.stage)
    assert named


@pytest.mark.parametrize("seed", [0, 6, 18, 24])
def test_the_proofs_are_exported_like_any_others(seed):
    problem = with_thresholds(tiny_problem(seed))
    answer = json.loads(json.dumps(proven(problem).to_json()))
    assert replay_all(Export(problem.to_json(), answer))


def test_a_pin_below_a_threshold_is_impossible_and_named():
    problem = month(goods("g", 5, least_if_used=2), want("a"), pins=(Pin("a"),))
    solution = solve(problem)
    assert solution.status is SolutionStatus.INFEASIBLE
    assert verify(problem.to_json(), json.loads(json.dumps(solution.to_json()))) is None
    assert [pin.need for pin in find_conflict(problem).pins] == ["a"]


@pytest.mark.parametrize("value", [-1, 4])
def test_a_threshold_is_at_most_the_capacity(value):
    plain = month(goods("g", 3)).to_json()
    plain["stocks"][0]["least_if_used"] = value
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(plain)
    assert refused.value.path == "$.stocks[0].least_if_used"
    assert verify(plain, {}).facts["path"] == "problem.stocks[0].least_if_used"
