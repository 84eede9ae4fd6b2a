"""Both sides in classes: needs that the same sources can serve in the same slot share a *demand*.

Only what a demand takes from each source is decided; persons and stocks are dealt out to its needs
afterwards (individuals.py). A need whose pairs cost, weigh or bound something has demands of its
own; a need whose pairs only add score keeps its demand and gets *edges* beside the flows.

Pools: sources of visits in one slot whose demands are the same, so only their sum is decided.

A pool of S sources and R demands costs S + R columns instead of S R. Nothing is lost: every source
of a pool may serve every demand of it, so any split of the sums can be dealt out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from optimizer.model.eligibility import Crew, Eligibility, Source, gather_crews
from optimizer.policy import GroupOutcome, StageKind
from optimizer.problem import Need, Pair, Problem

# --- The two shapes of the asking side: demands of alike needs, and scored edges of single needs.


@dataclass(frozen=True, slots=True)
class Demand:
    """Needs (by position) served alike in one slot (None: delivered) from the same sources."""

    slot: str | None
    sources: tuple[Source, ...]
    needs: tuple[int, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """One need from one source of its demand, with the score its pair adds per unit."""

    need: int
    demand: int
    source: Source
    score: int


# --- Pools: sources of visits in one slot whose demands are the same, so only their sum is decided.


@dataclass(frozen=True, slots=True)
class Pool:
    """Sources in one slot and the demands (by position) that all of them can serve."""

    slot: str
    sources: tuple[Source, ...]
    demands: tuple[int, ...]


def gather_pools(
    demands: Sequence[Demand],
) -> tuple[tuple[Pool, ...], tuple[tuple[int, Source], ...]]:
    """The pools worth a column of their own, and the links (demand, source) that stay direct."""
    served: dict[str, dict[Source, list[int]]] = defaultdict(lambda: defaultdict(list))
    direct: list[list[Source]] = [[] for _ in demands]
    for r, demand in enumerate(demands):
        if demand.is_own or demand.slot is None:
            direct[r].extend(demand.sources)
        else:
            in_slot = served[demand.slot]
            for source in demand.sources:
                in_slot[source].append(r)
    pools: list[Pool] = []
    for slot, in_slot in served.items():
        for found, sources in _gather_alike(in_slot).items():
            if len(sources) * len(found) > len(sources) + len(found):
                pools.append(Pool(slot, tuple(sources), found))
            else:
                for r in found:
                    direct[r].extend(sources)
    pools.sort(key=lambda pool: pool.demands[0])  # stable: the place of its first source
    links = tuple((r, source) for r, found in enumerate(direct) for source in sorted(found))
    return tuple(pools), links


def _gather_alike(served: dict[Source, list[int]]) -> dict[tuple[int, ...], list[Source]]:
    """Sources by all the demands that they serve."""
    alike: dict[tuple[int, ...], list[Source]] = defaultdict(list)
    for source, demanding in served.items():
        alike[tuple(demanding)].append(source)
    return alike


Way = tuple[str | None, int]  # slot (None: delivered) and the sources in it, as a mask


def find_ancestors(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stock its parents, their parents and so on, each once, by position."""
    position = {stock.id: s for s, stock in enumerate(problem.stocks)}
    found: list[tuple[int, ...]] = []
    for stock in problem.stocks:
        above: set[int] = set()
        waiting = [position[name] for name in stock.parents]
        while waiting:
            s = waiting.pop()
            if s not in above:
                above.add(s)
                waiting.extend(position[name] for name in problem.stocks[s].parents)
        found.append(tuple(sorted(above)))
    return tuple(found)


class Network:
    """Crews, demands and edges of a problem; everything by position in sorted rows."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.position = {need.id: d for d, need in enumerate(problem.needs)}
        self.crews: tuple[Crew, ...] = gather_crews(problem)
        self.eligibility = Eligibility(problem, self.crews)
        self._slots = tuple(sorted({slot for crew in self.crews for slot in crew.slots}))
        self._named_by_pins = {pin.need for pin in problem.pins if pin.stock or pin.person}
        self._bonus_is_enough = all(
            stage.kind is not StageKind.MIN_COST and stage.outcome is not GroupOutcome.SCORE
            for stage in problem.policy.stages
        )
        self.ancestors = find_ancestors(problem)
        self.room = [
            min(problem.stocks[r].capacity for r in (s, *self.ancestors[s]))
            for s in range(len(problem.stocks))
        ]
        self.demands, self.edges = self._gather()
        self.pools, self.links = gather_pools(self.demands)

    @cached_property
    def demands_of(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the demands of every need: its ways of being met."""
        ways: list[list[int]] = [[] for _ in self.problem.needs]
        for r, demand in enumerate(self.demands):
            for d in demand.needs:
                ways[d].append(r)
        return tuple(tuple(found) for found in ways)

    @cached_property
    def wanted(self) -> tuple[int, ...]:
        """What the needs of every demand ask for together [persons, or units delivered]."""
        needs = self.problem.needs
        return tuple(
            sum(needs[d].quantity if demand.slot is None else needs[d].people for d in demand.needs)
            for demand in self.demands
        )

    @cached_property
    def links_of(self) -> dict[int, list[tuple[int, Source]]]:
        """Direct links of every demand, each with its number."""
        found: dict[int, list[tuple[int, Source]]] = {}
        for i, (r, source) in enumerate(self.links):
            found.setdefault(r, []).append((i, source))
        return found

    def is_visit(self, r: int) -> bool:
        """True for a demand of visits in a slot, False for one of deliveries."""
        return self.demands[r].slot is not None

    def pair_of(self, d: int, source: Source) -> Pair | None:
        """The pair that rules this need and source; None: score 0, consumption 1."""
        return self.eligibility.pair_of(self.problem.needs[d], source)

    def _gather(self) -> tuple[tuple[Demand, ...], tuple[Edge, ...]]:
        classes: dict[tuple[str, Way, int], list[int]] = {}
        special: list[tuple[tuple[str, Way, int], int]] = []
        for d, need in enumerate(self.problem.needs):
            mask = self.eligibility.mask_of(need)
            own = d if self._is_own(need, mask) else -1
            for way in self.find_ways(need, mask):
                key = (need.category, way, own)
                classes.setdefault(key, []).append(d)
                if own < 0 and need.id in self.eligibility.pairs:
                    special.append((key, d))
        demands = tuple(self._shape(key[1], key[2], needs) for key, needs in classes.items())
        position = {key: r for r, key in enumerate(classes)}
        edges = [
            Edge(d, position[key], source, pair.score)
            for key, d in special
            for source, pair in self.eligibility.list_ruled(self.problem.needs[d], key[1][1])
            if pair.score > 0
        ]
        return demands, tuple(edges)

    def _shape(self, way: Way, own: int, needs: list[int]) -> Demand:
        slot, mask = way
        roll = self.eligibility.roll_of(self.problem.needs[needs[0]])
        return Demand(slot, roll.select(mask), tuple(needs), own >= 0)

    def _is_own(self, need: Need, mask: int) -> bool:
        """True unless the need's pairs only add score, and to fewer than half of its sources."""
        if need.id in self._named_by_pins:
            return True
        if need.id not in self.eligibility.pairs:
            return False
        ruled = [pair for _, pair in self.eligibility.list_ruled(need, mask)]
        stock_rows = self.eligibility.pairs[need.id].values()
        is_plain = all(p.score >= 0 and p.consumption == 1 for p in ruled)
        is_plain = is_plain and all(p.most is None for p in stock_rows)
        is_plain = is_plain and self._bonus_is_enough and not need.listed
        return not is_plain or 2 * sum(p.score > 0 for p in ruled) > mask.bit_count()

    def find_ways(self, need: Need, mask: int) -> list[Way]:
        """Slots (None: delivered) in which these sources are enough to meet the need alone."""
        roll = self.eligibility.roll_of(need)
        delivered = mask & roll.delivered
        ways: list[Way] = []
        if delivered and self._are_enough(need, roll.select(delivered)):
            ways.append((None, delivered))
        if mask & roll.visits:
            for slot in need.slots or self._slots:
                found = mask & roll.in_slot(slot)
                if roll.are_enough(found, need.people):
                    ways.append((slot, found))
        return ways

    def _are_enough(self, need: Need, delivered: tuple[Source, ...]) -> bool:
        """True when the need could get its least units if it were alone in the world."""
        missing = need.least_units
        for source in delivered:
            pair = self.eligibility.pair_of(need, source)
            weight = 1 if pair is None else pair.consumption
            most = need.quantity if pair is None or pair.most is None else pair.most
            room = self.room[source[1]] // weight if weight else need.quantity
            missing -= min(need.quantity, most, room)
            if missing <= 0:
                return True
        return False
