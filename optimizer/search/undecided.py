"""Which needs every answer still possible meets, which none meets, and which are undecided.

Many columns are asked about together: those that no known point has at 1. One bound may prove that
no point has any of them at 1; else a point is found that has some, and the rest is asked about
again. The same is done for 0. The points are kept as witnesses.
"""

from collections.abc import Sequence

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.branching import (
    EngineError,
    maximise_over_integers,
)
from optimizer.engine.matrix import Vector, Weights, sum_at, weigh
from optimizer.engine.tree import grow_tree
from optimizer.search.lp_queries import LpQueries
from optimizer.search.nearby import Nearby
from optimizer.search.trail import BoundChange, Step, StepKind, Trail
from optimizer.solution import Proof


class Undecided:
    """Fixes columns in {0, 1} that have one value in all points; the incumbent must be feasible."""

    def __init__(self, trail: Trail, lp: LpQueries) -> None:
        self._trail, self._lp, self._nearby = trail, lp, Nearby(trail, lp)
        self._points: list[Vector] = []  # they satisfy all steps since the last ``settle``

    def settle(self, columns: Sequence[int]) -> None:
        """Fix every column that has one value in all points; record witnesses for the others."""
        step = self._trail.replay()
        while step is not None and step.kind is StepKind.SETTLED:
            step = self._trail.replay()
        if step is None:
            self._points = [self._trail.incumbent.extended()]
            for value in (1, 0):
                self._settle_at(columns, value)
            open_ = [j for j in columns if self._is_open(j)]
            witnesses = _choose_witnesses(self._points, open_)
            self._trail.record(Step(0, Proof.DUAL, StepKind.DECIDED, witnesses=witnesses))

    def find_greatest(self, weights: Weights, label: str) -> int:
        """Return the greatest value of an integer sum; record a point with it and fix nothing.

        The caller has called ``settle`` just before. ``label``: the group that the sum counts.
        """
        step = self._trail.replay()
        if step is None:
            known = max(self._points, key=lambda point: sum_at(weights, point))
            step, point = self._lp.find_greatest(weights, known, self._nearby.climb)
            step.kind, step.witnesses, step.label = StepKind.OPEN, [point], label
            self._points.append(point)
            self._trail.record(step)
        return step.value

    def _is_open(self, column: int) -> bool:
        matrix = self._trail.engine.matrix
        return bool(matrix.low[column] < matrix.high[column])

    def _list_unseen(self, columns: Sequence[int], value: int) -> list[int]:
        points = self._points
        return [
            j
            for j in columns
            if self._is_open(j) and not any(round(float(p[j])) == value for p in points)
        ]

    def _settle_at(self, columns: Sequence[int], value: int) -> None:
        """Find points that have these columns at the value, or fix those that no point has there.

        If neither a point near a known one nor a bound is found for a set of columns, it is halved,
        down to single columns.
        """
        waiting = [list(columns)]
        while waiting:
            unseen = self._list_unseen(waiting.pop(), value)
            if not unseen:
                continue
            found = self._nearby.find(unseen, value, self._points[0])
            self._points += found
            if found or self._ask(unseen, value):
                waiting.append(unseen)
            else:
                half = (len(unseen) + 1) // 2
                waiting += [unseen[half:], unseen[:half]]

    def _ask(self, unseen: Sequence[int], value: int) -> bool:
        """Fix these columns, or find a point that has some of them at the value.

        Returns False if neither succeeds with the LP and cuts; for a single column a tree decides.
        """
        weights = dict.fromkeys(unseen, 1 if value else -1)
        none = 0 if value else -len(unseen)  # the sum if no column has the value
        step = Step(0, Proof.DUAL, StepKind.SETTLED, asked=value)
        answer = self._lp.maximise_with_cuts(weights, step)
        bound, point = answer.proof, answer.point
        if bound is None or point is None:
            raise EngineError("no point is left where one is known")
        if bound.floor == none:
            self._fix(step, unseen, bound)
            return True
        is_found = self._take(point, weights, none)
        if len(unseen) == 1 and not is_found:
            return self._decide(unseen, weights, none, (step, bound))
        self._trail.record(step)  # with the cuts found on the way
        return is_found

    def _decide(
        self, single: Sequence[int], weights: Weights, none: int, asked: tuple[Step, Bound]
    ) -> bool:
        """Find a point that has a single column at the value, or fix the column; return True."""
        if self._find(weights, none, asked):
            self._trail.record(asked[0])
        else:
            self._fix(asked[0], single, asked[1])
        return True

    def _find(self, weights: Weights, none: int, asked: tuple[Step, Bound]) -> bool:
        """Note a point with the column at the value; False: the step has the proof of none."""
        step, bound = asked
        engine = self._trail.engine
        known = weigh(engine.matrix, weights, self._points[0])
        tree = grow_tree(engine, weights, bound, known)
        best = tree.best
        if not tree.is_closed:
            found = maximise_over_integers(engine, weights)
            if found.best is None and not found.is_claimed:
                raise EngineError("whether there is an integer point is not known")
            best = found.best
        if best is not None and self._take(best.point, weights, none):
            return True
        step.proof, step.tree = tree.proof, tree if tree.is_worth_keeping else None
        return False

    def _fix(self, step: Step, columns: Sequence[int], bound: Bound) -> None:
        """Fix columns at the other value than the one asked about, and record the step."""
        matrix, end = self._trail.engine.matrix, float(1 - step.asked)
        low, high = matrix.low, matrix.high
        changes = [BoundChange(j, float(low[j]), float(high[j]), end, end) for j in columns]
        self._trail.bind(Step(0, Proof.DUAL, columns=changes))
        step.columns = changes
        is_claimed = step.proof is Proof.SEARCH
        step.none_of = [(tuple(columns), None if is_claimed else bound.without_reduced())]
        self._trail.record(step)

    def _take(self, point: Vector, weights: Weights, none: int) -> bool:
        """Note a feasible point that has a column at the value asked about; False: it is none."""
        rounded = np.round(point)
        if not self._trail.engine.matrix.holds(rounded) or sum_at(weights, rounded) <= none:
            return False
        self._points.append(rounded)
        return True


def _choose_witnesses(points: Sequence[Vector], columns: Sequence[int]) -> list[Vector]:
    """Return points that show every column at 0 and at 1: the first point, then the latest."""
    missing = {(j, value) for j in columns for value in (0, 1)}
    chosen: list[Vector] = []
    for point in (points[0], *reversed(points[1:])):
        shown = {(j, round(float(point[j]))) for j in columns} & missing
        if shown:
            chosen.append(point)
            missing -= shown
    return chosen
