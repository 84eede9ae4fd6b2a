"""A first answer, which meets needs one by one before any stage is optimised.

First come the needs that rules require. Then each other need, in the order of the policy, takes
what is free, or what another need can replace from elsewhere. Units beyond the least come last. The
result is an integer point, checked against all rows and bounds of the model, or None.
"""

import time
from collections.abc import Sequence

from optimizer.engine.branching import EngineError, OutOfTimeError, find_integer_point
from optimizer.engine.matrix import Matrix, Vector, weigh
from optimizer.model.build import Model
from optimizer.model.individuals import Drawn, list_drawn
from optimizer.model.point import find_ways, place_drawn
from optimizer.problem import Problem
from optimizer.search.holdings import Holdings
from optimizer.search.moves import Movers
from optimizer.search.required import keep_rules, list_required, open_closed
from optimizer.stages.registry import kind_of
from optimizer.stages.wishes import Wish, Wishing, size_of

PARTS = 8  # rounds in which units beyond the least are dealt out


def build_first_answer(model: Model, matrix: Matrix, seconds: float) -> Vector | None:
    """Return an integer point that keeps every rule, or None; it takes about ``seconds`` [s].

    ``matrix``: of this model, before any stage. In less time fewer needs are met. None does not
    prove that there is no point.
    """
    ends_at, order = time.monotonic() + seconds, order_wishes(model.problem)
    holdings = Holdings(model.columns.network)
    fixed = keep_rules(holdings, order)
    return None if fixed is None else _complete(model, matrix, holdings, order, fixed, ends_at)


def seek_first_answer(model: Model, seconds: float) -> Vector | None:
    """Return an integer point made from one that the engine finds; None if it finds none."""
    ends_at, engine = time.monotonic() + seconds, model.start_engine(seconds)
    try:
        found = find_integer_point(engine).best
    except (EngineError, OutOfTimeError):
        return None
    if found is None:
        return None
    left = ends_at - time.monotonic()
    return complete_answer(model, found.point, left, can_move=False)


def complete_answer(model: Model, point: Vector, seconds: float, *, can_move: bool) -> Vector:
    """Return an integer point that meets all needs that ``point`` meets, and more if possible.

    ``can_move``: needs that no rule requires may take their units elsewhere.
    """
    holdings = Holdings(model.columns.network)
    held = _start_from(holdings, list_drawn(model.columns, point))
    fixed = held.intersection(list_required(holdings)) if can_move else held
    order, matrix = order_wishes(model.problem), model.start_engine(0.0).matrix
    found = _complete(model, matrix, holdings, order, fixed, time.monotonic() + seconds)
    return point if found is None else found


def _complete(
    model: Model,
    matrix: Matrix,
    holdings: Holdings,
    order: Sequence[int],
    fixed: set[int],
    ends_at: float,
) -> Vector | None:
    """Meet more needs and return the point; if that fails, the point of the needs met so far.

    None if both fail.
    """
    required = holdings.list_drawn()
    _meet_all(holdings, order, fixed, ends_at)
    for drawn in (holdings.list_drawn(), required):
        best = weigh(matrix, {}, place_drawn(model.columns, drawn))
        if best is not None:
            return best.point
    return None


def _start_from(holdings: Holdings, drawn: Sequence[Drawn]) -> set[int]:
    """Let needs take what they take at a point, and return these needs."""
    ways = find_ways(holdings.network, drawn)
    for d, slot, source, units in drawn:
        holdings.take(d, ways[d, slot], source, units)
    stocks = enumerate(holdings.network.problem.stocks)
    holdings.closed |= {s for s, of in stocks if of.least_if_used and not holdings.used[s]}
    return set(holdings.held)


def order_wishes(problem: Problem) -> list[int]:
    """Return all needs, by position, in the order in which a first answer meets them.

    Each stage that compares needs gives every need a wish. Needs are sorted by their wishes at the
    first stage, then at the second, and so on; equal needs by their least size, then by position.
    """
    needs = problem.needs
    keys: list[tuple[Wish, ...]] = [() for _ in needs]
    order = list(range(len(needs)))
    for stage in problem.policy.stages:
        kind = kind_of(stage)
        if isinstance(kind, Wishing):
            order.sort(key=lambda d: (keys[d], size_of(needs[d]), d))
            wishes = kind.rank_wishes(stage, problem, order)
            keys = [(*key, wish) for key, wish in zip(keys, wishes, strict=True)]
    return sorted(order, key=lambda d: (keys[d], size_of(needs[d]), d))


def _meet_all(holdings: Holdings, order: Sequence[int], fixed: set[int], ends_at: float) -> None:
    moves = Movers(holdings, fixed)
    for d in order:
        if time.monotonic() >= ends_at:
            return
        if d not in holdings.held and not moves.meet(d):
            moves.meet_by_exchange(d)
    if holdings.closed:
        open_closed(holdings, order, fixed)
        for d in order:
            if d not in holdings.held and time.monotonic() < ends_at:
                moves.meet(d)
    _add_units(holdings, order)


def _add_units(holdings: Holdings, order: Sequence[int]) -> None:
    """Give needs that are met by part of their quantity more units, in ``PARTS`` rounds."""
    needs = holdings.network.problem.needs
    for _ in range(PARTS):
        for d in order:
            if d in holdings.held and needs[d].is_partial:
                _add_part(holdings, d)


def _add_part(holdings: Holdings, d: int) -> None:
    need, (r, parts) = holdings.network.problem.needs[d], holdings.held[d]
    demand = holdings.network.demands[r]
    if demand.slot is not None:
        return
    missing = need.quantity - sum(units for _, units in parts)
    part = min(missing, -(-(need.quantity - need.least_units) // PARTS))
    for source in demand.sources:
        units = min(part, holdings.count_left(d, None, source))
        if units > 0:
            holdings.take(d, r, source, units)
            part -= units
