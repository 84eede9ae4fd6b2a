"""Integer points by branch and bound, each checked exactly before it is returned.

The solver branches on decisions and leaves flows continuous: with integer decisions, flows mostly
are integer too. If they are not, flows are solved with the decisions fixed, and as a last resort
all columns are branched on.
"""

import numpy as np

from optimizer.engine.highs import EngineResult, IncrementalModel
from optimizer.engine.matrix import WHOLE, BoolVector, Vector, Weights, sum_at
from optimizer.solution import SolutionStatus


class OutOfTimeError(Exception):
    """The deadline has passed; the incumbent is the answer."""


class EngineError(Exception):
    """The solver gave an answer that cannot be used."""


def find_integer_point(engine: IncrementalModel) -> EngineResult:
    """Return any integer point; INFEASIBLE when branch and bound proves that there is none."""
    return maximise_over_integers(engine, {})


def repair_integer_point(
    engine: IncrementalModel, point: Vector, is_small: BoolVector
) -> Vector | None:
    """Return an integer point with the integer decisions of a fractional one, or None.

    Decisions in small components are free. None does not exclude other integer points.
    """
    matrix = engine.matrix
    is_near = np.abs(point - np.round(point)) <= WHOLE
    is_free = np.concatenate([is_small, np.ones(len(point) - len(is_small), dtype=bool)])
    fixed = np.flatnonzero(matrix.is_core & is_near & ~is_free).tolist()
    low, high = matrix.low[fixed], matrix.high[fixed]
    values = np.clip(np.round(point[fixed]), low, high)
    engine.bound_columns(fixed, values, values)
    answer = maximise_over_integers(engine, {})
    engine.bound_columns(fixed, low, high)
    return answer.point


def maximise_over_integers(engine: IncrementalModel, weights: Weights) -> EngineResult:
    """Return an integer point within less than one of the best value.

    INFEASIBLE when there is none. Raises ``OutOfTimeError`` at the deadline and ``EngineError``
    when the engine's point does not satisfy every row exactly.
    """
    matrix = engine.matrix
    answer = _branch(engine, weights, matrix.is_whole & matrix.is_core)
    if answer.point is None or matrix.holds(np.round(answer.point)):
        return answer
    rounded = _route(engine, answer.point)
    if rounded is not None and answer.bound - sum_at(weights, rounded) < 1.0:
        return EngineResult(answer.status, sum_at(weights, rounded), answer.bound, rounded)
    answer = _branch(engine, weights, matrix.is_whole)
    if answer.point is not None and not matrix.holds(np.round(answer.point)):
        raise EngineError("an integer point does not hold exactly")
    return answer


def _route(engine: IncrementalModel, point: Vector) -> Vector | None:
    """Return integer flows for the decisions of a point, or None."""
    matrix = engine.matrix
    core = np.flatnonzero(matrix.is_core).tolist()
    low, high = matrix.low[core], matrix.high[core]
    decided = np.clip(np.round(point[core]), low, high)
    engine.bound_columns(core, decided, decided)
    answer = engine.maximise_linear({})
    if answer.point is None or not matrix.holds(np.round(answer.point)):
        answer = _branch(engine, {}, matrix.is_whole)
    is_held = answer.point is not None and matrix.holds(np.round(answer.point))
    engine.bound_columns(core, low, high)
    return answer.point if is_held else None


def _branch(engine: IncrementalModel, weights: Weights, is_whole: BoolVector) -> EngineResult:
    answer = engine.maximise_integer(weights, is_whole)
    if answer.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE):
        return answer
    if engine.seconds_left <= 0 or answer.status is SolutionStatus.FEASIBLE:
        raise OutOfTimeError
    raise EngineError("the solver stopped without an answer")
