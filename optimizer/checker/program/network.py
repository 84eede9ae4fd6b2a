"""The needs and sources of a month, grouped so that fewer variables are needed.

A demand has needs served alike: one slot, the same sources. An edge is what one need takes from one
source of a shared demand whose pair with it has a score above 0. A pool has sources of one slot
that serve the same demands. What each source gives and each demand gets is decided, not which
source serves which demand.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from ..month.month import Month
from ..month.schema import Row
from .eligibility import Crew, Eligibility, Source, Way


@dataclass(slots=True)
class Demand:
    """Needs (ids) served alike in one slot (None: delivered) from the same sources.

    own   the only need of this demand, if its pairs or pins need flows of their own
    """

    slot: str | None
    sources: tuple[Source, ...]
    own: str | None
    needs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """What one need takes from one source of a shared demand; counts the score of its pair."""

    need: str
    demand: int
    source: Source
    score: int


@dataclass(frozen=True, slots=True)
class Pool:
    """Sources in one slot that serve the same demands, by number.

    The program does not decide which source serves which demand.
    """

    slot: str
    sources: tuple[Source, ...]
    demands: tuple[int, ...]


@dataclass(slots=True)
class Classes:
    """A month in classes. Crews, demands, edges, pools and links are numbered by their lists.

    ways    need -> numbers of its demands
    links   (demand, source) for what a demand takes from a source outside of the pools
    """

    month: Month
    eligibility: Eligibility
    demands: list[Demand] = field(default_factory=list)
    ways: dict[str, list[int]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    links: list[tuple[int, Source]] = field(default_factory=list)

    @property
    def crews(self) -> list[Crew]:
        """The crews, in the order of their numbers."""
        return self.eligibility.crews

    def pair_of_link(self, r: int, source: Source) -> Row | None:
        """Return the pair that rules a link; None if there is none or the demand is shared."""
        own = self.demands[r].own
        return None if own is None else self.eligibility.pair_of(own, source)


def gather_classes(month: Month, *, is_weighed: bool) -> Classes:
    """Return a month in classes: demands in the order of their first needs, edges, pools, links.

    ``is_weighed``: every need with pairs has demands of its own.
    """
    classes = Classes(month, Eligibility(month))
    pinned = {pin["need"] for pin in month.problem["pins"] if pin["stock"] or pin["person"]}
    number: dict[tuple[str, Way, str | None], int] = {}
    for need in month.problem["needs"]:
        name, sources = need["id"], classes.eligibility.sources_of(need)
        index = classes.eligibility.index_of(need)
        is_own = name in pinned or _needs_own_flows(classes.eligibility, need, sources, is_weighed)
        own = name if is_own else None
        classes.ways[name] = []
        for way in classes.eligibility.find_ways(need, sources):
            r = number.setdefault((need["category"], way, own), len(number))
            if r == len(classes.demands):
                classes.demands.append(Demand(way[0], index.select(way[1]), own))
            classes.demands[r].needs.append(name)
            classes.ways[name].append(r)
            if own is None:
                classes.edges.extend(_find_edges(classes.eligibility, need, r, way))
        classes.ways[name].sort()
    _gather_pools(classes)
    return classes


def _needs_own_flows(eligibility: Eligibility, need: Row, sources: int, is_weighed: bool) -> bool:
    """Return whether a need has pairs that do more than add score to at most half its sources.

    ``sources``: their mask. True for every need with pairs if it is listed, or if ``is_weighed``.
    """
    if need["id"] not in eligibility.pairs_of:
        return False
    if is_weighed or need["listed"]:
        return True
    if any(pair["most"] is not None for pair in eligibility.pairs_of[need["id"]]):
        return True
    ruling = [pair for _, pair in eligibility.list_ruled(need, sources)]
    liked = sum(pair["score"] > 0 for pair in ruling)
    return any(map(_lowers, ruling)) or 2 * liked > sources.bit_count()


def _lowers(pair: Row) -> bool:
    return bool(pair["score"] < 0 or pair["consumption"] != 1)


def _find_edges(eligibility: Eligibility, need: Row, r: int, way: Way) -> list[Edge]:
    return [
        Edge(need["id"], r, source, pair["score"])
        for source, pair in eligibility.list_ruled(need, way[1])
        if pair["score"] > 0
    ]


def _gather_pools(classes: Classes) -> None:
    """Make a pool of S sources and R demands if S + R < S R; other links stay direct."""
    links: list[list[Source]] = [[] for _ in classes.demands]
    for slot, found in _list_served(classes, links).items():
        alike: dict[tuple[int, ...], list[Source]] = defaultdict(list)
        for source, demands in found.items():
            alike[tuple(demands)].append(source)
        for together, sources in alike.items():
            if len(sources) * len(together) > len(sources) + len(together):
                classes.pools.append(Pool(slot, tuple(sources), together))
            else:
                for r in together:
                    links[r].extend(sources)
    classes.pools.sort(key=lambda pool: pool.demands[0])  # by first source
    for r, of_demand in enumerate(links):
        classes.links.extend((r, source) for source in sorted(of_demand))


def _list_served(classes: Classes, links: list[list[Source]]) -> dict[str, dict[Source, list[int]]]:
    """Return the shared demands of visits keyed by slot and source.

    Adds the sources of all other demands to ``links``.
    """
    served: dict[str, dict[Source, list[int]]] = defaultdict(lambda: defaultdict(list))
    for r, demand in enumerate(classes.demands):
        if demand.own is not None or demand.slot is None:
            links[r].extend(demand.sources)
        else:
            found = served[demand.slot]
            for source in demand.sources:
                found[source].append(r)
    return served
