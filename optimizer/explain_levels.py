"""Stages of levels (S2, S6) kept as rows: the least value that each group has in any best answer.

All best answers have the same ascending levels, but not always the same group on each. Whoever
takes another's level leaves its own to a third, and so on round a circle; so a group stands on its
own level or on that of a group with which it lies on a circle (a strong component) of groups that
could stand on each other's levels. With distinct levels there is seldom a circle at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from optimizer.explain_circles import number_components
from optimizer.matrix import Vector
from optimizer.objectives import Measure, measures_of
from optimizer.policy import Stage, StageKind
from optimizer.possible import read_possible
from optimizer.solution import StageResult
from optimizer.variables import Columns


@dataclass(frozen=True, slots=True)
class KeptLevels:
    """Measures of a stage, the least value of each in any best answer, and all levels stated."""

    measures: tuple[Measure, ...]
    floors: tuple[int, ...]
    levels: tuple[Fraction, ...]

    def are_kept_by(self, point: Vector) -> bool:
        """True when a whole point that keeps the floors has the same levels, or better ones."""
        found = sorted(
            _level(m, sum(w * round(float(point[j])) for j, w in m.weights.items()))
            for m in self.measures
        )
        return tuple(found) >= self.levels


def keep_levels(stage: Stage, columns: Columns, result: StageResult) -> KeptLevels:
    """The levels of a stage as a solution states them."""
    sign = -1 if stage.kind is StageKind.LEXIMAX else 1
    stated = {level.group: level for level in result.levels}
    possible = read_possible(stage, columns.network.problem, result.levels)
    measures = tuple(measures_of(stage, columns, possible))
    values = [sign * stated[m.group].numerator - m.offset for m in measures]
    levels = [_level(m, value) for m, value in zip(measures, values, strict=True)]
    if stage.worst_only:
        worst = min(levels, default=Fraction(0))
        floors = [-(-(worst * m.denominator - m.offset) // 1) for m in measures]
        return KeptLevels(measures, tuple(floors), ())
    circles = find_circles(measures, levels)
    floors = [
        min(_value_at(measures[g], levels[other]) for other in circles[g] | {g})
        for g in range(len(measures))
    ]
    return KeptLevels(measures, tuple(floors), tuple(sorted(levels)))


def find_circles(measures: Sequence[Measure], levels: Sequence[Fraction]) -> list[set[int]]:
    """For every group the groups on a circle with it whose level it could take itself."""
    could = [
        {
            other
            for other, level in enumerate(levels)
            if level != levels[g]
            and (level * m.denominator).denominator == 1
            and m.low <= _value_at(m, level) <= m.high
        }
        for g, m in enumerate(measures)
    ]
    for g, others in enumerate(could):  # equal levels are one place
        others |= {o for o in range(len(levels)) if levels[o] == levels[g] and o != g}
    part = number_components(range(len(could)), could.__getitem__)
    return [{o for o in others if part[o] == part[g]} for g, others in enumerate(could)]


def _level(measure: Measure, value: int) -> Fraction:
    return Fraction(value + measure.offset, measure.denominator)


def _value_at(measure: Measure, level: Fraction) -> int:
    return int(level * measure.denominator) - measure.offset
