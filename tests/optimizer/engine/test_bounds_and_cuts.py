"""Bounds and cuts hold for every integer point, whatever multipliers or LP point they came from."""

import itertools
import random

import numpy as np
import pytest

from optimizer.engine.bounds import bound_by_duals, disprove
from optimizer.engine.cuts import find_cuts
from optimizer.engine.highs import IncrementalModel
from optimizer.model.build import build
from tests.optimizer.builders import goods, month, person, team, visit, want


def odd_team() -> IncrementalModel:
    """Three persons in one slot and two visits by two: one visit, though the LP makes 1.5."""
    crew = [person(name, "am") for name in "pqs"]
    needs = [visit(name, "am", people=2) for name in "abc"]
    model = build(month(team(), *crew, *needs))
    return model.start_engine(60.0)


def met_weights(engine: IncrementalModel) -> dict[int, int]:
    return dict.fromkeys(range(3), 1)  # needs stand first


def whole_points(engine: IncrementalModel):
    matrix = engine.matrix
    spans = [
        range(int(low), int(high) + 1)
        for low, high in zip(matrix.low, np.minimum(matrix.high, 6), strict=True)
    ]
    for values in itertools.product(*spans):
        point = np.array(values, dtype=float)
        if matrix.holds(point):
            yield point


def test_a_cut_removes_the_fraction_and_no_whole_point():
    engine = odd_team()
    points = list(whole_points(engine))
    answer = engine.maximise_linear(met_weights(engine))
    assert answer.bound == pytest.approx(1.5)
    cuts = find_cuts(engine.matrix, answer.point)
    assert cuts
    for cut in cuts:
        assert sum(w * answer.point[j] for j, w in cut.weights.items()) > cut.right
        for point in points:
            assert sum(w * point[j] for j, w in cut.weights.items()) <= cut.right


def test_any_multipliers_bound_every_whole_point():
    engine, chance = odd_team(), random.Random(5)
    weights = met_weights(engine)
    best = max(sum(point[j] for j in weights) for point in whole_points(engine))
    for _ in range(200):
        duals = np.array([chance.uniform(-2, 2) for _ in engine.matrix.row_low])
        assert bound_by_duals(engine.matrix, weights, duals).floor >= best


def test_the_optimal_multipliers_bound_tightly():
    engine = odd_team()
    answer = engine.maximise_linear(met_weights(engine))
    assert answer.proof.value == pytest.approx(sum(answer.point[j] for j in met_weights(engine)))


def test_no_ray_proves_a_possible_month_impossible():
    engine, chance = odd_team(), random.Random(6)
    for _ in range(200):
        ray = np.array([chance.uniform(-2, 2) for _ in engine.matrix.row_low])
        assert disprove(engine.matrix, ray) is None


def test_a_whole_point_is_checked_in_whole_numbers():
    model = build(month(goods(capacity=10**9), want("a", quantity=10**9)))
    engine = model.start_engine(60.0)
    point = engine.maximise_linear({0: 1}).point
    assert engine.matrix.holds(np.round(point))
    point[1] -= 1
    assert not engine.matrix.holds(np.round(point))
