"""Which needs every answer left meets, which none does, and which are undecided.

Many columns are asked about together. If no point has any of the columns that were never seen at
1 at 1, one bound settles all of them; else the point that has shows some of them at 1, and the rest
is asked again; 0 in the same way. The points are kept as witnesses.
"""

from collections.abc import Sequence

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.branching import EngineError, repair_integer_point
from optimizer.engine.matrix import BoolVector, Vector, Weights, sum_at
from optimizer.engine.tree import maximise_exactly
from optimizer.search.lp_queries import LpQueries
from optimizer.search.trail import BoundChange, Step, StepKind, Trail
from optimizer.solution import Proof


class Undecided:
    """Settles columns in {0, 1} on a trail whose incumbent satisfies all steps.

    ``is_small`` marks the columns of small components, which a repair leaves free.
    """

    def __init__(self, trail: Trail, lp: LpQueries, is_small: BoolVector) -> None:
        self._trail, self._lp, self._is_small = trail, lp, is_small
        self._points: list[Vector] = []  # they keep all steps, from the last settling on

    def settle(self, columns: Sequence[int]) -> None:
        """Fix every column that has one value in all points left; record witnesses of the rest."""
        step = self._trail.replay()
        while step is not None and step.kind is StepKind.SETTLED:
            step = self._trail.replay()
        if step is None:
            self._points = [self._trail.incumbent.extended()]
            for value in (1, 0):
                while unseen := self._list_unseen(columns, value):
                    self._ask(unseen, value)
            open_ = [j for j in columns if self._is_open(j)]
            witnesses = _choose_witnesses(self._points, open_)
            self._trail.record(Step(0, Proof.DUAL, StepKind.DECIDED, witnesses=witnesses))

    def find_greatest(self, weights: Weights, label: str) -> int:
        """Return the greatest value of an integer sum; record a witness and fix nothing.

        Columns have been settled just before. ``label``: the group that the sum is about.
        """
        step = self._trail.replay()
        if step is None:
            known = max(self._points, key=lambda point: sum_at(weights, point))
            step, point = self._lp.find_greatest(weights, known)
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

    def _ask(self, unseen: Sequence[int], value: int) -> None:
        """Find a point that has some of these columns at the value, or settle them all."""
        weights = dict.fromkeys(unseen, 1 if value else -1)
        none = 0 if value else -len(unseen)  # the sum where no column has the value
        step = Step(0, Proof.DUAL, StepKind.SETTLED, asked=value)
        answer = self._lp.maximise_with_cuts(weights, step)
        bound, point = answer.proof, answer.point
        if bound is None or point is None:
            raise EngineError("no point is left where one is known")
        if bound.floor > none and self._find(point, weights, none, (step, bound)):
            self._trail.record(step)  # with the cuts found on the way
        else:
            self._fix(step, unseen, bound)

    def _find(self, near: Vector, weights: Weights, none: int, asked: tuple[Step, Bound]) -> bool:
        """Keep a point that has some column at the value; give the step the proof of none."""
        if self._take(near, weights, none) or self._take_near(near, weights, none):
            return True
        step, bound = asked
        tree = maximise_exactly(self._trail.engine, weights, bound, None)
        if tree.best is not None and self._take(tree.best.point, weights, none):
            return True
        step.proof, step.tree = tree.proof, tree if tree.is_worth_keeping else None
        return False

    def _fix(self, step: Step, columns: Sequence[int], bound: Bound) -> None:
        """Fix columns at the value that they all have; the step has its cuts already."""
        matrix, end = self._trail.engine.matrix, float(1 - step.asked)
        low, high = matrix.low, matrix.high
        changes = [BoundChange(j, float(low[j]), float(high[j]), end, end) for j in columns]
        self._trail.bind(Step(0, Proof.DUAL, columns=changes))
        step.columns = changes
        is_claimed = step.proof is Proof.SEARCH
        step.none_of = [(tuple(columns), None if is_claimed else bound.without_reduced())]
        self._trail.record(step)

    def _take_near(self, point: Vector, weights: Weights, none: int) -> bool:
        """Keep an integer point near an LP point, if one is found at little cost."""
        near = repair_integer_point(self._trail.engine, point, self._is_small)
        return near is not None and self._take(near.point, weights, none)

    def _take(self, point: Vector, weights: Weights, none: int) -> bool:
        """Keep a point that has some column at the value asked about; return whether it has."""
        rounded = np.round(point)
        if not self._trail.engine.matrix.holds(rounded) or sum_at(weights, rounded) <= none:
            return False
        self._points.append(rounded)
        return True


def _choose_witnesses(points: Sequence[Vector], columns: Sequence[int]) -> list[Vector]:
    """Return points of these that have every column at 0 and at 1, latest first."""
    missing = {(j, value) for j in columns for value in (0, 1)}
    chosen: list[Vector] = []
    for point in (points[0], *reversed(points[1:])):
        shown = {(j, round(float(point[j]))) for j in columns} & missing
        if shown:
            chosen.append(point)
            missing -= shown
    return chosen
