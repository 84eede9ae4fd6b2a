"""One file in the format VIPR 1.0: a program, a bound to prove, an answer and the derived lines.

The format is that of Cheung, Gleixner and Steffy, Verifying Integer Programming Results, IPCO 2017.
Columns and rows of the program have the numbers of FORMULATION.md: column 17 is ``x17``, row 5 is
``r5``. Every number is whole or a fraction in lowest terms. Names are ASCII without blanks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any, TextIO

from optimizer.vipr.book import Book, Extent
from optimizer.vipr.lines import ProofLine, Term, Weights, combine
from optimizer.vipr.trace import trace


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one file states and proves.

    stage      number of the stage whose columns and rows the file has
    facts      name -> value, written as comments
    objective  maximised, or with ``is_least`` its negative is minimised
    value      of the objective in the answer; None: there is no answer
    last       the line that bounds the objective, or a contradiction
    points     for each answer in the file, its value of every column
    given      columns with another upper bound than the program's, and its line
    extent     how much of the book the file may have; None: all that its stage has
    """

    stage: int
    facts: Mapping[str, Any]
    objective: Weights
    value: int | None
    last: ProofLine
    points: list[list[int]]
    given: Mapping[int, ProofLine] = field(default_factory=dict)
    is_least: bool = False
    extent: Extent | None = None


class Writer:
    """Writes the files of a month; the text that they share is made once."""

    def __init__(self, book: Book) -> None:
        """Take the book of the files, and make the text of its bounds and rows."""
        self._book = book
        self._bounds = [
            _say(f"x{j}{side}", line, range(len(book.upper)))
            for j in range(len(book.upper))
            for side, line in (("l", book.lower[j]), ("u", book.upper[j]))
        ]
        columns = range(len(book.upper))
        self._rows = [(line, _say(name, line, columns)) for name, line in _name_rows(book)]

    def write(self, file: TextIO, sheet: Sheet) -> int:
        """Write the file of a sheet and return the number of its derived lines.

        Raises ``ExportError`` if a line has no proof.
        """
        page = _Page(self._book, sheet)
        bounds = list(self._bounds)
        for column, line in sheet.given.items():
            bounds[2 * column + 1] = _say(f"x{column}u", line, page.columns)
        file.writelines(page.head())
        file.writelines(f"{text}\n" for text in page.list_constraints(bounds, self._rows))
        file.writelines(page.list_wanted())
        return page.write_derived(file)


class _Page:
    """One file: the numbers of its columns and constraints, and its sections."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self._book, self._sheet = book, sheet
        extras, self._kept = book.list_added(sheet.stage, sheet.extent)
        count = len(book.upper)
        self.columns: dict[int, int] = {j: j for j in range(count)}
        self.columns |= {extra.column: count + k for k, extra in enumerate(extras)}
        self._extras = extras
        self._numbers: dict[ProofLine, int] = {}
        self._objective = sheet.objective  # with the signs of the file
        if sheet.is_least:
            self._objective = {j: -weight for j, weight in sheet.objective.items()}

    def head(self) -> Iterator[str]:
        """Yield the comments and the sections VER, VAR, INT and OBJ."""
        for name, fact in self._sheet.facts.items():
            yield f"% {name}: {json.dumps(fact)}\n"
        names = map(_name, self.columns)
        count = len(self.columns)
        yield f"VER 1.0\nVAR {count}\n{' '.join(names)}\n"
        yield f"INT {count}\n{' '.join(map(str, range(count)))}\n"
        yield f"OBJ {'min' if self._sheet.is_least else 'max'}\n"
        yield f"{_say_weights(self._objective, self.columns)}\n"

    def list_constraints(
        self, bounds: list[str], rows: list[tuple[ProofLine, str]]
    ) -> Iterator[str]:
        """Yield the lines of the section CON: bounds, rows of the month, constraints of stages.

        Also numbers these constraints for the lines derived from them.
        """
        pairs = zip(self._list_bounds(), bounds, strict=True)
        found = [*pairs, *self._list_extra_bounds()]
        count = len(found)
        found += rows
        for line in self._kept:
            found.append((line, _say(f"k{len(found)}", line, self.columns)))
        self._numbers = {line: k for k, (line, _) in enumerate(found)}
        yield f"CON {len(found)} {count}"
        yield from (text for _, text in found)

    def _list_bounds(self) -> list[ProofLine]:
        """Return the bounds of the program's columns, the lower one of each first."""
        book = self._book
        lines = [line for pair in zip(book.lower, book.upper, strict=True) for line in pair]
        for column, line in self._sheet.given.items():
            lines[2 * column + 1] = line
        return lines

    def _list_extra_bounds(self) -> Iterator[tuple[ProofLine, str]]:
        for extra in self._extras:
            name = _name(extra.column)
            for side, kept in (("l", extra.lower), ("u", extra.upper)):
                yield kept.line, _say(f"{name}{side}", kept.line, self.columns)

    def list_wanted(self) -> Iterator[str]:
        """Yield the sections RTP and SOL."""
        sheet = self._sheet
        if sheet.value is None:
            yield "RTP infeas\nSOL 0\n"
            return
        ends = (sheet.value, sheet.last.right)
        low, high = (-ends[1], -ends[0]) if sheet.is_least else ends
        yield f"RTP range {low} {high}\nSOL {len(sheet.points)}\n"
        for k, point in enumerate(sheet.points, 1):
            values = {j: value for j, value in enumerate(point) if j in self.columns}
            signs = {extra.column: extra.value for extra in self._extras if extra.column < 0}
            yield f"answer{k} {_say_weights(values | signs, self.columns)}\n"

    def write_derived(self, file: TextIO) -> int:
        """Write the section DER and return the number of its lines."""
        order = trace(self._last(), self._sheet.stage)
        first = len(self._numbers)
        self._numbers |= {line: first + k for k, line in enumerate(order)}
        used: dict[int, int] = {}
        for k, line in enumerate(order, first):
            used.update(dict.fromkeys((number for number, _ in self._combine(line)), k))
        file.write(f"DER {len(order)}\n")
        for k, line in enumerate(order, first):
            text = _say_reason(line, self._combine(line))
            file.write(f"{self._say(f'd{k}', line)} {{ {text} }} {used.get(k, -1)}\n")
        return len(order)

    def _last(self) -> ProofLine:
        """Return the line that states the bound of the objective as the file has it."""
        sheet, last = self._sheet, self._sheet.last
        if sheet.is_least:
            return ProofLine(self._objective, "G", -last.right, "lin", (Term(last, -1),))
        if last.at(sheet.stage).kind == "con":
            return combine(sheet.objective, last.right, [Term(last, 1)], kind="lin")
        return last

    def _combine(self, line: ProofLine) -> list[tuple[int, int]]:
        """Return number and multiplier of every term of a line; equal lines are added up.

        The terms of ``uns`` keep their order and number.
        """
        numbers = [
            (self._numbers[term.line.at(self._sheet.stage)], term.times) for term in line.reasons()
        ]
        if line.kind == "uns":
            return numbers
        total: dict[int, int] = {}
        for number, times in numbers:
            total[number] = total.get(number, 0) + times
        return [(number, times) for number, times in total.items() if times]

    def _say(self, name: str, line: ProofLine) -> str:
        if line.weights is self._objective:
            return f"{name} {line.sense} {line.right} OBJ"
        return _say(name, line, self.columns)


def _name(column: int) -> str:
    return f"x{column}" if column >= 0 else f"i{-column}"


def _name_rows(book: Book) -> Iterator[tuple[str, ProofLine]]:
    for i, (upper, lower) in enumerate(book.sides):
        if upper is not None:
            yield f"r{i}", upper
        if lower is not None and lower is not upper:
            yield f"r{i}" if upper is None else f"r{i}l", lower


def _say(name: str, line: ProofLine, columns: Mapping[int, int] | range) -> str:
    return f"{name} {line.sense} {line.right} {_say_weights(line.weights, columns)}"


def _say_weights(weights: Weights, columns: Mapping[int, int] | range) -> str:
    pairs = [f"{columns[j]} {weight}" for j, weight in weights.items() if weight]
    return " ".join((str(len(pairs)), *pairs))


def _say_reason(line: ProofLine, reason: list[tuple[int, int]]) -> str:
    if line.kind == "asm":
        return "asm"
    if line.kind == "uns":
        return f"uns {' '.join(str(number) for number, _ in reason)}"
    pairs = [f"{number} {_say_fraction(times, line.scale)}" for number, times in reason]
    return " ".join((line.kind, str(len(pairs)), *pairs))


def _say_fraction(times: int, scale: int) -> str:
    common = gcd(times, scale)
    below = scale // common
    return str(times // common) if below == 1 else f"{times // common}/{below}"
