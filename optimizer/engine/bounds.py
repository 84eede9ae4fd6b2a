"""Weak duality: the bound that row multipliers prove on a sum, in whole numbers.

For rows L <= A x <= U, columns l <= x <= u and any y,

    c x = y (A x) + (c - y A) x <= sum_i max(y_i L_i, y_i U_i) + sum_j max(r_j l_j, r_j u_j)

with r = c - y A. The engine's y are rounded to fractions over one ``scale``, and the bound is
summed exactly, so tolerances can make it weaker but not wrong. A multiplier that points to an
infinite side is set to 0, which is valid.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from optimizer.engine.matrix import WHOLE, Index, Matrix, Vector, Weights, Whole

SMALL_SCALES = (1, 2, 4, 6, 12, 60)  # most duals are fractions over one of these, and stay exact
LARGE_SCALES = (1 << 20, 1 << 30)
NEAR = 1e-7  # a multiplier this near a fraction is rounded to it
MOST = float(1 << 61)  # sums up to this number fit into 64 bits


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound ``total / scale`` on a sum; all other numbers are multiplied by ``scale`` too.

    rows          the rows with a multiplier
    multipliers   the multiplier of each of these rows
    columns       the columns with a reduced weight
    reduced       the reduced weight of each of these columns
    """

    scale: int
    total: int
    rows: Index
    multipliers: Whole
    columns: Index
    reduced: Whole

    @property
    def floor(self) -> int:
        """The bound rounded down."""
        return self.total // self.scale

    @property
    def value(self) -> float:
        """The bound before rounding."""
        return self.total / self.scale

    def without_reduced(self) -> "Bound":
        """Return this bound without the reduced weights, which no certificate needs."""
        return replace(self, columns=self.columns[:0], reduced=self.reduced[:0])


def trivial_bound(value: int) -> Bound:
    """Return the bound ``value``, which the bounds of the columns prove without any multiplier."""
    rows, whole = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    return Bound(1, value, rows, whole, rows, whole)


def bound_by_duals(matrix: Matrix, weights: Weights, duals: Vector, value: float = 0.0) -> Bound:
    """Return an upper bound on a sum, proved by the ``duals`` rounded to whole numbers.

    ``value`` is the LP's optimum. One scale after another is tried until the bound, rounded down,
    is at most ``value``; if none gets there, the least bound of all scales is returned. Raises
    ``OverflowError`` if no bound fits into 64 bits.
    """
    is_endless = ((duals > 0) & np.isinf(matrix.row_high)) | (
        (duals < 0) & np.isinf(matrix.row_low)
    )
    y = np.where(is_endless, 0.0, duals)
    wanted, found = int(np.floor(value + WHOLE)), None
    for scale in (*_fitting_scales(y), *LARGE_SCALES):
        bound = _add_up(matrix, weights, np.rint(y * scale).astype(np.int64), scale)
        if bound is not None and (found is None or bound.floor < found.floor):
            found = bound
        if found is not None and found.floor <= wanted:
            break
    if found is None:
        raise OverflowError("the bound does not fit into 64 bits")
    return found


def disprove(matrix: Matrix, ray: Vector) -> Bound | None:
    """Return a bound below 0 on the empty sum; it proves that no point satisfies all rows.

    The ray is tried in both directions. Returns None if the rounded ray proves nothing. Source:
    Farkas' lemma, which is the bound of this module with c = 0.
    """
    largest = float(np.max(np.abs(ray), initial=0.0))
    if not np.isfinite(largest) or largest <= 0:
        return None
    clean = np.where(np.abs(ray) > NEAR * largest, ray, 0.0)
    for unit in (float(np.min(np.abs(clean[clean != 0]))), largest):
        for sign in (1, -1):
            bound = bound_by_duals(matrix, {}, sign * clean / unit, -1.0)
            if bound.total < 0:
                return bound
    return None


def renew(matrix: Matrix, bound: Bound) -> Bound | None:
    """Return the bound of the same multipliers under the current bounds of rows and columns.

    Returns None if a multiplier needs an infinite side, or if 64 bits might not hold the sum. Rows
    and columns that were added after the bound have no multiplier and do not affect it.
    """
    total = _sum_ends(matrix, bound)
    return None if total is None else replace(bound, total=total)


@dataclass(frozen=True, slots=True)
class Shift:
    """Multipliers as changes of a base: (``factor`` × the base's + ``changes``) / ``scale``.

    ``changes`` has one number for each of ``rows``, other rows are not changed. With ``factor`` 0
    the numbers are the multipliers themselves.
    """

    scale: int
    factor: int
    rows: tuple[int, ...]
    changes: tuple[int, ...]


class Shortener:
    """Writes multipliers as changes of a base; those of one tree are all nearly the same."""

    def __init__(self, base: Bound | None) -> None:
        self._scale = 0 if base is None else base.scale
        pairs = (
            () if base is None else zip(base.rows.tolist(), base.multipliers.tolist(), strict=True)
        )
        self._base: dict[int, int] = dict(pairs)

    def shorten(self, bound: Bound, *, is_alone: bool = False) -> Shift:
        """Return multipliers as changes of the base, or in full if ``is_alone`` or if shorter."""
        pairs = zip(bound.rows.tolist(), bound.multipliers.tolist(), strict=True)
        alone, shift = dict(pairs), None
        if self._scale and not is_alone:
            shift = self._change(bound.scale, alone)
        if shift is None or len(shift.rows) >= len(alone):
            return Shift(bound.scale, 0, tuple(alone), tuple(alone.values()))
        return shift

    def _change(self, scale: int, alone: dict[int, int]) -> Shift:
        common = math.lcm(scale, self._scale)
        factor, own = common // self._scale, common // scale
        changes = {}
        for i in sorted({*alone, *self._base}):
            change = own * alone.get(i, 0) - factor * self._base.get(i, 0)
            if change:
                changes[i] = change
        return Shift(common, factor, tuple(changes), tuple(changes.values()))


def _fitting_scales(y: Vector) -> list[int]:
    for scale in SMALL_SCALES:
        scaled = y * scale
        if np.all(np.abs(scaled - np.rint(scaled)) <= NEAR):
            return [scale]
    return []


def _add_up(matrix: Matrix, weights: Weights, y: Whole, scale: int) -> Bound | None:
    """Return the bound of whole-number multipliers; None if 64 bits might not hold it."""
    rows, columns, entries = matrix.whole_entries()
    is_used = y[rows] != 0
    reduced = np.zeros(len(matrix.low), dtype=np.int64)
    np.subtract.at(reduced, columns[is_used], entries[is_used] * y[rows[is_used]])
    for j, weight in weights.items():
        reduced[j] += weight * scale
    used, moved = np.flatnonzero(y), np.flatnonzero(reduced)
    bound = Bound(scale, 0, _short(used), y[used], _short(moved), reduced[moved])
    return renew(matrix, bound)


def _sum_ends(matrix: Matrix, bound: Bound) -> int | None:
    """Sum the bounds of rows and columns that the multipliers point to.

    Returns None if one of them is infinite, or if 64 bits might not hold the sum.
    """
    y, reduced = bound.multipliers, bound.reduced
    sides = np.where(y > 0, matrix.row_high[bound.rows], matrix.row_low[bound.rows])
    ends = np.where(reduced > 0, matrix.high[bound.columns], matrix.low[bound.columns])
    if not float(np.abs(y * sides).sum() + np.abs(reduced * ends).sum()) <= MOST:
        return None
    return int(y @ sides.astype(np.int64)) + int(reduced @ ends.astype(np.int64))


def _short(numbers: "np.typing.NDArray[np.intp]") -> Index:
    return numbers.astype(np.int32)
