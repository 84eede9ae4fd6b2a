"""Linear questions to a living model: how much at most, and is it possible at all?"""

import math
from collections.abc import Sequence

import numpy as np

from optimizer.answer import Answer
from optimizer.cuts import find_cuts
from optimizer.ledger import Ledger, Step, StepKind
from optimizer.matrix import INFINITY, WHOLE, Vector, Weights
from optimizer.points import EngineError, OutOfTimeError, maximise_whole
from optimizer.solution import Proof, SolutionStatus

MOST_ROUNDS = 6  # of cuts, before a fractional point is left to the checkpoint


class Probe(Ledger):
    """A ledger that can ask the LP, with cuts where a fraction stands in the way."""

    def _linear(self, weights: Weights) -> Answer:
        answer = self.living.maximise_linear(weights)
        self.fraction = answer.point
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
                step.cuts.append((row, cut))
            answer = self._linear(weights)
        return answer

    def _is_reached(self, weights: Weights, value: int) -> bool:
        """True when the known integer point keeps everything and has this value."""
        if self.point is None or not self.is_kept_by(self.point):
            return False
        whole = self.padded(self.point)
        return _value(weights, whole) == value

    def _reach(self, columns: Sequence[int], value: int) -> Step:
        step = Step(0, Proof.DUAL, StepKind.REACHED, asked=value)
        waiting = [list(range(len(columns)))] if columns else []
        while waiting:
            unsure = waiting.pop()
            asked = tuple(columns[k] for k in unsure)
            answer = self._linear(dict.fromkeys(asked, 1 if value else -1))
            point, most = answer.point, 0 if value else len(asked)
            if answer.proof is not None and point is not None and answer.proof.floor + most < 1:
                step.none_of.append((asked, answer.proof.without_reduced()))
                continue  # together they do not reach one
            found = [
                k for k in unsure if point is not None and abs(point[columns[k]] - value) < WHOLE
            ]
            found = unsure if len(unsure) == 1 else found
            step.value |= sum(1 << k for k in found)
            rest = [k for k in unsure if k not in found]
            half = len(rest) // 2
            parts = [rest] if found else [rest[half:], rest[:half]]
            waiting += [part for part in parts if part]
        return step

    def measure(self, weights: Weights, off: Sequence[int]) -> tuple[Step, Vector | None]:
        """The greatest whole value of a sum with some columns at 0, and a point; nothing is kept.

        The point is None when not even C1 to C13 have one.
        """
        low, high = self.living.matrix.low, self.living.matrix.high
        columns = [(j, float(low[j]), float(high[j]), 0.0, 0.0) for j in off]
        step = Step(0, Proof.DUAL, StepKind.SUM, columns=columns)
        self._bind(step, is_undone=False)
        self.living.forget()
        answer = self._linear(weights)
        point = self._rounded(weights, answer.point)
        if point is not None and answer.proof and answer.proof.floor > _value(weights, point):
            answer = self._tighten(weights, step)
        self._bind(step, is_undone=True)
        step.columns = []
        if point is not None and answer.proof is not None:
            step.value = _value(weights, point)
            step.bound = answer.proof.without_reduced()
            step.proof = Proof.DUAL if step.bound.floor == step.value else Proof.SEARCH
        return step, point

    def _rounded(self, weights: Weights, point: Vector | None) -> Vector | None:
        """The point where it is whole, else one of the greatest value; None where there is none."""
        if point is None or self.living.matrix.holds(np.round(point)):
            return None if point is None else np.round(point)
        found = maximise_whole(self.living, weights).point
        return None if found is None else np.round(found)


def _value(weights: Weights, point: Vector) -> int:
    return sum(weight * int(point[j]) for j, weight in weights.items())
