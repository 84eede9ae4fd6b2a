"""A second opinion on stages of levels (S2, S6): can more groups stand above a level than stated?

Stated levels z1 < z2 < ... are lexicographically greatest exactly when, for every one in turn and
with the numbers of groups above the levels before it kept, no point has more groups above it.
Mostly more is shown and asked first: no group that stands on the level can rise at all while the
others do not fall below it. Then it stands there in every answer and is kept as it is.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.model.objectives import Measure
from optimizer.model.variables import Terms, Variable
from optimizer.second.cbc import Answer, Row, SecondEngine


@dataclass(slots=True)
class Standing:
    """A group where the solution puts it: ``units`` of its value.

    floor  it has at least so many in every answer that keeps what is kept
    above  says that it is above the last level, where that is not the same in every answer
    """

    measure: Measure
    terms: Terms
    units: int
    floor: int = 0
    above: Variable | None = field(default=None)

    @property
    def level(self) -> Fraction:
        """(units + offset) / denominator."""
        return Fraction(self.units + self.measure.offset, self.measure.denominator)

    def least_at(self, level: Fraction) -> int:
        """The fewest units with which it stands on the level or above."""
        return math.ceil(level * self.measure.denominator - self.measure.offset)

    def least_above(self, level: Fraction) -> int:
        """The fewest units with which it stands above the level."""
        return math.floor(level * self.measure.denominator - self.measure.offset) + 1


def question_levels(
    engine: SecondEngine, groups: Sequence[Standing], *, worst_only: bool
) -> Iterator[tuple[Fraction, Answer]]:
    """Every distinct level in order: NONE agreed, FOUND a better point, OPEN unknown; then kept."""
    free = list(groups)
    for level in sorted({group.level for group in groups}):
        _lift_floors(engine, free, level)
        here = [group for group in free if group.level == level]
        is_unsure = any(group.above is not None for group in free)
        answer = Answer.OPEN if is_unsure else _can_rise(engine, here, level, 1)
        if answer is Answer.NONE and not worst_only:
            engine.keep([engine.at_most(group.terms, group.units) for group in here])
            free = [group for group in free if group.level > level]
        elif answer is not Answer.NONE:
            most = sum(group.level > level for group in free)
            answer = _can_rise(engine, free, level, most + 1)
            if not worst_only:
                _keep_count(engine, free, level, most)
        yield level, answer
        if worst_only:
            return


def _lift_floors(engine: SecondEngine, free: Sequence[Standing], level: Fraction) -> None:
    """Whoever is above the level before stands on this one at least."""
    for group in free:
        least = group.least_at(level)
        if group.above is None:
            engine.keep([engine.at_least(group.terms, least)])
            group.floor = least
        else:
            engine.keep([_only_if(engine, group, group.above, least)])


def _can_rise(
    engine: SecondEngine, groups: Sequence[Standing], level: Fraction, wanted: int
) -> Answer:
    """Whether so many of the groups can be above the level together."""
    rows: list[Row] = []
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
    engine: SecondEngine, free: Sequence[Standing], level: Fraction, wanted: int
) -> None:
    """As many groups above the level as stated; which ones is left open."""
    switches: Terms = {}
    for group in free:
        switch = engine.switch()
        engine.keep([_only_if(engine, group, switch, group.least_above(level))])
        if group.above is not None:
            engine.keep([engine.at_least({group.above: 1, switch: -1}, 0)])
        group.above = switch
        switches[switch] = 1
    engine.keep([engine.at_least(switches, wanted)])


def _only_if(engine: SecondEngine, group: Standing, switch: Variable, least: int) -> Row:
    """The switch is on only if the group has so many units."""
    return engine.at_least({**group.terms, switch: group.floor - least}, group.floor)
