"""Pools: sources of visits in one slot whose demands are the same, so only their sum is decided.

A pool of S sources and R demands costs S + R columns instead of S R. Nothing is lost: every source
of a pool may serve every demand of it, so any split of the sums can be dealt out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.crews import Source
from optimizer.demands import Demand


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
