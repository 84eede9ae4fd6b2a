"""Integer points near a known one that have some of the columns asked about at a value.

A linear program that gives as many of these columns as possible the value, and else changes little
of the point, has few fractions: one need comes in, others move, one goes out. What it changes is
solved in integers, the rest stays as it is.

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

FIRST = 1000  # weight of a column asked about; another change of the point weighs one
HOPS = (0, 1, 2, 3)  # how far from an LP point columns are free, as long as nothing is found


class Nearby:
    """Finds points on a trail; what it does not find may exist."""

    def __init__(self, trail: Trail, lp: LpQueries) -> None:
        self._trail, self._lp = trail, lp

    def find(self, columns: Sequence[int], value: int, known: Vector) -> list[Vector]:
        """Return integer points, each with a column at the value that those before it have not.

        ``known`` is an integer point that has none of the columns, which are in {0, 1}, there.
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
        """Return points that differ in free columns only, as long as each adds a column asked."""
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
        """Look near the incumbent for the greatest sum of an LP whose point is fractional."""
        matrix, incumbent = self._trail.engine.matrix, self._trail.incumbent
        known = incumbent.weigh(weights)
        if known is None or answer.proof is None or answer.point is None:
            return
        if known.value < answer.proof.floor and not matrix.is_integral(answer.point):
            best = self.climb(weights, known, answer.proof.floor)
            incumbent.propose(best.point, len(self._trail.steps))

    def climb(self, weights: Weights, known: IntegerPoint, wanted: int) -> IntegerPoint:
        """Return the best point on a way from a known one to a sum that is wanted."""
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
        """Return the LP point nearest to the known one with most of a sum."""
        first = {j: FIRST * weight for j, weight in weights.items()}
        return self._lp.maximise(self._weigh_changes(known) | first).point

    def _weigh_changes(self, known: Vector) -> dict[int, int]:
        """Return weights for columns at a bound that they can leave: leaving it costs one."""
        matrix = self._trail.engine.matrix
        is_open = matrix.high > matrix.low
        up = np.flatnonzero(is_open & (known == matrix.high)).tolist()
        down = np.flatnonzero(is_open & (known == matrix.low)).tolist()
        return dict.fromkeys(up, 1) | dict.fromkeys(down, -1)

    def _list_free(self, near: Vector, known: Vector, hops: int) -> Index:
        """Return the columns that differ at an LP point, and the flows that share rows with them.

        Every hop adds the flows that share a row with the columns so far.
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
        """Return the best point that differs from the known one in free columns only, if any."""
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
