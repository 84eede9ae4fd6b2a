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
    served: dict[tuple[str, Source], list[int]] = defaultdict(list)
    direct: list[tuple[int, Source]] = []
    for r, demand in enumerate(demands):
        for source in demand.sources:
            if demand.is_own or demand.slot is None:
                direct.append((r, source))
            else:
                served[demand.slot, source].append(r)
    alike: dict[tuple[str, tuple[int, ...]], list[Source]] = defaultdict(list)
    for (slot, source), demanding in served.items():
        alike[slot, tuple(demanding)].append(source)
    pools: list[Pool] = []
    for (slot, found), sources in alike.items():
        if len(sources) * len(found) > len(sources) + len(found):
            pools.append(Pool(slot, tuple(sources), found))
        else:
            direct.extend((r, source) for r in found for source in sources)
    return tuple(pools), tuple(sorted(direct))
