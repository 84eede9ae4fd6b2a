"""Stocks within stocks: the ancestors of every stock, by position, without recursion.

Sets of ancestors are bit sets over the stocks that contain others, and are stored for those stocks
only. The tuple of one stock's ancestors is made when it is first read. The work is linear in the
number of parents named, times the machine words of a set.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from optimizer.bitset import BitSet, select
from optimizer.codec import ProblemError

MOST_NESTINGS = 5_000_000  # pairs of a stock and an ancestor in one problem
Value = TypeVar("Value")
Parents = Sequence[Sequence[int]]


class Ancestors:
    """Stock -> its parents, their parents and so on, each once, ascending; all by position.

    Raises ``ProblemError`` if stocks nest in a circle, or in more than ``MOST_NESTINGS`` pairs.
    """

    def __init__(self, parents: Parents) -> None:
        self._parents = parents
        self._order = _sort_parents_first(parents)
        above = {parent for named in parents for parent in named}
        self._inner = [s for s in self._order if s in above]
        self._number = {s: k for k, s in enumerate(self._inner)}
        self._sets: list[BitSet] = []
        self._written: dict[int, tuple[int, ...]] = {}
        self._gather_sets()

    def _gather_sets(self) -> None:
        nestings = 0
        for s in self._order:
            found = self._set_of(s)
            nestings += found.bit_count()
            if nestings > MOST_NESTINGS:
                reason = f"nest in more than {MOST_NESTINGS} pairs of a stock and an ancestor"
                raise ProblemError("$.stocks", reason)
            if s in self._number:
                self._sets.append(found)

    def _set_of(self, s: int) -> BitSet:
        found: BitSet = 0
        for parent in self._parents[s]:
            k = self._number[parent]
            found |= self._sets[k] | 1 << k
        return found

    def __getitem__(self, s: int) -> tuple[int, ...]:
        if s not in self._written:
            bits = self._set_of(s)
            self._written[s] = tuple(sorted(select(bits, self._inner))) if bits else ()
        return self._written[s]

    def fold(self, own: Sequence[Value], join: Callable[[Value, Value], Value]) -> list[Value]:
        """Return for every stock its ``own`` value joined with those of its ancestors.

        ``join`` must not change when a value is joined twice; ``min`` does not.
        """
        found = list(own)
        for s in self._order:
            for parent in self._parents[s]:
                found[s] = join(found[s], found[parent])
        return found


def _sort_parents_first(parents: Parents) -> list[int]:
    """Return the positions of all stocks, parents first. Raises ``ProblemError`` for a circle."""
    missing = [len(named) for named in parents]
    children = _list_children(parents)
    order = [s for s, count in enumerate(missing) if not count]
    for s in order:  # the list grows while it is read
        for child in children[s]:
            missing[child] -= 1
            if not missing[child]:
                order.append(child)
    if len(order) < len(parents):
        k = _find_in_circle(parents, missing)
        raise ProblemError(f"$.stocks[{k}].parents", "stocks nest in a circle")
    return order


def _list_children(parents: Parents) -> list[list[int]]:
    children: list[list[int]] = [[] for _ in parents]
    for s, named in enumerate(parents):
        for parent in named:
            children[parent].append(s)
    return children


def _find_in_circle(parents: Parents, missing: Sequence[int]) -> int:
    """Return the position of a stock in a circle, which the parents of any unsorted stock lead to.

    ``missing``: the number of parents of each stock that could not be sorted.
    """
    s = next(s for s, count in enumerate(missing) if count)
    seen: set[int] = set()
    while s not in seen:
        seen.add(s)
        s = next(parent for parent in parents[s] if missing[parent])
    return s
