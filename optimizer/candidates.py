"""Which extras to look at: those that the linear program says gain most, one of each kind."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from optimizer.build import Model
from optimizer.extra import Extra, Shelf
from optimizer.matrix import WHOLE
from optimizer.shadow_prices import CountProgram, ShadowPrices, is_gain
from optimizer.solution import Assignment

MOST_LOOKED_AT = 60


def list_candidates(
    model: Model, assignments: Sequence[Assignment], most: int, seconds: float
) -> list[Extra]:
    """At most ``most`` extras, the greatest linear gain first, one of a category and slot.

    The dearest are looked at first, until enough of them gain a whole need.
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
    """Extras that have a price, dearest first."""
    shelf = Shelf(model.columns.network, assignments)
    priced = [*_list_units(shelf, prices), *_list_visits(shelf, prices)]
    priced.sort(key=lambda found: (-round(found[0], 6), *_name(found[1])))
    return [extra for _, extra in priced]


def _name(extra: Extra) -> tuple[str, str, str]:
    return extra.stock, extra.slot or "", extra.like or ""


def _price(shelf: Shelf, s: int, prices: ShadowPrices) -> float:
    """What the units that meet the smallest unmet need are worth [needs]."""
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
