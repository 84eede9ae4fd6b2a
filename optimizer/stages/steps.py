"""Units with ranks, which the ladders S13 and S17 take or spare."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from optimizer.engine.matrix import Weights

Units = tuple[tuple[Fraction, int], ...]  # rank and size of each step, from the first


@dataclass(frozen=True, slots=True)
class Rungs:
    """A group of a ladder with its units.

    group     the name of the group
    weights   the sum of columns that is the number of units taken
    units     (rank, size) of each step, from the first: a step is that many equal units of one rank
    """

    group: str
    weights: Weights
    units: Units


def count_from_lowest(taken: Sequence[tuple[Units, int]]) -> tuple[int, ...]:
    """Return for every rank, the lowest first, how many units of it or lower ranks are taken.

    ``taken``: the steps of each group, and how many units it takes, from the first step on.
    """
    change: dict[Fraction, int] = {}
    for units, count in taken:
        for rank, size in units:
            change[rank] = change.get(rank, 0) + min(size, count)
            count -= min(size, count)
    return tuple(accumulate(change[rank] for rank in sorted(change)))


def count_from_highest(taken: Sequence[tuple[Units, int]]) -> tuple[int, ...]:
    """Return for every rank, highest first, minus the number of units of it or above taken."""
    every = count_from_lowest(taken)
    return tuple(lower - every[-1] for lower in reversed((0, *every[:-1]))) if every else ()
