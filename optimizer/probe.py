"""Linear questions to a living model: how much at most, and is it possible at all?"""

import math
from collections.abc import Sequence

from optimizer.answer import Answer
from optimizer.cuts import find_cuts
from optimizer.ledger import Ledger, Step
from optimizer.matrix import INFINITY, WHOLE, Weights
from optimizer.points import EngineError, OutOfTimeError
from optimizer.solution import Proof, SolutionStatus

MOST_ROUNDS = 6  # of cuts, before a fractional point is left to the checkpoint


class Probe(Ledger):
    """A ledger that can ask the LP, with cuts where a fraction stands in the way."""

    def _linear(self, weights: Weights) -> Answer:
        answer = self.living.maximise_linear(weights)
        if answer.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE):
            return answer
        if self.living.seconds_left <= 0:
            raise OutOfTimeError
        raise EngineError("the solver stopped without an answer")

    def _tighten(self, weights: Weights, step: Step, rounds: int = MOST_ROUNDS) -> Answer:
        """The LP, with cuts while its point is fractional and no known point reaches its bound."""
        answer = self._linear(weights)
        for _ in range(rounds):
            point = answer.point
            if point is None or self.living.matrix.is_integral(point):
                break
            if weights and self._is_reached(weights, math.floor(answer.bound + WHOLE)):
                break
            cuts = find_cuts(self.living.matrix, point)
            if not cuts:
                break
            for cut in cuts:
                row, right = self.living.add_row(cut.weights), float(cut.right)
                self.living.bound_row(row, -INFINITY, right)
                step.rows.append((row, -INFINITY, INFINITY, -INFINITY, right))
            answer = self._linear(weights)
        return answer

    def _is_reached(self, weights: Weights, value: int) -> bool:
        """True when the known integer point keeps everything and has this value."""
        if self.point is None or not self.is_kept_by(self.point):
            return False
        whole = self.padded(self.point)
        return sum(weight * int(whole[j]) for j, weight in weights.items()) == value

    def _is_possible(self, columns: Sequence[tuple[int, float, float]]) -> bool:
        tried = Step(0, Proof.DUAL, self._column_changes(columns))
        self._bind(tried, is_undone=False)
        answer = self._linear({})
        self._bind(tried, is_undone=True)
        return answer.status is not SolutionStatus.INFEASIBLE
