"""Find the price of meeting an unmet need, or of a pin or forbid, by solving the month again.

For the price of a need the need is pinned. The forced answer is the best among those that meet the
need, for the same month, policy and yardstick. The first stage that differs is therefore the price,
and no earlier stage changes.

For the price of a pin or forbid it is removed, and both answers are counted by the yardstick of the
month without it. The published answer is one of that month's answers, so the first stage that
differs is better without the pin or forbid.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from optimizer.changes import PinPrice, StageChange
from optimizer.codec import ProblemError, to_json
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import build
from optimizer.problem import Forbid, Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from optimizer.tickets import order_by_ticket
from optimizer.what_if.compare import (
    compare_answers,
    find_first_better,
    find_first_worse,
)
from optimizer.what_if.solve_again import (
    find_yardstick,
    require_answer,
    solve_again,
)

OnPrice = Callable[[int, int], None]


def do_nothing(_done: int, _total: int) -> None:
    """Ignore the progress."""


@dataclass(frozen=True, slots=True)
class NeedPrice:
    """What meeting one need would change.

    need     the need whose price this is
    status   the status of the forced answer; INFEASIBLE: no answer meets the need
    is_met   whether the published answer meets the need already
    stage    the first stage that worsens; empty: no stage worsens, or the answer is not PROVEN
    key      the key of this stage's class
    stages   every aim before and after, in the policy's order; empty unless the answer is PROVEN
    lost     the needs that only the answer before meets
    gained   the needs that only the forced answer meets, this one included
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

    A need that is met costs nothing. The status is FAILED if the yardstick is not found in time.
    Raises ``ProblemError`` for an unknown need and for a solution of another problem or without an
    answer.
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


def price_pins(
    problem: Problem,
    solution: Solution,
    limits: Limits = DEFAULT_LIMITS,
    on_price: OnPrice = do_nothing,
) -> tuple[PinPrice, ...]:
    """(W2) Return the price of every pin and forbid of a solved month, pins first.

    Each takes one solve and one search for a yardstick. Neither begins after ``limits.seconds``;
    prices without one of them are FAILED.
    Before each price, ``on_price`` gets the number of prices done and the number of all prices.
    Raises ``ProblemError`` for a solution of another problem or without an answer.
    """
    require_answer(problem, solution)
    ends, prices = time.monotonic() + limits.seconds, []
    rules: list[Pin] = [*problem.pins, *problem.forbids]
    for k, rule in enumerate(rules):
        on_price(k, len(rules))
        prices.append(_price_pin(problem, solution, rule, limits, ends))
    return tuple(prices)


def _price_pin(
    problem: Problem, solution: Solution, rule: Pin, limits: Limits, ends: float
) -> PinPrice:
    """Return one price; ``ends`` is the time of the monotonic clock at which all prices end."""
    is_forbid = isinstance(rule, Forbid)
    pin = Pin(rule.need, rule.stock, rule.person, rule.reason)
    free = _release(problem, rule)
    left = ends - time.monotonic()
    answer = solve(free, replace(limits, seconds=left)) if left > 0 else None
    if answer is None or answer.status is not SolutionStatus.PROVEN:
        status = SolutionStatus.FAILED if answer is None else answer.status
        return PinPrice(pin, status, is_forbid)
    left = ends - time.monotonic()
    yardstick = find_yardstick(free, answer, left) if left > 0 else None
    if yardstick is None:
        return PinPrice(pin, SolutionStatus.FAILED, is_forbid)
    stages = compare_answers(free, yardstick, solution.assignments, answer.assignments)
    return _compare(PinPrice(pin, answer.status, is_forbid, stages=stages), solution, answer)


def _release(problem: Problem, rule: Pin) -> Problem:
    """Return the problem without this pin or forbid."""
    if isinstance(rule, Forbid):
        return replace(problem, forbids=tuple(o for o in problem.forbids if o != rule))
    return replace(problem, pins=tuple(other for other in problem.pins if other != rule))


def _compare(price: PinPrice, with_it: Solution, without: Solution) -> PinPrice:
    """Return the price with the first aim that is better without the rule, and the needs moved."""
    better = find_first_better(price.stages)
    before = {assignment.need for assignment in with_it.assignments}
    after = {assignment.need for assignment in without.assignments}
    return replace(
        price,
        stage="" if better is None else better.name,
        key="" if better is None else better.key,
        lost=tuple(sorted(before - after)),
        gained=tuple(sorted(after - before)),
    )
