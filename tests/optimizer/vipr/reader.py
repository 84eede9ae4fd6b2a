"""A small checker of VIPR 1.0 files, written from the published specification alone.

It reads a file as a stream, adds up every line in exact fractions and refuses the first one that
does not follow. Lines that no later line names are forgotten, as the format intends.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

Number = int | Fraction
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+|/[1-9][0-9]*)?")
_SIGNS = {"G": 1, "E": 0, "L": -1}


class RefusedError(Exception):
    """The file breaks the format, or a line of it does not follow."""


@dataclass(slots=True)
class Constraint:
    """Weights without zeros, a sense and a right side; the numbers of the assumptions behind it."""

    weights: dict[int, Number]
    sense: str
    right: Number
    assumed: frozenset[int] = frozenset()

    @property
    def is_absurd(self) -> bool:
        """Return whether it says that 0 is more, less or other than it is."""
        side = {"G": self.right > 0, "L": self.right < 0, "E": self.right != 0}
        return not self.weights and side[self.sense]

    def dominates(self, other: "Constraint") -> bool:
        """Return whether the other follows at a glance."""
        if self.is_absurd:
            return True
        if self.weights != other.weights or self.sense not in (other.sense, "E"):
            return False
        if other.sense == "E":
            return self.right == other.right
        return self.right >= other.right if other.sense == "G" else self.right <= other.right


@dataclass(slots=True)
class Verdict:
    """What a file proves: None for infeasible, else the two ends of the range (None: open)."""

    range: tuple[Number | None, Number | None] | None
    is_max: bool
    columns: int
    constraints: int
    derived: int


def check(lines: Iterable[str]) -> Verdict:
    """Return what the file proves. Raises ``RefusedError`` at the first fault."""
    return _Reader(lines).read()


class _Reader:
    def __init__(self, lines: Iterable[str]) -> None:
        self._words = _split(lines)
        self._held: dict[int, Constraint] = {}
        self._ending: dict[int, list[int]] = {}
        self._names: set[str] = set()
        self._best: Number | None = None

    def read(self) -> Verdict:
        self._expect("VER")
        self._expect("1.0")
        columns = self._read_columns()
        self._is_max, self._objective = self._read_objective()
        count = self._read_program()
        wanted = self._read_claim()
        self._read_answers(wanted, count)
        derived = self._read_derived(wanted, count)
        if next(self._words, None) is not None:
            raise RefusedError("words after the end")
        return Verdict(wanted, self._is_max, columns, count, derived)

    # words and numbers

    def _word(self) -> str:
        word = next(self._words, None)
        if word is None:
            raise RefusedError("the file ends early")
        return word

    def _expect(self, wanted: str) -> None:
        if (word := self._word()) != wanted:
            raise RefusedError(f"{word} in place of {wanted}")

    def _whole(self, below: int | None = None) -> int:
        word = self._word()
        if not re.fullmatch("0|[1-9][0-9]*", word) or (below is not None and int(word) >= below):
            raise RefusedError(f"{word} is no index or count")
        return int(word)

    def _number(self, word: str | None = None) -> Number:
        word = self._word() if word is None else word
        if not _NUMBER.fullmatch(word):
            raise RefusedError(f"{word} is no rational number")
        if "/" not in word and "." not in word:
            return int(word)
        number = Fraction(word)
        if "/" in word and str(number) != word:
            raise RefusedError(f"{word} is not in lowest terms")
        return number

    def _pairs(self, count: int, below: int) -> dict[int, Number]:
        pairs: dict[int, Number] = {}
        for _ in range(count):
            index = self._whole(below)
            if index in pairs:
                raise RefusedError(f"index {index} twice")
            pairs[index] = self._number()
        return pairs

    def _name(self) -> str:
        if (name := self._word()) in self._names:
            raise RefusedError(f"the name {name} twice")
        self._names.add(name)
        return name

    # sections

    def _read_columns(self) -> int:
        self._expect("VAR")
        self._count = self._whole()
        if len({self._word() for _ in range(self._count)}) < self._count:
            raise RefusedError("two variables of one name")
        self._expect("INT")
        whole = [self._whole(self._count) for _ in range(self._whole(self._count + 1))]
        self._is_whole = frozenset(whole)
        if len(self._is_whole) < len(whole):
            raise RefusedError("an integer variable twice")
        return self._count

    def _read_objective(self) -> tuple[bool, dict[int, Number]]:
        self._expect("OBJ")
        sense = self._word()
        if sense not in ("min", "max"):
            raise RefusedError(f"{sense} is no sense")
        return sense == "max", _without_zeros(self._pairs(self._whole(), self._count))

    def _read_constraint(self) -> Constraint:
        self._name()
        sense = self._word()
        if sense not in _SIGNS:
            raise RefusedError(f"{sense} is no sense")
        right, count = self._number(), self._word()
        if count == "OBJ":
            return Constraint(self._objective, sense, right)
        if not count.isdecimal():
            raise RefusedError(f"{count} is no number of pairs")
        return Constraint(_without_zeros(self._pairs(int(count), self._count)), sense, right)

    def _read_program(self) -> int:
        self._expect("CON")
        count = self._whole()
        bounds = self._whole(count + 1)
        for k in range(count):
            self._held[k] = self._read_constraint()
            if k < bounds and len(self._held[k].weights) != 1:
                raise RefusedError(f"constraint {k} is no bound")
        return count

    def _read_claim(self) -> tuple[Number | None, Number | None] | None:
        self._expect("RTP")
        kind = self._word()
        if kind == "infeas":
            return None
        if kind != "range":
            raise RefusedError(f"{kind} is no claim")
        low, high = self._word(), self._word()
        ends = (
            None if low == "-inf" else self._number(low),
            None if high == "inf" else self._number(high),
        )
        if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
            raise RefusedError("an empty range")
        return ends

    def _read_answers(self, wanted: tuple[Number | None, Number | None] | None, count: int) -> None:
        self._expect("SOL")
        worths = []
        for _ in range(self._whole()):
            self._word()
            values = self._pairs(self._whole(), self._count)
            if any(values[j] != floor(values[j]) for j in values if j in self._is_whole):
                raise RefusedError("a value that is not whole")
            for k in range(count):
                if not _satisfies(self._held[k], values):
                    raise RefusedError(f"the answer breaks constraint {k}")
            worths.append(_weigh(self._objective, values))
        if worths:
            self._best = max(worths) if self._is_max else min(worths)
        end = None if wanted is None else wanted[0 if self._is_max else 1]
        if end is None:
            return
        if self._best is None or (self._best < end if self._is_max else self._best > end):
            raise RefusedError("no answer reaches the range")

    def _read_derived(self, wanted: tuple[Number | None, Number | None] | None, count: int) -> int:
        self._expect("DER")
        derived = self._whole()
        line = None
        for k in range(count, count + derived):
            line = self._read_line(k)
            self._expect("}")
            self._keep(k, line, self._word())
        self._check_end(wanted, line)
        return derived

    def _keep(self, k: int, line: Constraint, last: str) -> None:
        """Hold a line until the last one that refers to it, and forget those that end here."""
        if not re.fullmatch("-1|0|[1-9][0-9]*", last):
            raise RefusedError(f"{last} is no last reference")
        for other in self._ending.pop(k, ()):
            self._held.pop(other)
        if last == "-1" or int(last) > k:
            self._held[k] = line
            self._ending.setdefault(int(last), []).append(k)

    def _check_end(
        self, wanted: tuple[Number | None, Number | None] | None, line: Constraint | None
    ) -> None:
        end = None if wanted is None else wanted[1 if self._is_max else 0]
        if wanted is not None and end is None:
            return
        if line is None or line.assumed:
            raise RefusedError("the last line is missing or rests on an assumption")
        if wanted is None:
            is_shown = line.is_absurd
        else:
            sense = "L" if self._is_max else "G"
            is_shown = line.dominates(Constraint(self._objective, sense, end or 0))
        if not is_shown:
            raise RefusedError("the last line does not prove the claim")

    # reasons

    def _find(self, index: int) -> Constraint:
        if index not in self._held:
            raise RefusedError(f"line {index} is not there, or no longer")
        return self._held[index]

    def _read_line(self, k: int) -> Constraint:
        line = self._read_constraint()
        self._expect("{")
        kind = self._word()
        if kind == "asm":
            line.assumed = frozenset([k])
        elif kind in ("lin", "rnd"):
            total = self._combine(self._pairs(self._whole(), k))
            if kind == "rnd":
                self._round(total)
            if not total.dominates(line):
                raise RefusedError(f"line {k} does not follow")
            line.assumed = total.assumed
        elif kind == "uns":
            line.assumed = self._unsplit(line, *(self._whole(k) for _ in range(4)))
        elif kind == "sol":
            self._cut_off(line)
        else:
            raise RefusedError(f"{kind} is no reason")
        return line

    def _combine(self, terms: dict[int, Number]) -> Constraint:
        weights: dict[int, Number] = {}
        right: Number = 0
        signs, assumed = set(), frozenset[int]()
        for index, times in terms.items():
            used = self._find(index)
            if times:
                signs.add(_SIGNS[used.sense] * (1 if times > 0 else -1))
            right += times * used.right
            assumed |= used.assumed
            for j, weight in used.weights.items():
                weights[j] = weights.get(j, 0) + times * weight
        if {1, -1} <= signs:
            raise RefusedError("multipliers of both signs")
        sense = "G" if 1 in signs else "L" if -1 in signs else "E"
        return Constraint(_without_zeros(weights), sense, right, assumed)

    def _round(self, line: Constraint) -> None:
        for j, weight in line.weights.items():
            if j not in self._is_whole or weight != floor(weight):
                raise RefusedError("a sum that cannot be rounded")
        if line.sense != "E":
            line.right = floor(line.right) if line.sense == "L" else ceil(line.right)

    def _unsplit(
        self, line: Constraint, first: int, one: int, second: int, other: int
    ) -> frozenset[int]:
        sides = sorted((self._find(one), self._find(other)), key=lambda side: side.sense)
        greater, less = sides
        if (greater.sense, less.sense) != ("G", "L") or greater.weights != less.weights:
            raise RefusedError("no two sides of a split")
        whole = [less.right, *less.weights.values()]
        if greater.right != less.right + 1 or any(v != floor(v) for v in whole):
            raise RefusedError("a split with a gap")
        if not self._is_whole.issuperset(less.weights):
            raise RefusedError("a split of a variable that is not whole")
        lines = self._find(first), self._find(second)
        if not all(found.dominates(line) for found in lines):
            raise RefusedError("a side of a split does not prove the line")
        return (lines[0].assumed - {one}) | (lines[1].assumed - {other})

    def _cut_off(self, line: Constraint) -> None:
        sense = "G" if self._is_max else "L"
        if self._best is None or line.sense != sense or line.weights != self._objective:
            raise RefusedError("no cut-off")
        if line.right > self._best if self._is_max else line.right < self._best:
            raise RefusedError("a cut-off beyond every answer")


def _split(lines: Iterable[str]) -> Iterator[str]:
    is_head = True
    for line in lines:
        if is_head and line.startswith("%"):
            continue
        is_head = False
        yield from line.split()


def _without_zeros(weights: dict[int, Number]) -> dict[int, Number]:
    return {j: weight for j, weight in weights.items() if weight}


def _weigh(weights: dict[int, Number], values: dict[int, Number]) -> Number:
    return sum((weight * values.get(j, 0) for j, weight in weights.items()), start=0)


def _satisfies(line: Constraint, values: dict[int, Number]) -> bool:
    got = _weigh(line.weights, values)
    if line.sense == "E":
        return got == line.right
    return got <= line.right if line.sense == "L" else got >= line.right
