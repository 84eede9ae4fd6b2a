"""Sums in parts, answers near a known one, and ranks taken whole: on programs solved by eye."""

from dataclasses import replace

import numpy as np
import pulp
import pytest

from optimizer.checker.check import judge
from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import IntegerPoint
from optimizer.policy import COMMUNITY_2
from optimizer.search.lp_queries import LpQueries
from optimizer.search.nearby import Nearby
from optimizer.search.parts import Ties
from optimizer.search.ranks import RankSteps
from optimizer.search.trail import Step, StepKind, Trail
from optimizer.solution import Proof
from tests.optimizer.builders import goods, month, person, proven, team, visit, want

FREE = (-np.inf, np.inf)


def start(columns: int, *rows: tuple[dict[int, int], tuple[float, float]]) -> Trail:
    """A program over columns in {0, 1}; rows with their bounds."""
    model = pulp.LpProblem("tiny", pulp.LpMaximize)
    names = [f"met_{j}" for j in range(columns)]
    made = [model.add_variable(name, 0, 1, pulp.LpInteger) for name in names]
    trail = Trail(IncrementalModel(made, [], 60.0))
    for weights, bounds in rows:
        trail.engine.bound_row(trail.engine.add_row(weights), *bounds)
    return trail


def one_of(*columns: int) -> tuple[dict[int, int], tuple[float, float]]:
    return dict.fromkeys(columns, 1), (-np.inf, 1.0)


def every_two_of(*columns: int) -> list[tuple[dict[int, int], tuple[float, float]]]:
    return [one_of(a, b) for a in columns for b in columns if a < b]


class TestTies:
    def test_columns_without_a_common_row_are_apart(self):
        trail = start(4, one_of(0, 1), one_of(2, 3))
        ties = Ties(trail.engine.matrix, ())
        assert ties.divide([], {0: 1, 1: 1, 2: 2, 3: 2}) == [{0: 1, 1: 1}, {2: 2, 3: 2}]

    def test_a_row_that_limits_nobody_ties_nothing(self):
        trail = start(3, one_of(0, 1), one_of(1, 2))
        ties = Ties(trail.engine.matrix, [1])
        assert ties.divide([], {0: 1, 1: 1, 2: 1}) == [{0: 1, 1: 1}, {2: 1}]

    def test_a_row_that_is_kept_later_ties_and_a_cut_does_not(self):
        trail = start(3, one_of(0, 1))
        matrix = trail.engine.matrix
        ties, whole = Ties(matrix, ()), {0: 1, 1: 1, 2: 1}
        row = trail.engine.add_row({1: 1, 2: 1})
        assert len(ties.divide([], whole)) == 2, "a row without bounds limits nothing"
        trail.engine.bound_row(row, -np.inf, 1.0)
        assert len(ties.divide([], whole)) == 1
        cut = Step(0, Proof.DUAL, cuts=[(row, None)])
        assert len(ties.divide([cut], whole)) == 2


def make_month():
    """A bill of three of five units and one more, a visit of two of three people and one more.

    Their fractions, 5/3 and 3/2, add up to three; truly two can be met.
    """
    people = [person(name, "am") for name in "pqr"]
    bills = [want(name, tier=2, quantity=3, least=3) for name in "ab"]
    visits = [visit(name, "am", tier=2, people=2) for name in "cd"]
    held = month(goods(capacity=5), team(), *people, *bills, *visits, want("first", category="x"))
    return replace(held, policy=COMMUNITY_2)


def test_fractions_of_bills_and_visits_do_not_add_up():
    question = make_month()
    answer = proven(question)
    first = next(k for k, of in enumerate(answer.stages) if of.name == "first-turns-2")
    assert answer.stages[first].value == 2
    events = answer.certificate["stages"][first]
    parts = [event[-1] for event in events if event[0] == "sum"]
    assert sorted(map(len, parts)) == [2, 2], "each part names its own columns"
    assert {event[1] for event in events if event[0] == "sum"} == {1}


def test_the_checker_accepts_the_parts():
    question = make_month()
    verdict = judge(question.to_json(), proven(question).to_json())
    assert verdict.exit_code == 0


class TestNearby:
    def test_it_finds_who_can_come_in_and_who_can_stay_out(self):
        trail = start(4, ({0: 1, 1: 1, 2: 1}, (1.0, 1.0)))
        nearby = Nearby(trail, LpQueries(trail))
        known = np.array([1.0, 0.0, 0.0, 0.0])
        seen = {j for point in nearby.find([1, 2, 3], 1, known) for j in (1, 2, 3) if point[j]}
        assert seen
        assert seen <= {1, 2, 3}
        assert all(point[0] == 0 for point in nearby.find([0], 0, known))

    def test_it_finds_nothing_where_there_is_nothing(self):
        trail = start(2, one_of(0, 1), ({0: 1}, (1.0, 1.0)))
        assert Nearby(trail, LpQueries(trail)).find([1], 1, np.array([1.0, 0.0])) == []

    def test_it_climbs_as_far_as_integers_go(self):
        trail = start(3, *every_two_of(0, 1, 2))
        nearby, matrix = Nearby(trail, LpQueries(trail)), trail.engine.matrix
        weights = {0: 1, 1: 1, 2: 1}
        known = IntegerPoint(matrix, weights, np.zeros(3))
        assert nearby.climb(weights, known, 1).value == 1
        assert nearby.climb(weights, known, 2).value == 1, "half of each is no answer"


def test_a_greatest_value_that_fixes_nothing_binds_nothing_when_taken_again():
    trail = start(5, *every_two_of(*range(5)))
    lp, weights = LpQueries(trail), dict.fromkeys(range(5), 1)
    step, point = lp.find_greatest(weights, np.zeros(5), Nearby(trail, lp).climb)
    assert (step.value, sum(point)) == (1, 1)
    assert step.cuts, "the bound needs a cut"
    step.kind = StepKind.OPEN
    trail.record(step)
    trail.undo_to()
    assert trail.replay() is step
    row, _ = step.cuts[0]
    matrix = trail.engine.matrix
    assert (matrix.row_low[row], matrix.row_high[row]) == FREE


@pytest.mark.parametrize("most", range(7))
@pytest.mark.parametrize("known", [0, 1, 3])
def test_as_many_ranks_are_spared_as_can_be(most, known):
    """Ranks 0 to 5 of one column each; 6 − most of them are needed, and the last ones will do."""
    trail = start(6, (dict.fromkeys(range(6), 1), (6.0 - most, np.inf)))
    if known <= most:
        trail.incumbent.propose(np.array([0.0] * known + [1.0] * (6 - known)), 0)
    ranks = RankSteps(trail, LpQueries(trail), set())
    assert ranks.take([[j] for j in range(6)], is_full=False) == most
    assert list(trail.engine.matrix.high) == [0.0] * most + [1.0] * (6 - most)
