"""What rules require of a first answer: pins, least uses, and ``least_if_used``."""

from collections.abc import Sequence

from optimizer.model.eligibility import DELIVERED, Source
from optimizer.problem import Pin
from optimizer.search.holdings import Holdings


def keep_rules(holdings: Holdings, order: Sequence[int]) -> set[int] | None:
    """Meet the needs that pins and least uses require; return all needs that must stay as they are.

    If there is a choice, the first needs of ``order`` are met. Stocks with ``least_if_used`` that
    no need uses are added to ``holdings.closed``. Returns None if this simple way fails.
    """
    fixed = _meet_pinned(holdings)
    if fixed is None or not _use_least(holdings, order, fixed):
        return None
    stocks = holdings.network.problem.stocks
    holdings.closed |= {
        s for s, of in enumerate(stocks) if of.least_if_used and not holdings.used[s]
    }
    return fixed


def list_required(holdings: Holdings) -> set[int]:
    """Return the needs, by position, that a pin names or that use a stock with a least use.

    A need also counts if an ancestor of the stock has ``least`` or ``least_if_used``.
    """
    network = holdings.network
    stocks = network.problem.stocks
    pinned = {network.position[pin.need] for pin in network.problem.pins}
    has_least = [bool(stock.least or stock.least_if_used) for stock in stocks]
    users = {
        d
        for d, (_, parts) in holdings.held.items()
        if any(has_least[t] for (_, s), _ in parts for t in holdings.chain(s))
    }
    return pinned | users


def open_closed(holdings: Holdings, order: Sequence[int], fixed: set[int]) -> None:
    """Open each closed stock if unmet needs can take ``least_if_used`` units or more of it.

    These needs are then met and added to ``fixed``; a stock for which they are too few stays
    closed.
    """
    for s in sorted(holdings.closed):
        opened = holdings.closed.intersection(holdings.chain(s))
        if s not in opened:
            continue
        holdings.closed -= opened
        met = set[int]()
        if all(_fill_up(holdings, order, t, met) for t in opened):
            fixed |= met
            continue
        for d in met:
            holdings.drop(d)
        holdings.closed |= opened


def _use_least(holdings: Holdings, order: Sequence[int], fixed: set[int]) -> bool:
    """Meet needs until every stock has its least use, and every used one its ``least_if_used``."""
    stocks = holdings.network.problem.stocks
    wanted = [s for s, stock in enumerate(stocks) if stock.least or stock.least_if_used]
    wanted.sort(key=lambda s: -len(holdings.chain(s)))  # stocks within others come first
    for _ in range(2):  # again for stocks that are used only since the first round
        for s in wanted:
            is_used = stocks[s].least or holdings.used[s]
            if is_used and not _fill_up(holdings, order, s, fixed):
                return False
    return True


def _fill_up(holdings: Holdings, order: Sequence[int], s: int, met: set[int]) -> bool:
    """Meet needs until the stock has its least use; return whether it has. ``met`` gets them."""
    stock = holdings.network.problem.stocks[s]
    least = max(stock.least, stock.least_if_used)
    for d in order:
        if holdings.used[s] >= least:
            break
        if d not in holdings.held and _meet_within(holdings, d, s, least):
            met.add(d)
    return holdings.used[s] >= least


def _meet_within(holdings: Holdings, d: int, s: int, least: int) -> bool:
    """Meet a need that takes at least one unit of a stock; return whether it is met."""
    ways = holdings.network.demands_of[d]
    return any(_meet_way_within(holdings, d, r, s, least) for r in ways)


def _meet_way_within(holdings: Holdings, d: int, r: int, s: int, least: int) -> bool:
    need, before = holdings.network.problem.needs[d], holdings.used[s]
    size = (need.people, need.people)
    if not holdings.network.is_visit(r):
        missing = min(need.quantity, least - before)
        size = need.least_units, max(need.least_units, missing)
    within, sources = _list_within(holdings, d, r, s)
    if not within or not any(holdings.fill(d, r, size, of) for of in (within, sources)):
        return False
    if holdings.used[s] == before:
        holdings.drop(d)
    return holdings.used[s] > before


def _list_within(holdings: Holdings, d: int, r: int, s: int) -> tuple[list[Source], list[Source]]:
    """Return the sources of way r that use a stock, and all its sources with these first."""
    sources = holdings.network.demands[r].sources
    within = [of for of in sources if s in holdings.chain(of[1]) and holdings.weight(d, of)]
    return within, [*within, *(of for of in sources if of not in within)]


def _meet_pinned(holdings: Holdings) -> set[int] | None:
    """Meet every pinned need as its pins say, and return them; None if one cannot be met so."""
    network, pins = holdings.network, dict[int, list[Pin]]()
    for pin in network.problem.pins:
        pins.setdefault(network.position[pin.need], []).append(pin)
    ways = network.demands_of
    for d in sorted(pins, key=lambda d: (sum(len(network.demands[r].sources) for r in ways[d]), d)):
        if not any(_meet_as_pinned(holdings, d, r, pins[d]) for r in ways[d]):
            return None
    return set(pins)


def _meet_as_pinned(holdings: Holdings, d: int, r: int, pins: Sequence[Pin]) -> bool:
    need, slot = holdings.network.problem.needs[d], holdings.network.demands[r].slot
    if slot is not None and holdings.is_visited(d, slot):
        return False
    size = need.least_units if slot is None else need.people
    if all(_take_pinned(holdings, d, r, pin) for pin in pins) and _complete(holdings, d, r, size):
        return True
    if d in holdings.held:
        holdings.drop(d)
    return False


def _take_pinned(holdings: Holdings, d: int, r: int, pin: Pin) -> bool:
    """Take a unit from what a pin names, unless the need has one; return whether it has one now."""
    demand = holdings.network.demands[r]
    chosen = [source for source in demand.sources if _is_pinned(holdings, source, pin)]
    _, parts = holdings.held.get(d, (r, []))
    if any(source in chosen for source, _ in parts):
        return True
    for source in chosen:
        if holdings.count_left(d, demand.slot, source):
            holdings.take(d, r, source, 1)
            return True
    return False


def _complete(holdings: Holdings, d: int, r: int, size: int) -> bool:
    """Let a need take what it lacks of ``size``; return whether it has exactly that now."""
    demand = holdings.network.demands[r]
    _, parts = holdings.held.get(d, (r, []))
    missing = size - sum(units for _, units in parts)
    for source in demand.sources:
        units = min(missing, holdings.count_left(d, demand.slot, source))
        if units > 0:
            holdings.take(d, r, source, units)
            missing -= units
    return missing == 0


def _is_pinned(holdings: Holdings, source: Source, pin: Pin) -> bool:
    crew, s = source
    network = holdings.network
    members = () if crew == DELIVERED else network.crews[crew].members
    is_of_stock = pin.stock is None or network.problem.stocks[s].id == pin.stock
    return is_of_stock and (pin.person is None or pin.person in members)
