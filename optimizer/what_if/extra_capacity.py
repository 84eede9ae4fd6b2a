"""Find which extra capacity would meet more needs, by solving the month again with a little more.

The linear program suggests the extras that gain most, one per category and slot. What an extra
brings is read from a new solve with the whole policy. Only capacities that somebody already offers
are considered; for a need without any eligible offer, ``explain`` gives the nearest miss.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.codec import to_json
from optimizer.engine.matrix import WHOLE
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.what_if.shadow_prices import (
    CountProgram,
    Extra,
    ShadowPrices,
    Shelf,
    enlarge,
    is_gain,
)
from optimizer.what_if.solve_again import require_answer

MOST_LOOKED_AT = 60  # extras for which the linear program is solved
MOST_EXTRAS = 5  # extras for which the month is solved again


def list_candidates(
    model: Model, assignments: Sequence[Assignment], most: int, seconds: float
) -> list[Extra]:
    """Return at most ``most`` extras, one per category and slot, greatest gain in the LP first.

    The LP is solved for extras in the order of their price, until ``most`` of them gain a whole
    need or ``MOST_LOOKED_AT`` are tried.
    """
    program = CountProgram(model, seconds)
    gains: dict[tuple[str, str | None], tuple[float, Extra]] = {}
    for extra in _rank(model, program.read_prices(), assignments)[:MOST_LOOKED_AT]:
        key = extra.category, extra.slot
        if key in gains and is_gain(gains[key][0]):
            continue
        gain = program.gain(extra)
        if gain > WHOLE and (key not in gains or gain > gains[key][0]):
            gains[key] = gain, extra
        if sum(is_gain(found) for found, _ in gains.values()) >= most:
            break
    ranked = sorted(gains.values(), key=lambda found: (-round(found[0], 6), *_name(found[1])))
    return [extra for _, extra in ranked[:most]]


def _rank(model: Model, prices: ShadowPrices, assignments: Sequence[Assignment]) -> list[Extra]:
    """Return the extras that have a price, highest price first."""
    shelf = Shelf(model.columns.network, assignments)
    priced = [*_list_units(shelf, prices), *_list_visits(shelf, prices)]
    priced.sort(key=lambda found: (-round(found[0], 6), *_name(found[1])))
    return [extra for _, extra in priced]


def _name(extra: Extra) -> tuple[str, str, str]:
    return extra.stock, extra.slot or "", extra.like or ""


def _price(shelf: Shelf, s: int, prices: ShadowPrices) -> float:
    """Return the value of the units that meet the smallest unmet need [needs]."""
    stocks = (s, *shelf.network.ancestors[s])
    return shelf.asked[s] * sum(prices.units.get(above, 0.0) for above in stocks)


def _list_units(shelf: Shelf, prices: ShadowPrices) -> Iterator[tuple[float, Extra]]:
    for s in sorted(shelf.asked):
        price, raised = _price(shelf, s, prices), shelf.raise_for(s)
        if price > WHOLE and raised:
            stock = shelf.problem.stocks[s]
            yield price, Extra(stock.id, stock.category, raised)


def _list_visits(shelf: Shelf, prices: ShadowPrices) -> Iterator[tuple[float, Extra]]:
    stocks_of: dict[tuple[int, str], set[int]] = defaultdict(set)
    for demand in shelf.network.demands:
        if demand.slot is not None:
            for crew, s in demand.sources:
                stocks_of[crew, demand.slot].add(s)
    for (crew, slot), price in sorted(prices.visits.items()):
        for s in sorted(stocks_of[crew, slot].intersection(shelf.asked)):
            stock, like = shelf.problem.stocks[s], shelf.network.crews[crew].members[0]
            if price > WHOLE:
                total = price + _price(shelf, s, prices)
                yield total, Extra(stock.id, stock.category, shelf.raise_for(s), slot, like)


@dataclass(frozen=True, slots=True)
class Help:
    """What one extra brings.

    status   the status of the answer with the extra
    gained   how many more needs this answer meets than the answer without the extra
    met      the needs that are met only with the extra
    lost     the needs that are met only without the extra
    """

    extra: Extra
    status: SolutionStatus
    gained: int = 0
    met: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = to_json(self)
        return plain


def find_help(
    problem: Problem,
    solution: Solution,
    most: int = MOST_EXTRAS,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Help, ...]:
    """(W5) Return at most ``most`` extras and what they bring, greatest gain first.

    The month is solved once for each extra, within ``limits``. Raises ``ProblemError`` for a
    solution of another problem or without an answer.
    """
    require_answer(problem, solution)
    extras = list_candidates(build(problem), solution.assignments, most, limits.seconds)
    found = [_confirm(problem, solution, extra, limits) for extra in extras]
    return tuple(sorted(found, key=lambda help_: -help_.gained))


def _confirm(problem: Problem, solution: Solution, extra: Extra, limits: Limits) -> Help:
    answer = solve(enlarge(problem, extra), limits)
    if not answer.is_usable:
        return Help(extra, answer.status)
    before = {assignment.need for assignment in solution.assignments}
    after = {assignment.need for assignment in answer.assignments}
    return Help(
        extra,
        answer.status,
        gained=len(after) - len(before),
        met=tuple(sorted(after - before)),
        lost=tuple(sorted(before - after)),
    )
