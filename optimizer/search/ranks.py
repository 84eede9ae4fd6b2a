"""The steps of a ladder on a trail: whole ranks at once, and sums that are known already."""

from collections.abc import Sequence

from optimizer.engine.bounds import trivial_bound
from optimizer.engine.branching import find_integer_point
from optimizer.engine.matrix import INFINITY, Weights
from optimizer.search.lp_queries import LpQueries
from optimizer.search.trail import BoundChange, Step, StepKind, Trail
from optimizer.solution import Proof


class RankSteps:
    """Takes steps on a trail; steps in ``careful`` (by position) are solved in integers."""

    def __init__(self, trail: Trail, lp: LpQueries, careful: set[int]) -> None:
        self._trail, self._lp, self._careful = trail, lp, careful
        self._matrix = trail.engine.matrix

    def take(self, ranks: Sequence[Sequence[int]], *, is_full: bool) -> int:
        """Fix the columns of as many ranks as possible at their upper (lower) bounds, all together.

        Returns how many ranks, from the first; found by bisection.
        """
        step = self._trail.replay()
        if step is not None:
            return step.value
        low, high, best = 0, len(ranks) + 1, self._list_ends([], is_full)
        middle = len(ranks)
        while high - low > 1:
            step = self._list_ends([j for rank in ranks[:middle] for j in rank], is_full)
            if self._is_allowed(step):
                low, best = middle, step
            else:
                high = middle
            middle = (low + high) // 2
        best.value = low
        self._trail.apply(best)
        return low

    def fix_known(self, weights: Weights) -> Step:
        """Fix the value of a sum whose columns have one value each already."""
        step = self._trail.replay()
        if step is None:
            value = sum(w * round(float(self._matrix.low[j])) for j, w in weights.items())
            step = Step(value, Proof.DUAL, StepKind.SUM, bound=trivial_bound(value))
            step.row, end = self._trail.engine.add_row(weights), float(value)
            step.rows = [BoundChange(step.row, -INFINITY, INFINITY, end, end)]
            self._trail.apply(step)
        return step

    def _list_ends(self, columns: Sequence[int], is_full: bool) -> Step:
        low, high = self._matrix.low, self._matrix.high
        ends = high if is_full else low
        changes = [
            BoundChange(j, float(low[j]), float(high[j]), float(ends[j]), float(ends[j]))
            for j in columns
            if low[j] < high[j]
        ]
        return Step(0, Proof.DUAL, StepKind.RANKS, columns=changes)

    def _is_allowed(self, step: Step) -> bool:
        """Return whether a point satisfies a step, as far as the LP can tell, or a search."""
        self._trail.bind(step)
        is_allowed = self._trail.incumbent.is_feasible()
        if not is_allowed:
            is_allowed = self._lp.maximise({}).point is not None
            if is_allowed and len(self._trail.steps) in self._careful:
                is_allowed = find_integer_point(self._trail.engine).best is not None
        self._trail.unbind(step)
        return is_allowed
