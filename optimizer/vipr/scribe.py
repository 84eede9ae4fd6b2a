"""A replay of a certificate that keeps the proof line of everything that it proves.

``Scribe`` is the checker's ``Proof``: it accepts and refuses the same events in the same whole
numbers. For every bound of a column and every side of a row it also keeps the line that proves it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from optimizer.checker.program.rows import Program
from optimizer.checker.proofs.proof import LOWEST, Event, Gap, Proof, ValueAt, Weights
from optimizer.vipr.book import Book, Extent, Part, Sides, join, make_part, open_part
from optimizer.vipr.floors import Floors, Reach
from optimizer.vipr.lines import ExportError, Fan, ProofLine, Term, combine, negate
from optimizer.vipr.tree import Root, write_tree


@dataclass(frozen=True, slots=True)
class Shown:
    """The bound of a sum that the stage does not keep, and the witness that goes with it.

    line     the line that bounds the sum
    point    the witness: its value of every column
    extent   how much the stages had added to the book at that time
    """

    line: ProofLine
    point: list[int]
    extent: Extent


class Scribe(Proof):
    """A replay of a certificate that keeps the proof line of everything that it proves.

    book         what the files contain
    stage        the number of the stage that is replayed
    last         the line of the last bound that multipliers or a tree gave
    witnesses    for each witness of the present result, its values of every column
    settled      ``met`` column -> the line that decided it before the first witness
    extent       how much the stages had added to the book at the first witness
    shown        sums that the present result bounds beside its own
    given        columns that are fixed while ``is_given`` is True, with lines that fix them
    lower        the line of the present lower bound of every column
    upper        the line of the present upper bound of every column
    sides        the lines of the present bounds of every row
    """

    def __init__(self, program: Program, point: list[int]) -> None:
        """Take the program and the value of every column in the answer."""
        super().__init__(program, point)
        self.book = Book(program)
        self.lower, self.upper = list(self.book.lower), list(self.book.upper)
        self.sides = list(self.book.sides)
        self.stage, self.is_given, self.given = 0, False, dict[int, ProofLine]()
        self.last = ProofLine({}, "L", 0)
        self.witnesses, self.settled = list[list[int]](), dict[int, ProofLine]()
        self.shown, self.extent = list[Shown](), self.book.extent
        self._is_joined, self._parts = True, list[Part]()
        self._rows, self._reduced = list[Term](), dict[int, int]()
        self._make_fan: Callable[[], Fan] | None = None
        self._fan: Fan | None = None
        self._is_word = False  # True while columns are fixed on an engine's unchecked claim
        self._floors, self._depth = Floors(self.book), 0
        self._reach: Reach | None = None
        self._kept: Part | None = None  # the sum that was kept just before
        self._singled: dict[int, ProofLine] = {}  # the bounds that this sum gives its columns

    def start(self, stage: int, *, is_joined: bool) -> None:
        """Start a result of a stage; with ``is_joined`` its sums are parts of one aim."""
        self.stage, self._is_joined, self._parts = stage, is_joined, []
        self.book.steps.setdefault(stage, [])
        self.witnesses, self.settled, self.shown = [], {}, []

    def finish(self) -> None:
        """End the result; if its sums are parts of one aim, their sum becomes a step."""
        self._catch_up()
        if self._is_joined:
            self.book.close(join(self.book, self._parts, self.stage), self.stage)

    def bound(self, weights: Weights, scale: int, flat: list[int]) -> tuple[int, dict[int, int]]:
        """Bound a sum and make its line: sides of rows and bounds, combined and rounded."""
        self._catch_up()
        total, reduced = super().bound(weights, scale, flat)
        pairs = zip(flat[::2], flat[1::2], strict=True)
        self._rows = [Term(self._side_line(i, times > 0), times) for i, times in pairs if times]
        ends = [
            Term(self.upper[j] if weight > 0 else self.lower[j], weight)
            for j, weight in reduced.items()
            if weight
        ]
        self._reduced = reduced
        self.last = combine(weights, total // scale, [*self._rows, *ends], scale)
        return total, reduced

    def _side_line(self, row: int, is_upper: bool) -> ProofLine:
        line = self.sides[row][0 if is_upper else 1]
        if line is None:
            raise ExportError(f"row {row} has no such side")  # the checker refuses it before
        return line

    def keep_sum(
        self, weights: Weights, value: int, scale: int, flat: list[int], of: tuple[str, str]
    ) -> None:
        """Keep a sum, and the lines of its two sides and of the columns that it fixes."""
        least = ProofLine(weights, "G", value, "asm")
        with self._deciding(partial(self._reduce, least, value * scale, scale)):
            super().keep_sum(weights, value, scale, flat, of)
        part = make_part(weights, value, self.last, least)
        self.sides[-1], self._kept = (part.most, part.least), part
        if self._is_joined:
            self._parts.append(part)
        else:
            self.book.close(part, self.stage)

    def leave_open(self, gap: Gap) -> None:
        """Note a gap; unless a sum is being kept, add a step without a bound to the stage."""
        super().leave_open(gap)
        if self._make_fan is None:
            self.book.steps[self.stage].append(open_part())

    def place(self, values: list[int]) -> list[int]:
        """Place a witness and return its value of every column.

        At the first witness of a result, the lines that decided needs before it are noted.
        """
        self._catch_up()
        placed = super().place(values)
        if not self.witnesses:
            self.extent = self.book.extent
            for column in filter(self.is_decided, self.program.met.values()):
                ends = (self.lower if self.high[column] else self.upper)[column]
                self.settled[column] = ends
        self.witnesses.append(placed)
        return placed

    def find_most(self, weights: Weights, scale: int, flat: list[int]) -> tuple[int, str]:
        """Bound a sum; within ``aside`` also note it with the last witness, if there is one."""
        found = super().find_most(weights, scale, flat)
        if self._depth == 1 and weights and self.witnesses and not self.is_given:
            self.shown.append(Shown(self.last, self.witnesses[-1], self.book.extent))
        return found

    def bound_open(self, stage: int, weights: Weights, event: Event) -> None:
        """Bound an open sum, by its event or (if that is empty) by the columns, as a step."""
        scale, flat, cuts = event[1:4] if event else (1, [], [])
        self.witnesses = []
        with self.aside():
            for cut in cuts:
                self.prepare(cut)
            self.find_most(weights, scale, flat)
        value = sum(weight * self.point[j] for j, weight in weights.items())
        self.book.steps.setdefault(stage, []).append(make_part(weights, value, self.last))

    def _lower(self, most: int, weights: Weights, scale: int, flat: list[int]) -> tuple[int, str]:
        """Lower a bound by the tree; if the tree lowers it, make the line of the tree."""
        nodes, held = self.tree, (self._rows, self._reduced, self.last)
        found, kind = super()._lower(most, weights, scale, flat)
        self._rows, self._reduced, self.last = held
        if found < most:
            proved = None if found == LOWEST else found
            sides, lower, upper = list(self.sides), list(self.lower), list(self.upper)
            root = Root(list(self.rows), sides, lower, upper, weights, proved)
            self.last = write_tree(root, flat, nodes)
        return found, kind

    def _reduce(self, least: ProofLine, value: int, scale: int) -> Fan:
        """Return the fan of the reduced costs, whose sum is at most the remainder of the bound."""
        right = sum(times * line.right for line, times in self._rows) - value
        weights = {j: -weight for j, weight in self._reduced.items() if weight}
        terms = [*self._rows, Term(least, -scale)]
        return self._fan_of(combine(weights, right, terms, kind="lin"))

    def _fan_of(self, line: ProofLine) -> Fan:
        lower, upper = self.lower, self.upper
        parts = [(j, w, lower[j] if w > 0 else upper[j]) for j, w in line.weights.items()]
        return Fan(line, parts)

    @contextmanager
    def _deciding(self, make_fan: Callable[[], Fan] | None) -> Iterator[None]:
        """Within this context derive the lines of decided columns from the fan made by this."""
        self._make_fan, self._fan = make_fan, None
        yield
        self._make_fan = None

    def settle(self, event: Event) -> None:
        """Fix the columns of an event ``none`` or ``all``, and keep the lines that fix them."""
        self._is_word = len(event) == 2
        with self._deciding(None if self._is_word else lambda: self._fan_of(self.last)):
            super().settle(event)
        self._is_word = False

    def decide(self, column: int, value: int) -> None:
        """Fix a column and keep the line of the bound that it moves."""
        if self.is_given:
            self.given[column] = self.upper[column] = ProofLine({column: 1}, "L", value)
        elif value < self.high[column]:
            self.upper[column] = self._explain(column, value, is_upper=True)
        elif value > self.low[column]:
            self.lower[column] = self._explain(column, value, is_upper=False)
        super().decide(column, value)

    def _explain(self, column: int, value: int, *, is_upper: bool) -> ProofLine:
        """Return the line of a bound: from a fan, from the sum kept last, or else assumed."""
        if self._is_word:
            sense = "L" if is_upper else "G"
            line = ProofLine({column: 1}, sense, value, "open")
            kept = self.book.keep(ProofLine({column: 1}, sense, value), self.stage + 1)
            line.given = (self.stage, kept)
            return line
        if self._make_fan is not None:
            self._fan = self._fan or self._make_fan()
            return self._fan.bound(column, value)
        if self._kept is None or column not in self._kept.weights:
            return self._reach_end(column, is_upper=is_upper)
        if not self._singled:
            self._singled = self._single_out(self._kept)
        return self._singled[column]

    def _single_out(self, part: Part) -> dict[int, ProofLine]:
        """Return the lines of the bounds that a kept sum gives its columns, keyed by column.

        The binary digits of a sum of powers of two are the values of its columns: each follows
        once those of greater weight are known. Columns of one weight are all at the same end.
        """
        found: dict[int, ProofLine] = {}
        ends = {j: [self.lower[j], self.upper[j]] for j in part.weights}
        is_block = len(set(part.weights.values())) > 1
        fans: dict[bool, Fan] = {}
        for column in sorted(part.weights, key=lambda j: -part.weights[j]):
            value = self.point[column]
            if self.is_decided(column):
                continue
            is_upper = value < self.high[column]
            if is_block or is_upper not in fans:
                line = part.most if is_upper else negate(part.least)
                parts = [(j, w, ends[j][0 if w > 0 else 1]) for j, w in line.weights.items()]
                fans[is_upper] = Fan(line, parts)
            found[column] = ends[column][is_upper] = fans[is_upper].bound(column, value)
        return found

    def _reach_end(self, column: int, *, is_upper: bool) -> ProofLine:
        """Assume that a column is at its best end, in one step with those that follow."""
        self._reach = self._reach or Reach()
        end = self.lower[column] if is_upper else self.upper[column]
        return self._reach.add(column, end, -1 if is_upper else 1)

    def _catch_up(self) -> None:
        """Add to the stage the steps that the replay took without an event of their own."""
        self._kept, self._singled = None, {}
        if self._reach is not None:
            reach, self._reach = self._reach, None
            self.book.close(reach.part(), self.stage)
        if not self._depth and (raised := self._floors.list_raised(self.row_low)):
            for row, line in self._floors.raise_to(raised, self.stage).items():
                self.sides[row] = (None, line)

    def add_cut(self, event: Event) -> None:
        """Add a zero-half cut with its line."""
        self._catch_up()
        super().add_cut(event)
        _, sides, raised, stated = event
        total, _ = self._add_sides(sides)
        up = set(raised)
        terms = [Term(self._side_line(c >> 1, not c & 1), -1 if c & 1 else 1) for c in sides]
        for j in [j for j, weight in total.items() if weight & 1]:
            terms.append(Term(self.upper[j], 1) if j in up else Term(self.lower[j], -1))
        self.sides[-1] = (combine(self.rows[-1], stated // 2, terms, 2), None)

    def add_row(self, weights: Weights, low: int | None, high: int | None = None) -> int:
        """Add a row and return its number.

        Cuts and kept sums get their lines later; other rows define columns or floors, and get
        theirs here.
        """
        row = super().add_row(weights, low, high)
        self.sides.append((None, None))
        if low is not None:
            self._catch_up()
            self.sides[row] = self._define(row, weights, low, high)
        return row

    def _define(self, row: int, weights: Weights, low: int, high: int | None) -> Sides:
        if self._make_fan is not None:  # of a sum, which has its lines from ``keep_sum``
            return None, None
        count = len(self.program.high)
        base = {j: weight for j, weight in weights.items() if j < count}
        if high is not None:
            both = self.book.keep(ProofLine(weights, "E", low), self.stage)
            return both, both
        if len(base) == len(weights):
            return None, self._floors.add(row, weights, low)
        return None, self._floors.add_switch(weights, base, low, self.stage)

    def add_column(self, high: int, value_at: ValueAt) -> int:
        """Add a column with its bounds."""
        column = super().add_column(high, value_at)
        extra = self.book.add_extra(column, self.point[column], self.stage, high=high)
        self.lower.append(extra.lower.line)
        self.upper.append(extra.upper.line)
        return column

    def is_impossible(self, proof: Event, cuts: list[Event]) -> bool:
        """Return what the checker returns; a refutation of floors becomes a step of the stage."""
        tried = self._floors.list_raised(self.row_low)
        if not tried:
            return super().is_impossible(proof, cuts)
        part, lines = self._floors.suppose(tried, self.stage)
        for row, line in lines.items():
            self.sides[row] = (None, line)
        answer = super().is_impossible(proof, cuts)
        none = ProofLine(part.weights, "L", 0, "asm")
        terms = tuple(Term(line, 1) for line in (self.last, part.least, none, none))
        part.bound = part.most = ProofLine(part.weights, "L", 0, "uns", terms)
        self.book.steps[self.stage].append(part)
        return answer

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Undo the rows added and the bounds changed in this context, and their lines."""
        self._catch_up()
        held = (list(self.lower), list(self.upper), list(self.sides))
        self._depth += 1
        with super().aside():
            yield
        self._depth -= 1
        self.lower, self.upper, self.sides = held
