"""The chain of kept values: each LP bound is kept at once, and one integer point confirms many.

An aim's LP bound rounds down to a whole number that no integer point can pass, given what is kept
before. It is kept as if reached; at a checkpoint one integer solve looks for a point that keeps
everything. If there is none, the first step that fails is found by halving, that step alone is
solved in integers, and the steps after it are taken again. So every kept value is both bounded and
reached.
"""

import math
from collections.abc import Sequence

import numpy as np

from optimizer.engine.bounds import Bound, renew
from optimizer.engine.branching import (
    EngineError,
    OutOfTimeError,
    find_integer_point,
    maximise_over_integers,
    repair_integer_point,
)
from optimizer.engine.cuts import find_cuts
from optimizer.engine.highs import EngineResult, IncrementalModel
from optimizer.engine.matrix import INFINITY, WHOLE, Vector, Weights
from optimizer.search.trail import Change, Ledger, Step, StepKind
from optimizer.solution import Proof, SolutionStatus

# --- Linear questions to an incremental model: how much at most, and is it possible at all?

MOST_ROUNDS = 6  # of cuts, before a fractional point is left to the checkpoint


class Probe(Ledger):
    """A ledger that can ask the LP, with cuts where a fraction stands in the way."""

    def _linear(self, weights: Weights) -> EngineResult:
        answer = self.engine.maximise_linear(weights)
        self.fraction = answer.point
        if answer.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE):
            return answer
        if self.engine.seconds_left <= 0:
            raise OutOfTimeError
        raise EngineError("the solver stopped without an answer")

    def _tighten(self, weights: Weights, step: Step, rounds: int = MOST_ROUNDS) -> EngineResult:
        """The LP, with cuts while its point is fractional and no known point reaches its bound."""
        answer = self._linear(weights)
        for _ in range(rounds):
            point = answer.point
            if point is None or self.engine.matrix.is_integral(point):
                break
            if weights and self._is_reached(weights, math.floor(answer.bound + WHOLE)):
                break
            cuts = find_cuts(self.engine.matrix, point)
            if not cuts:
                break
            for cut in cuts:
                row, right = self.engine.add_row(cut.weights), float(cut.right)
                self.engine.bound_row(row, -INFINITY, right)
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
        low, high = self.engine.matrix.low, self.engine.matrix.high
        columns = [(j, float(low[j]), float(high[j]), 0.0, 0.0) for j in off]
        step = Step(0, Proof.DUAL, StepKind.SUM, columns=columns)
        self._bind(step, is_undone=False)
        self.engine.forget()
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
        if point is None or self.engine.matrix.holds(np.round(point)):
            return None if point is None else np.round(point)
        found = maximise_over_integers(self.engine, weights).point
        return None if found is None else np.round(found)


def _value(weights: Weights, point: Vector) -> int:
    return sum(weight * int(point[j]) for j, weight in weights.items())


class NoPointError(Exception):
    """Proved: no integer point satisfies C1 to C13."""


class UnreachableError(Exception):
    """What is kept leaves no point, not even a fractional one: some kept value was too high."""


class RetakeError(Exception):
    """A kept value was too high: go back to the start and take the steps again."""


class LexicographicSearch(Probe):
    """Steps kept so far on one incremental model, and the solves that find the next."""

    def __init__(self, engine: IncrementalModel) -> None:
        super().__init__(engine)
        self._careful: set[int] = set()
        self._window = 1
        self._unchecked = 0
        self._refusal: Bound | None = None
        self.is_small = np.zeros(len(engine.matrix.low), dtype=bool)  # columns of small components

    def maximise(self, weights: Weights) -> Step:
        """Keep the greatest value of a whole-number sum, given everything kept before."""
        return self._replayed() or self._take(weights, len(self.steps) in self._careful)

    def try_rows(self, rows: Sequence[tuple[int, float]], *, is_near: bool = True) -> bool:
        """Raise lower bounds of rows if some point allows it; says whether.

        Cuts are sought only where the answer is near the edge of what is possible.
        """
        replayed = self._replayed()
        if replayed is not None:
            return bool(replayed.value)
        step = Step(1, Proof.DUAL, StepKind.TRIED, rows=self._row_changes(rows))
        fraction, is_careful = self.fraction, len(self.steps) in self._careful
        self._bind(step, is_undone=False)
        if self.is_kept_by(self.point) or (self.fraction is not None and not is_careful):
            self._note(step, None)
            return True
        answer = self._refuse_again() or self._tighten({}, step, MOST_ROUNDS if is_near else 0)
        bound, proof = answer.proof, Proof.FARKAS if answer.proof else Proof.SEARCH
        if is_careful and answer.point is not None:
            answer, proof, bound = find_integer_point(self.engine), Proof.SEARCH, None
        if answer.status is SolutionStatus.INFEASIBLE:
            self._bind(step, is_undone=True)
            self.fraction, self._refusal = fraction, bound
            step = Step(0, proof, StepKind.TRIED, cuts=step.cuts, bound=bound)
        self._note(step, answer.point)
        return bool(step.value)

    def _refuse_again(self) -> EngineResult | None:
        """The refusal of the last try, where its multipliers refuse this one too."""
        bound = None if self._refusal is None else renew(self.engine.matrix, self._refusal)
        if bound is None or bound.total >= 0:
            return None
        return EngineResult(SolutionStatus.INFEASIBLE, proof=bound)

    def close(self) -> None:
        """Note that the last try that failed decides about a group."""
        if self._replayed() is None:
            failed = next(
                s for s in reversed(self.steps) if s.kind is StepKind.TRIED and not s.value
            )
            self._apply(
                Step(0, failed.proof, StepKind.CLOSED, cuts=failed.cuts, bound=failed.bound)
            )

    def reachable(self, columns: Sequence[int], value: int) -> list[bool]:
        """For every column in {0, 1} whether it can have a value; nothing is kept.

        False only where the LP proves it.
        """
        replayed = self._replayed()
        if replayed is None:
            replayed = self._reach(columns, value)
            self._apply(replayed)
        return [bool(replayed.value >> k & 1) for k in range(len(columns))]

    def check_incumbent_when_due(self) -> None:
        """Confirm now and then: seldom while all goes well, at once after a failure."""
        self._unchecked += 1
        if self.confirmed < len(self.steps) and self._unchecked >= self._window:
            self._unchecked = 0
            if not self.check_incumbent():
                self._window = 1
                raise RetakeError
            self._window *= 2

    def check_incumbent(self) -> bool:
        """Find an integer point for everything kept; False: go back to the start and steps again.

        Raises ``NoPointError`` when not even C1 to C13 have one.
        """
        if self.is_kept_by(self.point) or self._search():
            self.confirmed = len(self.steps)
            return True
        low, high = self.confirmed, len(self.steps)  # a point for low steps, none for high
        while high - low > 1:
            self.rewind((low + high) // 2)
            if self.is_kept_by(self.point) or self._search():
                low = len(self.steps)
            else:
                high = len(self.steps)
            self._advance(high)
        self._strike_out(low)
        if self.point is None and not self._search():
            raise NoPointError
        if low in self._careful:
            raise EngineError("a step solved in integers was not reached")
        self._careful.add(low)
        return False

    def _take(self, weights: Weights, is_careful: bool) -> Step:
        step = Step(0, Proof.DUAL, StepKind.SUM)
        answer = self._tighten(weights, step)
        if answer.proof is None or answer.status is SolutionStatus.INFEASIBLE:
            self._bind(step, is_undone=True)
            raise UnreachableError
        step.bound, step.value, found = answer.proof, answer.proof.floor, answer.point
        if is_careful and not self._is_reached(weights, step.value):
            best = maximise_over_integers(self.engine, weights)
            if best.point is None:
                raise UnreachableError
            found = best.point
            if round(best.value) < step.value:
                step.value, step.proof = round(best.value), Proof.SEARCH
        step.row, value = self.engine.add_row(weights), float(step.value)
        columns = self._excluded(answer.proof, step.value)
        kept = Step(
            0, Proof.DUAL, columns=columns, rows=[(step.row, -INFINITY, INFINITY, value, value)]
        )
        self._bind(kept, is_undone=False)
        step.columns, step.rows = columns, [*step.rows, *kept.rows]
        self._note(step, found)
        return step

    def _excluded(self, bound: Bound, value: int) -> list[Change]:
        """Columns whose reduced cost forbids any integer point of the kept value to move them."""
        slack = bound.total - value * bound.scale
        low, high = self.engine.matrix.low[bound.columns], self.engine.matrix.high[bound.columns]
        fixed = np.flatnonzero((high > low) & (np.abs(bound.reduced) > slack))
        ends = np.where(bound.reduced > 0, high, low)
        of = zip(bound.columns[fixed], low[fixed], high[fixed], ends[fixed], strict=True)
        return [(int(j), float(a), float(b), float(end), float(end)) for j, a, b, end in of]

    def _search(self) -> bool:
        """Find an integer point: by the LP and cuts if these lead to one, by branching if not."""
        tried = Step(0, Proof.DUAL)
        answer = self._tighten({}, tried)
        self._bind(tried, is_undone=True)
        found: Vector | None = answer.point
        if found is not None and not self.engine.matrix.holds(np.round(found)):
            near = repair_integer_point(self.engine, found, self.is_small)
            found = find_integer_point(self.engine).point if near is None else near
        if found is not None:
            self.point = np.round(found)
        return found is not None


def is_open(search: LexicographicSearch, column: int) -> bool:
    """True while a column may still take two values."""
    return bool(search.engine.matrix.high[column] - search.engine.matrix.low[column] > WHOLE)
