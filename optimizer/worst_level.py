"""Max-min (S2, S6 with ``worst_only``): the worst level as high as can be, by bisection.

Only levels that some group can stand on are tried: each asks every group for a whole number of
units, ceil(z denominator_g - offset_g). The linear program answers first; where whole numbers fall
short of it the chain takes the failing try again in whole numbers.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from optimizer.chain import Chain
from optimizer.objectives import Measure

NEAR = 4  # levels from the edge of what is possible, where cuts are worth their time


def raise_worst_level(chain: Chain, measures: Sequence[Measure]) -> None:
    """Keep the greatest worst level."""
    if not measures:
        return
    rows = [chain.add_row(measure.weights) for measure in measures]
    levels = _list_levels(measures)
    low, high = -1, len(levels)  # the level at low is reached, the one at high is not
    while high - low > 1:
        middle = (low + high) // 2
        floors = [_floor(measure, levels[middle]) for measure in measures]
        wanted = list(zip(rows, floors, strict=True))
        if chain.try_rows(wanted, is_near=high - low <= NEAR):
            low = middle
        else:
            high = middle
    if high < len(levels):
        chain.close()


def _floor(measure: Measure, level: Fraction | int) -> int:
    return math.ceil(level * measure.denominator - measure.offset)


def _list_levels(measures: Sequence[Measure]) -> Sequence[Fraction | int]:
    """Ascending levels between the least and the most that all groups could stand on."""
    least = min(Fraction(m.low + m.offset, m.denominator) for m in measures)
    most = min(Fraction(m.high + m.offset, m.denominator) for m in measures)
    if all(measure.denominator == 1 for measure in measures):
        return range(math.ceil(least), math.floor(most) + 1)
    levels = {
        Fraction(units + m.offset, m.denominator)
        for m in measures
        for units in range(m.low, m.high + 1)
    }
    return sorted(level for level in levels if least <= level <= most)
