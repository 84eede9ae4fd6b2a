"""What the files of a month contain: the program, and what its stages add to it in turn."""

from dataclasses import dataclass, field
from functools import partial

from optimizer.checker.program.rows import Program
from optimizer.vipr.lines import ProofLine, Term, Weights, combine

Extent = tuple[int, int]  # how many columns and constraints the stages have added
Sides = tuple[ProofLine | None, ProofLine | None]  # "at most", "at least"


@dataclass(slots=True, eq=False)
class Part:
    """A sum with its value in the answer, and the lines that bound the sum from both sides.

    weights  the weight of each column of the sum
    value    what the sum is in the answer
    bound    the proved line "the sum is at most b"; b is the value, or greater if the value is not
             proved to be the greatest
    most     the line "the sum is at most the value": ``bound`` itself if b is the value, else a
             line without a proof
    least    the line "the sum is at least the value"
    """

    weights: Weights
    value: int
    bound: ProofLine
    most: ProofLine
    least: ProofLine

    @property
    def is_proved(self) -> bool:
        """Whether the proved bound is the value."""
        return self.bound.right == self.value


@dataclass(frozen=True, slots=True)
class Kept:
    """A constraint in the files of the stages from ``first`` to ``last`` (None: all later ones)."""

    line: ProofLine
    first: int
    last: int | None = None

    def is_in(self, stage: int) -> bool:
        """Return whether the file of a stage has the constraint."""
        return self.first <= stage and (self.last is None or stage <= self.last)


@dataclass(frozen=True, slots=True)
class ExtraColumn:
    """A column that files of some stages add to the program.

    column   its number
    value    its value in the answer
    upper    its upper bound, a constraint in the same files
    lower    its lower bound, a constraint in the same files
    """

    column: int
    value: int
    upper: Kept
    lower: Kept


@dataclass(slots=True)
class Book:
    """The lines of the program and everything that the stages have added so far.

    lower         the lower bound of every column of the program
    upper         the upper bound of every column of the program
    sides         the lines "at most" and "at least" of every row; both are one line "equal" if the
                  row has equal bounds
    extras        the columns that the stages have added, by number, in the order added
    kept          the constraints that the stages have added, in the order added
    steps         stage -> the sums that it optimises, in the order in which it does
    indicators    how many columns were added that the certificate does not number
    """

    program: Program
    lower: list[ProofLine] = field(default_factory=list)
    upper: list[ProofLine] = field(default_factory=list)
    sides: list[Sides] = field(default_factory=list)
    extras: dict[int, ExtraColumn] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    steps: dict[int, list[Part]] = field(default_factory=dict)
    indicators: int = 0

    def __post_init__(self) -> None:
        """Make the lines of the program itself."""
        program = self.program
        self.lower = [ProofLine({j: 1}, "G", low) for j, low in enumerate(program.low)]
        self.upper = [ProofLine({j: 1}, "L", high) for j, high in enumerate(program.high)]
        for weights, low, high in zip(program.rows, program.row_low, program.row_high, strict=True):
            self.sides.append(_list_sides(weights, low, high))

    def keep(self, line: ProofLine, first: int, last: int | None = None) -> ProofLine:
        """Add a constraint to the files of some stages and return it."""
        self.kept.append(Kept(line, first, last))
        return line

    def add_extra(
        self, column: int, value: int, stage: int, last: int | None = None, high: int = 1
    ) -> ExtraColumn:
        """Add a column from 0 to ``high`` to the files of some stages and return it."""
        upper = Kept(ProofLine({column: 1}, "L", high), stage, last)
        lower = Kept(ProofLine({column: 1}, "G", 0), stage, last)
        extra = self.extras[column] = ExtraColumn(column, value, upper, lower)
        return extra

    def bounds_of(self, column: int) -> tuple[ProofLine, ProofLine]:
        """Return the lines of a column's lower and upper bound."""
        extra = self.extras.get(column)
        if extra is not None:
            return extra.lower.line, extra.upper.line
        return self.lower[column], self.upper[column]

    @property
    def extent(self) -> Extent:
        """How many columns, and how many constraints, the stages have added so far."""
        return len(self.extras), len(self.kept)

    def list_added(
        self, stage: int, extent: Extent | None
    ) -> tuple[list[ExtraColumn], list[ProofLine]]:
        """Return the columns and constraints that the file of a stage adds to the program.

        With ``extent`` only what was added up to that number of columns and constraints; None: all.
        """
        columns, lines = extent or self.extent
        extras = [
            extra for extra in list(self.extras.values())[:columns] if extra.upper.is_in(stage)
        ]
        return extras, [kept.line for kept in self.kept[:lines] if kept.is_in(stage)]

    def close(self, part: Part, stage: int) -> None:
        """Append the sum of ``part`` to the steps of a stage.

        The files of later stages have the constraint that the sum keeps ``part.value``.
        """
        self.steps.setdefault(stage, []).append(part)
        if part.weights:
            both = self.keep(ProofLine(part.weights, "E", part.value), stage + 1)
            for line in (part.bound, part.most, part.least):
                line.given = (stage, both)

    def add_indicator(self, value: int, stage: int) -> ExtraColumn:
        """Add a column in {0, 1} to the file of one stage and return it.

        The certificate does not number it; its number here is negative.
        """
        self.indicators += 1
        return self.add_extra(-self.indicators, value, stage, stage)


def _list_sides(weights: Weights, low: int | None, high: int | None) -> Sides:
    if low is not None and low == high:
        both = ProofLine(weights, "E", low)
        return both, both
    upper = None if high is None else ProofLine(weights, "L", high)
    return upper, None if low is None else ProofLine(weights, "G", low)


def join(book: Book, parts: list[Part], stage: int) -> Part:
    """Return the sum of the parts of one aim.

    If the whole is proved, each part's line ``least`` is derived from the whole and the bounds of
    the other parts. If it is not, the files of later stages keep each part at its value.
    """
    if len(parts) == 1:
        return parts[0]
    weights = {j: weight for part in parts for j, weight in part.weights.items()}
    terms = [Term(part.bound, 1) for part in parts]
    bound = combine(weights, sum(part.bound.right for part in parts), terms, kind="lin")
    value = sum(part.value for part in parts)
    whole = make_part(weights, value, bound)
    for part in parts:
        if whole.is_proved:
            part.least.kind = "lin"
            part.least.later = partial(_split_off, whole.least, terms, part.bound)
        else:
            part.least.kind = "open"
            both = book.keep(ProofLine(part.weights, "E", part.value), stage + 1)
            part.most.given = part.least.given = (stage, both)
    return whole


def make_part(
    weights: Weights, value: int, bound: ProofLine, least: ProofLine | None = None
) -> Part:
    """Return the ``Part`` of a sum with this value in the answer and the proved line ``bound``.

    Without ``least``, its line "at least the value" is an assumption.
    """
    most = bound if bound.right == value else ProofLine(weights, "L", value, "open")
    return Part(weights, value, bound, most, least or ProofLine(weights, "G", value, "asm"))


def open_part() -> Part:
    """Return a step without a proved bound."""
    open_ = ProofLine({}, "L", 1, "open")
    return Part({}, 0, open_, open_, open_)


def _split_off(least: ProofLine, terms: list[Term], own: ProofLine) -> tuple[Term, ...]:
    return (Term(least, 1), *(Term(line, -1) for line, _ in terms if line is not own))
