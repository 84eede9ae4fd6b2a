"""What multipliers prove over the rows of a month, replayed in whole numbers.

A ``Proof`` starts with the rows of ``program.rows`` and grows by what is proved: cuts, kept sums,
bounds of columns. It derives every conclusion from the multipliers alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..month.read import RefutedError
from ..program.rows import Program

Weights = Mapping[int, int]
Event = list[Any]
ValueAt = Callable[[list[int]], int]  # of a column, from the values of the columns before it


@dataclass(frozen=True, slots=True)
class Gap:
    """What arithmetic leaves open: the value that the answer reaches, and a proved bound of it.

    of      ``sum``, ``level`` of the group, ``count`` of groups above the level that ``group``
            names, ``possible`` of the group, ``rank`` the sum of the rank that ``group`` names,
            ``units`` of the group, ``tickets`` or ``needs`` settled and in all
    """

    of: str
    group: str
    value: Fraction | int
    bound: Fraction | int


class Proof:
    """Rows and bounds that every answer not excluded so far satisfies.

    point   the stated answer's value of every column; it must satisfy them too
    kinds   what the conclusions since ``restart`` rest on: ``dual``, ``farkas`` or ``search``
    gaps    what they leave open, in order; not empty if and only if one rests on ``search``
    barred  need -> number of results kept when it was first proved that no answer meets it
    """

    def __init__(self, program: Program, point: list[int]) -> None:
        self.program, self.point = program, list(point)
        self.low, self.high = list(program.low), list(program.high)
        self.rows: list[Weights] = list(program.rows)
        self.row_low, self.row_high = list(program.row_low), list(program.row_high)
        self.kinds: set[str] = set()
        self.gaps: list[Gap] = []
        self.barred: dict[str, int] = {}
        self._cuts: set[int] = set()
        self._made: list[ValueAt] = []  # of the columns after those of the program
        self._checked = 0  # rows that the point satisfies; rows of earlier stages never change

    def restart(self, kinds: Iterable[str] = (), gaps: Iterable[Gap] = ()) -> None:
        """Start a new result, which rests on these kinds and on none of the earlier conclusions."""
        self.kinds, self.gaps = set(kinds), list(gaps)

    def bar_needs(self, results: int) -> None:
        """Note the needs that no answer meets which keeps so many results, from the first."""
        for need, column in self.program.met.items():
            if self.high[column] == 0:
                self.barred.setdefault(need, results)

    def leave_open(self, gap: Gap) -> None:
        """Note what only the word of an engine closes."""
        self.kinds.add("search")
        self.gaps.append(gap)

    @property
    def kind(self) -> str:
        """The weakest kind used since the restart."""
        return next((k for k in ("search", "farkas") if k in self.kinds), "dual")

    def add_row(self, weights: Weights, low: int | None, high: int | None = None) -> int:
        """Add a row and return its number."""
        self.rows.append(weights)
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.rows) - 1

    def add_column(self, high: int, value_at: ValueAt) -> int:
        """Add a column from 0 to ``high`` and return its number."""
        self.low.append(0)
        self.high.append(high)
        self._made.append(value_at)
        self.point.append(value_at(self.point))
        return len(self.low) - 1

    def is_decided(self, column: int) -> bool:
        """Return whether a column has only one value left."""
        return self.low[column] == self.high[column]

    def decide(self, column: int, value: int) -> None:
        """Fix a column at a value."""
        self.low[column] = self.high[column] = value

    def add_cut(self, event: Event) -> None:
        """Add a zero-half cut: half a sum of rows with even weights, its right side rounded down.

        A bound of its column makes an odd weight even. The event may state the right side too weak,
        never too strong.
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
        """Add up rows and their right sides: code 2 × row, + 1 for the row's lower side."""
        total: dict[int, int] = {}
        right = 0
        for code in sides:
            sign = -1 if code & 1 else 1
            right += self._side(code >> 1, sign)
            for j, weight in self.rows[code >> 1].items():
                total[j] = total.get(j, 0) + sign * weight
        return total, right

    def bound(self, weights: Weights, scale: int, flat: list[int]) -> tuple[int, dict[int, int]]:
        """Return a sum's bound and reduced weights, both multiplied by the scale (weak duality)."""
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

    def keep_sum(
        self, weights: Weights, value: int, scale: int, flat: list[int], of: tuple[str, str]
    ) -> None:
        """Keep a sum at this value, its greatest, by a row; fix columns by their reduced costs.

        ``scale`` and ``flat`` (row, multiplier, row, multiplier, ...) give the bound. A bound that
        rounds down to more than the value leaves a gap that only a search closes, so the kind of
        proof is then ``search``; ``of`` names the gap. Raises ``RefutedError`` when the bound is
        below the value.
        """
        total, reduced = self.bound(weights, scale, flat)
        if total // scale < value:
            raise RefutedError("bound_below_value", value=value, bound=total // scale)
        if total // scale == value:
            self.kinds.add("dual")
        else:
            self.leave_open(Gap(*of, value, total // scale))
        slack = total - value * scale
        for j, weight in reduced.items():
            if abs(weight) > slack:
                self.decide(j, self.high[j] if weight > 0 else self.low[j])
        self.add_row(weights, value, value)

    def settle(self, event: Event) -> None:
        """Fix columns that no answer has at one (``none``) or at zero (``all``).

        Without multipliers that rests on a search.
        """
        kind, columns, *multipliers = event
        if any(j < 0 or self.high[j] > 1 for j in columns):
            raise RefutedError("not_binary", columns=len(columns))
        if multipliers:
            scale, flat = multipliers
            total, _ = self.bound(dict.fromkeys(columns, 1 if kind == "none" else -1), scale, flat)
            if total // scale + (0 if kind == "none" else len(columns)) >= 1:
                raise RefutedError("not_excluded", columns=len(columns))
        else:
            self.leave_open(Gap("needs", "", 0, len(columns)))
        for column in columns:
            self.decide(column, int(kind == "all"))

    def is_impossible(self, proof: Event, cuts: list[Event]) -> bool:
        """Return whether the rows admit no answer (Farkas)."""
        with self.aside():
            for cut in cuts:
                self.add_cut(cut)
            total, _ = self.bound({}, *proof)
        self.kinds.add("farkas")
        return total < 0

    def list_ties(self) -> list[Weights]:
        """Return the rows that tie columns together: no cuts, which follow from others, and no C13.

        C13 (a recipient is helped) limits no need and no giver.
        """
        program, count = self.program, len(self.program.rows)
        helped = set(program.helped.values()).difference(program.met.values())
        return [
            weights
            for i, weights in enumerate(self.rows)
            if i not in self._cuts and (i >= count or helped.isdisjoint(weights))
        ]

    def check_point(self) -> None:
        """Raise ``RefutedError`` unless the stated answer satisfies all rows and bounds.

        While it does, the rows cannot contradict each other, and a kept sum is one that an answer
        reaches.
        """
        self._check(self.point, self._checked)
        self._checked = len(self.rows)

    def place(self, values: list[int]) -> list[int]:
        """Return an answer's value of every column, from its values of the program's columns.

        Raises ``RefutedError`` unless the answer satisfies all rows and bounds, as the stated one.
        """
        placed = list(values)
        for value_at in self._made:
            placed.append(value_at(placed))
        self._check(placed, 0)
        return placed

    def _check(self, values: list[int], first: int) -> None:
        """Raise ``RefutedError`` unless values satisfy all bounds, and rows from this one on."""
        for column, value in enumerate(values):
            if not self.low[column] <= value <= self.high[column]:
                raise RefutedError("answer_excluded", column=column, value=value)
        for i in range(first, len(self.rows)):
            value = sum(weight * values[j] for j, weight in self.rows[i].items())
            low, high = self.row_low[i], self.row_high[i]
            if (low is not None and value < low) or (high is not None and value > high):
                raise RefutedError("answer_excluded", row=i, value=value)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Undo all rows and bounds added within this context."""
        kept = (list(self.low), list(self.high), list(self.row_low), list(self.row_high))
        count = len(self.rows)
        yield
        self.low, self.high, self.row_low, self.row_high = kept
        del self.rows[count:]
        self._cuts = {row for row in self._cuts if row < count}

    def _side(self, row: int, sign: int) -> int:
        """Return sign times the upper (sign 1) or lower (sign -1) bound of a row."""
        side = self.row_high[row] if sign > 0 else self.row_low[row]
        if row < 0 or side is None:
            raise RefutedError("multiplier_of_open_side", row=row)
        return sign * side


def check_apart(proof: Proof, shares: Iterable[Iterable[int]]) -> None:
    """Raise ``RefutedError`` when a row ties columns of two of these sets together.

    If no row does, the greatest sum has every share at its greatest. Otherwise the shares, each
    bounded with those before it kept, could add up to less than the greatest sum.
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
