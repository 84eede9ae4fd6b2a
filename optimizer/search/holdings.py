"""What needs take and what is left of crews and stocks, while an answer is built need by need.

Visits are counted by crew, not by person: a crew has as many visits in a slot as members (C5), and
as many in the month as its members together (C6). The members can always share these visits.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from optimizer.model.eligibility import Source
from optimizer.model.individuals import Drawn
from optimizer.model.network import Network

Parts = list[tuple[Source, int]]  # units by source
Held = tuple[int, Parts]  # the way of a need, and what it takes


class Holdings:
    """The needs met so far, each in one way, within every capacity.

    Needs, stocks, crews and demands are given by their position in the network's lists. A way is
    a demand of the need: a slot, or delivery, with the sources that can meet the need there.

    held      met need -> (its way, [(source, units)])
    closed    stocks that must not be used for now; the caller fills it
    room      units left of every stock by itself: a stock that contains it may have fewer
    used      units used of every stock, with those of the stocks that it contains
    holders   resource -> {need: what it takes of it}: visits of (crew, slot) and crew, one visit of
              (recipient, slot), units of ("stock", stock) and of the stocks that contain it
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.held: dict[int, Held] = {}
        self.closed: set[int] = set()
        self.room = [stock.capacity for stock in network.problem.stocks]
        self.used = [0] * len(self.room)
        self.holders: dict[object, dict[int, int]] = defaultdict(dict)
        self._busy: dict[tuple[int, str], int] = defaultdict(int)
        self._visits = [0] * len(network.crews)
        self._sizes = [len(crew.members) for crew in network.crews]
        pairs, needs = network.eligibility.pairs, enumerate(network.problem.needs)
        self._has_pairs = {d for d, need in needs if need.id in pairs}
        self._most = _list_most(network)
        self._chains: dict[int, tuple[int, ...]] = {}

    def chain(self, s: int) -> tuple[int, ...]:
        """Return a stock and its ancestors."""
        if s not in self._chains:
            self._chains[s] = (s, *self.network.ancestors[s])
        return self._chains[s]

    def weight(self, d: int, source: Source) -> int:
        """Return how many units of its stock one unit of the source consumes for this need."""
        pair = self.network.pair_of(d, source) if d in self._has_pairs else None
        return 1 if pair is None else pair.consumption

    def is_visited(self, d: int, slot: str) -> bool:
        """Return whether the recipient of need ``d`` has a visit in the slot (C8)."""
        return bool(self.holders[self.network.problem.needs[d].recipient, slot])

    def count_left(self, d: int, slot: str | None, source: Source) -> int:
        """Return how many units of the source this need may still take, however few it asks for.

        ``slot`` is None for a delivery. 0 if the crew, the stock, its ancestors or the need's pair
        (C10) allow no unit, or if the stock or an ancestor is in ``closed``.
        """
        crew, s = source
        left = 1 << 60
        if slot is not None:
            size, most_visits = self._sizes[crew], self.network.crews[crew].most
            left = min(size - self._busy[crew, slot], size * most_visits - self._visits[crew])
            if left <= 0:
                return 0
        weight, chain = self.weight(d, source), self.chain(s)
        if self.closed and not self.closed.isdisjoint(chain):
            return 0
        if weight:
            left = min(left, min([self.room[t] for t in chain]) // weight)
        most = self._most.get((d, s))
        if most is not None:
            left = min(left, most - self._count_taken(d, s))
        return max(left, 0)

    def _count_taken(self, d: int, s: int) -> int:
        _, parts = self.held.get(d, (0, []))
        return sum(units for (_, t), units in parts if t == s)

    def name_blocks(self, d: int, slot: str | None, source: Source) -> Iterator[object]:
        """Yield the keys of ``holders`` that stop need ``d`` from taking a unit of the source.

        These are (crew, slot) if all members have a visit in the slot, else the crew if its visits
        of the month are used up; and ("stock", stock) for the source's stock and each ancestor that
        has less left than one unit of this need consumes. ``slot`` is None for a delivery. Nothing
        is yielded if no key stops it.
        """
        crew, s = source
        if slot is not None:
            size, most_visits = self._sizes[crew], self.network.crews[crew].most
            if self._busy[crew, slot] >= size:
                yield crew, slot
            elif self._visits[crew] >= size * most_visits:
                yield crew
        weight = self.weight(d, source)
        yield from (("stock", t) for t in self.chain(s) if self.room[t] < weight)

    def take(self, d: int, r: int, source: Source, units: int) -> None:
        """Let need ``d`` take units of a source in way ``r``.

        The caller has checked that the units are left.
        """
        self.held.setdefault(d, (r, []))[1].append((source, units))
        self._move(d, r, source, units)

    def drop(self, d: int) -> Held:
        """Give back what need ``d`` takes; return its way and what it took by source."""
        r, parts = self.held.pop(d)
        for source, units in parts:
            self._move(d, r, source, -units)
        return r, parts

    def restore(self, d: int, held: Held) -> None:
        """Let need ``d`` take again what ``drop`` returned."""
        r, parts = held
        for source, units in parts:
            self.take(d, r, source, units)

    def fill(self, d: int, r: int, wanted: tuple[int, int], sources: Sequence[Source]) -> bool:
        """Let an unmet need take units of ``sources`` in way ``r``; return whether it is met.

        ``wanted``: (least, most) units. A need that cannot take the least takes nothing.
        """
        (least, left), slot = wanted, self.network.demands[r].slot
        if slot is not None and self.is_visited(d, slot):
            return False
        taken = 0
        for source in sources:
            units = min(left, self.count_left(d, slot, source))
            if units:
                self.take(d, r, source, units)
                taken, left = taken + units, left - units
                if not left:
                    break
        if 0 < taken < least:
            self.drop(d)
        return taken >= least

    def list_drawn(self, left_out: Container[int] = ()) -> list[Drawn]:
        """Return (need, slot, source, units) for all that needs take, sorted by need.

        Needs in ``left_out`` are left out.
        """
        demands = self.network.demands
        return [
            (d, demands[r].slot, source, units)
            for d, (r, parts) in sorted(self.held.items())
            if d not in left_out
            for source, units in parts
        ]

    def _move(self, d: int, r: int, source: Source, units: int) -> None:
        (crew, s), slot = source, self.network.demands[r].slot
        if slot is not None:
            recipient = self.network.problem.needs[d].recipient
            self._busy[crew, slot] += units
            self._visits[crew] += units
            for resource in ((crew, slot), crew, (recipient, slot)):
                self._note(resource, d, units)
        weight = units * self.weight(d, source)
        for t in self.chain(s):
            self.room[t] -= weight
            self.used[t] += weight
            self._note(("stock", t), d, weight)

    def _note(self, resource: object, d: int, units: int) -> None:
        of = self.holders[resource]
        of[d] = of.get(d, 0) + units
        if not of[d]:
            del of[d]


def _list_most(network: Network) -> dict[tuple[int, int], int]:
    """Map each (need, stock) to the most units that their pair allows, if it has a bound (C10)."""
    stocks = {stock.id: s for s, stock in enumerate(network.problem.stocks)}
    return {
        (network.position[pair.need], stocks[pair.stock]): pair.most
        for pair in network.problem.pairs
        if pair.most is not None and pair.person is None
    }
