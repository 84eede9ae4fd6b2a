"""Compare two answers of one month stage by stage: what is better or worse, which levels changed.

Both are counted by one yardstick: the same denominators, and under a policy with a public draw the
same undecided and contested needs. An answer that is best under the policy is therefore never worse
than the other in the first stage that differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.changes import GroupChange, StageChange, Trend
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import Possible
from optimizer.solution import Assignment, Level
from optimizer.stages.kind import Basis
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally
from optimizer.tickets import label_lines, order_by_ticket


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What both answers are counted by.

    possible   stage -> group -> how many of its needs can be met if only this group counts
    bases      stage -> what it counts against, by label, for stages that find this while solving
    """

    possible: Possible = field(default_factory=dict)
    bases: Mapping[str, Basis] = field(default_factory=dict)

    def basis_of(self, stage: str) -> Basis:
        """Return what a stage counts against."""
        return self.bases.get(stage) or Basis(self.possible.get(stage, {}))


def compare_answers(
    problem: Problem,
    yardstick: Yardstick,
    before: Sequence[Assignment],
    after: Sequence[Assignment],
) -> tuple[StageChange, ...]:
    """Return how every aim of the policy changes between the answers, in the policy's order."""
    question = order_by_ticket(problem)
    old, new = (Tally(question, label_lines(problem, lines)) for lines in (before, after))
    return tuple(
        change
        for stage in problem.policy.stages
        for change in _compare_stage(stage, (old, new), yardstick.basis_of(stage.name))
    )


def find_first_worse(changes: Sequence[StageChange]) -> StageChange | None:
    """Return the first aim that is worse in the second answer; None if no aim is worse."""
    return next((change for change in changes if change.trend is Trend.WORSE), None)


def find_first_better(changes: Sequence[StageChange]) -> StageChange | None:
    """Return the first aim that is better in the second answer; None if no aim is better."""
    return next((change for change in changes if change.trend is Trend.BETTER), None)


def _compare_stage(
    stage: Stage, tallies: tuple[Tally, Tally], basis: Basis
) -> Iterator[StageChange]:
    counts = (kind_of(stage).count(stage, tally, basis) for tally in tallies)
    for old, new in zip(*counts, strict=True):
        trend, moved = _judge(old.vector, new.vector), _list_moved(old.levels, new.levels)
        yield StageChange(stage.name, trend, old.key, old.value, new.value, moved)


def _judge(old: Sequence[Fraction | int], new: Sequence[Fraction | int]) -> Trend:
    if list(old) == list(new):
        return Trend.SAME
    return Trend.BETTER if list(new) > list(old) else Trend.WORSE


def _list_moved(old: Sequence[Level], new: Sequence[Level]) -> tuple[GroupChange, ...]:
    """Return the groups whose level changes; a group without a level in an answer is at 0 there."""
    before = {level.group: level.numerator for level in old}
    after = {level.group: level.numerator for level in new}
    parts = {level.group: level.denominator for level in (*old, *new)}
    return tuple(
        GroupChange(group, before.get(group, 0), after.get(group, 0), parts[group])
        for group in sorted(parts)
        if before.get(group, 0) != after.get(group, 0)
    )
