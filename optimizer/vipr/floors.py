"""Levels in the program of one file: indicators say which floors of groups an answer reaches.

The checker raises a floor because the stated answer reaches it. A file cannot do that, because its
program allows every answer. So the file gets a column c in {0, 1} with
value >= first + (floor - first) c, and maximises c before everything that follows. Files of later
stages have the floors as rows. Columns that the answer has at their best ends form one step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from optimizer.vipr.book import Book, ExtraColumn, Part, make_part
from optimizer.vipr.lines import Fan, ProofLine, Term, Weights, combine, negate


@dataclass(slots=True)
class Floor:
    """The row by which a group has at least a number of units, its floor.

    weights  the sum that counts the group's units
    first    the first floor
    now      the present floor
    kept     the row in the files of later stages, once the floor was raised
    sign     the indicator of the present floor, and the line that assumes that the indicator is 1
    """

    weights: Weights
    first: int
    now: int
    kept: ProofLine | None = None
    sign: tuple[int, ProofLine] | None = None


class Floors:
    """The rows of all groups, keyed by the number of the row."""

    def __init__(self, book: Book) -> None:
        """Start without groups."""
        self._book, self._rows = book, dict[int, Floor]()

    def add(self, row: int, weights: Weights, floor: int) -> ProofLine:
        """Add the row of a group; return the line of its first floor, from bounds of columns."""
        self._rows[row] = Floor(weights, floor, floor)
        lower, upper = self._book.lower, self._book.upper
        ends = [Term(lower[j] if w > 0 else upper[j], w) for j, w in weights.items() if w]
        return ProofLine(weights, "G", floor, "lin", tuple(ends))

    def list_raised(self, lows: list[int | None]) -> dict[int, int]:
        """Return the rows whose floor in ``lows`` is not the present one, and the new floor."""
        return {
            row: low
            for row, floor in self._rows.items()
            if (low := lows[row]) is not None and low != floor.now
        }

    def raise_to(self, floors: Mapping[int, int], stage: int) -> dict[int, ProofLine]:
        """Raise floors that the answer reaches, as a step of the stage; return lines by row."""
        extra, least, lines = self._indicate(floors, 1, stage)
        part = make_part({extra.column: 1}, 1, extra.upper.line, least)
        self._book.steps[stage].append(part)
        for row, now in floors.items():
            floor = self._rows[row]
            if floor.kept is None:
                floor.kept = self._book.keep(ProofLine(floor.weights, "G", now), stage + 1)
            floor.kept.right = floor.now = now
            floor.sign = (extra.column, least)
            lines[row].given = (stage, floor.kept)
        return lines

    def suppose(self, floors: Mapping[int, int], stage: int) -> tuple[Part, dict[int, ProofLine]]:
        """Assume floors that are to be refuted; return the step, and the lines by row.

        The caller replaces the bound of the step, which is that of its column, after the proof.
        """
        extra, least, lines = self._indicate(floors, 0, stage)
        return Part({extra.column: 1}, 0, extra.upper.line, extra.upper.line, least), lines

    def _indicate(
        self, floors: Mapping[int, int], value: int, stage: int
    ) -> tuple[ExtraColumn, ProofLine, dict[int, ProofLine]]:
        extra, lines = self._book.add_indicator(value, stage), {}
        least = ProofLine({extra.column: 1}, "G", 1, "asm")
        for row, now in floors.items():
            floor = self._rows[row]
            step = now - floor.first
            tied = ProofLine({**floor.weights, extra.column: -step}, "G", floor.first)
            self._book.keep(tied, stage, stage)
            lines[row] = ProofLine(
                floor.weights, "G", now, "lin", (Term(tied, 1), Term(least, step))
            )
        return extra, least, lines

    def add_switch(self, weights: Weights, base: Weights, floor: int, stage: int) -> ProofLine:
        """Return a line value >= floor + switches, tied to the indicator of the floor if any.

        ``base``: the weights of the value; ``weights``: these, and -1 for each switch.
        """
        for group in self._rows.values():
            if group.sign is not None and (group.weights, group.now) == (base, floor):
                column, least = group.sign
                step = floor - group.first
                tied = ProofLine({**weights, column: -step}, "G", group.first)
                self._book.keep(tied, stage, stage)
                line = ProofLine(weights, "G", floor, "lin", (Term(tied, 1), Term(least, step)))
                line.given = (stage, self._book.keep(ProofLine(weights, "G", floor), stage + 1))
                return line
        return self._book.keep(ProofLine(weights, "G", floor), stage)


class Reach:
    """Columns that are assumed at their best bounds in one step, by one sum.

    A column has weight 1 if its upper bound is the best value, -1 if its lower bound is the best.
    No column can pass its bound, so the sum reaches its greatest value only if every column is at
    its best bound.
    """

    def __init__(self) -> None:
        """Start without columns."""
        self._weights: dict[int, int] = {}
        self._ends: list[tuple[int, int, ProofLine]] = []
        self._least = ProofLine(self._weights, "G", 0, "asm")
        self._fan: Fan | None = None

    def add(self, column: int, end: ProofLine, sign: int) -> ProofLine:
        """Add a column whose best end has the line ``end``; return the line that it is there."""
        self._weights[column] = sign
        self._ends.append((column, -sign, end))
        self._least.right += sign * end.right
        line = ProofLine({column: 1}, "G" if sign > 0 else "L", end.right, "lin")
        line.later = partial(self._single_out, column, end.right)
        return line

    def part(self) -> Part:
        """Return the sum as a step of a stage, bounded by the best ends."""
        value = self._least.right
        terms = [Term(end, -sign) for _, sign, end in self._ends]
        bound = combine(self._weights, value, terms, kind="lin")
        return Part(self._weights, value, bound, bound, self._least)

    def _single_out(self, column: int, value: int) -> tuple[Term, ...]:
        if self._fan is None:
            self._fan = Fan(negate(self._least), self._ends)
        return self._fan.bound(column, value).reasons()
