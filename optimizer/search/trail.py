"""An undo trail of bound changes on an incremental model, with replay.

A *step* is one change that is kept: bounds of columns and rows, a new column, a new row. Steps are
undone from the last to the first. The result of an undone step stays recorded, so that taking the
same steps again costs no solve; ``discard`` forgets the records from a failed step on. The trail
also keeps two points that satisfy its steps: the incumbent and the last LP point.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.cuts import Cut
from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import INFINITY, WHOLE, IntegerPoint, Matrix, Vector, Weights, weigh
from optimizer.engine.tree import Tree
from optimizer.solution import Proof


class BoundChange(NamedTuple):
    """Bounds of one column or row, before and after a step."""

    number: int
    old_low: float
    old_high: float
    low: float
    high: float


class StepKind(StrEnum):
    """What a step does; the certificate is written from the steps."""

    KEPT = "kept"  # bounds that follow from the steps before
    COLUMN = "column"  # a new column; value: its number
    ROW = "row"  # a new row; value: its number
    SUM = "sum"  # a sum at its greatest value; row: the row that keeps it
    TRIED = "tried"  # lower bounds of rows; value 1: kept, 0: impossible
    CLOSED = "closed"  # the last failed try decides about a group
    REACHED = "reached"  # value: the bit set of columns that can have a value
    SETTLED = "settled"  # columns that no point has at a value, kept at the other one
    DECIDED = "decided"  # witnesses: points that have every open column at 0 and at 1
    OPEN = "open"  # value: the greatest of a sum; witnesses: a point that has it
    RANKS = "ranks"  # value: that many ranks taken or spared whole


@dataclass(slots=True)
class Step:
    """One kept change: columns and rows with their bounds before and after.

    cuts    rows added on the way, kept or (after a failed try) only used by the proof
    bound   multipliers of the value; None: there is nothing to prove, or none are known
    tree    the proof of a value that the multipliers alone do not prove
    point   an integer point that reaches a value found in integers
    none_of sets of columns; no point gives any of them the value asked about; each with its proof
            (None: the engine searched)
    witnesses  integer points that keep all steps before
    label   the group that an ``open`` step is about
    own     the columns of the sum where it is a part of an aim; None: it is the whole
    is_defined  of a column: its stage defines it
    """

    value: int
    proof: Proof
    kind: StepKind = StepKind.KEPT
    columns: list[BoundChange] = field(default_factory=list)
    rows: list[BoundChange] = field(default_factory=list)
    row: int = -1
    cuts: list[tuple[int, Cut]] = field(default_factory=list)
    bound: Bound | None = None
    tree: Tree | None = None
    point: Vector | None = None
    none_of: list[tuple[tuple[int, ...], Bound | None]] = field(default_factory=list)
    asked: int = 1
    witnesses: list[Vector] = field(default_factory=list)
    label: str = ""
    own: tuple[int, ...] | None = None
    is_defined: bool = False

    @property
    def most(self) -> int | None:
        """The greatest value that the proof leaves to a sum; None if there is no proof."""
        if self.tree is not None and self.tree.most is not None:
            return int(self.tree.most)
        return None if self.bound is None else self.bound.floor

    def add_cut(self, row: int, cut: Cut) -> None:
        """Add a cut that has become a row of the model."""
        self.rows.append(BoundChange(row, -INFINITY, INFINITY, -INFINITY, float(cut.right)))
        self.cuts.append((row, cut))


class Incumbent:
    """The best integer point known, checked exactly, and how many steps it is known to satisfy.

    Columns made after the point was found are 0 at it.
    """

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self.point: Vector | None = None
        self.checked = 0

    def is_feasible(self) -> bool:
        """True when a point satisfies every present bound and row exactly."""
        return self.weigh({}) is not None

    def reaches(self, weights: Weights, value: int) -> bool:
        """Return whether the point is feasible and the sum has this value at it."""
        best = self.weigh(weights)
        return best is not None and best.value == value

    def padded(self, point: Vector) -> Vector:
        """Return a point with 0 in the columns made after it."""
        missing = len(self._matrix.low) - len(point)
        return np.concatenate([point, np.zeros(missing)])

    def weigh(self, weights: Weights) -> IntegerPoint | None:
        """Return the point with the worth of a sum, or None while it does not hold."""
        return None if self.point is None else weigh(self._matrix, weights, self.padded(self.point))

    def propose(self, point: Vector, steps: int) -> None:
        """Take a point, rounded, if it satisfies the model with all its ``steps``."""
        best = weigh(self._matrix, {}, point)
        if best is not None:
            self.point, self.checked = best.point, steps

    def recheck(self, steps: int) -> None:
        """Check whether the point satisfies further steps too."""
        if self.checked < steps and self.is_feasible():
            self.checked = steps

    def limit(self, steps: int) -> None:
        """Forget about steps after the first ``steps``, which were undone."""
        self.checked = min(self.checked, steps)

    def extended(self) -> Vector:
        """Return the point with a value of every column; there must be one."""
        if self.point is None:
            raise RuntimeError("no point is known")
        return self.padded(self.point)


class Trail:
    """The steps in force on one incremental model, in order.

    incumbent   the integer point known, and how many of the steps it satisfies
    lp_point    the last LP point, while it satisfies the steps up to the engine's tolerance
    """

    def __init__(self, engine: IncrementalModel) -> None:
        self.engine = engine
        self.steps: list[Step] = []
        self.incumbent = Incumbent(engine.matrix)
        self.lp_point: Vector | None = None
        self._recorded: list[Step] = []

    def replay(self) -> Step | None:
        """Take the next recorded step again; None when there is none."""
        if len(self.steps) == len(self._recorded):
            return None
        step = self._recorded[len(self.steps)]
        self.bind(step)
        self.steps.append(step)
        return step

    def replay_to(self, count: int) -> None:
        """Take recorded steps again until this many are in force."""
        while len(self.steps) < count:
            self.replay()

    def apply(self, step: Step) -> None:
        """Bind a new step and record it."""
        self.bind(step)
        self.record(step)

    def record(self, step: Step, found: Vector | None = None) -> None:
        """Record a step that is bound already; ``found`` is an integer point met on the way."""
        if step.bound is not None:
            step.bound = step.bound.without_reduced()
        self.steps.append(step)
        self._recorded.append(step)
        if found is not None:
            self.incumbent.propose(found, len(self.steps))
        self.incumbent.recheck(len(self.steps))

    def undo_to(self, count: int = 0) -> None:
        """Undo all but the first steps; the records stay, so the others can be taken again."""
        while len(self.steps) > count:
            self.unbind(self.steps.pop())

    def discard(self, count: int) -> None:
        """Undo all but the first steps and forget the records of the others."""
        self.undo_to(count)
        del self._recorded[count:]
        self.incumbent.limit(count)

    def bind(self, step: Step) -> None:
        """Put the bounds of a step on the model without recording it."""
        self._set_bounds(
            [(change.number, change.low, change.high) for change in step.columns],
            [(change.number, change.low, change.high) for change in step.rows],
        )
        if self.lp_point is not None and not self._allows(step, self.lp_point):
            self.lp_point = None

    def unbind(self, step: Step) -> None:
        """Restore the bounds from before a step."""
        self._set_bounds(
            [(change.number, change.old_low, change.old_high) for change in step.columns],
            [(change.number, change.old_low, change.old_high) for change in step.rows],
        )

    def _set_bounds(
        self, columns: Sequence[tuple[int, float, float]], rows: Sequence[tuple[int, float, float]]
    ) -> None:
        if columns:
            self.engine.bound_columns(*zip(*columns, strict=True))
        for row in rows:
            self.engine.bound_row(*row)

    def keep_columns(self, columns: Sequence[tuple[int, float, float]]) -> None:
        """Keep bounds of columns (number, low, high) that are proved already."""
        if self.replay() is None:
            low, high = self.engine.matrix.low, self.engine.matrix.high
            changes = [BoundChange(j, float(low[j]), float(high[j]), *to) for j, *to in columns]
            self.apply(Step(1, Proof.DUAL, columns=changes))

    def keep_rows(self, rows: Sequence[tuple[int, float]], high: float = INFINITY) -> None:
        """Keep lower bounds of rows (number, low), and one upper bound, that are proved already."""
        if self.replay() is None:
            self.apply(Step(1, Proof.DUAL, rows=self.change_rows(rows, high)))

    def add_column(self, high: int, *, is_defined: bool = False) -> int:
        """Add an integer column, the same one when steps are taken again."""
        step = self.replay()
        if step is None:
            number = self.engine.add_column(high)
            own = [BoundChange(number, 0.0, float(high), 0.0, float(high))]
            step = Step(number, Proof.DUAL, StepKind.COLUMN, own, is_defined=is_defined)
            self.apply(step)
        return step.value

    def add_row(self, weights: Weights) -> int:
        """Add a row without bounds, the same one when steps are taken again."""
        step = self.replay()
        if step is None:
            step = Step(self.engine.add_row(weights), Proof.DUAL, StepKind.ROW)
            self.apply(step)
        return step.value

    def change_rows(
        self, rows: Sequence[tuple[int, float]], high: float = INFINITY
    ) -> list[BoundChange]:
        """Return the changes of rows to these lower bounds and this upper bound."""
        low, top = self.engine.matrix.row_low, self.engine.matrix.row_high
        return [BoundChange(i, float(low[i]), float(top[i]), new, high) for i, new in rows]

    def _allows(self, step: Step, point: Vector) -> bool:
        """Return whether a point satisfies the bounds of a step up to the engine's tolerance."""
        for change in step.columns:
            value = point[change.number] if change.number < len(point) else 0.0
            if not change.low - WHOLE <= value <= change.high + WHOLE:
                return False
        for change in step.rows:
            columns, weights = self.engine.matrix.row(change.number)
            inside = columns < len(point)
            value = float(weights[inside] @ point[columns[inside]])
            if not change.low - WHOLE <= value <= change.high + WHOLE:
                return False
        return True


def fix_by_reduced_costs(matrix: Matrix, bound: Bound, value: int) -> list[BoundChange]:
    """Return the columns that reduced costs fix at a bound of theirs, where a sum has a value."""
    slack = bound.total - value * bound.scale
    low, high = matrix.low[bound.columns], matrix.high[bound.columns]
    fixed = np.flatnonzero((high > low) & (np.abs(bound.reduced) > slack))
    ends = np.where(bound.reduced > 0, high, low)
    of = zip(bound.columns[fixed], low[fixed], high[fixed], ends[fixed], strict=True)
    return [BoundChange(int(j), float(a), float(b), float(end), float(end)) for j, a, b, end in of]
