"""(S13) Contests: undecided needs that may take a place from each other, through any exchange."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from ..month.schema import Row
from .eligibility import DELIVERED
from .network import Classes


def find_contested(
    classes: Classes, stage: Row, linked: Iterable[Row], undecided: Iterable[Row]
) -> dict[str, list[Row]]:
    """Return the contested needs, keyed by group of the stage's dimension, in order of group.

    ``linked``: the needs that are undecided or always met; they connect needs. The needs without a
    group are one group.
    """
    root = _find_components(classes, linked)
    month, dimension = classes.month, stage["dimension"]
    contests: dict[Hashable, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for need in undecided:
        contest = (root[need["id"]], need["tier"], need["waiting"], need["duty"])
        group = need["groups"].get(dimension) or month.label("group", "")
        contests[contest][group].append(need)
    contested: dict[str, list[Row]] = defaultdict(list)
    for groups in contests.values():
        for group, needs in groups.items() if len(groups) > 1 else ():
            contested[group].extend(needs)
    return dict(sorted(contested.items()))


def _find_components(classes: Classes, needs: Iterable[Row]) -> dict[str, Hashable]:
    """Return a key of the component of every need; needs share persons, stocks or ancestors."""
    parent: dict[Hashable, Hashable] = {}

    def find(node: Hashable) -> Hashable:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    names = [need["id"] for need in needs]
    for first, second in _list_links(classes, names):
        parent[find(first)] = find(second)
    return {name: find(("need", name)) for name in names}


def _list_links(classes: Classes, needs: list[str]) -> Iterator[tuple[Hashable, Hashable]]:
    """Yield joined nodes: need and demand, demand and crew or stock, stock and parent."""
    used: dict[int, None] = {}
    for need in needs:
        for r in classes.ways[need]:
            used[r] = None
            yield ("need", need), ("demand", r)
    seen: set[str] = set()
    for r in used:
        for crew, stock in classes.demands[r].sources:
            seen.add(stock)
            yield ("demand", r), ("stock", stock)
            if crew != DELIVERED:
                yield ("demand", r), ("crew", crew)
    waiting = list(seen)
    while waiting:
        stock = waiting.pop()
        above = classes.month.stocks[stock]["parents"]
        yield from ((("stock", stock), ("stock", name)) for name in above)
        waiting.extend(set(above) - seen)
        seen.update(above)
