"""What it would cost to meet a need that is not met: the month solved again with the need pinned.

The forced answer is the best of the same month, under the same policy and denominators, among those
that meet the need. So the first stage that differs is the price, and nothing before it changes.
"""

from dataclasses import dataclass, replace
from typing import Any

from optimizer.build import build
from optimizer.codec import to_json
from optimizer.compare import StageChange, compare_answers, find_first_worse
from optimizer.errors import ProblemError
from optimizer.given import find_possible, require_answer, solve_given
from optimizer.limits import Limits
from optimizer.problem import Pin, Problem
from optimizer.solution import Solution, SolutionStatus

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class NeedPrice:
    """What meeting one need would change.

    status   of the forced answer; INFEASIBLE: no answer meets the need
    stage    the first that worsens, with the key of its class; empty: the need costs nothing
    stages   every aim before and after, in order; only of a proven answer
    lost     needs met before and not after      gained   the other way round, this one included
    """

    need: str
    status: SolutionStatus
    is_met: bool = False
    stage: str = ""
    key: str = ""
    stages: tuple[StageChange, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, empty facts left out."""
        plain: dict[str, Any] = to_json(self)
        return plain


def price_of_need(
    problem: Problem, solution: Solution, need: str, limits: Limits = DEFAULT_LIMITS
) -> NeedPrice:
    """(W1) The price of meeting ``need``, by a forced re-solve. A need that is met costs nothing.

    Raises ``ProblemError`` for an unknown need and for a solution that is not of this problem.
    """
    require_answer(problem, solution)
    if need not in {row.id for row in problem.needs}:
        raise ProblemError("$.need", "is not known")
    met = {assignment.need for assignment in solution.assignments}
    if need in met:
        return NeedPrice(need, solution.status, is_met=True)
    possible = find_possible(problem, solution, limits.seconds)
    if possible is None:
        return NeedPrice(need, SolutionStatus.FAILED)
    forced_problem = replace(problem, pins=(*problem.pins, Pin(need)))
    forced = solve_given(build(forced_problem), possible, limits.seconds)
    if forced.status is not SolutionStatus.PROVEN:
        return NeedPrice(need, forced.status)
    stages = compare_answers(problem, possible, solution.assignments, forced.assignments)
    worse = find_first_worse(stages)
    return NeedPrice(
        need,
        forced.status,
        stage="" if worse is None else worse.name,
        key="" if worse is None else worse.key,
        stages=stages,
        lost=tuple(sorted(met - forced.met)),
        gained=tuple(sorted(forced.met - met)),
    )
