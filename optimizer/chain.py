"""The chain of kept values: each LP bound is kept at once, and one integer point confirms many.

An aim's LP bound rounds down to a whole number that no integer point can pass, given what is kept
before. It is kept as if reached; at a checkpoint one integer solve looks for a point that keeps
everything. If there is none, the first step that fails is found by halving, that step alone is
solved in integers, and the steps after it are taken again. So every kept value is both bounded and
reached. A step's answers are written in a journal, so that taking steps again costs no solve.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.backend import INFINITY, WHOLE, Answer, LivingModel, Vector, Weights
from optimizer.cuts import find_cuts
from optimizer.solution import Proof, SolutionStatus

MOST_ROUNDS = 6  # of cuts, before a fractional point is left to the checkpoint
Change = tuple[int, float, float, float, float]  # number, bounds before, bounds after


class OutOfTimeError(Exception):
    """The deadline passed; the last confirmed point stands."""


class NoPointError(Exception):
    """Proved: no integer point satisfies C1 to C13."""


class UnreachableError(Exception):
    """What is kept leaves no point, not even a fractional one: some kept value was too high."""


class RetakeError(Exception):
    """A kept value was too high: go back to the start and take the steps again."""


class EngineError(Exception):
    """The solver answered something that cannot be used."""


@dataclass(slots=True)
class Step:
    """One kept change: columns and rows with their bounds before and after."""

    value: int
    proof: Proof
    columns: list[Change] = field(default_factory=list)
    rows: list[Change] = field(default_factory=list)


class Chain:
    """Steps kept so far on one living model."""

    def __init__(self, living: LivingModel) -> None:
        self.living = living
        self.steps: list[Step] = []
        self.point: Vector | None = None
        self.confirmed = 0
        self._journal: list[Step] = []
        self._careful: set[int] = set()
        self._window = 1
        self._unchecked = 0
        self._kept: list[int] = []

    def maximise(self, weights: Weights) -> Step:
        """Keep the greatest value of a whole-number sum, given everything kept before."""
        return self._replayed() or self._take(weights, self._is_careful())

    def keep(
        self,
        columns: Sequence[tuple[int, float, float]] = (),
        rows: Sequence[tuple[int, float]] = (),
        tops: Sequence[tuple[int, float]] = (),
    ) -> None:
        """Keep bounds of columns, lower bounds of rows and upper ones (tops) already proved."""
        if self._replayed() is None:
            step = Step(1, Proof.DUAL)
            step.columns = self._column_changes(columns)
            low, high = self.living.row_low, self.living.row_high
            lows, highs = dict(rows), dict(tops)
            step.rows = [
                (i, float(low[i]), float(high[i]), lows.get(i, -INFINITY), highs.get(i, INFINITY))
                for i in {**lows, **highs}
            ]
            self._apply(step)

    def try_rows(self, rows: Sequence[tuple[int, float]], *, is_near: bool = True) -> bool:
        """Raise lower bounds of rows if some point allows it; says whether.

        Cuts are sought only where the answer is near the edge of what is possible.
        """
        replayed = self._replayed()
        if replayed is not None:
            return bool(replayed.value)
        is_careful = self._is_careful()
        step = Step(1, Proof.DUAL, rows=self._row_changes(rows))
        self._bind(step, is_undone=False)
        if self._is_kept_by(self.point):
            self._note(step, None)
            return True
        answer = self._solve_with_cuts({}, step, MOST_ROUNDS if is_near else 0)
        proof = Proof.FARKAS
        if is_careful and answer.point is not None and not self._is_kept_by(self.point):
            answer, proof = self._solve({}, is_linear=False), Proof.SEARCH
        if answer.status is SolutionStatus.INFEASIBLE:
            self._bind(step, is_undone=True)
            step = Step(0, proof)
        self._note(step, answer.point)
        return bool(step.value)

    def can(self, columns: Sequence[tuple[int, float, float]]) -> bool:
        """True unless the LP proves that no point has these bounds; nothing is kept."""
        replayed = self._replayed()
        if replayed is None:
            tried = Step(0, Proof.DUAL)
            tried.columns = self._column_changes(columns)
            self._bind(tried, is_undone=False)
            answer = self._solve({}, is_linear=True)
            self._bind(tried, is_undone=True)
            replayed = Step(int(answer.status is not SolutionStatus.INFEASIBLE), Proof.DUAL)
            self._apply(replayed)
        return bool(replayed.value)

    def add_column(self, high: int) -> int:
        """A new whole column, the same one when steps are taken again."""
        replayed = self._replayed()
        if replayed is None:
            replayed = Step(self.living.add_column(high), Proof.DUAL)
            self._apply(replayed)
        return replayed.value

    def add_row(self, weights: Weights) -> int:
        """A new row without bounds, the same one when steps are taken again."""
        replayed = self._replayed()
        if replayed is None:
            replayed = Step(self.living.add_row(weights), Proof.DUAL)
            self._kept.append(replayed.value)
            self._apply(replayed)
        return replayed.value

    def confirm(self) -> bool:
        """Find an integer point for everything kept; False: go back to the start and steps again.

        Raises ``NoPointError`` when not even C1 to C13 have one.
        """
        if self._is_kept_by(self.point) or self._search():
            self.confirmed = len(self.steps)
            return True
        low, high = self.confirmed, len(self.steps)  # a point for low steps, none for high
        while high - low > 1:
            self._rewind((low + high) // 2)
            if self._is_kept_by(self.point) or self._search():
                low = len(self.steps)
            else:
                high = len(self.steps)
            self._advance(high)
        self._rewind(low)
        self.confirmed = low
        if self.point is None and not self._search():
            raise NoPointError
        self._careful.add(low)
        del self._journal[low:]
        return False

    def offer(self, point: Vector) -> None:
        """A whole point found elsewhere; it stands if it keeps everything."""
        if self._is_kept_by(point):
            self.point = point
            self.confirmed = len(self.steps)

    def checkpoint(self) -> None:
        """Confirm now and then: seldom while all goes well, at once after a failure."""
        self._unchecked += 1
        if self.confirmed < len(self.steps) and self._unchecked >= self._window:
            self._unchecked = 0
            if not self.confirm():
                self._window = 1
                raise RetakeError
            self._window *= 2

    def rewind(self, count: int = 0) -> None:
        """Back to the first steps; the journal stays, so the others can be taken again."""
        self._rewind(count)

    def _take(self, weights: Weights, is_careful: bool) -> Step:
        step = Step(0, Proof.DUAL)
        answer = self._solve_with_cuts(weights, step)
        if answer.status is SolutionStatus.INFEASIBLE:
            self._bind(step, is_undone=True)
            raise UnreachableError
        step.value = math.floor(answer.value + WHOLE)
        found = answer.point
        if is_careful and not self._is_reached(weights, step.value):
            best = self._solve(weights, is_linear=False)
            if best.point is None:
                raise UnreachableError
            found = best.point
            if round(best.value) < step.value:
                step.value, step.proof = round(best.value), Proof.SEARCH
        row = self.living.add_row(weights)
        self._kept.append(row)
        kept: list[Change] = [(row, -INFINITY, INFINITY, float(step.value), float(step.value))]
        columns = self._excluded(answer, answer.value - step.value)
        self._bind(Step(0, Proof.DUAL, columns, kept), is_undone=False)
        step.columns, step.rows = columns, [*step.rows, *kept]
        self._note(step, found)
        return step

    def _solve_with_cuts(
        self, weights: Weights, step: Step, rounds: int = MOST_ROUNDS
    ) -> Answer:
        """The LP, tightened by cuts while its point is fractional and no known point reaches it."""
        answer = self._solve(weights, is_linear=True)
        for _ in range(rounds):
            point = answer.point
            if point is None or self.living.is_integral(point):
                break
            if weights and self._is_reached(weights, math.floor(answer.value + WHOLE)):
                break
            cuts = find_cuts(self.living, point)
            if not cuts:
                break
            for cut in cuts:
                row = self.living.add_row(cut.weights)
                self.living.bound_row(row, -INFINITY, cut.right)
                step.rows.append((row, -INFINITY, INFINITY, -INFINITY, float(cut.right)))
                self.living.mark_cut(row)
            answer = self._solve(weights, is_linear=True)
        return answer

    def _is_reached(self, weights: Weights, value: int) -> bool:
        """True when the known integer point keeps everything and has this value."""
        if self.point is None or not self._is_kept_by(self.point):
            return False
        whole = self._padded(self.point)
        return sum(weight * int(whole[j]) for j, weight in weights.items()) == value

    def _excluded(self, answer: Answer, slack: float) -> list[Change]:
        """Columns whose reduced cost forbids any integer point of the kept value to move them."""
        low, high, point, reduced = self.living.low, self.living.high, answer.point, answer.reduced
        if point is None or reduced is None:
            return []
        is_free = (high > low) & (np.abs(reduced) > max(slack, 0.0) + WHOLE)
        at_low = np.flatnonzero(is_free & (reduced > 0) & (point < low + WHOLE))
        at_high = np.flatnonzero(is_free & (reduced < 0) & (point > high - WHOLE))
        return [(int(j), low[j], high[j], low[j], low[j]) for j in at_low] + [
            (int(j), low[j], high[j], high[j], high[j]) for j in at_high
        ]

    def _column_changes(self, columns: Sequence[tuple[int, float, float]]) -> list[Change]:
        low, high = self.living.low, self.living.high
        return [(j, float(low[j]), float(high[j]), down, up) for j, down, up in columns]

    def _row_changes(self, rows: Sequence[tuple[int, float]]) -> list[Change]:
        low, high = self.living.row_low, self.living.row_high
        return [(i, float(low[i]), float(high[i]), down, float(high[i])) for i, down in rows]

    def _replayed(self) -> Step | None:
        if len(self.steps) == len(self._journal):
            return None
        step = self._journal[len(self.steps)]
        self._bind(step, is_undone=False)
        self.steps.append(step)
        return step

    def _is_careful(self) -> bool:
        return len(self.steps) in self._careful

    def _apply(self, step: Step) -> None:
        self._bind(step, is_undone=False)
        self.steps.append(step)
        self._journal.append(step)

    def _note(self, step: Step, found: Vector | None) -> None:
        """Write a step that is bound already; a whole point confirms everything up to it."""
        self.steps.append(step)
        self._journal.append(step)
        if found is not None and self.living.is_integral(found):
            self.point = found
        if self._is_kept_by(self.point):
            self.confirmed = len(self.steps)

    def _bind(self, step: Step, *, is_undone: bool) -> None:
        if step.columns:
            first = 1 if is_undone else 3
            self.living.bound_columns(
                [change[0] for change in step.columns],
                [change[first] for change in step.columns],
                [change[first + 1] for change in step.columns],
            )
        for row, *bounds in step.rows:
            self.living.bound_row(row, *(bounds[:2] if is_undone else bounds[2:]))

    def _rewind(self, count: int) -> None:
        while len(self.steps) > count:
            self._bind(self.steps.pop(), is_undone=True)

    def _advance(self, count: int) -> None:
        while len(self.steps) < count:
            self._replayed()

    def _search(self) -> bool:
        """Find a whole point: by the LP and cuts if these lead to one, by branching if not."""
        tried = Step(0, Proof.DUAL)
        answer = self._solve_with_cuts({}, tried)
        if answer.point is not None and not self.living.is_integral(answer.point):
            answer = self._solve({}, is_linear=False)
        self._bind(tried, is_undone=True)
        if answer.point is not None:
            self.point = answer.point
        return answer.point is not None

    def _solve(self, weights: Weights, *, is_linear: bool) -> Answer:
        run = self.living.maximise_linear if is_linear else self.living.maximise_integer
        answer = run(weights)
        if answer.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE):
            return answer
        if self.living.seconds_left <= 0 or answer.status is SolutionStatus.FEASIBLE:
            raise OutOfTimeError
        raise EngineError("the solver stopped without an answer")

    def _is_kept_by(self, point: Vector | None) -> bool:
        """True when a known integer point satisfies every bound kept now."""
        if point is None:
            return False
        living, whole = self.living, self._padded(point)
        if np.any(whole < living.low - WHOLE) or np.any(whole > living.high + WHOLE):
            return False
        for row in self._kept:
            columns, weights = living.row(row)
            value = float(weights @ whole[columns])
            if not living.row_low[row] - WHOLE <= value <= living.row_high[row] + WHOLE:
                return False
        return True

    def _padded(self, point: Vector) -> Vector:
        """Rounded, with 0 for columns made after it was found."""
        missing = len(self.living.low) - len(point)
        return np.concatenate([np.round(point), np.zeros(missing)])
