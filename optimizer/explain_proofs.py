"""What the certificate of a solve proves, put back on a living model: cuts and bounds of columns.

Only the stages before the first that ties components together are read (sums). Every conclusion is
drawn again from the multipliers; one that does not follow is left out. With it the linear programs
are as tight as they were for the solve, without solving anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.backend import LivingModel
from optimizer.matrix import INFINITY

Weights = Mapping[int, int]


class Replay:
    """Events of sums in their order. Rows of the certificate are numbered in order of making."""

    def __init__(self, living: LivingModel) -> None:
        self._living, self._matrix = living, living.matrix
        self._rows = list(range(len(living.matrix.row_low)))

    def keep(self, weights: Weights, events: Sequence[Sequence[Any]]) -> None:
        """Keep what the events of one aim prove: cuts, values of its parts, fixed columns."""
        for event in events:
            if event[0] == "cut":
                self._add_cut(event[1], set(event[2]), event[3])
                continue
            own = weights if len(event) < 5 else {j: weights[j] for j in event[4]}
            self._fix_columns(own, *event[1:4])
            self._rows.append(self._living.add_row(own))
            self._living.bound_row(self._rows[-1], float(event[1]), float(event[1]))

    def _add_cut(self, sides: Sequence[int], raised: set[int], stated: int) -> None:
        """Half of a sum of rows, odd weights made even by a bound, the right side rounded down."""
        low, high = self._matrix.low, self._matrix.high
        total: dict[int, int] = {}
        right = 0.0
        for code in sides:
            sign = -1 if code & 1 else 1
            right += self._side(self._rows[code >> 1], sign)
            self._add_up(total, self._rows[code >> 1], sign)
        for j, weight in total.items():
            if weight & 1:
                total[j] = weight + 1 if j in raised else weight - 1
                right += high[j] if j in raised else -low[j]
        self._rows.append(self._living.add_row({j: w // 2 for j, w in total.items() if w}))
        if right <= stated:
            self._living.bound_row(self._rows[-1], -INFINITY, float(stated // 2))

    def _fix_columns(self, weights: Weights, value: int, scale: int, flat: Sequence[int]) -> None:
        """Fix the columns that no answer of this value can move (weak duality)."""
        low, high = self._matrix.low, self._matrix.high
        reduced = {j: weight * scale for j, weight in weights.items()}
        total = 0.0
        for i, multiplier in zip(flat[::2], flat[1::2], strict=True):
            sign = 1 if multiplier > 0 else -1
            total += sign * multiplier * self._side(self._rows[i], sign)
            self._add_up(reduced, self._rows[i], -multiplier)
        total += sum(r * float(high[j] if r > 0 else low[j]) for j, r in reduced.items())
        slack = total - value * scale
        fixed = {j: high[j] if r > 0 else low[j] for j, r in reduced.items() if abs(r) > slack >= 0}
        ends = [float(end) for end in fixed.values()]
        self._living.bound_columns(list(fixed), ends, ends)

    def _add_up(self, total: dict[int, int], row: int, times: int) -> None:
        columns, weights = self._matrix.row(row)
        for j, weight in zip(columns.tolist(), weights.tolist(), strict=True):
            total[j] = total.get(j, 0) + times * int(weight)

    def _side(self, row: int, sign: int) -> float:
        """sign times the upper (or lower) bound of a row; infinite where it has none."""
        return float(sign * (self._matrix.row_high[row] if sign > 0 else self._matrix.row_low[row]))
