"""The price of meeting an unmet need, and of each pin: the month solved again.

For the price of a need the need is pinned. The forced answer is the best among those that meet the
need, for the same month, policy and yardstick. The first stage that differs is therefore the price,
and nothing before it changes.

For the price of a pin the pin is removed, and both answers are counted by the yardstick of the
month without it. The published answer is one of that month's answers, so the first stage that
differs is better without the pin.
"""

from dataclasses import dataclass, replace
from typing import Any

from optimizer.codec import ProblemError, to_json
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import build
from optimizer.problem import Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from optimizer.tickets import order_by_ticket
from optimizer.what_if.compare import (
    StageChange,
    compare_answers,
    find_first_better,
    find_first_worse,
)
from optimizer.what_if.solve_again import (
    find_yardstick,
    require_answer,
    solve_again,
)


@dataclass(frozen=True, slots=True)
class NeedPrice:
    """What meeting one need would change.

    status   of the forced answer; INFEASIBLE: no answer meets the need
    stage    the first that worsens, with the key of its class; empty: the need costs nothing
    stages   every aim before and after, in order; only of a proven answer
    lost     needs met only before      gained   needs met only after, this one included
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
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = to_json(self)
        return plain


def price_of_need(
    problem: Problem, solution: Solution, need: str, limits: Limits = DEFAULT_LIMITS
) -> NeedPrice:
    """(W1) Return the price of meeting ``need`` by a forced solve.

    A need that is met costs nothing. Raises ``ProblemError`` for an unknown need and for a solution
    of another problem.
    """
    require_answer(problem, solution)
    if need not in {row.id for row in problem.needs}:
        raise ProblemError("$.need", "is not known")
    met = {assignment.need for assignment in solution.assignments}
    if need in met:
        return NeedPrice(need, solution.status, is_met=True)
    yardstick = find_yardstick(problem, solution, limits.seconds)
    if yardstick is None:
        return NeedPrice(need, SolutionStatus.FAILED)
    pinned = order_by_ticket(replace(problem, pins=(*problem.pins, Pin(need))))
    forced = solve_again(build(pinned), yardstick, limits.seconds)
    if forced.status is not SolutionStatus.PROVEN:
        return NeedPrice(need, forced.status)
    stages = compare_answers(problem, yardstick, solution.assignments, forced.assignments)
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


@dataclass(frozen=True, slots=True)
class PinPrice:
    """What removing one pin would change.

    status   of the answer without the pin
    stage    the first that would improve, with the key of its class; empty: the pin costs nothing
    stages   every aim, with the pin and without; only of a proven answer
    lost     needs met only with the pin      gained   needs met only without it
    """

    pin: Pin
    status: SolutionStatus
    stage: str = ""
    key: str = ""
    stages: tuple[StageChange, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = to_json(self)
        return plain


def price_pins(
    problem: Problem, solution: Solution, limits: Limits = DEFAULT_LIMITS
) -> tuple[PinPrice, ...]:
    """(W2) Return the price of every pin of a solved month, each by one solve within ``limits``.

    Raises ``ProblemError`` for a solution of another problem.
    """
    require_answer(problem, solution)
    return tuple(_price_pin(problem, solution, pin, limits) for pin in problem.pins)


def _price_pin(problem: Problem, solution: Solution, pin: Pin, limits: Limits) -> PinPrice:
    free = replace(problem, pins=tuple(other for other in problem.pins if other != pin))
    answer = solve(free, limits)
    if answer.status is not SolutionStatus.PROVEN:
        return PinPrice(pin, answer.status)
    yardstick = find_yardstick(free, answer, limits.seconds)
    if yardstick is None:
        return PinPrice(pin, SolutionStatus.FAILED)
    stages = compare_answers(free, yardstick, solution.assignments, answer.assignments)
    better = find_first_better(stages)
    before = {assignment.need for assignment in solution.assignments}
    after = {assignment.need for assignment in answer.assignments}
    return PinPrice(
        pin,
        answer.status,
        stage="" if better is None else better.name,
        key="" if better is None else better.key,
        stages=stages,
        lost=tuple(sorted(before - after)),
        gained=tuple(sorted(after - before)),
    )
