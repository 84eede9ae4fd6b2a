"""What is kept on an incremental model, and how to take it back and do it again.

A step's outcome is written in a journal. Steps that are taken again after a rewind find their
outcome there and cost no solve; what stands in the journal after a failed step is struck out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.cuts import Cut
from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import INFINITY, WHOLE, Vector, Weights
from optimizer.solution import Proof

Change = tuple[int, float, float, float, float]  # number, bounds before, bounds after


class StepKind(StrEnum):
    """What a step did; the certificate is read off the steps."""

    KEPT = "kept"  # bounds that follow from what stands before
    COLUMN = "column"  # a new column; value: its number
    ROW = "row"  # a new row; value: its number
    SUM = "sum"  # a sum at its greatest value; row: the row that keeps it
    TRIED = "tried"  # lower bounds of rows; value 1: kept, 0: impossible
    CLOSED = "closed"  # the last try that failed decides about a group
    REACHED = "reached"  # value: bits of the columns that can have the value asked about


@dataclass(slots=True)
class Step:
    """One kept change: columns and rows with their bounds before and after.

    cuts    rows found on the way, kept or (of a failed try) only used by the proof
    bound   what proves the value; None: nothing to prove, or the engine's search alone
    none_of columns of which no point gives any the value asked about, each set with its proof
    """

    value: int
    proof: Proof
    kind: StepKind = StepKind.KEPT
    columns: list[Change] = field(default_factory=list)
    rows: list[Change] = field(default_factory=list)
    row: int = -1
    cuts: list[tuple[int, Cut]] = field(default_factory=list)
    bound: Bound | None = None
    none_of: list[tuple[tuple[int, ...], Bound]] = field(default_factory=list)
    asked: int = 1


class Ledger:
    """Steps on one incremental model, the last known integer point, and how far it reaches."""

    def __init__(self, engine: IncrementalModel) -> None:
        self.engine = engine
        self.steps: list[Step] = []
        self.point: Vector | None = None
        self.confirmed = 0
        self.fraction: Vector | None = None  # the last LP point, while it satisfies what is kept
        self._journal: list[Step] = []

    def keep(
        self,
        columns: Sequence[tuple[int, float, float]] = (),
        rows: Sequence[tuple[int, float]] = (),
        tops: Sequence[tuple[int, float]] = (),
    ) -> None:
        """Keep bounds of columns, lower bounds of rows and upper ones (tops) already proved."""
        if self._replayed() is None:
            step = Step(
                1,
                Proof.DUAL,
                columns=self._column_changes(columns),
                rows=self._row_changes(rows),
            )
            low, high = self.engine.matrix.row_low, self.engine.matrix.row_high
            lows = dict(rows)
            for i, top in tops:
                step.rows.append((i, float(low[i]), float(high[i]), lows.get(i, -INFINITY), top))
            self._apply(step)

    def add_column(self, high: int) -> int:
        """A new whole column, the same one when steps are taken again."""
        replayed = self._replayed()
        if replayed is None:
            replayed = Step(self.engine.add_column(high), Proof.DUAL, StepKind.COLUMN)
            self._apply(replayed)
        return replayed.value

    def add_row(self, weights: Weights) -> int:
        """A new row without bounds, the same one when steps are taken again."""
        replayed = self._replayed()
        if replayed is None:
            replayed = Step(self.engine.add_row(weights), Proof.DUAL, StepKind.ROW)
            self._apply(replayed)
        return replayed.value

    def offer(self, point: Vector) -> None:
        """An integer point found elsewhere; it stands if it keeps everything."""
        whole = np.round(point)
        if self.engine.matrix.holds(whole):
            self.point = whole
            self.confirmed = len(self.steps)

    def rewind(self, count: int = 0) -> None:
        """Back to the first steps; the journal stays, so the others can be taken again."""
        while len(self.steps) > count:
            self._bind(self.steps.pop(), is_undone=True)

    def is_kept_by(self, point: Vector | None) -> bool:
        """True when a known integer point satisfies everything kept now, exactly."""
        return point is not None and self.engine.matrix.holds(self.padded(point))

    def padded(self, point: Vector) -> Vector:
        """A point with 0 for columns made after it was found."""
        missing = len(self.engine.matrix.low) - len(point)
        return np.concatenate([point, np.zeros(missing)])

    def _column_changes(self, columns: Sequence[tuple[int, float, float]]) -> list[Change]:
        low, high = self.engine.matrix.low, self.engine.matrix.high
        return [(j, float(low[j]), float(high[j]), down, up) for j, down, up in columns]

    def _row_changes(self, rows: Sequence[tuple[int, float]]) -> list[Change]:
        low, high = self.engine.matrix.row_low, self.engine.matrix.row_high
        return [(i, float(low[i]), float(high[i]), down, float(high[i])) for i, down in rows]

    def _replayed(self) -> Step | None:
        if len(self.steps) == len(self._journal):
            return None
        step = self._journal[len(self.steps)]
        self._bind(step, is_undone=False)
        self.steps.append(step)
        return step

    def _apply(self, step: Step) -> None:
        self._bind(step, is_undone=False)
        self._note(step, None)

    def _note(self, step: Step, found: Vector | None) -> None:
        """Write a step that is bound already; an integer point confirms everything up to it."""
        if step.bound is not None:
            step.bound = step.bound.without_reduced()
        self.steps.append(step)
        self._journal.append(step)
        if found is not None:
            self.offer(found)
        if self.confirmed < len(self.steps) and self.is_kept_by(self.point):
            self.confirmed = len(self.steps)

    def _bind(self, step: Step, *, is_undone: bool) -> None:
        if step.columns:
            first = 1 if is_undone else 3
            self.engine.bound_columns(
                [change[0] for change in step.columns],
                [change[first] for change in step.columns],
                [change[first + 1] for change in step.columns],
            )
        for row, *bounds in step.rows:
            self.engine.bound_row(row, *(bounds[:2] if is_undone else bounds[2:]))
        if not is_undone and self.fraction is not None and not self._allows(step, self.fraction):
            self.fraction = None

    def _allows(self, step: Step, point: Vector) -> bool:
        """Whether a point, up to the engine's tolerance, satisfies the bounds of a step."""
        for j, _, _, low, high in step.columns:
            if not low - WHOLE <= (point[j] if j < len(point) else 0.0) <= high + WHOLE:
                return False
        for i, _, _, low, high in step.rows:
            columns, weights = self.engine.matrix.row(i)
            inside = columns < len(point)
            value = float(weights[inside] @ point[columns[inside]])
            if not low - WHOLE <= value <= high + WHOLE:
                return False
        return True

    def _advance(self, count: int) -> None:
        while len(self.steps) < count:
            self._replayed()

    def _strike_out(self, count: int) -> None:
        """Back to the first steps, and nothing after them is known any more."""
        self.rewind(count)
        del self._journal[count:]
        self.confirmed = min(self.confirmed, count)
