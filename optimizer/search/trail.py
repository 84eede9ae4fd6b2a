"""An undo trail of bound changes on an incremental model, with replay.

A *step* is one change that is kept: bounds of columns and rows, a new column, a new row. Steps are
undone from the last to the first. An undone step stays recorded, so that to take the same steps
again costs no solve; ``discard`` forgets the records from a failed step on. The trail also has two
points: the incumbent, which satisfies all or the first of its steps, and the last LP point.
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
    """The bounds of one column or row, before and after a step."""

    number: int
    old_low: float
    old_high: float
    low: float
    high: float


class StepKind(StrEnum):
    """What a step does; the certificate is written from the steps."""

    KEPT = "kept"  # bounds that are proved already
    COLUMN = "column"  # a new column; value: its number
    ROW = "row"  # a new row; value: its number
    SUM = "sum"  # a sum at its greatest value; row: the row that keeps it
    TRIED = "tried"  # lower bounds of rows; value 1: kept, 0: impossible
    CLOSED = "closed"  # the last failed try decides that a group cannot rise
    REACHED = "reached"  # value: the bit set of columns that may have a value
    SETTLED = "settled"  # columns that no point has at one value, fixed at the other
    DECIDED = "decided"  # witnesses: points that have every open column at 0 and at 1
    OPEN = "open"  # value: the greatest of a sum; witnesses: a point that has it
    RANKS = "ranks"  # value: the number of ranks taken or spared whole


@dataclass(slots=True)
class Step:
    """One change that is kept: columns and rows with their bounds before and after.

    value   as ``StepKind`` says of each kind
    proof   the kind of proof of the value
    columns the columns whose bounds change
    rows    the rows whose bounds change
    row     of a SUM: the row that keeps its value
    cuts    the rows added for the proof; after a failed try they are no longer in force
    bound   multipliers that prove the value; None: it needs no proof, or none is known
    tree    the proof of a value that the multipliers do not prove
    point   an integer point that has the value, if it was found in integers
    none_of sets of columns that no point has at the value ``asked``, each with its proof (None:
            the engine's claim)
    witnesses  integer points that satisfy all steps before
    label   of an OPEN step: the group that it counts
    own     the columns of a sum that is a part of an aim; None: it is the whole aim
    is_defined  of a COLUMN: whether its stage defines it, so that no event makes it
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
        """The upper bound on a sum that the tree or multipliers prove; None without a proof."""
        if self.tree is not None and self.tree.most is not None:
            return int(self.tree.most)
        return None if self.bound is None else self.bound.floor

    def add_cut(self, row: int, cut: Cut) -> None:
        """Note a cut that is a row of the model."""
        self.rows.append(BoundChange(row, -INFINITY, INFINITY, -INFINITY, float(cut.right)))
        self.cuts.append((row, cut))


class Incumbent:
    """The integer point that the search keeps, checked exactly.

    point     the point; None: none is known. Columns that were made later are 0 at it
    checked   how many steps of the trail, from the first, the point satisfies
    """

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self.point: Vector | None = None
        self.checked = 0

    def is_feasible(self) -> bool:
        """Return whether the point satisfies every current bound and row exactly."""
        return self.weigh({}) is not None

    def reaches(self, weights: Weights, value: int) -> bool:
        """Return whether the point is feasible and has exactly this value of the sum."""
        best = self.weigh(weights)
        return best is not None and best.value == value

    def padded(self, point: Vector) -> Vector:
        """Return a point with 0 in the columns made after it."""
        missing = len(self._matrix.low) - len(point)
        return np.concatenate([point, np.zeros(missing)])

    def weigh(self, weights: Weights) -> IntegerPoint | None:
        """Return the point with its value of a sum; None if it is not feasible, or not known."""
        return None if self.point is None else weigh(self._matrix, weights, self.padded(self.point))

    def propose(self, point: Vector, steps: int) -> None:
        """Make a rounded point the incumbent if it satisfies the model with its ``steps``."""
        best = weigh(self._matrix, {}, point)
        if best is not None:
            self.point, self.checked = best.point, steps

    def recheck(self, steps: int) -> None:
        """Check the point against all ``steps`` steps of the trail; note it if all hold."""
        if self.checked < steps and self.is_feasible():
            self.checked = steps

    def limit(self, steps: int) -> None:
        """Note that all but the first ``steps`` steps were undone."""
        self.checked = min(self.checked, steps)

    def extended(self) -> Vector:
        """Return the point with a value for every column. Raises ``RuntimeError`` without one."""
        if self.point is None:
            raise RuntimeError("no point is known")
        return self.padded(self.point)


class Trail:
    """The steps in force on one incremental model, in the order in which they were taken.

    incumbent   the integer point known, and how many of the first steps it satisfies
    lp_point    the last LP point; None once it breaks a step by more than the engine's tolerance
    """

    def __init__(self, engine: IncrementalModel) -> None:
        self.engine = engine
        self.steps: list[Step] = []
        self.incumbent = Incumbent(engine.matrix)
        self.lp_point: Vector | None = None
        self._recorded: list[Step] = []

    def replay(self) -> Step | None:
        """Take the next recorded step again and return it; None if there is none."""
        if len(self.steps) == len(self._recorded):
            return None
        step = self._recorded[len(self.steps)]
        self.bind(step)
        self.steps.append(step)
        return step

    def replay_to(self, count: int) -> None:
        """Take recorded steps again until ``count`` steps, or more, are in force."""
        while len(self.steps) < count:
            self.replay()

    def apply(self, step: Step) -> None:
        """Put a new step in force and record it."""
        self.bind(step)
        self.record(step)

    def record(self, step: Step, found: Vector | None = None) -> None:
        """Record a step that is in force already; ``found``: an integer point for the incumbent."""
        if step.bound is not None:
            step.bound = step.bound.without_reduced()
        self.steps.append(step)
        self._recorded.append(step)
        if found is not None:
            self.incumbent.propose(found, len(self.steps))
        self.incumbent.recheck(len(self.steps))

    def undo_to(self, count: int = 0) -> None:
        """Undo all but the first ``count`` steps; they stay recorded, to be taken again."""
        while len(self.steps) > count:
            self.unbind(self.steps.pop())

    def discard(self, count: int) -> None:
        """Undo all but the first ``count`` steps and forget the records of what is undone."""
        self.undo_to(count)
        del self._recorded[count:]
        self.incumbent.limit(count)

    def bind(self, step: Step) -> None:
        """Set the bounds of a step in the model without recording it."""
        self._set_bounds(
            [(change.number, change.low, change.high) for change in step.columns],
            [(change.number, change.low, change.high) for change in step.rows],
        )
        if self.lp_point is not None and not self._allows(step, self.lp_point):
            self.lp_point = None

    def unbind(self, step: Step) -> None:
        """Restore the bounds that the model had before a step."""
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
        """Set bounds of columns (number, low, high) that are proved already, as one step."""
        if self.replay() is None:
            low, high = self.engine.matrix.low, self.engine.matrix.high
            changes = [BoundChange(j, float(low[j]), float(high[j]), *to) for j, *to in columns]
            self.apply(Step(1, Proof.DUAL, columns=changes))

    def keep_rows(self, rows: Sequence[tuple[int, float]], high: float = INFINITY) -> None:
        """Set lower bounds of rows (number, low) and a common upper bound, proved already."""
        if self.replay() is None:
            self.apply(Step(1, Proof.DUAL, rows=self.change_rows(rows, high)))

    def add_column(self, high: int, *, is_defined: bool = False) -> int:
        """Add an integer column, or the recorded one on a replay; return its number."""
        step = self.replay()
        if step is None:
            number = self.engine.add_column(high)
            own = [BoundChange(number, 0.0, float(high), 0.0, float(high))]
            step = Step(number, Proof.DUAL, StepKind.COLUMN, own, is_defined=is_defined)
            self.apply(step)
        return step.value

    def add_row(self, weights: Weights) -> int:
        """Add a row without bounds, or the recorded one on a replay; return its number."""
        step = self.replay()
        if step is None:
            step = Step(self.engine.add_row(weights), Proof.DUAL, StepKind.ROW)
            self.apply(step)
        return step.value

    def change_rows(
        self, rows: Sequence[tuple[int, float]], high: float = INFINITY
    ) -> list[BoundChange]:
        """Return the changes of rows to these lower bounds (number, low) and to ``high``."""
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
    """Return the bounds at which reduced costs fix columns once a sum must have ``value``."""
    slack = bound.total - value * bound.scale
    low, high = matrix.low[bound.columns], matrix.high[bound.columns]
    fixed = np.flatnonzero((high > low) & (np.abs(bound.reduced) > slack))
    ends = np.where(bound.reduced > 0, high, low)
    of = zip(bound.columns[fixed], low[fixed], high[fixed], ends[fixed], strict=True)
    return [BoundChange(int(j), float(a), float(b), float(end), float(end)) for j, a, b, end in of]
