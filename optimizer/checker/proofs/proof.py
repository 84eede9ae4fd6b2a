"""What multipliers prove over the rows of a month, replayed in whole numbers.

A ``Proof`` starts with the rows of ``program.rows`` and grows by cuts, kept sums and bounds of
columns. It derives them from multipliers and trees; what rests on a search is noted as a gap.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

from ..month.read import RefutedError
from ..program.rows import Program
from .linear import Linear, Weights
from .tree import bound_by_tree

__all__ = ["PREPARING", "Event", "Gap", "Proof", "ValueAt", "Weights", "check_apart"]

Event = list[Any]
PREPARING = ("cut", "tree")  # events that help to prove the next one
LOWEST = -(10**100)  # below the value of every answer: the bound if there is no answer
ValueAt = Callable[[list[int]], int]  # of a column, from the values of the columns before it


@dataclass(frozen=True, slots=True)
class Gap:
    """Something not proved to be the best: the value that the answer reaches, and a proved bound.

    ``of`` says what the two numbers count, and what ``group`` names:

    sum       the sum of the stage; ``group`` is empty
    level     the level of this group
    count     how many undecided groups do better than the level that ``group`` names
    possible  the most needs that this group can get
    rank      the sum of the rank that ``group`` names
    units     the units of this cell
    tickets   ``value``: how many tickets are settled; ``bound``: how many there are
    needs     ``value``: how many needs are settled; ``bound``: how many there are
    """

    of: str
    group: str
    value: Fraction | int
    bound: Fraction | int


class Proof(Linear):
    """Rows and bounds that every answer not excluded so far satisfies.

    point   the stated answer's value of every column; it must satisfy them too
    kinds   what the conclusions since ``restart`` rest on: dual, farkas, tree or search
    tree    the nodes of the last event ``tree``, which help to prove the next sum or refusal
    gaps    what these conclusions leave open, oldest first; empty unless one rests on ``search``
    barred  need -> number of results kept when it was first proved that no answer meets it
    drawn   draw -> needs that are undecided before it: met by some answers, unmet by others
    contested  needs that several groups compete for (S13)
    kept    number of results that were kept when needs were last barred
    """

    def __init__(self, program: Program, point: list[int]) -> None:
        super().__init__(program)
        self.program, self.point = program, list(point)
        self.tree: list[Event] = []
        self.kinds: set[str] = set()
        self.gaps: list[Gap] = []
        self.barred: dict[str, int] = {}
        self.drawn: dict[str, list[str]] = {}
        self.contested: list[str] = []
        self.kept = 0
        self._cuts: set[int] = set()
        self._made: list[ValueAt] = []  # of the columns after those of the program
        self._checked = 0  # rows that the point satisfies; rows of earlier stages never change

    def restart(self, kinds: Iterable[str] = (), gaps: Iterable[Gap] = ()) -> None:
        """Forget the kinds and gaps of the last result; start a new one with these."""
        self.kinds, self.gaps, self.tree = set(kinds), list(gaps), []

    def bar_needs(self, results: int) -> None:
        """Note the needs that no answer meets if it keeps the first ``results`` results."""
        self.kept = results
        for need, column in self.program.met.items():
            if self.high[column] == 0:
                self.barred.setdefault(need, results)

    def bar(self, columns: Iterable[int], results: int) -> None:
        """Note the same as ``bar_needs`` of the needs whose ``met`` is among these columns.

        No bound fixes these columns.
        """
        barred = set(columns)
        for need, column in self.program.met.items():
            if column in barred:
                self.barred.setdefault(need, results)

    def leave_open(self, gap: Gap) -> None:
        """Note a gap: only an engine's unchecked claim says that the value is the best."""
        self.kinds.add("search")
        self.gaps.append(gap)

    @property
    def kind(self) -> str:
        """The weakest kind of proof noted since ``restart``; ``dual`` if none was noted.

        From the weakest on these are ``search``, ``tree``, ``farkas`` and ``dual``.
        """
        return next((k for k in ("search", "tree", "farkas") if k in self.kinds), "dual")

    def add_row(self, weights: Weights, low: int | None, high: int | None = None) -> int:
        """Add a row and return its number."""
        self.rows.append(weights)
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.rows) - 1

    def add_column(self, high: int, value_at: ValueAt) -> int:
        """Add a column from 0 to ``high`` and return its number.

        ``value_at`` returns the column's value in an answer, given the values that the columns
        before it have in that answer.
        """
        self.low.append(0)
        self.high.append(high)
        self._made.append(value_at)
        self.point.append(value_at(self.point))
        return len(self.low) - 1

    def is_decided(self, column: int) -> bool:
        """Return whether the bounds of a column allow only one value."""
        return self.low[column] == self.high[column]

    def decide(self, column: int, value: int) -> None:
        """Fix a column at a value."""
        self.low[column] = self.high[column] = value

    def add_cut(self, event: Event) -> None:
        """Add a zero-half cut: half a sum of rows with even weights, its right side rounded down.

        A bound of its column makes an odd weight even. Raises ``RefutedError`` if the event states
        a smaller right side than the sum has; a greater one is weaker and allowed.
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
        """Return the sum of rows and of their right sides.

        A side is coded as 2 × row, + 1 for the lower side of the row.
        """
        total: dict[int, int] = {}
        right = 0
        for code in sides:
            sign = -1 if code & 1 else 1
            right += self.side(code >> 1, sign)
            for j, weight in self.rows[code >> 1].items():
                total[j] = total.get(j, 0) + sign * weight
        return total, right

    def prepare(self, event: Event) -> None:
        """Take an event that comes before a sum or a refusal: add a cut, or hold a tree."""
        if event[0] == "tree":
            _, self.tree = event
        else:
            self.add_cut(event)

    def find_most(self, weights: Weights, scale: int, flat: list[int]) -> tuple[int, str]:
        """Return an upper bound of a sum, and the kind of proof of the bound.

        The kind is ``tree`` if a prepared tree was used, and ``dual`` if only the multipliers were
        used. The tree is used up. The bound is ``LOWEST`` if the tree proves that there is no
        answer.
        """
        return self._lower(self.bound(weights, scale, flat)[0] // scale, weights, scale, flat)

    def _lower(self, most: int, weights: Weights, scale: int, flat: list[int]) -> tuple[int, str]:
        """Return the lower of the bound ``most`` and that of a prepared tree; see ``find_most``."""
        nodes, self.tree = self.tree, []
        if not nodes:
            return most, "dual"
        found = bound_by_tree(self, weights, scale, flat, nodes)
        return (LOWEST if found is None else min(most, found)), "tree"

    def keep_sum(
        self, weights: Weights, value: int, scale: int, flat: list[int], of: tuple[str, str]
    ) -> None:
        """Keep a sum at its greatest value by a row, and fix columns by their reduced costs.

        ``scale`` and ``flat`` (row, multiplier, row, multiplier, ...) give a bound, which a tree
        may lower. A bound that rounds down to more than the value leaves a gap, so the kind of
        proof is ``search``; ``of`` is the ``of`` and the group of the gap. Raises ``RefutedError``
        if the bound is below the value.
        """
        total, reduced = self.bound(weights, scale, flat)
        most, kind = self._lower(total // scale, weights, scale, flat)
        if most < value:
            raise RefutedError("bound_below_value", value=value, bound=most)
        if most == value:
            self.kinds.add(kind)
        else:
            self.leave_open(Gap(*of, value, most))
        slack = total - value * scale
        for j, weight in reduced.items():
            if abs(weight) > slack:
                self.decide(j, self.high[j] if weight > 0 else self.low[j])
        self.add_row(weights, value, value)

    def settle(self, event: Event) -> None:
        """Fix columns at 0 that are never at 1 (``none``), or at 1 that are never at 0 (``all``).

        Never: in no answer. The event has multipliers, which a tree may help; without them the
        conclusion rests on a search. Raises ``RefutedError`` if they do not prove it.
        """
        kind, columns, *multipliers = event
        if any(j < 0 or self.high[j] > 1 for j in columns):
            raise RefutedError("not_binary", columns=len(columns))
        if multipliers:
            scale, flat = multipliers
            weights = dict.fromkeys(columns, 1 if kind == "none" else -1)
            most, proof = self.find_most(weights, scale, flat)
            if most + (0 if kind == "none" else len(columns)) >= 1:
                raise RefutedError("not_excluded", columns=len(columns))
            if proof == "tree":
                self.kinds.add(proof)
        else:
            self.leave_open(Gap("needs", "", 0, len(columns)))
        for column in columns:
            self.decide(column, int(kind == "all"))

    def excludes(self, columns: list[int], proof: Event, cuts: list[Event]) -> bool:
        """Return whether it is proved that no answer has any of these columns at 1.

        ``proof``: scale and multipliers. No row or bound is kept.
        """
        if any(j < 0 for j in columns):
            return False
        with self.aside():
            for cut in cuts:
                self.prepare(cut)
            most, _ = self.find_most(dict.fromkeys(columns, 1), *proof)
        return most < 1

    def is_impossible(self, proof: Event, cuts: list[Event]) -> bool:
        """Return whether it is proved that no answer satisfies all rows and bounds.

        By multipliers (Farkas) or a tree with no answer in any leaf; notes this kind of proof.
        """
        with self.aside():
            for cut in cuts:
                self.prepare(cut)
            kind = "tree" if self.tree else "farkas"
            most, _ = self.find_most({}, *proof)
        self.kinds.add(kind)
        return most < 0

    def list_ties(self, summed: Iterable[int]) -> list[Weights]:
        """Return the rows that tie columns together when the columns ``summed`` are added up.

        Cuts tie nothing, because they follow from other rows. C13 (a recipient is helped) limits no
        need and no giver until a sum, a kept row or a bound asks that the recipient is helped.
        """
        program, count = self.program, len(self.program.rows)
        made = [w for i, w in enumerate(self.rows[count:], count) if i not in self._cuts]
        asked = {*summed, *program.met.values(), *chain.from_iterable(made)}
        idle = {j for j in program.helped.values() if not self.low[j]} - asked
        return [weights for weights in program.rows if idle.isdisjoint(weights)] + made

    def check_point(self) -> None:
        """Raise ``RefutedError`` unless the stated answer satisfies all rows and bounds.

        As long as it does, the rows do not contradict each other, and every kept sum is reached by
        an answer.
        """
        self._check(self.point, self._checked)
        self._checked = len(self.rows)

    def place(self, values: list[int]) -> list[int]:
        """Return an answer's value of every column, given its values of the program's columns.

        Raises ``RefutedError`` unless the answer satisfies all present rows and bounds.
        """
        placed = list(values)
        for value_at in self._made:
            placed.append(value_at(placed))
        self._check(placed, 0)
        return placed

    def _check(self, values: list[int], first: int) -> None:
        """Raise ``RefutedError`` unless values satisfy all bounds and the rows from ``first``."""
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
        """Undo the rows added and the bounds changed in this context, if no error ends it."""
        kept = (list(self.low), list(self.high), list(self.row_low), list(self.row_high))
        count = len(self.rows)
        yield
        self.low, self.high, self.row_low, self.row_high = kept
        del self.rows[count:]
        self._cuts = {row for row in self._cuts if row < count}


def check_apart(proof: Proof, shares: Sequence[Iterable[int]]) -> None:
    """Raise ``RefutedError`` if rows tie columns of two of these shares together.

    If they do not, the greatest sum has every share at its greatest. Otherwise the shares, each
    bounded with those before it kept, could add up to less than the greatest sum.
    """
    parent = list(range(len(proof.low)))

    def find(j: int) -> int:
        while parent[j] != j:
            parent[j] = parent[parent[j]]
            j = parent[j]
        return j

    for weights in proof.list_ties(chain.from_iterable(shares)):
        root = None
        for j in weights:
            root = find(j) if root is None else root
            parent[find(j)] = root
    seen: dict[int, int] = {}
    for k, share in enumerate(shares):
        for j in share:
            if seen.setdefault(find(j), k) != k:
                raise RefutedError("shares_tied", column=j)
