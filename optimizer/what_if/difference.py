"""Find how the answer changes when pins or forbids are added: their price before they are kept.

The answer with them is that of an ordinary solve, so the next run of the month gives the same if
it ends in its time. If rules were only added, it is one of the answers of the month before, and
both are counted by that month's yardstick: if the answer before is proved, the first aim that
differs is therefore worse. A rule that splits an ask makes another question, in which the aims
count other things; then they are not compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer.changes import Difference, MovedNeeds, Trend, compare_needs
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.what_if.compare import Yardstick, compare_answers
from optimizer.what_if.price import OnPrice, do_nothing
from optimizer.what_if.repair import Changes, repair
from optimizer.what_if.solve_again import find_yardstick, require_answer

_PARTS = 3  # the denominators, what is contested, the least change: each has its part of the time


@dataclass(frozen=True, slots=True)
class Before:
    """A question and its answer, with which the answer to a later question is compared.

    names   need of the later question -> need before that it is a part of, where their ids differ
    """

    problem: Problem
    solution: Solution
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Before":
        """Read it from plain JSON. Raises ``ProblemError`` for a broken question or answer."""
        return cls(
            Problem.from_json(value["problem"]),
            Solution.from_json(value["solution"]),
            value["names"],
        )


def find_difference(
    problem: Problem,
    solution: Solution,
    before: Before,
    limits: Limits,
    on_price: OnPrice = do_nothing,
) -> Difference:
    """(W7) Return how ``solution``, the answer to ``problem``, differs from the answer before.

    Takes about ``limits.seconds`` at most. ``on_price`` gets the number of parts done and of all
    parts. Raises ``ProblemError`` for an answer of another problem or a solution without an answer.
    """
    require_answer(problem, solution)
    require_answer(before.problem, before.solution)
    lines = _rename(solution.assignments, before.names)
    needs = compare_needs(before.solution.assignments, lines)
    limits = replace(limits, seconds=limits.seconds / _PARTS)
    on_price(0, 2)
    if not _differ_in_rules_only(problem, before.problem):
        return Difference(needs=needs, is_same=False)
    yardstick = find_yardstick(before.problem, before.solution, limits.seconds)
    if yardstick is None:
        return Difference(needs=needs)
    stages = compare_answers(before.problem, yardstick, before.solution.assignments, lines)
    on_price(1, 2)
    return Difference(
        is_known=True,
        stages=tuple(stage for stage in stages if stage.trend is not Trend.SAME),
        needs=needs,
        least=_find_least(problem, before, needs, yardstick, limits),
    )


def _differ_in_rules_only(one: Problem, other: Problem) -> bool:
    return replace(one, pins=(), forbids=()) == replace(other, pins=(), forbids=())


def _rename(lines: Iterable[Assignment], names: Mapping[str, str]) -> tuple[Assignment, ...]:
    """Return the lines under the ids of the needs before; lines that become equal are added up."""
    units = Counter[Assignment]()
    for line in lines:
        units[replace(line, need=names.get(line.need, line.need), units=0)] += line.units
    return tuple(replace(line, units=given) for line, given in units.items())


def _find_least(
    problem: Problem,
    before: Before,
    needs: MovedNeeds,
    yardstick: Yardstick,
    limits: Limits,
) -> tuple[str, ...] | None:
    old = before.problem
    is_added = {*old.pins, *old.forbids} <= {*problem.pins, *problem.forbids}
    if not is_added:
        return None
    if not needs.lost:
        return ()
    changes = Changes(
        pins=tuple(row for row in problem.pins if row not in old.pins),
        forbids=tuple(row for row in problem.forbids if row not in old.forbids),
    )
    found = repair(old, before.solution, changes, limits, yardstick)
    return found.lost if found.status is SolutionStatus.PROVEN else None
