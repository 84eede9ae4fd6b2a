"""Integer points by the engine's branch and bound, whose claims about them are not proofs.

The engine branches on decisions and leaves flows continuous: with integer decisions, flows mostly
are integer too. If they are not, the flows are solved with the decisions fixed; as a last resort
the engine branches on all columns. Every point is checked and weighed in whole numbers.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.engine.highs import EngineClaim, IncrementalModel
from optimizer.engine.matrix import WHOLE, BoolVector, IntegerPoint, Vector, Weights, weigh
from optimizer.solution import SolutionStatus


class OutOfTimeError(Exception):
    """The deadline came before the search ended. The error carries no answer."""


class EngineError(Exception):
    """The engine gave a result that cannot be used."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best integer point that the engine found; None if it found none.

    is_claimed   whether the engine claims that no point is worth more or, without a point, that
                 there is none
    """

    best: IntegerPoint | None
    is_claimed: bool


def find_integer_point(engine: IncrementalModel) -> Found:
    """Return any integer point, or whether the engine claims that there is none."""
    return maximise_over_integers(engine, {})


SEEKING_NODES = 20  # of the engine's branch and bound, if any better point is enough


def seek_integer_point(
    engine: IncrementalModel, weights: Weights, wanted: int, nodes: int = SEEKING_NODES
) -> IntegerPoint | None:
    """Return an integer point found with at most ``nodes`` nodes; the aim is one worth ``wanted``.

    The point may be worth less. None does not prove that there is no integer point.
    """
    matrix = engine.matrix
    point = engine.seek_integer(weights, matrix.is_whole & matrix.is_core, wanted, nodes)
    found = weigh(matrix, weights, point)
    if found is None and point is not None:
        found = _route(engine, weights, point)
    return found


def repair_integer_point(
    engine: IncrementalModel,
    point: Vector,
    is_small: BoolVector,
    weights: Weights | None = None,
    wanted: int = 0,
) -> IntegerPoint | None:
    """Return an integer point that keeps the integer decisions of a fractional one.

    Decisions of columns that ``is_small`` marks, and of columns added later, are free. With
    ``weights`` a point worth ``wanted`` is sought. None if no point is found, which does not prove
    that there is none.
    """
    matrix = engine.matrix
    is_near = np.abs(point - np.round(point)) <= WHOLE
    is_free = np.concatenate([is_small, np.ones(len(point) - len(is_small), dtype=bool)])
    fixed = np.flatnonzero(matrix.is_core & is_near & ~is_free).tolist()
    low, high = matrix.low[fixed], matrix.high[fixed]
    values = np.clip(np.round(point[fixed]), low, high)
    engine.bound_columns(fixed, values, values)
    if weights is None:
        best = maximise_over_integers(engine, {}).best
    else:
        best = seek_integer_point(engine, weights, wanted)
    engine.bound_columns(fixed, low, high)
    return best


def maximise_over_integers(engine: IncrementalModel, weights: Weights) -> Found:
    """Return the best integer point found for a sum.

    The engine's objective may belong to a point that breaks rows by its tolerance. So a point is
    claimed the best only if its own worth reaches the engine's bound; else all columns are branched
    on. Raises ``OutOfTimeError`` if the deadline comes first.
    """
    matrix = engine.matrix
    claim = _branch(engine, weights, matrix.is_whole & matrix.is_core)
    if claim.status is SolutionStatus.INFEASIBLE:
        return Found(None, is_claimed=True)
    best = weigh(matrix, weights, claim.point)
    if best is None and claim.point is not None:
        best = _route(engine, weights, claim.point)
    if best is not None and best.value >= claim.most and claim.status is SolutionStatus.PROVEN:
        return Found(best, is_claimed=True)
    return _branch_on_all(engine, weights, best)


def _branch_on_all(engine: IncrementalModel, weights: Weights, best: IntegerPoint | None) -> Found:
    """Branch on all integer columns; return the better of the known point and the point found."""
    matrix = engine.matrix
    claim = _branch(engine, weights, matrix.is_whole)
    other = weigh(matrix, weights, claim.point)
    if best is None or (other is not None and other.value > best.value):
        best = other
    if best is None:
        return Found(None, is_claimed=claim.status is SolutionStatus.INFEASIBLE)
    is_claimed = claim.status is SolutionStatus.PROVEN and best.value >= claim.most
    return Found(best, is_claimed)


def _route(engine: IncrementalModel, weights: Weights, point: Vector) -> IntegerPoint | None:
    """Return an integer point with the rounded decisions of a point, or None if none is found."""
    matrix = engine.matrix
    core = np.flatnonzero(matrix.is_core).tolist()
    low, high = matrix.low[core], matrix.high[core]
    decided = np.clip(np.round(point[core]), low, high)
    engine.bound_columns(core, decided, decided)
    best = weigh(matrix, weights, engine.maximise_linear(weights).point)
    if best is None:
        best = weigh(matrix, weights, _branch(engine, weights, matrix.is_whole).point)
    engine.bound_columns(core, low, high)
    return best


def _branch(engine: IncrementalModel, weights: Weights, is_whole: BoolVector) -> EngineClaim:
    claim = engine.maximise_integer(weights, is_whole)
    is_done = claim.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE)
    if not is_done and engine.seconds_left <= 0:
        raise OutOfTimeError
    return claim
