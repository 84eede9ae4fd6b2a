"""What each pin costs: the month solved again without it.

Both answers are counted with the denominators of the month without the pin. The published answer is
one of that month's answers, so the first stage that differs is better when the pin is let go.
"""

from dataclasses import dataclass, replace
from typing import Any

from optimizer.codec import to_json
from optimizer.compare import StageChange, compare_answers, find_first_better
from optimizer.given import find_possible, require_answer
from optimizer.limits import Limits
from optimizer.problem import Pin, Problem
from optimizer.solution import Solution, SolutionStatus
from optimizer.solve import solve

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class PinPrice:
    """What letting one pin go would change.

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
        """Plain JSON, empty facts left out."""
        plain: dict[str, Any] = to_json(self)
        return plain


def price_pins(
    problem: Problem, solution: Solution, limits: Limits = DEFAULT_LIMITS
) -> tuple[PinPrice, ...]:
    """(W2) The price of every pin of a solved month, each by a re-solve within ``limits``.

    Raises ``ProblemError`` for a solution that is not of this problem.
    """
    require_answer(problem, solution)
    return tuple(_price(problem, solution, pin, limits) for pin in problem.pins)


def _price(problem: Problem, solution: Solution, pin: Pin, limits: Limits) -> PinPrice:
    free = replace(problem, pins=tuple(other for other in problem.pins if other != pin))
    answer = solve(free, limits)
    if answer.status is not SolutionStatus.PROVEN:
        return PinPrice(pin, answer.status)
    possible = find_possible(free, answer, limits.seconds)
    if possible is None:
        return PinPrice(pin, SolutionStatus.FAILED)
    stages = compare_answers(free, possible, solution.assignments, answer.assignments)
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
