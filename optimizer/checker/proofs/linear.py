"""Rows and columns with bounds, and what multipliers of the rows prove over them (weak duality)."""

from collections.abc import Mapping

from ..month.read import RefutedError
from ..program.rows import Program

Weights = Mapping[int, int]


class Linear:
    """Rows between bounds over columns between bounds, all in whole numbers.

    low        the lower bound of every column
    high       the upper bound of every column
    row_low    the lower bound of every row; None: no bound
    row_high   the upper bound of every row; None: no bound
    """

    def __init__(self, program: Program) -> None:
        self.low, self.high = list(program.low), list(program.high)
        self.rows: list[Weights] = list(program.rows)
        self.row_low, self.row_high = list(program.row_low), list(program.row_high)

    def bound(self, weights: Weights, scale: int, flat: list[int]) -> tuple[int, dict[int, int]]:
        """Return an upper bound of a sum and its reduced weights, both times the scale.

        By weak duality from ``flat``: row, multiplier, row, multiplier, ... Raises
        ``RefutedError`` for a scale below 1 or a side of a row without a bound.
        """
        if scale < 1:
            raise RefutedError("scale", scale=scale)
        reduced = {j: weight * scale for j, weight in weights.items()}
        total = 0
        for i, multiplier in zip(flat[::2], flat[1::2], strict=True):
            sign = 1 if multiplier > 0 else -1
            total += sign * multiplier * self.side(i, sign)
            for j, weight in self.rows[i].items():
                reduced[j] = reduced.get(j, 0) - multiplier * weight
        for j, weight in reduced.items():
            total += self.end_sum(j, weight)
        return total, reduced

    def side_sum(self, row: int, multiplier: int) -> int:
        """Return the most that a row's sum, times a multiplier, can be by the row's bounds."""
        if not multiplier:
            return 0
        sign = 1 if multiplier > 0 else -1
        return sign * multiplier * self.side(row, sign)

    def end_sum(self, column: int, weight: int) -> int:
        """Return the most that a column, times a weight, can be by the column's bounds."""
        return weight * (self.high if weight > 0 else self.low)[column]

    def side(self, row: int, sign: int) -> int:
        """Return sign times the upper (sign 1) or lower (sign -1) bound of a row.

        Raises ``RefutedError`` if there is none.
        """
        side = self.row_high[row] if sign > 0 else self.row_low[row]
        if row < 0 or side is None:
            raise RefutedError("multiplier_of_open_side", row=row)
        return sign * side
