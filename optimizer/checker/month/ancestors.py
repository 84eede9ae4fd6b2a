"""Stocks within stocks: the ancestors of every stock, without recursion.

The ancestors of each stock that contains others are kept as the bits of a whole number; ids are
listed only for the stocks that are looked up.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from typing import TypeVar

from .read import BrokenInputError

MOST_NESTINGS = 5_000_000  # pairs of a stock and an ancestor in one question
Value = TypeVar("Value")
_FLAGS = {ord("0"): "\0", ord("1"): "\1"}


class Ancestors(dict[str, tuple[str, ...]]):
    """Keyed by stock: the stock itself, its parents, their parents and so on, each once.

    An entry is made when it is first looked up. Raises ``BrokenInputError`` for stocks that nest in
    a circle or in more than ``MOST_NESTINGS`` pairs.
    """

    def __init__(self, parents: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self._parents = parents
        self._order = _sort_parents_first(parents)
        above = {name for named in parents.values() for name in named}
        self._inner = [stock for stock in self._order if stock in above]
        self._bit = {stock: 1 << k for k, stock in enumerate(self._inner)}
        self._masks: dict[str, int] = {}
        self._gather_masks()

    def _gather_masks(self) -> None:
        nestings = 0
        for stock in self._order:
            mask = self._mask_of(stock)
            nestings += mask.bit_count()
            if nestings > MOST_NESTINGS:
                raise BrokenInputError("problem.stocks", "nest in too many pairs of two stocks")
            if stock in self._bit:
                self._masks[stock] = mask

    def _mask_of(self, stock: str) -> int:
        mask = 0
        for parent in self._parents[stock]:
            mask |= self._masks[parent] | self._bit[parent]
        return mask

    def __missing__(self, stock: str) -> tuple[str, ...]:
        digits = bin(self._mask_of(stock))[:1:-1].translate(_FLAGS).encode()
        self[stock] = (stock, *compress(self._inner, digits))
        return self[stock]

    def fold(
        self, own: Mapping[str, Value], join: Callable[[Value, Value], Value]
    ) -> dict[str, Value]:
        """Return the value of every stock joined with those of all its ancestors.

        ``join`` may get a value twice, so it must be like ``min`` or ``or``.
        """
        found = dict(own)
        for stock in self._order:
            for parent in self._parents[stock]:
                found[stock] = join(found[stock], found[parent])
        return found


def _sort_parents_first(parents: Mapping[str, Sequence[str]]) -> list[str]:
    missing = {stock: len(named) for stock, named in parents.items()}
    children = _list_children(parents)
    order = [stock for stock, count in missing.items() if not count]
    for stock in order:  # grows in the loop
        for child in children[stock]:
            missing[child] -= 1
            if not missing[child]:
                order.append(child)
    for stock, count in missing.items():
        if count:
            raise BrokenInputError("problem.stocks", f"{stock} nests in a circle or below one")
    return order


def _list_children(parents: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = defaultdict(list)
    for stock, named in parents.items():
        for parent in named:
            children[parent].append(stock)
    return children
