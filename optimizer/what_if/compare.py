"""Compare two answers of one month stage by stage: what is better or worse, which levels changed.

Both are counted with the same denominators. An answer that is best under the policy is therefore
never worse in the first stage that differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import Possible
from optimizer.solution import Assignment, Level
from optimizer.stages.kind import Basis
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally


class Trend(StrEnum):
    """How a stage changes from the first answer to the second."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group whose level changes: ``before`` and ``after`` of ``denominator``."""

    group: str
    before: int
    after: int
    denominator: int


@dataclass(frozen=True, slots=True)
class StageChange:
    """One aim in two answers.

    before, after   of a sum, in the unit of the stage; None for levels and the lottery
    groups          of a stage of levels: those whose level changes, by name
    """

    name: str
    trend: Trend
    key: str = ""
    before: int | None = None
    after: int | None = None
    groups: tuple[GroupChange, ...] = ()


def compare_answers(
    problem: Problem,
    possible: Possible,
    before: Sequence[Assignment],
    after: Sequence[Assignment],
) -> tuple[StageChange, ...]:
    """Return every aim of the policy in both answers, in order."""
    tallies = Tally(problem, before), Tally(problem, after)
    return tuple(
        change
        for stage in problem.policy.stages
        for change in _compare_stage(stage, tallies, possible.get(stage.name, {}))
    )


def find_first_worse(changes: Sequence[StageChange]) -> StageChange | None:
    """Return the first aim that is worse in the second answer."""
    return next((change for change in changes if change.trend is Trend.WORSE), None)


def find_first_better(changes: Sequence[StageChange]) -> StageChange | None:
    """Return the first aim that is better in the second answer."""
    return next((change for change in changes if change.trend is Trend.BETTER), None)


def _compare_stage(
    stage: Stage, tallies: tuple[Tally, Tally], possible: Mapping[str, int]
) -> Iterator[StageChange]:
    counts = (kind_of(stage).count(stage, tally, Basis(possible)) for tally in tallies)
    for old, new in zip(*counts, strict=True):
        trend, moved = _judge(old.vector, new.vector), _list_moved(old.levels, new.levels)
        yield StageChange(stage.name, trend, old.key, old.value, new.value, moved)


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
