"""Lines of a proof: constraints of the program, and constraints derived from earlier lines.

A ``ProofLine`` refers to the lines that it rests on, so a proof is a graph without circles. A file
has the lines that its last line needs, in an order in which every reference points backwards.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Weights = Mapping[int, int]


class Term(NamedTuple):
    """A line and its multiplier, which the scale of the derived line divides."""

    line: "ProofLine"
    times: int


class ExportError(ValueError):
    """A proof that cannot be written in the format; the message says which one and why."""


@dataclass(slots=True, eq=False)
class ProofLine:
    """A constraint over columns and the reason why it holds.

    weights  column -> weight; columns below zero are indicators, which only these files have
    sense    "E" equal to, "L" at most or "G" at least ``right``
    kind     "con" of the program, "asm" assumed, "lin" or "rnd" (rounded) combined from the terms,
             "uns" one of two assumptions holds (terms: line, assumption, line, assumption),
             "open" stated without a proof
    scale    the multipliers of the terms are divided by it
    later    makes the terms at every call, which saves memory
    given    a stage, and the line that the files of all stages after it have in place of this one
    """

    weights: Weights
    sense: str
    right: int
    kind: str = "con"
    terms: tuple[Term, ...] = ()
    scale: int = 1
    later: Callable[[], tuple[Term, ...]] | None = None
    given: "tuple[int, ProofLine] | None" = None

    def reasons(self) -> tuple[Term, ...]:
        """Return the terms that prove the line, made now if ``later`` makes them."""
        return self.terms if self.later is None else self.later()

    def at(self, stage: int) -> "ProofLine":
        """Return the line that the file of a stage has in place of this one, or this one."""
        line = self
        while line.given is not None and line.given[0] < stage:
            line = line.given[1]
        return line


def combine(
    weights: Weights, right: int, terms: Iterable[Term], scale: int = 1, kind: str = "rnd"
) -> ProofLine:
    """Return the line ``weights x <= right``, derived from the sum of the terms."""
    return ProofLine(weights, "L", right, kind, tuple(terms), scale)


def negate(line: ProofLine) -> ProofLine:
    """Return a line of sense "G", times -1, as a line of sense "L"."""
    weights = {j: -weight for j, weight in line.weights.items()}
    return combine(weights, -line.right, [Term(line, -1)], kind="lin")


class Fan:
    """A line "sum of columns at most a number", from which bounds of single columns follow.

    To bound one column, each other column is replaced by the bound at which it adds least. Columns
    are left out half by half, so that all bounds together need few terms.
    """

    def __init__(self, line: ProofLine, parts: list[tuple[int, int, ProofLine]]) -> None:
        """Take the line and its columns: number, weight, and the bound at which it adds least."""
        self._parts = parts
        self._halves = {(0, len(parts)): line}
        self._place = {column: k for k, (column, _, _) in enumerate(parts)}

    def bound(self, column: int, value: int) -> ProofLine:
        """Return the line that bounds a column: above if its weight is positive, else below."""
        weight = self._parts[self._place[column]][1]
        sense = "L" if weight > 0 else "G"
        line = ProofLine({column: 1}, sense, value, "rnd", (), abs(weight))
        line.later = lambda: (Term(self._alone(self._place[column]), 1 if weight > 0 else -1),)
        return line

    def _alone(self, place: int) -> ProofLine:
        low, high = 0, len(self._parts)
        while high - low > 1:
            middle = (low + high) // 2
            half = (low, middle) if place < middle else (middle, high)
            if half not in self._halves:
                rest = (middle, high) if place < middle else (low, middle)
                self._halves[half] = self._drop(self._halves[low, high], half, rest)
            low, high = half
        return self._halves[low, high]

    def _drop(self, line: ProofLine, half: tuple[int, int], rest: tuple[int, int]) -> ProofLine:
        left, terms = line.right, [Term(line, 1)]
        for _, weight, bound in self._parts[slice(*rest)]:
            left -= weight * bound.right
            terms.append(Term(bound, -weight))
        weights = {column: weight for column, weight, _ in self._parts[slice(*half)]}
        return combine(weights, left, terms, kind="lin")
