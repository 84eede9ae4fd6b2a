"""Leximin by attainable levels (S2, S6): raise the worst-off groups one unit at a time.

Values are whole numbers, so the groups on the worst level either all rise by one, or a largest
number of them does. A group that cannot rise is closed. Where several can rise but not all, a
*switch* per group says who does; how many switches can be on together is maximised and kept, and
which ones is left to the next stages wherever both ways remain open.

Max-min (S2, S6 with ``worst_only``): the worst level as high as can be, by bisection.

Only levels that some group can stand on are tried: each asks every group for a whole number of
units, ceil(z denominator_g - offset_g). The linear program answers first; where whole numbers fall
short of it the search takes the failing try again in whole numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.engine.matrix import WHOLE
from optimizer.model.objectives import Measure
from optimizer.search.lexicographic import LexicographicSearch, is_open


@dataclass(slots=True)
class _Group:
    """A group being raised: at least ``floor``, plus one for every switch that is on."""

    measure: Measure
    row: int
    floor: int
    switches: list[int] = field(default_factory=list)
    is_open: bool = True
    is_counted: bool = False  # the levels up to its reach are behind

    @property
    def is_unsure(self) -> bool:
        """True while its last switch decides whether it is above a level still to come."""
        return bool(self.switches) and not self.is_counted

    @property
    def reach(self) -> int:
        return self.floor + len(self.switches)

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.reach + self.measure.offset, self.measure.denominator)


def raise_levels(search: LexicographicSearch, measures: Sequence[Measure]) -> None:
    """Keep the leximin of the measures."""
    groups = [_Group(m, search.add_row(m.weights), m.low) for m in measures]
    search.try_rows([(group.row, group.floor) for group in groups])
    while True:
        for group in groups:
            group.is_open = group.is_open and group.reach < group.measure.high
        rising = [group for group in groups if group.is_open or group.is_unsure]
        if not rising:
            break
        _raise_worst(search, rising)
        search.check_incumbent_when_due()


def _raise_worst(search: LexicographicSearch, rising: list[_Group]) -> None:
    """One closing: gallop while all may rise together, then decide about the worst level."""
    is_shared = any(group.switches for group in rising)
    if not is_shared:
        _gallop(search, rising)
        if any(group.floor >= group.measure.high for group in rising):
            return
    worst = min(group.ratio for group in rising)
    here = [group for group in rising if group.ratio == worst and group.is_open]
    above = [group.switches[-1] for group in rising if group.ratio > worst and group.is_unsure]
    if len(here) == 1 and not here[0].switches and not above:
        _raise_or_close(search, here[0], is_tried=not is_shared)
    elif here or above:
        _decide(search, here, above)
    for group in rising:
        group.is_counted = group.is_counted or (group.ratio == worst and not group.is_open)


def _gallop(search: LexicographicSearch, rising: list[_Group]) -> None:
    """Raise all together as far as the LP allows: strides double until one fails, then halve."""
    strides, is_doubling = 1, True
    while strides:
        target = _levels_ahead(rising, strides)
        if target and _try_floors(search, rising, target, strides):
            for k, group in enumerate(rising):
                group.floor = target[k]
        else:
            is_doubling = False
        strides = strides * 2 if is_doubling else strides // 2


def _try_floors(
    search: LexicographicSearch, rising: list[_Group], target: list[int], strides: int
) -> bool:
    rows = [(group.row, target[k]) for k, group in enumerate(rising) if target[k] > group.floor]
    return search.try_rows(rows, is_near=strides == 1)


def _levels_ahead(rising: list[_Group], strides: int) -> list[int]:
    """Floors after the worst level was raised ``strides`` times; empty when one cannot be."""
    floors = [group.floor for group in rising]
    for _ in range(strides):
        ratios = [
            Fraction(floor + group.measure.offset, group.measure.denominator)
            for floor, group in zip(floors, rising, strict=True)
        ]
        worst = min(ratios)
        for k, group in enumerate(rising):
            if ratios[k] == worst:
                floors[k] += 1
                if floors[k] > group.measure.high:
                    return []
    return floors


def _raise_or_close(search: LexicographicSearch, group: _Group, *, is_tried: bool) -> None:
    """Nobody but this group could rise above the worst level; without a gallop it was not tried."""
    if not is_tried and search.try_rows([(group.row, group.floor + 1)]):
        group.floor += 1
    else:
        search.close()
        group.is_open = False


def _decide(search: LexicographicSearch, worst: list[_Group], above: list[int]) -> None:
    """The groups on the worst level cannot all rise: who can, and how many together?

    ``above``: switches that already decide whether their group is above this level; they count too.
    """
    switches = [_add_switch(search, group) for group in worst]
    counted = (*switches, *above)
    most = search.maximise(dict.fromkeys(counted, 1)).value
    if 0 < most < len(counted):
        _settle(search, switches, 1)
        _settle(search, switches, 0)
    else:
        search.keep(columns=[(switch, float(most > 0), float(most > 0)) for switch in switches])
    for group, switch in zip(worst, switches, strict=True):
        if is_open(search, switch):
            group.switches.append(switch)
        elif search.engine.matrix.low[switch] > WHOLE:
            group.floor, group.switches = group.reach + 1, []
            search.keep(rows=[(group.row, group.floor)])
        else:
            group.is_open = False


def _settle(search: LexicographicSearch, switches: Sequence[int], value: int) -> None:
    """Switches that cannot have this value get the other one."""
    unsure = [switch for switch in switches if is_open(search, switch)]
    can, other = search.reachable(unsure, value), float(1 - value)
    stuck = [j for j, is_so in zip(unsure, can, strict=True) if not is_so]
    search.keep(columns=[(j, other, other) for j in stuck])


def _add_switch(search: LexicographicSearch, group: _Group) -> int:
    """b in {0, 1}: value_g >= floor_g + switches_g + b, and b only after the switch before it."""
    switch = search.add_column(1)
    weights = dict(group.measure.weights)
    for before in (*group.switches, switch):
        weights[before] = -1
    row = search.add_row(weights)
    search.keep(rows=[(row, group.floor)])
    if group.switches:
        order = search.add_row({group.switches[-1]: 1, switch: -1})
        search.keep(rows=[(order, 0)])
    return switch


# --- Max-min (S2, S6 with ``worst_only``): the worst level as high as can be, by bisection.

NEAR = 4  # levels from the edge of what is possible, where cuts are worth their time


def raise_worst_level(search: LexicographicSearch, measures: Sequence[Measure]) -> None:
    """Keep the greatest worst level."""
    if not measures:
        return
    rows = [search.add_row(measure.weights) for measure in measures]
    levels = _list_levels(measures)
    low, high = -1, len(levels)  # the level at low is reached, the one at high is not
    while high - low > 1:
        middle = (low + high) // 2
        floors = [_floor(measure, levels[middle]) for measure in measures]
        wanted = list(zip(rows, floors, strict=True))
        if search.try_rows(wanted, is_near=high - low <= NEAR):
            low = middle
        else:
            high = middle
    if high < len(levels):
        search.close()


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
