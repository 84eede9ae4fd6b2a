"""Demands, pools and edges: classes of needs and sources, which give the program few columns.

Needs that the same sources can serve in the same slot share a *demand*.

The program decides only what a demand takes from each source; persons and stocks are assigned to
its needs afterwards (``individuals.py``). A need has demands of its own if its pairs cost, weigh or
bound something; if they only add score, it shares a demand and gets *edges* beside the flows.

Sources of visits in one slot that can serve the same demands are a *pool*: only their sum is
decided. A pool of S sources and R demands has S + R columns instead of S R, and the program stays
equivalent: every source of a pool may serve every demand of it, so any split of the sums works.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from optimizer.bitset import BitSet
from optimizer.model.eligibility import Crew, Eligibility, Source, gather_crews
from optimizer.problem import Need, Pair, Problem, find_ancestors


@dataclass(frozen=True, slots=True)
class Demand:
    """Needs that the same sources can serve in one slot, or by delivery.

    slot      None: by delivery
    sources   the sources, in order of stock, then crew
    needs     the needs, by position
    is_own    whether this is a demand of one need only, which shares no demand with others
    """

    slot: str | None
    sources: tuple[Source, ...]
    needs: tuple[int, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """What one need takes from one source of its demand; its pair adds ``score`` per unit."""

    need: int
    demand: int
    source: Source
    score: int


@dataclass(frozen=True, slots=True)
class Pool:
    """Sources of visits in one slot and the demands, by position, that each of them can serve."""

    slot: str
    sources: tuple[Source, ...]
    demands: tuple[int, ...]


def gather_pools(
    demands: Sequence[Demand],
) -> tuple[tuple[Pool, ...], tuple[tuple[int, Source], ...]]:
    """Return the pools that save columns, and the links (demand, source) outside of pools."""
    served, direct = _divide_by_slot(demands)
    pools: list[Pool] = []
    for slot, in_slot in served.items():
        for found, sources in _gather_alike(in_slot).items():
            if len(sources) * len(found) > len(sources) + len(found):
                pools.append(Pool(slot, tuple(sources), found))
            else:
                for r in found:
                    direct[r].extend(sources)
    pools.sort(
        key=lambda pool: pool.demands[0]
    )  # stable: pools with the same first demand stay in the order of their first source
    links = tuple((r, source) for r, found in enumerate(direct) for source in sorted(found))
    return tuple(pools), links


Served = dict[str, dict[Source, list[int]]]  # slot -> source -> demands that a pool may serve


def _divide_by_slot(demands: Sequence[Demand]) -> tuple[Served, list[list[Source]]]:
    """Return shared demands of visits by slot and source; and, of other demands, the sources."""
    served: Served = defaultdict(lambda: defaultdict(list))
    direct: list[list[Source]] = [[] for _ in demands]
    for r, demand in enumerate(demands):
        if demand.is_own or demand.slot is None:
            direct[r].extend(demand.sources)
        else:
            in_slot = served[demand.slot]
            for source in demand.sources:
                in_slot[source].append(r)
    return served, direct


def _gather_alike(served: dict[Source, list[int]]) -> dict[tuple[int, ...], list[Source]]:
    """Map each set of demands to the sources that serve exactly these."""
    alike: dict[tuple[int, ...], list[Source]] = defaultdict(list)
    for source, demanding in served.items():
        alike[tuple(demanding)].append(source)
    return alike


Way = tuple[str | None, BitSet]  # slot (None: delivered) and the sources in it


class Network:
    """Crews, demands, edges, pools and links of a problem.

    Needs, stocks, crews and demands are given by their positions in the problem or network.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.position = {need.id: d for d, need in enumerate(problem.needs)}
        self.crews: tuple[Crew, ...] = gather_crews(problem)
        self.eligibility = Eligibility(problem, self.crews)
        self._slots = tuple(sorted({slot for crew in self.crews for slot in crew.slots}))
        self._named_by_pins = {pin.need for pin in problem.pins if pin.stock or pin.person}
        self._bonus_is_enough = not any(stage.weighs_pairs for stage in problem.policy.stages)
        self.ancestors = find_ancestors(problem.stocks)
        # least capacity of each stock and its ancestors: the most that it can give [units]
        self.room = self.ancestors.fold([stock.capacity for stock in problem.stocks], min)
        self.demands, self.edges = self._gather()
        self.pools, self.links = gather_pools(self.demands)

    @cached_property
    def demands_of(self) -> tuple[tuple[int, ...], ...]:
        """The demands of every need, by position: the ways in which the need can be met."""
        ways: list[list[int]] = [[] for _ in self.problem.needs]
        for r, demand in enumerate(self.demands):
            for d in demand.needs:
                ways[d].append(r)
        return tuple(tuple(found) for found in ways)

    @cached_property
    def wanted(self) -> tuple[int, ...]:
        """The total that the needs of a demand ask for, one total for each demand.

        In persons, or in units delivered.
        """
        needs = self.problem.needs
        return tuple(
            sum(needs[d].quantity if demand.slot is None else needs[d].people for d in demand.needs)
            for demand in self.demands
        )

    @cached_property
    def links_of(self) -> dict[int, list[tuple[int, Source]]]:
        """Each demand with its numbered links; a demand without links is left out."""
        found: dict[int, list[tuple[int, Source]]] = {}
        for i, (r, source) in enumerate(self.links):
            found.setdefault(r, []).append((i, source))
        return found

    def is_visit(self, r: int) -> bool:
        """Return whether demand r is served by visits; False: by deliveries."""
        return self.demands[r].slot is not None

    def pair_of(self, d: int, source: Source) -> Pair | None:
        """Return the pair that applies to this need and source; None: score 0, consumption 1."""
        return self.eligibility.pair_of(self.problem.needs[d], source)

    def _gather(self) -> tuple[tuple[Demand, ...], tuple[Edge, ...]]:
        classes: dict[tuple[str, Way, int], list[int]] = {}
        special: list[tuple[tuple[str, Way, int], int]] = []
        for d, need in enumerate(self.problem.needs):
            sources = self.eligibility.sources_of(need)
            own = d if self._is_own(need, sources) else -1
            for way in self.find_ways(need, sources):
                key = (need.category, way, own)
                classes.setdefault(key, []).append(d)
                if own < 0 and need.id in self.eligibility.pairs:
                    special.append((key, d))
        demands = tuple(self._shape(key[1], key[2], needs) for key, needs in classes.items())
        position = {key: r for r, key in enumerate(classes)}
        edges = (self._list_edges(d, position[key], key[1][1]) for key, d in special)
        return demands, tuple(chain.from_iterable(edges))

    def _list_edges(self, d: int, r: int, sources: BitSet) -> list[Edge]:
        """Return an edge for every source of need d in demand r whose pair has a score above 0."""
        ruled = self.eligibility.list_ruled(self.problem.needs[d], sources)
        return [Edge(d, r, source, pair.score) for source, pair in ruled if pair.score > 0]

    def _shape(self, way: Way, own: int, needs: list[int]) -> Demand:
        slot, sources = way
        index = self.eligibility.index_of(self.problem.needs[needs[0]])
        return Demand(slot, index.select(sources), tuple(needs), own >= 0)

    def _is_own(self, need: Need, sources: BitSet) -> bool:
        """Return whether the need has demands of its own (FORMULATION.md, *Demands*)."""
        if need.id in self._named_by_pins:
            return True
        if need.id not in self.eligibility.pairs:
            return False
        ruled = [pair for _, pair in self.eligibility.list_ruled(need, sources)]
        if need.listed or not self._bonus_is_enough or not self._only_adds_score(need, ruled):
            return True
        return 2 * sum(pair.score > 0 for pair in ruled) > sources.bit_count()

    def _only_adds_score(self, need: Need, ruled: Sequence[Pair]) -> bool:
        """Return whether no pair of the need costs, weighs or bounds something."""
        is_bounded = any(p.most is not None for p in self.eligibility.pairs[need.id].values())
        return not is_bounded and all(p.score >= 0 and p.consumption == 1 for p in ruled)

    def find_ways(self, need: Need, sources: BitSet) -> list[Way]:
        """Return the ways in which these sources could meet the need if there were no other need.

        In a slot, each set of ``split_by_day`` with enough persons is a way.
        """
        index = self.eligibility.index_of(need)
        delivered = sources & index.delivered
        ways: list[Way] = []
        if delivered and self._are_enough(need, index.select(delivered)):
            ways.append((None, delivered))
        if sources & index.visits:
            for slot in need.slots or self._slots:
                found = index.split_by_day(need, sources & index.in_slot(slot), slot)
                ways.extend((slot, team) for team in found if index.are_enough(team, need.people))
        return ways

    def _are_enough(self, need: Need, delivered: tuple[Source, ...]) -> bool:
        """Return whether these sources could deliver the need's least units if it were alone."""
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
