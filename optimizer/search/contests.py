"""What undecided needs compete for: homes (S11, S14) and contests (S13).

A contest is a set of undecided needs with the same tier, wait and duty that could take each other's
places. Two needs are connected if they may use the same crew, the same stock or stocks with a
common ancestor. Needs that are always met connect others too, because they may have to move.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from optimizer.model.eligibility import DELIVERED
from optimizer.model.network import Network
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.search.lexicographic import LexicographicSearch, RetakeError
from optimizer.stages.kind import Basis
from optimizer.stages.ranks import group_of

Place = tuple[str, int]  # "crew" or "stock", and its position


def require_incumbent(search: LexicographicSearch) -> None:
    """Raise ``RetakeError`` if no integer point has every fixed value."""
    if not search.check_incumbent():
        raise RetakeError


def settle(search: LexicographicSearch, columns: Columns, needs: Iterable[int]) -> list[int]:
    """Fix those of these needs that every answer meets or none meets; return the undecided needs.

    Needs are given by position. The answers are those that keep every result so far. Raises
    ``RetakeError`` if no integer point has every fixed value.
    """
    require_incumbent(search)
    number = {d: columns.number(columns.met[d]) for d in needs}
    search.undecided.settle([j for j in number.values() if search.is_open(j)])
    return [d for d, j in number.items() if search.is_open(j)]


def make_homes(
    search: LexicographicSearch, columns: Columns, needs: Iterable[int]
) -> dict[str, int]:
    """Map each recipient of these needs to a column that is 1 only if one of the needs is met.

    The recipients are in order of their labels. A recipient with one need has its ``met``; for
    others a column and a row are added to the search.
    """
    own: dict[str, list[int]] = defaultdict(list)
    for d in needs:
        own[columns.needs[d].recipient].append(columns.number(columns.met[d]))
    homes = {
        recipient: of[0] if len(of) == 1 else search.add_column(1, is_defined=True)
        for recipient, of in sorted(own.items())
    }
    for recipient, home in homes.items():
        if len(own[recipient]) > 1:
            row = search.add_row(dict.fromkeys(own[recipient], 1) | {home: -1})
            search.keep_rows([(row, 0)])
    return homes


def find_contests(search: LexicographicSearch, columns: Columns, stage: Stage) -> Basis:
    """Return the basis of S13: the contested needs, and the most of them that a group can have.

    The most of a group is over all answers that keep the stages before. Fixes the needs that are
    always or never met. Raises ``RetakeError`` if no integer point has every fixed value.
    """
    undecided = settle(search, columns, columns.met)
    always = [d for d, v in columns.met.items() if search.is_on(columns.number(v))]
    contested = _list_contested(columns.network, stage, undecided, always)
    groups: dict[str, dict[int, int]] = defaultdict(dict)
    for d in contested:
        groups[group_of(stage, columns.needs[d])][columns.number(columns.met[d])] = 1
    found = {
        group: search.undecided.find_greatest(weights, group)
        for group, weights in sorted(groups.items())
    }
    return Basis(found, frozenset(columns.needs[d].id for d in contested))


def _list_contested(
    network: Network, stage: Stage, undecided: Collection[int], always: Collection[int]
) -> list[int]:
    """Return the needs, by position, in contests of two or more groups of the stage's dimension."""
    root_of = _connect(network, sorted({*undecided, *always}))
    contests: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for d in sorted(undecided):
        need = network.problem.needs[d]
        contests[root_of[d], need.tier, need.waiting, need.duty].append(d)
    needs = network.problem.needs
    return sorted(
        d
        for members in contests.values()
        if len({group_of(stage, needs[d]) for d in members}) > 1
        for d in members
    )


def _connect(network: Network, members: Collection[int]) -> dict[int, int]:
    """Map each need to a need that represents its connected set."""
    parent = {d: d for d in members}

    def find(d: int) -> int:
        while parent[d] != d:
            parent[d] = parent[parent[d]]
            d = parent[d]
        return d

    first: dict[Place, int] = {}
    for d in members:
        for place in _list_places(network, d):
            parent[find(d)] = find(first.setdefault(place, d))
    return {d: find(d) for d in members}


def _list_places(network: Network, d: int) -> Iterator[Place]:
    """Yield the crews and stocks that may serve a need, and the ancestors of these stocks."""
    for crew, stock in {s for r in network.demands_of[d] for s in network.demands[r].sources}:
        if crew != DELIVERED:
            yield "crew", crew
        yield "stock", stock
        yield from (("stock", above) for above in network.ancestors[stock])
