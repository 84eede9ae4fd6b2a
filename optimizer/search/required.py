"""What rules require of a first answer: pins, least uses, and stocks that are used whole or not."""

from collections.abc import Sequence

from optimizer.model.eligibility import DELIVERED, Source
from optimizer.problem import Pin
from optimizer.search.places import Places


def keep_rules(places: Places, order: Sequence[int]) -> set[int] | None:
    """Meet the needs that rules require, the first of ``order`` where there is a choice.

    Returns the needs that must stay as they are; None if this simple way does not find them. Stocks
    that would have to be used by more units than they are, are closed.
    """
    fixed = _meet_pinned(places)
    if fixed is None or not _use_least(places, order, fixed):
        return None
    stocks = places.network.problem.stocks
    places.closed |= {s for s, of in enumerate(stocks) if of.least_if_used and not places.used[s]}
    return fixed


def list_required(places: Places) -> set[int]:
    """Return the needs met that a pin names, or that count towards a least use."""
    network = places.network
    stocks = network.problem.stocks
    pinned = {network.position[pin.need] for pin in network.problem.pins}
    has_least = [bool(stock.least or stock.least_if_used) for stock in stocks]
    users = {
        d
        for d, (_, parts) in places.held.items()
        if any(has_least[t] for (_, s), _ in parts for t in places.chain(s))
    }
    return pinned | users


def open_closed(places: Places, order: Sequence[int], fixed: set[int]) -> None:
    """Open each closed stock that unmet needs can use by as many units as it then must."""
    for s in sorted(places.closed):
        opened = places.closed.intersection(places.chain(s))
        if s not in opened:
            continue
        places.closed -= opened
        met = set[int]()
        if all(_fill_up(places, order, t, met) for t in opened):
            fixed |= met
            continue
        for d in met:
            places.drop(d)
        places.closed |= opened


def _use_least(places: Places, order: Sequence[int], fixed: set[int]) -> bool:
    """Use every stock by its least units, and those in use by as many as they then must."""
    stocks = places.network.problem.stocks
    wanted = [s for s, stock in enumerate(stocks) if stock.least or stock.least_if_used]
    wanted.sort(key=lambda s: -len(places.chain(s)))  # what is within others first
    for _ in range(2):  # the second time for stocks that the first one has brought into use
        for s in wanted:
            is_used = stocks[s].least or places.used[s]
            if is_used and not _fill_up(places, order, s, fixed):
                return False
    return True


def _fill_up(places: Places, order: Sequence[int], s: int, met: set[int]) -> bool:
    """Meet needs from a stock, and those within it, until it is used by its least units."""
    stock = places.network.problem.stocks[s]
    least = max(stock.least, stock.least_if_used)
    for d in order:
        if places.used[s] >= least:
            break
        if d not in places.held and _meet_within(places, d, s, least):
            met.add(d)
    return places.used[s] >= least


def _meet_within(places: Places, d: int, s: int, least: int) -> bool:
    """Meet a need by units of a stock, or at least by one of them."""
    need, network = places.network.problem.needs[d], places.network
    for r in network.demands_of[d]:
        sources = network.demands[r].sources
        within = [source for source in sources if s in places.chain(source[1])]
        within = [source for source in within if places.weight(d, source)]
        if not within:
            continue
        size = (need.people,) * 2
        if not network.is_visit(r):
            missing = max(need.least_units, min(need.quantity, least - places.used[s]))
            size = need.least_units, missing
        before = places.used[s]
        others = [source for source in sources if source not in within]
        if places.fill(d, r, size, within) or places.fill(d, r, size, [*within, *others]):
            if places.used[s] > before:
                return True
            places.drop(d)
    return False


def _meet_pinned(places: Places) -> set[int] | None:
    """Meet every pinned need as its pins say; None if one of them is not met so."""
    network, pins = places.network, dict[int, list[Pin]]()
    for pin in network.problem.pins:
        pins.setdefault(network.position[pin.need], []).append(pin)
    ways = network.demands_of
    for d in sorted(pins, key=lambda d: (sum(len(network.demands[r].sources) for r in ways[d]), d)):
        if not any(_meet_as_pinned(places, d, r, pins[d]) for r in ways[d]):
            return None
    return set(pins)


def _meet_as_pinned(places: Places, d: int, r: int, pins: Sequence[Pin]) -> bool:
    network, need = places.network, places.network.problem.needs[d]
    demand = network.demands[r]
    if demand.slot is not None and places.is_visited(d, demand.slot):
        return False
    for pin in pins:
        chosen = [source for source in demand.sources if _is_pinned(places, source, pin)]
        _, parts = places.held.get(d, (r, []))
        if any(source in chosen for source, _ in parts):
            continue
        free = (source for source in chosen if places.count_left(d, demand.slot, source))
        source = next(free, None)
        if source is None:
            break
        places.take(d, r, source, 1)
    else:
        size = need.people if demand.slot is not None else need.least_units
        if _complete(places, d, r, size):
            return True
    if d in places.held:
        places.drop(d)
    return False


def _complete(places: Places, d: int, r: int, size: int) -> bool:
    """Let a need take what it still misses of its size; return whether it has exactly that."""
    demand = places.network.demands[r]
    _, parts = places.held.get(d, (r, []))
    missing = size - sum(units for _, units in parts)
    for source in demand.sources:
        units = min(missing, places.count_left(d, demand.slot, source))
        if units > 0:
            places.take(d, r, source, units)
            missing -= units
    return missing == 0


def _is_pinned(places: Places, source: Source, pin: Pin) -> bool:
    crew, s = source
    network = places.network
    members = () if crew == DELIVERED else network.crews[crew].members
    is_of_stock = pin.stock is None or network.problem.stocks[s].id == pin.stock
    return is_of_stock and (pin.person is None or pin.person in members)
