"""The steps of a ladder on a trail: several whole ranks together, and sums known already."""

from collections.abc import Sequence

from optimizer.engine.bounds import trivial_bound
from optimizer.engine.branching import find_integer_point
from optimizer.engine.matrix import INFINITY, Weights
from optimizer.search.lp_queries import LpQueries
from optimizer.search.trail import BoundChange, Step, StepKind, Trail
from optimizer.solution import Proof


class RankSteps:
    """Takes the steps of a ladder on a trail.

    ``careful``: the positions of the steps that are solved in integers.
    """

    def __init__(self, trail: Trail, lp: LpQueries, careful: set[int]) -> None:
        self._trail, self._lp, self._careful = trail, lp, careful
        self._matrix = trail.engine.matrix

    def take(self, ranks: Sequence[Sequence[int]], *, is_full: bool) -> int:
        """Fix the columns of as many ranks as possible, from the first one; return how many.

        ``is_full``: the columns are fixed at their upper bounds, else at their lower bounds. One
        step fixes all of them. The ranks that the incumbent already has at these bounds need no LP.
        From there the number grows by lengths that double until one is too long, because mostly few
        more ranks are possible.
        """
        step = self._trail.replay()
        if step is not None:
            return step.value
        low = self._count_held(ranks, is_full)
        high, step, length = len(ranks) + 1, self._list_first(ranks, low, is_full), 1
        while high - low > 1:
            middle = min(low + length, high - 1)
            wider = self._list_first(ranks, middle, is_full)
            if self._is_allowed(wider):
                low, step, length = middle, wider, 2 * length
            else:
                high, length = middle, max((middle - low) // 2, 1)
        step.value = low
        self._trail.apply(step)
        return low

    def _count_held(self, ranks: Sequence[Sequence[int]], is_full: bool) -> int:
        """Return how many ranks, from the first, are wholly at their end in the incumbent."""
        incumbent = self._trail.incumbent
        if not incumbent.is_feasible():
            return 0
        point, ends = incumbent.extended(), self._matrix.high if is_full else self._matrix.low
        for k, rank in enumerate(ranks):
            if any(point[j] != ends[j] for j in rank):
                return k
        return len(ranks)

    def fix_known(self, weights: Weights) -> Step:
        """Fix the value of a sum whose columns are all fixed already, and return the step."""
        step = self._trail.replay()
        if step is None:
            value = sum(w * round(float(self._matrix.low[j])) for j, w in weights.items())
            step = Step(value, Proof.DUAL, StepKind.SUM, bound=trivial_bound(value))
            step.row, end = self._trail.engine.add_row(weights), float(value)
            step.rows = [BoundChange(step.row, -INFINITY, INFINITY, end, end)]
            self._trail.apply(step)
        return step

    def _list_first(self, ranks: Sequence[Sequence[int]], count: int, is_full: bool) -> Step:
        return self._list_ends([j for rank in ranks[:count] for j in rank], is_full)

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
        """Return whether the LP (in careful steps, branch and bound) finds a point with a step."""
        self._trail.bind(step)
        is_allowed = self._trail.incumbent.is_feasible()
        if not is_allowed:
            is_allowed = self._lp.maximise({}).point is not None
            if is_allowed and len(self._trail.steps) in self._careful:
                is_allowed = find_integer_point(self._trail.engine).best is not None
        self._trail.unbind(step)
        return is_allowed
