"""Zero-half cuts: half of a sum of rows with even weights, its odd right side rounded down.

For rows a_i x <= b_i in whole numbers and a set I of them: if every weight of the sum is even, or
made even by adding a bound of its column, then (sum_I a_i / 2) x <= floor(sum_I b_i / 2) holds for
every integer x. The set I is found by elimination modulo 2 among rows that are nearly tight.
Source: Caprara and Fischetti, {0, 1/2}-Chvatal-Gomory cuts, Mathematical Programming 74 (1996).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.bitset import BitSet, list_members
from optimizer.engine.matrix import INFINITY, WHOLE, Matrix, Vector, Weights

MOST_CUTS = 40  # of one round: the most violated ones
MOST_WEIGHTS = 60  # of one cut; dense rows slow down every later solve


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut: the row ``weights x <= right``.

    rows     number and sign of each row that is summed and halved (+1: its upper side, -1: lower)
    raised   columns whose odd weight is made even by their upper bound; other columns with an odd
             weight take their lower bound
    """

    weights: Weights
    right: int
    rows: tuple[tuple[int, int], ...]
    raised: tuple[int, ...] = ()


@dataclass(slots=True)
class _Row:
    """A sum of rows modulo 2: odd columns between their bounds, odd right side, slack, members."""

    odd: BitSet
    is_odd_right: bool
    slack: float
    members: BitSet


def find_cuts(matrix: Matrix, point: Vector) -> list[Cut]:
    """Return cuts that an LP point violates, most violated first, ``MOST_CUTS`` at most."""
    sides, rows, places = _tight_rows(matrix, point)
    costs = _costs(matrix, point, places)
    _eliminate(rows, len(places))
    found: dict[tuple[tuple[int, int], ...], tuple[float, Cut]] = {}
    for row in rows:
        if row.members and _is_promising(row, costs):
            cut = _round_down(matrix, point, [sides[k] for k in list_members(row.members)])
            if cut is not None:
                found[tuple(sorted(cut.weights.items()))] = (_violation(cut, point), cut)
    violated = [entry for entry in found.values() if entry[0] > 0.01]
    violated.sort(key=lambda entry: (-entry[0], entry[1].rows))
    return [cut for _, cut in violated[:MOST_CUTS]]


def _is_promising(row: _Row, costs: Sequence[float]) -> bool:
    """Return whether half of the row, with its odd columns made even, may be violated."""
    return row.is_odd_right and row.slack + sum(costs[k] for k in list_members(row.odd)) < 1 - 0.02


def _tight_rows(
    matrix: Matrix, point: Vector
) -> tuple[list[tuple[int, int]], list[_Row], list[int]]:
    """Return the sides of rows with slack below 1; these modulo 2; columns between their bounds."""
    of_row, columns, weights = matrix.entries()
    is_between = (point > matrix.low + WHOLE) & (point < matrix.high - WHOLE)
    values = matrix.values(point)
    is_odd = (weights.astype(np.int64) & 1).astype(bool)
    is_loose = is_odd & is_between[columns]
    fixed = is_odd & ~is_loose
    parity = np.bincount(of_row[fixed], np.round(point[columns[fixed]]), len(matrix.row_low))
    odd_in = dict.fromkeys(np.unique(of_row[is_between[columns]]).tolist(), 0)
    places: dict[int, int] = {}
    for i, column in zip(of_row[is_loose].tolist(), columns[is_loose].tolist(), strict=True):
        odd_in[i] |= 1 << places.setdefault(column, len(places))
    sides: list[tuple[int, int]] = []
    rows: list[_Row] = []
    for i, odd in sorted(odd_in.items()):
        for sign, right in ((1, matrix.row_high[i]), (-1, -matrix.row_low[i])):
            slack = float(right - sign * values[i])
            if abs(right) < INFINITY and slack < 1 - WHOLE:
                is_odd_right = bool((int(right) + int(parity[i])) & 1)
                rows.append(_Row(odd, is_odd_right, max(0.0, slack), 1 << len(sides)))
                sides.append((i, sign))
                if matrix.row_low[i] == matrix.row_high[i]:
                    break
    return sides, rows, list(places)


def _costs(matrix: Matrix, point: Vector, places: Sequence[int]) -> list[float]:
    return [float(min(point[j] - matrix.low[j], matrix.high[j] - point[j])) for j in places]


def _eliminate(rows: list[_Row], count: int) -> None:
    """Add to rows, in place, the tightest row with each odd column, while slacks stay below 1."""
    holding: list[set[int]] = [set() for _ in range(count)]
    for n, row in enumerate(rows):
        for k in list_members(row.odd):
            holding[k].add(n)
    used: set[int] = set()
    for k in range(count):
        free = sorted(holding[k] - used)
        if not free:
            continue
        pivot = min(free, key=lambda n: (rows[n].slack, rows[n].odd.bit_count(), n))
        used.add(pivot)
        chosen, bits = rows[pivot], list_members(rows[pivot].odd)
        for n in free:
            row = rows[n]
            if n != pivot and row.slack + chosen.slack < 1:
                row.odd ^= chosen.odd
                row.is_odd_right ^= chosen.is_odd_right
                row.slack += chosen.slack
                row.members ^= chosen.members
                for bit in bits:
                    holding[bit] ^= {n}


def _round_down(matrix: Matrix, point: Vector, sides: Sequence[tuple[int, int]]) -> Cut | None:
    """Return the cut that a set of sides of rows gives, in whole numbers.

    Returns None if the cut has more than ``MOST_WEIGHTS`` weights, or if its right side is even.
    """
    total: dict[int, int] = {}
    right = 0
    for i, sign in sides:
        columns, weights = matrix.row(i)
        right += int(matrix.row_high[i]) if sign > 0 else -int(matrix.row_low[i])
        for j, weight in zip(columns.tolist(), weights.tolist(), strict=True):
            total[j] = total.get(j, 0) + sign * int(weight)
    added, raised = _make_even(matrix, point, total)
    right += added
    if not right & 1 or sum(weight != 0 for weight in total.values()) > MOST_WEIGHTS:
        return None
    halved = {j: weight // 2 for j, weight in sorted(total.items()) if weight}
    return Cut(halved, right // 2, tuple(sorted(sides)), tuple(sorted(raised)))


def _make_even(matrix: Matrix, point: Vector, total: dict[int, int]) -> tuple[int, list[int]]:
    """Make odd weights even, in place, by the bound of their column that is nearer to the point.

    Returns what this adds to the right side, and the columns that took their upper bound.
    """
    right, raised = 0, []
    for j, weight in total.items():
        if weight & 1:
            low, high = matrix.low[j], matrix.high[j]
            if point[j] - low <= high - point[j]:
                total[j] = weight - 1
                right -= int(low)
            else:
                total[j] = weight + 1
                right += int(high)
                raised.append(j)
    return right, raised


def _violation(cut: Cut, point: Vector) -> float:
    norm = math.sqrt(sum(weight * weight for weight in cut.weights.values()))
    value = sum(weight * float(point[j]) for j, weight in cut.weights.items())
    return (value - cut.right) / max(norm, 1.0)
