"""A second opinion on levels (S2, S6): whether more groups can be above a level than stated.

Stated levels z1 < z2 < ... are lexicographically greatest exactly if, for each level in turn and
with the numbers of groups above the earlier levels kept, no point has more groups above it. Usually
a stronger statement holds, so that is tested first: no group at the level can rise at all while the
others do not fall below it. Then these groups are at the level in every best answer and are fixed
there.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.model.variables import Terms, Variable
from optimizer.second.cbc import Answer, Constraint, SecondEngine
from optimizer.stages.kind import Measure


@dataclass(slots=True)
class StatedGroup:
    """A group with the ``units`` that the solution gives it.

    measure   the ratio of the group: (units + offset) / denominator
    terms     the sum that counts the group's units
    units     what the sum is in the solution
    floor     the units that it has at least in every answer that satisfies the kept rows
    above     a switch: on only if the group is above the last level; None if that is decided
    """

    measure: Measure
    terms: Terms
    units: int
    floor: int = 0
    above: Variable | None = field(default=None)

    @property
    def level(self) -> Fraction:
        """The level (units + offset) / denominator."""
        return Fraction(self.units + self.measure.offset, self.measure.denominator)

    def least_at(self, level: Fraction) -> int:
        """Return the fewest units with which the group is at the level or above."""
        return math.ceil(level * self.measure.denominator - self.measure.offset)

    def least_above(self, level: Fraction) -> int:
        """Return the fewest units with which the group is above the level."""
        return math.floor(level * self.measure.denominator - self.measure.offset) + 1


def question_levels(
    engine: SecondEngine, groups: Sequence[StatedGroup], *, worst_only: bool
) -> Iterator[tuple[Fraction, Answer]]:
    """Yield each distinct stated level, lowest first, with the answer to one question about it.

    The question: can more groups be above this level than stated, while the numbers of groups above
    the lower levels stay as stated? NONE: no, the level is confirmed. FOUND: yes, a point shows it.
    OPEN: not known. A level is (units + offset) / denominator of a group. With ``worst_only`` one
    pair is yielded: the lowest level, and whether all groups can be above it.
    """
    free = list(groups)
    for level in sorted({group.level for group in groups}):
        _lift_floors(engine, free, level)
        if worst_only:
            yield level, _can_rise(engine, free, level, len(free))
            return
        answer, is_stuck = _question_level(engine, free, level)
        if is_stuck:
            here = [group for group in free if group.level == level]
            engine.keep([engine.at_most(group.terms, group.units) for group in here])
            free = [group for group in free if group.level > level]
        else:
            _keep_count(engine, free, level, _count_above(free, level))
        yield level, answer


def _question_level(
    engine: SecondEngine, free: Sequence[StatedGroup], level: Fraction
) -> tuple[Answer, bool]:
    """Return whether more groups can be above the level than stated, and whether none can rise.

    The second question concerns only the groups at the level, so it is easier and asked first. It
    is not asked, and the result False, while any group has a switch.
    """
    if not any(group.above is not None for group in free):
        here = [group for group in free if group.level == level]
        if _can_rise(engine, here, level, 1) is Answer.NONE:
            return Answer.NONE, True
    return _can_rise(engine, free, level, _count_above(free, level) + 1), False


def _count_above(free: Sequence[StatedGroup], level: Fraction) -> int:
    return sum(group.level > level for group in free)


def _lift_floors(engine: SecondEngine, free: Sequence[StatedGroup], level: Fraction) -> None:
    """Keep every group above the previous level at this level or above.

    A group with a switch is kept there only while the switch is on; its floor stays.
    """
    for group in free:
        least = group.least_at(level)
        if group.above is None:
            engine.keep([engine.at_least(group.terms, least)])
            group.floor = least
        else:
            engine.keep([_only_if(engine, group, group.above, least)])


def _can_rise(
    engine: SecondEngine, groups: Sequence[StatedGroup], level: Fraction, wanted: int
) -> Answer:
    """Return whether ``wanted`` of the groups or more can be above the level in one point."""
    rows: list[Constraint] = []
    switches: Terms = {}
    for group in groups:
        least = group.least_above(level)
        if least > group.measure.high:
            continue
        switch = engine.switch()
        switches[switch] = 1
        rows.append(_only_if(engine, group, switch, least))
        if group.above is not None:
            rows.append(engine.at_least({group.above: 1, switch: -1}, 0))
    if len(switches) < wanted:
        return Answer.NONE
    return engine.ask([*rows, engine.at_least(switches, wanted)]).answer


def _keep_count(
    engine: SecondEngine, free: Sequence[StatedGroup], level: Fraction, wanted: int
) -> None:
    """Keep as many groups above the level as ``wanted``, with a switch for each group."""
    switches: Terms = {}
    for group in free:
        switch = engine.switch()
        engine.keep([_only_if(engine, group, switch, group.least_above(level))])
        if group.above is not None:
            engine.keep([engine.at_least({group.above: 1, switch: -1}, 0)])
        group.above = switch
        switches[switch] = 1
    engine.keep([engine.at_least(switches, wanted)])


def _only_if(engine: SecondEngine, group: StatedGroup, switch: Variable, least: int) -> Constraint:
    """Return the row by which the switch is on only if the group has this many units."""
    return engine.at_least({**group.terms, switch: group.floor - least}, group.floor)
