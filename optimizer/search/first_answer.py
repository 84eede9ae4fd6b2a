"""A first answer: needs met one by one, before any stage is optimised.

What rules require comes first. Then every need in the order of ``wishes.py`` takes what is left, or
what other needs can find elsewhere. Last come units beyond the least. Whatever comes out is a point
that the model's rows and bounds accept in whole numbers, or nothing.
"""

import time
from collections.abc import Sequence

from optimizer.engine.branching import EngineError, OutOfTimeError, find_integer_point
from optimizer.engine.matrix import Matrix, Vector, weigh
from optimizer.model.build import Model
from optimizer.model.individuals import Drawn, list_drawn
from optimizer.model.point import find_way, place_drawn
from optimizer.search.exchanges import Exchanges
from optimizer.search.places import Places
from optimizer.search.required import keep_rules, list_required, open_closed
from optimizer.search.wishes import order_wishes

PARTS = 8  # in so many parts units beyond the least are dealt out


def build_first_answer(model: Model, matrix: Matrix, seconds: float) -> Vector | None:
    """Return an integer point that keeps every rule, found in about so many seconds [s]; or None.

    ``matrix``: of this model, before any stage. In less time fewer needs are met. There may be a
    point where this simple way finds none.
    """
    ends_at, order = time.monotonic() + seconds, order_wishes(model.problem)
    places = Places(model.columns.network)
    fixed = keep_rules(places, order)
    return None if fixed is None else _complete(model, matrix, places, order, fixed, ends_at)


def seek_first_answer(model: Model, seconds: float) -> Vector | None:
    """Return an integer point as ``build_first_answer`` does, from one that the engine finds."""
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
    """Return an integer point that meets at least the needs that another meets.

    ``can_move``: needs that nothing requires may take the same elsewhere.
    """
    places = Places(model.columns.network)
    held = _start_from(places, list_drawn(model.columns, point))
    fixed = held.intersection(list_required(places)) if can_move else held
    order, matrix = order_wishes(model.problem), model.start_engine(0.0).matrix
    found = _complete(model, matrix, places, order, fixed, time.monotonic() + seconds)
    return point if found is None else found


def _complete(
    model: Model,
    matrix: Matrix,
    places: Places,
    order: Sequence[int],
    fixed: set[int],
    ends_at: float,
) -> Vector | None:
    """Meet every other need as far as possible; return the point, or that of the first needs."""
    required = places.list_drawn()
    _meet_all(places, order, fixed, ends_at)
    for drawn in (places.list_drawn(), required):
        best = weigh(matrix, {}, place_drawn(model.columns, drawn))
        if best is not None:
            return best.point
    return None


def _start_from(places: Places, drawn: Sequence[Drawn]) -> set[int]:
    """Meet needs as a point does, and return them."""
    for d, slot, source, units in drawn:
        places.take(d, find_way(places.network, d, slot), source, units)
    stocks = enumerate(places.network.problem.stocks)
    places.closed |= {s for s, of in stocks if of.least_if_used and not places.used[s]}
    return set(places.held)


def _meet_all(places: Places, order: Sequence[int], fixed: set[int], ends_at: float) -> None:
    exchanges = Exchanges(places, fixed)
    for d in order:
        if time.monotonic() >= ends_at:
            return
        if d not in places.held and not exchanges.meet(d):
            exchanges.meet_by_exchange(d)
    if places.closed:
        open_closed(places, order, fixed)
        for d in order:
            if d not in places.held and time.monotonic() < ends_at:
                exchanges.meet(d)
    _add_units(places, order)


def _add_units(places: Places, order: Sequence[int]) -> None:
    """Deal out what is left to needs met by part of their quantity, in turn."""
    needs = places.network.problem.needs
    for _ in range(PARTS):
        for d in order:
            if d in places.held and needs[d].is_partial:
                _add_part(places, d)


def _add_part(places: Places, d: int) -> None:
    need, (r, parts) = places.network.problem.needs[d], places.held[d]
    demand = places.network.demands[r]
    if demand.slot is not None:
        return
    missing = need.quantity - sum(units for _, units in parts)
    part = min(missing, -(-(need.quantity - need.least_units) // PARTS))
    for source in demand.sources:
        units = min(part, places.count_left(d, None, source))
        if units > 0:
            places.take(d, r, source, units)
            part -= units
