"""What multipliers prove over the rows of a month, replayed in whole numbers.

A ``Proof`` starts with the rows that ``program.rows`` builds and grows by what is proved: cuts,
kept sums, bounds of columns. Every conclusion is drawn here again from the multipliers alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..month.read import RefutedError
from ..program.rows import Program

Weights = Mapping[int, int]
Event = list[Any]


class Proof:
    """Rows and bounds that every answer still in question satisfies.

    point   what the stated answer makes of every column; it must stay among them
    kinds   what the conclusions since ``restart`` rest on: ``dual``, ``farkas`` or ``search``
    """

    def __init__(self, program: Program, point: list[int]) -> None:
        self.program, self.point = program, list(point)
        self.low, self.high = list(program.low), list(program.high)
        self.rows: list[Weights] = list(program.rows)
        self.row_low, self.row_high = list(program.row_low), list(program.row_high)
        self.kinds: set[str] = set()
        self._cuts: set[int] = set()
        self._checked = 0  # rows that the point satisfies; rows of earlier stages never change

    def restart(self, kinds: Iterable[str] = ()) -> None:
        """Forget what earlier conclusions rest on, but for these kinds."""
        self.kinds = set(kinds)

    @property
    def kind(self) -> str:
        """The weakest kind used since the restart."""
        return next((k for k in ("search", "farkas") if k in self.kinds), "dual")

    def add_row(self, weights: Weights, low: int | None, high: int | None = None) -> int:
        """One more row; returns its number."""
        self.rows.append(weights)
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.rows) - 1

    def add_column(self, value: int) -> int:
        """One more column between 0 and 1, with its value at the point; returns its number."""
        self.low.append(0)
        self.high.append(1)
        self.point.append(value)
        return len(self.low) - 1

    def is_decided(self, column: int) -> bool:
        """True when a column has one value left."""
        return self.low[column] == self.high[column]

    def decide(self, column: int, value: int) -> None:
        """Give a column the one value that is left to it."""
        self.low[column] = self.high[column] = value

    def add_cut(self, event: Event) -> None:
        """A row that is half of a sum of rows, its odd right side rounded down.

        Odd weights are made even by a bound of their column. The right side may be stated weaker
        than it is, never stronger.
        """
        _, sides, raised, stated = event
        (total, right), up = self._add_sides(sides), set(raised)
        for j in [j for j, weight in total.items() if weight & 1]:
            step, bound = (1, self.high[j]) if j in up else (-1, -self.low[j])
            total[j] += step
            right += bound
        if right > stated:
            raise RefutedError("cut", right=right, stated=stated)
        self._cuts.add(self.add_row({j: w // 2 for j, w in total.items() if w}, None, stated // 2))

    def _add_sides(self, sides: list[int]) -> tuple[dict[int, int], int]:
        """Weights and right side of a sum of rows: 2 × row, + 1 for the lower side."""
        total: dict[int, int] = {}
        right = 0
        for code in sides:
            sign = -1 if code & 1 else 1
            right += self._side(code >> 1, sign)
            for j, weight in self.rows[code >> 1].items():
                total[j] = total.get(j, 0) + sign * weight
        return total, right

    def bound(self, weights: Weights, scale: int, flat: list[int]) -> tuple[int, dict[int, int]]:
        """The bound on a sum, and its reduced weights, both times the scale (weak duality)."""
        if scale < 1:
            raise RefutedError("scale", scale=scale)
        reduced = {j: weight * scale for j, weight in weights.items()}
        total = 0
        for i, multiplier in zip(flat[::2], flat[1::2], strict=True):
            sign = 1 if multiplier > 0 else -1
            total += sign * multiplier * self._side(i, sign)
            for j, weight in self.rows[i].items():
                reduced[j] = reduced.get(j, 0) - multiplier * weight
        for j, weight in reduced.items():
            total += weight * (self.high[j] if weight > 0 else self.low[j])
        return total, reduced

    def keep_sum(self, weights: Weights, value: int, scale: int, flat: list[int]) -> None:
        """Keep a sum at its greatest value, and fix the columns that no such answer can move.

        A bound that does not round down to the value leaves it to the engine's search.
        """
        total, reduced = self.bound(weights, scale, flat)
        if total // scale < value:
            raise RefutedError("bound_below_value", value=value, bound=total // scale)
        self.kinds.add("dual" if total // scale == value else "search")
        slack = total - value * scale
        for j, weight in reduced.items():
            if abs(weight) > slack:
                self.decide(j, self.high[j] if weight > 0 else self.low[j])
        self.add_row(weights, value, value)

    def settle(self, event: Event) -> None:
        """No answer has any of the columns at one (``none``) or any at zero (``all``)."""
        kind, columns, scale, flat = event
        if any(j < 0 or self.high[j] > 1 for j in columns):
            raise RefutedError("not_binary", columns=len(columns))
        total, _ = self.bound(dict.fromkeys(columns, 1 if kind == "none" else -1), scale, flat)
        if total // scale + (0 if kind == "none" else len(columns)) >= 1:
            raise RefutedError("not_excluded", columns=len(columns))
        for column in columns:
            self.decide(column, int(kind == "all"))

    def is_impossible(self, proof: Event, cuts: list[Event]) -> bool:
        """Whether the rows as they stand admit no answer; an empty proof leaves it to search."""
        if not proof:
            self.kinds.add("search")
            return True
        with self.aside():
            for cut in cuts:
                self.add_cut(cut)
            total, _ = self.bound({}, *proof)
        self.kinds.add("farkas")
        return total < 0

    def list_ties(self) -> list[Weights]:
        """Rows that tie columns: all but cuts, which follow from others, and C13 (help nobody)."""
        program, count = self.program, len(self.program.rows)
        helped = set(program.helped.values()).difference(program.met.values())
        return [
            weights
            for i, weights in enumerate(self.rows)
            if i not in self._cuts and (i >= count or helped.isdisjoint(weights))
        ]

    def check_point(self) -> None:
        """Raise ``RefutedError`` when the stated answer is no longer among those in question.

        While it is among them no contradiction can be reached, from which anything would follow;
        and a bound that a kept sum is said to reach is reached.
        """
        for column, value in enumerate(self.point):
            if not self.low[column] <= value <= self.high[column]:
                raise RefutedError("answer_excluded", column=column, value=value)
        for i in range(self._checked, len(self.rows)):
            value = sum(weight * self.point[j] for j, weight in self.rows[i].items())
            low, high = self.row_low[i], self.row_high[i]
            if (low is not None and value < low) or (high is not None and value > high):
                raise RefutedError("answer_excluded", row=i, value=value)
        self._checked = len(self.rows)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Try bounds and rows that are gone afterwards."""
        kept = (list(self.low), list(self.high), list(self.row_low), list(self.row_high))
        count = len(self.rows)
        yield
        self.low, self.high, self.row_low, self.row_high = kept
        del self.rows[count:]
        self._cuts = {row for row in self._cuts if row < count}

    def _side(self, row: int, sign: int) -> int:
        """sign times the upper (or lower) bound of a row."""
        side = self.row_high[row] if sign > 0 else self.row_low[row]
        if row < 0 or side is None:
            raise RefutedError("multiplier_of_open_side", row=row)
        return sign * side


# --- Whether shares of a sum may be sought apart: no row in force ties their columns together.


def check_apart(proof: Proof, shares: Iterable[Iterable[int]]) -> None:
    """Raise ``RefutedError`` when two of these sets of columns are tied by rows.

    Where they are not, the greatest sum has every share at its greatest. Shares of a sum that
    a search found would else add up to the value in a way that other answers do not share.
    """
    parent = list(range(len(proof.low)))

    def find(j: int) -> int:
        while parent[j] != j:
            parent[j] = parent[parent[j]]
            j = parent[j]
        return j

    for weights in proof.list_ties():
        root = None
        for j in weights:
            root = find(j) if root is None else root
            parent[find(j)] = root
    seen: dict[int, int] = {}
    for k, share in enumerate(shares):
        for j in share:
            if seen.setdefault(find(j), k) != k:
                raise RefutedError("shares_tied", column=j)
