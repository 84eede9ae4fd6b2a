"""Queries to the LP relaxation of a trail: the greatest sum, and which columns can be 0 or 1.

If an LP point is fractional, violated cuts are separated and added while they improve the bound.
"""

import math
from collections.abc import Callable, Sequence

from optimizer.bitset import bit_set
from optimizer.engine.bounds import Bound
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.cuts import find_cuts
from optimizer.engine.highs import EngineResult
from optimizer.engine.matrix import INFINITY, WHOLE, IntegerPoint, Vector, Weights, weigh
from optimizer.engine.tree import maximise_exactly
from optimizer.search.trail import BoundChange, Step, StepKind, Trail
from optimizer.solution import Proof, SolutionStatus

Climb = Callable[[Weights, IntegerPoint, int], IntegerPoint]

MOST_ROUNDS = 6  # of cuts; a point that is still fractional waits for the incumbent check


class LpQueries:
    """LP queries on the model of a trail. They record no step; rows of cuts stay in the model."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._engine = trail.engine

    def maximise(self, weights: Weights) -> EngineResult:
        """Return the LP's result for a sum; it is PROVEN or INFEASIBLE.

        Raises ``OutOfTimeError`` at the deadline and ``EngineError`` if the engine fails.
        """
        answer = self._engine.maximise_linear(weights)
        self._trail.lp_point = answer.point
        if answer.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE):
            return answer
        if self._engine.seconds_left <= 0:
            raise OutOfTimeError
        raise EngineError("the solver stopped without an answer")

    def maximise_with_cuts(
        self,
        weights: Weights,
        step: Step,
        rounds: int = MOST_ROUNDS,
        first: EngineResult | None = None,
    ) -> EngineResult:
        """Return the LP's result for a sum after rounds of cuts; it is PROVEN or INFEASIBLE.

        Cuts are added while the point is fractional and the incumbent is below the bound, for at
        most ``rounds``. ``step`` notes the cuts, so that they can be undone with it. ``first``: the
        result without cuts, if it is known.
        """
        answer = first or self.maximise(weights)
        for _ in range(rounds):
            point = answer.point
            if point is None or self._engine.matrix.is_integral(point):
                break
            floor = math.floor(answer.bound + WHOLE)
            if weights and self._trail.incumbent.reaches(weights, floor):
                break
            if not self._separate(point, step):
                break
            answer = self.maximise(weights)
        return answer

    def _separate(self, point: Vector, step: Step) -> bool:
        """Add cuts that a point violates to model and step; return whether there are any."""
        cuts = find_cuts(self._engine.matrix, point)
        for cut in cuts:
            row = self._engine.add_row(cut.weights)
            self._engine.bound_row(row, -INFINITY, float(cut.right))
            step.add_cut(row, cut)
        return bool(cuts)

    def find_reachable(self, columns: Sequence[int], value: int) -> Step:
        """Return a step with the set of those columns in {0, 1} that may have ``value``.

        It is proved that no other column can have it. Many columns are asked about together. Those
        that have the value at the LP point may have it. If the LP bounds the number of columns with
        the value below 1, no column can have it; else the others are asked about again, in halves
        if the LP point showed no column.
        """
        step = Step(0, Proof.DUAL, StepKind.REACHED, asked=value)
        waiting = [list(range(len(columns)))] if columns else []
        while waiting:
            unsure = waiting.pop()
            found = self._ask_together(columns, unsure, value, step)
            if found is None:
                continue
            step.value |= bit_set(found)
            rest = [k for k in unsure if k not in found]
            half = len(rest) // 2
            parts = [rest] if found else [rest[half:], rest[:half]]
            waiting += [part for part in parts if part]
        return step

    def _ask_together(
        self, columns: Sequence[int], unsure: Sequence[int], value: int, step: Step
    ) -> Sequence[int] | None:
        """Return the columns, by position, that have the value at an LP point; None: none can.

        A single column that the LP does not exclude counts as found.
        """
        asked = tuple(columns[k] for k in unsure)
        sign, most = (1, 0) if value else (-1, len(asked))
        answer = self.maximise(dict.fromkeys(asked, sign))
        point, proof = answer.point, answer.proof
        if point is not None and proof is not None:
            if proof.floor + most < 1:
                step.none_of.append((asked, proof.without_reduced()))
                return None
            if len(asked) > 1:
                return [k for k in unsure if abs(point[columns[k]] - value) < WHOLE]
        return unsure if len(asked) == 1 else []

    def measure(self, weights: Weights, off: Sequence[int]) -> tuple[Step, Vector | None]:
        """Return the greatest integer value of a sum with the columns ``off`` at 0, and a point.

        All bounds are restored. The point is None if no integer point satisfies the model.
        """
        low, high = self._engine.matrix.low, self._engine.matrix.high
        columns = [BoundChange(j, float(low[j]), float(high[j]), 0.0, 0.0) for j in off]
        step = Step(0, Proof.DUAL, StepKind.SUM, columns=columns)
        self._trail.bind(step)
        self._engine.forget()
        answer = self.maximise(weights)
        best = weigh(self._engine.matrix, weights, answer.point)
        if answer.proof is not None and answer.point is not None:
            best = self._prove(step, weights, answer.proof, best)
        self._trail.unbind(step)
        step.columns = []
        return step, None if best is None else best.point

    def find_greatest(self, weights: Weights, known: Vector, climb: Climb) -> tuple[Step, Vector]:
        """Return the greatest integer value of a sum, as a step, and a point with it; fix nothing.

        ``known`` is a point that satisfies the model; it is returned if no point is better.
        ``climb`` looks for better points near it.
        """
        step = Step(0, Proof.DUAL, StepKind.SUM)
        proof, best = self.maximise(weights).proof, weigh(self._engine.matrix, weights, known)
        if proof is not None and best is not None:
            best = climb(weights, best, proof.floor)
            best = self._prove(step, weights, proof, best)
        self._trail.unbind(step)
        step.rows = []  # taken again, the step binds nothing
        if proof is None or best is None:
            raise EngineError("no point is left where one is known")
        return step, best.point

    def _prove(
        self, step: Step, weights: Weights, proof: Bound, best: IntegerPoint | None
    ) -> IntegerPoint | None:
        """Return the best point and put its proof into the step, with cuts and a tree if needed."""
        if best is None or best.value < proof.floor:
            proof = self.maximise_with_cuts(weights, step).proof or proof
        tree = maximise_exactly(self._engine, weights, proof, best)
        if tree.best is not None:
            step.value, step.proof = tree.best.value, tree.proof
            step.bound = proof.without_reduced()
            step.tree = tree if tree.is_worth_keeping else None
        return tree.best
