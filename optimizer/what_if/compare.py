"""Two answers of one month, stage by stage: what is better, what is worse, which groups moved.

Both are counted with the same denominators, so of two answers the one that is best under the policy
is never the one that is worse in the first stage that differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from optimizer.model.objectives import classes_of
from optimizer.policy import Stage, StageKind
from optimizer.problem import Problem
from optimizer.search.lottery import order_by_ticket
from optimizer.search.tally import Tally
from optimizer.solution import Assignment, Level


class Trend(StrEnum):
    """How a stage fares in the second answer."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group that ended elsewhere: ``before`` and ``after`` of ``denominator``."""

    group: str
    before: int
    after: int
    denominator: int


@dataclass(frozen=True, slots=True)
class StageChange:
    """One aim in two answers.

    before, after   of a sum, in the unit of the stage; None for levels and the lottery
    groups          of a stage of levels: those that moved, by name
    """

    name: str
    trend: Trend
    key: str = ""
    before: int | None = None
    after: int | None = None
    groups: tuple[GroupChange, ...] = ()


Possible = dict[str, dict[str, int]]  # stage name -> group -> needs


def compare_answers(
    problem: Problem,
    possible: Possible,
    before: Sequence[Assignment],
    after: Sequence[Assignment],
) -> tuple[StageChange, ...]:
    """Every aim of the policy in both answers, in order."""
    tallies = Tally(problem, before), Tally(problem, after)
    return tuple(
        change
        for stage in problem.policy.stages
        for change in _compare_stage(stage, tallies, possible.get(stage.name, {}))
    )


def find_first_worse(changes: Sequence[StageChange]) -> StageChange | None:
    """The first aim that is worse in the second answer."""
    return next((change for change in changes if change.trend is Trend.WORSE), None)


def find_first_better(changes: Sequence[StageChange]) -> StageChange | None:
    """The first aim that is better in the second answer."""
    return next((change for change in changes if change.trend is Trend.BETTER), None)


def _compare_stage(
    stage: Stage, tallies: tuple[Tally, Tally], possible: dict[str, int]
) -> Iterator[StageChange]:
    if stage.kind is StageKind.LOTTERY:
        drawn = [_draw(tally) for tally in tallies]
        yield StageChange(stage.name, _judge(drawn[0], drawn[1]))
    elif stage.kind in (StageKind.LEXIMIN, StageKind.LEXIMAX):
        old, new = (tally.levels_of(stage, possible) for tally in tallies)
        trend = _judge(_vector(stage, old), _vector(stage, new))
        yield StageChange(stage.name, trend, groups=_list_moved(old, new))
    else:
        for key in list_keys(stage, tallies[0].problem):
            values = [tally.value_of(stage, key) or 0 for tally in tallies]
            sign = -1 if stage.kind is StageKind.MIN_COST else 1
            trend = _judge([sign * values[0]], [sign * values[1]])
            yield StageChange(stage.name, trend, key, values[0], values[1])


def list_keys(stage: Stage, problem: Problem) -> list[str]:
    """The classes of a stage that is a sum, in order; [""] where it has one only."""
    if stage.kind is StageKind.MAX_COUNT:
        return [key for key, _ in classes_of(stage, problem)]
    if stage.kind is StageKind.MAX_UNITS:
        partial = {need.category for need in problem.needs if need.least_units < need.quantity}
        return [f"category={name}" for name in sorted(partial)]
    return [""]


def _draw(tally: Tally) -> list[int]:
    needs = tally.problem.needs
    return [int(needs[d].id in tally.met) for d in order_by_ticket(tally.problem)]


def _vector(stage: Stage, levels: Sequence[Level]) -> list[Fraction]:
    """Levels as a vector to be made great, first what counts first."""
    sign = -1 if stage.kind is StageKind.LEXIMAX else 1
    vector = [sign * Fraction(level.numerator, level.denominator) for level in levels]
    return vector[:1] if stage.worst_only else vector


def _judge(old: Sequence[Fraction | int], new: Sequence[Fraction | int]) -> Trend:
    if list(old) == list(new):
        return Trend.SAME
    return Trend.BETTER if list(new) > list(old) else Trend.WORSE


def _list_moved(old: Sequence[Level], new: Sequence[Level]) -> tuple[GroupChange, ...]:
    before = {level.group: level.numerator for level in old}
    return tuple(
        GroupChange(level.group, before[level.group], level.numerator, level.denominator)
        for level in sorted(new, key=lambda level: level.group)
        if level.numerator != before[level.group]
    )
