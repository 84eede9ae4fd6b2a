"""Integer points near a known one that have some of the columns asked about at a value.

A linear program gives the value to as many of these columns as possible and changes little else of
the point. Its solution has few fractions: one need is met, others move, one is no longer met. What
it changes is then solved in integers, with all other columns fixed.

Source of the small model: Danna, Rothberg and Le Pape, Exploring relaxation induced neighborhoods
to improve MIP solutions, Math. Programming 102 (2005).
"""

from collections.abc import Iterable, Sequence

import numpy as np

from optimizer.engine.branching import maximise_over_integers
from optimizer.engine.highs import EngineResult
from optimizer.engine.matrix import WHOLE, Index, IntegerPoint, Vector, Weights, weigh
from optimizer.search.lp_queries import LpQueries
from optimizer.search.trail import Trail

FIRST = 1000  # weight of a column asked about; any other change of the point weighs 1
HOPS = (0, 1, 2, 3)  # tried in turn: how far from the changed columns flows are free


class Nearby:
    """Finds integer points on a trail; a point that it does not find may exist."""

    def __init__(self, trail: Trail, lp: LpQueries) -> None:
        self._trail, self._lp = trail, lp

    def find(self, columns: Sequence[int], value: int, known: Vector) -> list[Vector]:
        """Return integer points, each with a column at the value that no point before it has there.

        ``columns`` are in {0, 1}; ``known`` is an integer point with none of them at the value.
        """
        weights = dict.fromkeys(columns, 1 if value else -1)
        near = self._approach(weights, known)
        if near is None or all(abs(near[j] - known[j]) <= WHOLE for j in columns):
            return []
        best = weigh(self._trail.engine.matrix, {}, near)
        if best is not None and _list_at(columns, value, best.point):
            return [best.point]
        for hops in HOPS:
            found = self._list_filled(self._list_free(near, known, hops), weights, value, known)
            if found:
                return found
        return []

    def _list_filled(
        self, free: Index, weights: Weights, value: int, known: Vector
    ) -> list[Vector]:
        """Return points that differ in free columns only, each with a new column at the value."""
        found, left = list[Vector](), dict(weights)
        while left:
            best = self._fill(free, left, known)
            at = [] if best is None else _list_at(left, value, best.point)
            if best is None or not at:
                break
            found.append(best.point)
            left = {j: weight for j, weight in left.items() if j not in at}
        return found

    def reach(self, weights: Weights, answer: EngineResult) -> None:
        """Look for an integer point that reaches the bound of an LP result with a fractional point.

        The best point found becomes the incumbent, also if it does not reach the bound. Nothing is
        done if the incumbent reaches it already or no integer point is known.
        """
        matrix, incumbent = self._trail.engine.matrix, self._trail.incumbent
        known = incumbent.weigh(weights)
        if known is None or answer.proof is None or answer.point is None:
            return
        if known.value < answer.proof.floor and not matrix.is_integral(answer.point):
            best = self.climb(weights, known, answer.proof.floor)
            incumbent.propose(best.point, len(self._trail.steps))

    def climb(self, weights: Weights, known: IntegerPoint, wanted: int) -> IntegerPoint:
        """Improve ``known`` step by step and return the last point.

        The steps end once the sum is ``wanted`` or more, or no better point is found.
        """
        best = known
        while best.value < wanted:
            better = self._find_better(weights, best)
            if better is None:
                return best
            best = better
        return best

    def _find_better(self, weights: Weights, known: IntegerPoint) -> IntegerPoint | None:
        near = self._approach(weights, known.point)
        if near is None:
            return None
        matrix = self._trail.engine.matrix
        best = weigh(matrix, weights, near)
        for hops in HOPS:
            if best is not None and best.value > known.value:
                return best
            best = self._fill(self._list_free(near, known.point, hops), weights, known.point)
        return best if best is not None and best.value > known.value else None

    def _approach(self, weights: Weights, known: Vector) -> Vector | None:
        """Return the LP point that is best for a sum and, second, near to ``known``.

        None if the engine finds none.
        """
        first = {j: FIRST * weight for j, weight in weights.items()}
        return self._lp.maximise(self._weigh_changes(known) | first).point

    def _weigh_changes(self, known: Vector) -> dict[int, int]:
        """Return weights by which a column that leaves its bound costs 1 for each unit."""
        matrix = self._trail.engine.matrix
        is_open = matrix.high > matrix.low
        up = np.flatnonzero(is_open & (known == matrix.high)).tolist()
        down = np.flatnonzero(is_open & (known == matrix.low)).tolist()
        return dict.fromkeys(up, 1) | dict.fromkeys(down, -1)

    def _list_free(self, near: Vector, known: Vector, hops: int) -> Index:
        """Return the open columns that differ at an LP point, and the open flows near them.

        Each of the ``hops`` adds the flows that share a row with the columns so far.
        """
        matrix = self._trail.engine.matrix
        rows, columns, _ = matrix.entries()
        is_free = np.abs(near - known) > WHOLE
        for _ in range(hops):
            is_touched = np.zeros(len(matrix.row_low), dtype=bool)
            is_touched[rows[is_free[columns]]] = True
            is_free[columns[is_touched[rows] & ~matrix.is_core[columns]]] = True
        return np.flatnonzero(is_free & (matrix.high > matrix.low)).astype(np.int32)

    def _fill(self, free: Index, weights: Weights, known: Vector) -> IntegerPoint | None:
        """Return the best point found that differs from ``known`` in free columns only.

        None if no free column counts in the sum, or if no point is found.
        """
        place = {j: k for k, j in enumerate(free.tolist())}
        inner = {place[j]: weight for j, weight in weights.items() if j in place}
        if not inner:
            return None
        engine = self._trail.engine
        best = maximise_over_integers(engine.narrowed(free, known), inner).best
        if best is None:
            return None
        point = known.copy()
        point[free] = best.point
        return weigh(engine.matrix, weights, point)


def _list_at(columns: Iterable[int], value: int, point: Vector) -> list[int]:
    return [j for j in columns if round(float(point[j])) == value]
