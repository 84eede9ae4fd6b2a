"""The model as arrays: columns and rows between bounds, with whole-number weights.

The engine, the cuts and the exact check of points share it. All weights and bounds are whole;
doubles hold whole numbers exactly up to 2^53.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pulp

INFINITY = math.inf
EXACT = float(1 << 53)  # doubles hold sums of whole numbers up to this size exactly
WHOLE = 1e-6  # a value this near to an integer is rounded to it, then checked exactly
CORE = ("met_", "visit_", "delivered_", "units_", "helped_", "turn_", "open_", "nothing")
Index = npt.NDArray[np.int32]
Whole = npt.NDArray[np.int64]
BoolVector = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float64]
Weights = Mapping[int, int]


class Matrix:
    """Columns and rows of a model with their current bounds; rows and columns can be added.

    ``is_core`` marks the decisions. The other columns say which sources serve them, and add up what
    is used.
    """

    def __init__(
        self, variables: Sequence[pulp.LpVariable], rows: Sequence[pulp.LpConstraint]
    ) -> None:
        number = {id(variable): j for j, variable in enumerate(variables)}
        self.low: Vector = np.array([float(v.lowBound) for v in variables])
        self.high: Vector = np.array([float(v.upBound) for v in variables])
        self.is_whole: BoolVector = np.array([v.cat == pulp.LpInteger for v in variables])
        self.is_core: BoolVector = np.array([v.name.startswith(CORE) for v in variables])
        self.row_low: Vector = np.array([_finite(row.getLb(), -INFINITY) for row in rows])
        self.row_high: Vector = np.array([_finite(row.getUb(), INFINITY) for row in rows])
        self._rows: list[tuple[Index, Vector]] = [
            (
                np.fromiter(map(number.__getitem__, map(id, row)), np.int32, len(row)),
                np.fromiter(row.values(), np.float64, len(row)),
            )
            for row in rows
        ]
        nothing = np.zeros(0, dtype=np.int32)
        self._entries: tuple[Index, Index, Vector] = (nothing, nothing, np.zeros(0))
        self._entries_of = 0
        self._whole_weights: Whole = np.zeros(0, dtype=np.int64)

    def narrowed(self, free: Index, point: Vector) -> "Matrix":
        """Return the model of the ``free`` columns only, with all others fixed as in ``point``."""
        place = np.full(len(self.low), -1, dtype=np.int32)
        place[free] = np.arange(len(free), dtype=np.int32)
        rows, columns, weights = self.entries()
        is_free = place[columns] >= 0
        fixed = np.where(is_free, 0.0, weights * point[columns])
        held = np.bincount(rows, fixed, len(self._rows)).astype(np.float64)
        part = Matrix((), ())
        part.low, part.high = self.low[free], self.high[free]
        part.is_whole, part.is_core = self.is_whole[free], self.is_core[free]
        used, number = np.unique(rows[is_free], return_inverse=True)
        part.row_low, part.row_high = (
            self.row_low[used] - held[used],
            self.row_high[used] - held[used],
        )
        ends = np.searchsorted(number, np.arange(len(used) + 1))
        own, entries = place[columns[is_free]], weights[is_free]
        part._rows = [(own[a:b], entries[a:b]) for a, b in pairwise(ends.tolist())]
        return part

    def row(self, number: int) -> tuple[Index, Vector]:
        """Return the columns and the weights of a row."""
        return self._rows[number]

    def entries(self) -> tuple[Index, Index, Vector]:
        """Return the row, column and weight of every entry, row after row, as three arrays."""
        first = self._entries_of
        if len(self._rows) != first:
            new = self._rows[first:]
            sizes = [len(columns) for columns, _ in new]
            rows, columns, weights = self._entries
            numbers = np.arange(first, len(self._rows), dtype=np.int32)
            self._entries = (
                np.concatenate([rows, np.repeat(numbers, sizes)]),
                np.concatenate([columns, *(columns for columns, _ in new)]),
                np.concatenate([weights, *(weights for _, weights in new)]),
            )
            self._entries_of = len(self._rows)
            self._whole_weights = self._entries[2].astype(np.int64)
        return self._entries

    def whole_entries(self) -> tuple[Index, Index, Whole]:
        """Return the same as ``entries``, but the weights as 64-bit integers."""
        rows, columns, _ = self.entries()
        return rows, columns, self._whole_weights

    def add_column(self, high: int) -> int:
        """Add an integer decision between 0 and ``high`` that is in no row; return its number."""
        self.low = np.append(self.low, 0.0)
        self.high = np.append(self.high, float(high))
        self.is_whole = np.append(self.is_whole, True)
        self.is_core = np.append(self.is_core, True)
        return len(self.low) - 1

    def add_row(self, weights: Weights) -> int:
        """Add a row without bounds; return its number."""
        columns = sorted(weights)
        index = np.array(columns, dtype=np.int32)
        self._rows.append((index, np.array([float(weights[j]) for j in columns])))
        self.row_low = np.append(self.row_low, -INFINITY)
        self.row_high = np.append(self.row_high, INFINITY)
        return len(self._rows) - 1

    def values(self, point: Vector) -> Vector:
        """Return the value of every row at a point."""
        of_row, columns, weights = self.entries()
        return np.bincount(of_row, weights * point[columns], len(self._rows)).astype(np.float64)

    def is_integral(self, point: Vector) -> bool:
        """Return whether every integer column has an integer value, up to ``WHOLE``."""
        values = point[self.is_whole]
        return bool(np.all(np.abs(values - np.round(values)) <= WHOLE))

    def holds(self, point: Vector) -> bool:
        """Return whether every value is integer and every bound and row holds, checked exactly."""
        if np.any(point < self.low) or np.any(point > self.high) or np.any(point % 1):
            return False
        _, columns, weights = self.entries()
        largest = float(np.abs(weights * point[columns]).sum())
        values = self.values(point) if largest <= EXACT else self._whole_values(point)
        return bool(np.all(values >= self.row_low) and np.all(values <= self.row_high))

    def _whole_values(self, point: Vector) -> npt.NDArray[np.object_]:
        """Return the value of every row in whole numbers of any size."""
        values = [0] * len(self._rows)
        for i, j, weight in zip(*(part.tolist() for part in self.whole_entries()), strict=True):
            values[i] += weight * int(point[j])
        return np.array(values, dtype=object)


class IntegerPoint:
    """An integer point that satisfies every bound and row exactly, and the value of a sum at it.

    The value is computed here from the rounded point; the engine's objective is not used. Raises
    ``ValueError`` if the rounded point breaks a bound or row.
    """

    __slots__ = ("point", "value")

    def __init__(self, matrix: Matrix, weights: Weights, point: Vector) -> None:
        self.point: Vector = np.round(point)
        if not matrix.holds(self.point):
            raise ValueError("the point satisfies some bound or row only up to a tolerance")
        self.value = sum_at(weights, self.point)


def weigh(matrix: Matrix, weights: Weights, point: Vector | None) -> IntegerPoint | None:
    """Return the integer point that a point rounds to; None if it breaks a rule or is None."""
    try:
        return None if point is None else IntegerPoint(matrix, weights, point)
    except ValueError:
        return None


def sum_at(weights: Weights, point: Vector) -> int:
    """Return the value of a sum at an integer point, in whole numbers."""
    return sum(weight * round(float(point[j])) for j, weight in weights.items())


def _finite(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)
