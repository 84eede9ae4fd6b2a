"""Meet one more need: with what is left, or by an exchange in which other needs move elsewhere.

In an exchange another need gives back what it takes and is met elsewhere, if necessary by a further
exchange. Needs that are met stay met. A need tries its ways and sources in a fixed order, the least
sought after first. How sought after a source is: the units wanted of its stock for each unit that
the stock has, or the persons wanted of its crew for each member, the larger of both. A way counts
as its best source does.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator

from optimizer.model.eligibility import DELIVERED, Source
from optimizer.model.network import Network
from optimizer.search.holdings import Holdings

DEPTH = 3  # needs that may move, one because of another, for one more need
TRIES = 15  # moves tried for one more need


class Movers:
    """Meets more needs in ``holdings``; needs in ``fixed``, by position, keep what they take."""

    def __init__(self, holdings: Holdings, fixed: Collection[int]) -> None:
        self.holdings, self.network, self._fixed = holdings, holdings.network, fixed
        self._order = _Order(holdings.network)
        self._tries = 0

    def meet(self, d: int) -> bool:
        """Meet a need with what is left; return whether it is met."""
        need = self.network.problem.needs[d]
        for r in self._order.ways(d):
            size = need.people if self.network.is_visit(r) else need.least_units
            if self.holdings.fill(d, r, (size, size), self._order.sources(r)):
                return True
        return False

    def meet_by_exchange(self, d: int) -> bool:
        """Meet a need by moving other needs; return whether it is met. If not, nothing changes."""
        self._tries = TRIES
        return self._exchange(d, DEPTH, {d})

    def _exchange(self, d: int, depth: int, moved: set[int]) -> bool:
        for r, other in self._list_movable(d, moved):
            if self._tries <= 0:
                return False
            self._tries -= 1
            moved.add(other)
            held = self.holdings.drop(other)
            if self._take_way(d, r) and self._move(other, depth - 1, moved):
                return True
            if d in self.holdings.held:
                self.holdings.drop(d)
            self.holdings.restore(other, held)
        return False

    def _move(self, d: int, depth: int, moved: set[int]) -> bool:
        return self.meet(d) or (depth > 0 and self._exchange(d, depth, moved))

    def _take_way(self, d: int, r: int) -> bool:
        need = self.network.problem.needs[d]
        size = need.people if self.network.is_visit(r) else need.least_units
        return self.holdings.fill(d, r, (size, size), self._order.sources(r))

    def _list_movable(self, d: int, moved: set[int]) -> Iterator[tuple[int, int]]:
        """Yield the ways of a need, each with another need that holds what is missing there."""
        holdings, recipient = self.holdings, self.network.problem.needs[d].recipient
        for r in self._order.ways(d):
            slot = self.network.demands[r].slot
            seen = set[int]()
            if slot is not None and holdings.is_visited(d, slot):
                seen.update(holdings.holders[recipient, slot])
            else:
                for source in self._order.sources(r):
                    for block in holdings.name_blocks(d, slot, source):
                        seen.update(holdings.holders[block])
            yield from ((r, other) for other in sorted(seen) if self._may_move(other, moved))

    def _may_move(self, d: int, moved: set[int]) -> bool:
        return d not in moved and d not in self._fixed and d in self.holdings.held


class _Order:
    """Sorts the ways of every need and the sources of every way by demand, least first.

    The demand for a stock or crew is the units or persons wanted of it for each one that it has.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._wanted: dict[object, int] = defaultdict(int)
        for r, demand in enumerate(network.demands):
            for resource in {of for source in demand.sources for of in _name(source, demand.slot)}:
                self._wanted[resource] += network.wanted[r]
        self._sources: dict[int, tuple[Source, ...]] = {}
        self._ways: dict[int, tuple[int, ...]] = {}

    def sources(self, r: int) -> tuple[Source, ...]:
        """Return the sources of a way, in order of the demand for them, least first."""
        if r not in self._sources:
            demand = self._network.demands[r]
            found = sorted((self._crowding(of, demand.slot), of) for of in demand.sources)
            self._sources[r] = tuple(source for _, source in found)
        return self._sources[r]

    def ways(self, d: int) -> tuple[int, ...]:
        """Return the ways of a need, in order of the demand for their best source, least first."""
        if d not in self._ways:
            network = self._network
            slots = {r: network.demands[r].slot for r in network.demands_of[d]}
            found = sorted((self._crowding(self.sources(r)[0], of), r) for r, of in slots.items())
            self._ways[d] = tuple(r for _, r in found)
        return self._ways[d]

    def _crowding(self, source: Source, slot: str | None) -> float:
        crew, s = source
        members = 1 if crew == DELIVERED else len(self._network.crews[crew].members)
        person, stock = _name(source, slot)
        room = self._network.room[s]
        of_stock = self._wanted[stock] / room if room else math.inf
        return max(of_stock, self._wanted[person] / members)


def _name(source: Source, slot: str | None) -> tuple[object, object]:
    crew, s = source
    return ((crew, slot), ("stock", s)) if crew != DELIVERED else (("stock", s), ("stock", s))
