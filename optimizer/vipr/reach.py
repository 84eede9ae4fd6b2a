"""Columns that the answer has at their best end: together one step that nothing can exceed."""

from functools import partial

from optimizer.vipr.book import Part
from optimizer.vipr.lines import Fan, ProofLine, Term, combine, negate


class Reach:
    """The sum of columns (with -1 where the least is best) that are all at their best end."""

    def __init__(self) -> None:
        """Start without columns."""
        self._weights: dict[int, int] = {}
        self._ends: list[tuple[int, int, ProofLine]] = []
        self._least = ProofLine(self._weights, "G", 0, "asm")
        self._fan: Fan | None = None

    def add(self, column: int, end: ProofLine, sign: int) -> ProofLine:
        """Add a column whose best end has this line; return the line that it is there."""
        self._weights[column] = sign
        self._ends.append((column, -sign, end))
        self._least.right += sign * end.right
        line = ProofLine({column: 1}, "G" if sign > 0 else "L", end.right, "lin")
        line.later = partial(self._single_out, column, end.right)
        return line

    def part(self) -> Part:
        """Return the step."""
        value = self._least.right
        terms = [Term(end, -sign) for _, sign, end in self._ends]
        bound = combine(self._weights, value, terms, kind="lin")
        return Part(self._weights, value, bound, bound, self._least)

    def _single_out(self, column: int, value: int) -> tuple[Term, ...]:
        if self._fan is None:
            self._fan = Fan(negate(self._least), self._ends)
        return self._fan.bound(column, value).reasons()
