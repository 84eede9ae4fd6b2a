"""The checker's own columns and rows are the solver's, number by number."""

import json
import math
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from optimizer.checker.month.month import index_month
from optimizer.checker.month.read import read_problem
from optimizer.checker.program.columns import number_columns
from optimizer.checker.program.rows import Program, build_rows
from optimizer.checker.stages import list_turn_tiers, weighs_pairs
from optimizer.engine.matrix import Matrix
from optimizer.instances.gap import read_gap
from optimizer.instances.generate import generate
from optimizer.instances.scores import ScoreTerms
from optimizer.model.build import Model, build
from optimizer.policy import GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Forbid, Pair, Problem
from optimizer.stages.registry import KINDS, kind_of
from tests.optimizer.builders import goods, month, person, team, visit, want
from tests.optimizer.instances.texts import scores_of
from tests.optimizer.model.test_formulation import tiny_month
from tests.optimizer.small_month import small_problem
from tests.optimizer.tiny_problems import shuffled, tiny_problem

EACH_SCORE = Stage("each", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE)
KINDNESS = Stage("kindness", StageKind.MAX_SCORE)
COST = Stage("cost", StageKind.MIN_COST)
BURDEN = Stage("burden", StageKind.LEXIMAX)
PEOPLE = Stage("people", StageKind.MAX_RECIPIENTS)
GAP = "2 3\n 1 5 9\n 4 2 3\n  2 1 2\n 2 1 1\n 2 3"
SCORES = "0.5,0.25,0\n1,0,0.75\n0.5,0.5,0.5"


def rebuild(problem: Problem) -> Program:
    """The checker's program of the problem's JSON, as if read from a file."""
    return build_again(json.loads(json.dumps(problem.to_json())))


def build_again(plain: dict) -> Program:
    read = index_month(read_problem(plain))
    return build_rows(
        number_columns(read, is_weighed=weighs_pairs(read), tiers=list_turn_tiers(read))
    )


def whole(value: float) -> int | None:
    return None if math.isinf(value) else int(value)


def assert_same(problem: Problem) -> None:
    """Every number of the program is that of the solver's model."""
    model, program = build(problem), rebuild(problem)
    matrix = Matrix(model.columns.order, model.rows.order)
    assert program.low == matrix.low.tolist()
    assert program.high == matrix.high.tolist()
    assert program.rows == list_rows(matrix)
    assert program.row_low == [whole(side) for side in matrix.row_low]
    assert program.row_high == [whole(side) for side in matrix.row_high]
    assert_same_names(model, program)
    assert_same_sums(model, program)


def list_rows(matrix: Matrix) -> list[dict[int, float]]:
    """Weights of every row by column, those of weight 0 left out."""
    rows = [zip(*matrix.row(i), strict=True) for i in range(len(matrix.row_low))]
    return [{int(j): weight for j, weight in row if weight} for row in rows]


def assert_same_names(model: Model, program: Program) -> None:
    columns, problem = model.columns, model.problem
    number, needs, stocks = columns.number, problem.needs, problem.stocks
    assert program.met == {needs[d].id: number(met) for d, met in columns.met.items()}
    assert program.units == {needs[d].id: number(units) for d, units in columns.units.items()}
    assert program.used == {stocks[s].id: number(used) for s, used in columns.used.items()}
    assert program.helped == {h: number(helped) for h, helped in columns.helped.items()}


def assert_same_sums(model: Model, program: Program) -> None:
    """What the stages of people, scores and burden add up is found in the program."""
    columns, stocks = model.columns, model.problem.stocks
    (people,) = kind_of(PEOPLE).aims(PEOPLE, columns)
    assert dict.fromkeys(program.helped.values(), 1) == people.weights
    (kindness,) = kind_of(KINDNESS).aims(KINDNESS, columns)
    assert program.scores == kindness.weights
    edges = {columns.number(edge) for edge in columns.edge.values()}
    leximin: Any = KINDS[StageKind.LEXIMIN]
    for measure in leximin.measures(EACH_SCORE, columns, {}):
        scores = program.scores_by_need.get(measure.group, {})
        assert {j: score for j, score in scores.items() if j not in edges} == measure.weights
    leximax: Any = KINDS[StageKind.LEXIMAX]
    for measure in leximax.measures(BURDEN, columns, {}):
        of = [stock.id for stock in stocks if stock.pledge == measure.group]
        used = {program.used[stock]: -1 for stock in of if stock in program.used}
        assert used == measure.weights


@pytest.mark.parametrize("seed", range(0, 300, 50))
def test_tiny_months_of_every_shape_have_the_same_rows(seed):
    for each in range(seed, seed + 50):
        assert_same(tiny_problem(each))


@pytest.mark.parametrize("needs", [1, 10, 60, 167, 400])
@pytest.mark.parametrize("seed", range(4))
def test_generated_months_have_the_same_rows(needs, seed):
    assert_same(generate(needs, seed))


def test_a_month_of_1670_needs_has_the_same_rows():
    assert_same(generate(1670, 7))


@pytest.mark.parametrize("stage", [EACH_SCORE, COST])
def test_policies_that_weigh_every_pair_have_the_same_rows(stage):
    weighed = replace(generate(120, 5), policy=Policy("weighed", 1, (stage, KINDNESS)))
    assert build(weighed).columns.network.demands != build(generate(120, 5)).columns.network.demands
    assert_same(weighed)
    for seed in range(50):
        assert_same(replace(tiny_problem(seed), policy=weighed.policy))


@pytest.mark.parametrize("make", [small_problem, tiny_month, month])
def test_months_made_by_hand_have_the_same_rows(make):
    assert_same(make())


def test_needs_with_lists_have_flows_of_their_own():
    lists = [visit(name, listed=True) for name in "ab"]
    pairs = tuple(Pair(need.id, "team") for need in lists)
    problem = month(team(), person("p", "am", "pm"), *lists, pairs=pairs)
    assert all(demand.is_own for demand in build(problem).columns.network.demands)
    assert_same(problem)


def test_a_person_named_by_a_forbid_is_a_crew_alone():
    people = [person(name, "am") for name in "pqr"]
    problem = month(team(), *people, visit("a"), visit("b"), forbids=(Forbid("a", person="q"),))
    assert [crew.members for crew in build(problem).columns.network.crews] == [("p", "r"), ("q",)]
    assert_same(problem)


@pytest.mark.parametrize(("scored", "is_own"), [(1, False), (2, False), (3, True)])
def test_needs_with_scores_for_more_than_half_have_flows_of_their_own(scored, is_own):
    stocks = [goods(name) for name in "stuv"]
    pairs = tuple(Pair("a", stock.id, score=2) for stock in stocks[:scored])
    problem = month(*stocks, want("a"), want("b"), pairs=pairs)
    assert build(problem).columns.network.demands[0].is_own == is_own
    assert_same(problem)


def test_published_shapes_have_the_same_rows():
    assert_same(read_gap("gap", GAP, "min"))
    for policy in ("maxmin", "leximin", "total"):
        assert_same(scores_of(SCORES, ScoreTerms(1, 2, 1), policy).problem)


def test_the_order_of_the_files_rows_does_not_matter():
    for seed in range(30):
        problem = tiny_problem(seed)
        again = json.loads(json.dumps(shuffled(problem, Random(seed))))
        assert build_again(again) == rebuild(problem)


def test_every_kind_of_column_and_every_edge_and_pool_is_met_on_the_way():
    columns = build(generate(167, 0)).columns
    kinds = ("met", "way", "units", "flow", "send", "pooled", "edge", "busy", "used", "helped")
    assert [kind for kind in kinds if not getattr(columns, kind)] == []
