"""Levels of groups (S2, S6): the leximin, raised unit by unit, and the max-min, by bisection.

Values are integers, so the groups on the worst level either all rise by one unit, or as many of
them as possible do. If several can rise but not all, a *switch* in {0, 1} says for each group
whether it does. How many switches can be on together is maximised and fixed; later stages choose
among them if both values of a switch remain possible. A group is in one of these states:

    state     is_open  switches  is_passed  meaning
    rising    yes      none      no         has ``floor`` units in every best answer, may get more
    shared    yes      some      no         its last switch says whether it is above its level;
                                            it may get more
    waiting   no       some      no         gets no more; its last switch still counts among those
                                            above each level lower than its own
    closed    no       none      no         has exactly ``floor`` units; no more is asked about it
    passed    no       any       yes        its level is decided; no more is asked about it

    rising → rising   all rise together, alone, or its switch is proved to be on
    rising → shared   both values of its switch remain possible
    rising → closed   the try fails, its switch is proved to be off, or it has reached its most
    shared → rising   its switches are proved to be on
    shared → waiting  it cannot rise further, or has reached its most
    waiting, closed → passed  the worst level has reached its own

Only levels that some group can have are tried. Level z asks every group for an integer number of
units, ceil(z denominator_g - offset_g). The linear program answers first. If integers fall short of
its answer, the search takes the try that was too high again in integers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.search.lexicographic import LexicographicSearch
from optimizer.stages.kind import Measure

NEAR_LEVELS = 4  # levels that are still possible; with so few left, cuts are worth their time


@dataclass(slots=True)
class _Group:
    """A group being raised: it has at least ``floor`` units, plus one for each switch at 1."""

    measure: Measure
    row: int
    floor: int
    switches: list[int] = field(default_factory=list)
    is_open: bool = True
    is_passed: bool = False

    @property
    def is_unsure(self) -> bool:
        """Whether its last switch still says if it is above a level that is not decided yet."""
        return bool(self.switches) and not self.is_passed

    @property
    def most(self) -> int:
        """The units that the group has with all its switches on."""
        return self.floor + len(self.switches)

    @property
    def level(self) -> Fraction:
        """The level that the group has with all its switches on."""
        return self.level_at(self.most)

    def level_at(self, units: int) -> Fraction:
        """Return the level at this number of units: (units + offset) / denominator."""
        return Fraction(units + self.measure.offset, self.measure.denominator)

    def rises_from(self, level: Fraction) -> bool:
        """Return whether the group is at this level and may leave it."""
        return self.is_open and self.level == level

    def is_unsure_above(self, level: Fraction) -> bool:
        """Return whether its last switch says if it is above ``level``, which is below its own."""
        return self.is_unsure and self.level > level

    def pass_level(self, level: Fraction) -> None:
        """Mark the group passed if it is at this level and gets no more."""
        self.is_passed = self.is_passed or (self.level == level and not self.is_open)


def raise_levels(search: LexicographicSearch, measures: Sequence[Measure]) -> None:
    """(S2, S6, S15) Fix the leximin of the measures: raise the worst level, then the next."""
    groups = [_Group(m, search.add_row(m.weights), m.low) for m in measures]
    search.try_rows([(group.row, group.floor) for group in groups])
    while True:
        for group in groups:
            group.is_open = group.is_open and group.most < group.measure.high
        rising = [group for group in groups if group.is_open or group.is_unsure]
        if not rising:
            break
        _raise_worst(search, rising)
        search.check_incumbent_when_due()


def _raise_worst(search: LexicographicSearch, rising: list[_Group]) -> None:
    """Raise all groups as far as they rise together, then decide which leave the worst level."""
    is_shared = any(group.switches for group in rising)
    if not is_shared and _gallop(search, rising):
        return
    worst = min(group.level for group in rising)
    _decide_level(search, rising, worst, is_tried=not is_shared)
    for group in rising:
        group.pass_level(worst)


def _decide_level(
    search: LexicographicSearch, rising: list[_Group], worst: Fraction, *, is_tried: bool
) -> None:
    """Decide which groups leave the worst level; ``is_tried``: it failed to raise all of them."""
    here = [group for group in rising if group.rises_from(worst)]
    above = [group.switches[-1] for group in rising if group.is_unsure_above(worst)]
    if len(here) == 1 and not (here[0].switches or above):
        _raise_or_close(search, here[0], is_tried=is_tried)
    elif here or above:
        _raise_most(search, here, above)


def _gallop(search: LexicographicSearch, rising: list[_Group]) -> bool:
    """Raise all groups together as far as possible, by strides of one or more levels.

    Strides double until one fails, then halve. Returns whether a group has reached its most.
    """
    strides, is_doubling = 1, True
    while strides:
        target = _levels_ahead(rising, strides)
        if target and _try_floors(search, rising, target, strides):
            for group, floor in zip(rising, target, strict=True):
                group.floor = floor
        else:
            is_doubling = False
        strides = strides * 2 if is_doubling else strides // 2
    return any(group.floor >= group.measure.high for group in rising)


def _try_floors(
    search: LexicographicSearch, rising: list[_Group], target: list[int], strides: int
) -> bool:
    pairs = zip(rising, target, strict=True)
    rows = [(group.row, floor) for group, floor in pairs if floor > group.floor]
    return search.try_rows(rows, is_near=strides == 1)


def _levels_ahead(rising: list[_Group], strides: int) -> list[int]:
    """Return the floors after raising the worst level ``strides`` times.

    The list is empty if a group would exceed its most.
    """
    if len({group.measure.denominator for group in rising}) == 1:
        return _units_ahead(rising, strides)
    floors = [group.floor for group in rising]
    for _ in range(strides):
        levels = [group.level_at(floor) for floor, group in zip(floors, rising, strict=True)]
        worst = min(levels)
        for k, group in enumerate(rising):
            if levels[k] == worst:
                floors[k] += 1
                if floors[k] > group.measure.high:
                    return []
    return floors


def _units_ahead(rising: list[_Group], strides: int) -> list[int]:
    """Return the same for equal denominators, in one step: money has very many levels."""
    level = min(group.floor + group.measure.offset for group in rising) + strides
    floors = [max(group.floor, level - group.measure.offset) for group in rising]
    is_too_high = any(f > g.measure.high for f, g in zip(floors, rising, strict=True))
    return [] if is_too_high else floors


def _raise_or_close(search: LexicographicSearch, group: _Group, *, is_tried: bool) -> None:
    """Raise the only group that may rise, or close it; ``is_tried``: to raise it has failed."""
    if not is_tried and search.try_rows([(group.row, group.floor + 1)]):
        group.floor += 1
    else:
        search.close()
        group.is_open = False


def _raise_most(search: LexicographicSearch, worst: list[_Group], above: list[int]) -> None:
    """Maximise how many groups rise from the worst level, if not all of them can.

    ``above``: switches that say whether groups of higher levels are above this one; they count too.
    """
    switches = [_add_switch(search, group) for group in worst]
    counted = (*switches, *above)
    most = search.maximise(dict.fromkeys(counted, 1)).value
    if 0 < most < len(counted):
        _fix_stuck(search, switches, 1)
        _fix_stuck(search, switches, 0)
    else:
        end = float(most > 0)
        search.keep_columns([(switch, end, end) for switch in switches])
    for group, switch in zip(worst, switches, strict=True):
        _read_switch(search, group, switch)


def _read_switch(search: LexicographicSearch, group: _Group, switch: int) -> None:
    """Update the group's state: its switch is open, on or off."""
    if search.is_open(switch):
        group.switches.append(switch)
    elif search.is_on(switch):
        group.floor, group.switches = group.most + 1, []
        search.keep_rows([(group.row, group.floor)])
    else:
        group.is_open = False


def _fix_stuck(search: LexicographicSearch, switches: Sequence[int], value: int) -> None:
    """Fix each switch that is proved unable to have ``value`` (0 or 1) at the other value."""
    unsure = [switch for switch in switches if search.is_open(switch)]
    can, other = search.reachable(unsure, value), float(1 - value)
    stuck = [j for j, is_so in zip(unsure, can, strict=True) if not is_so]
    search.keep_columns([(j, other, other) for j in stuck])


def _add_switch(search: LexicographicSearch, group: _Group) -> int:
    """Add a switch b in {0, 1}: value_g >= floor_g + switches_g + b, and b <= the switch before."""
    switch = search.add_column(1)
    weights = dict(group.measure.weights)
    for before in (*group.switches, switch):
        weights[before] = -1
    row = search.add_row(weights)
    search.keep_rows([(row, group.floor)])
    if group.switches:
        order = search.add_row({group.switches[-1]: 1, switch: -1})
        search.keep_rows([(order, 0)])
    return switch


def raise_worst_level(search: LexicographicSearch, measures: Sequence[Measure]) -> None:
    """(S2, S6 with ``worst_only``) Fix the greatest worst level of the measures, by bisection."""
    if not measures:
        return
    rows = [search.add_row(measure.weights) for measure in measures]
    levels = _list_levels(measures)
    low, high = -1, len(levels)  # the level at low is reached, the one at high is not
    while high - low > 1:
        middle = (low + high) // 2
        floors = [_floor(measure, levels[middle]) for measure in measures]
        wanted = list(zip(rows, floors, strict=True))
        if search.try_rows(wanted, is_near=high - low <= NEAR_LEVELS):
            low = middle
        else:
            high = middle
    if high < len(levels):
        search.close()


def _floor(measure: Measure, level: Fraction | int) -> int:
    return math.ceil(level * measure.denominator - measure.offset)


def _list_levels(measures: Sequence[Measure]) -> Sequence[Fraction | int]:
    """Return the levels that the worst group can have, ascending.

    They are between the lowest level of any group and the lowest of the groups' highest levels.
    """
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
