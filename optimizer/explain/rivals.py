"""Find the needs served from the capacity that an unmet need asked for, and their Hall set.

Holders of a place are the needs that use it, or that use up what it depends on: the person's visits
of the month, the stock, or an ancestor of the stock. Holders may be able to use other places
instead, which have holders too. If no place in reach is free, the holders are a Hall set. Needs and
recipients are counted and never named to a resident.

Source of the strong components: Kosaraju and Sharir, A strong-connectivity algorithm, Computers and
Mathematics with Applications 7 (1981).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from optimizer.bitset import BitSet, bit_set, select
from optimizer.explain.places import Places
from optimizer.problem import Need
from optimizer.solution import Assignment

Node = TypeVar("Node")
Graph = Mapping[Node, Iterable[Node]]


def number_components(
    nodes: Iterable[Node], next_of: Callable[[Node], Iterable[Node]]
) -> dict[Node, int]:
    """Return the number of every node's strong component, higher than of those that it leads to.

    ``nodes`` are all nodes; edges lead to these only.
    """
    after = {node: tuple(next_of(node)) for node in nodes}
    before: dict[Node, list[Node]] = {node: [] for node in after}
    for node, others in after.items():
        for other in others:
            before[other].append(node)
    seen, order = set[Node](), list[Node]()
    for node in after:
        order += _walk(before, node, seen)
    found: dict[Node, int] = {}
    seen = set()
    for number, root in enumerate(reversed(order)):
        found.update(dict.fromkeys(_walk(after, root, seen), number))
    return found


def _walk(graph: Graph[Node], root: Node, seen: set[Node]) -> list[Node]:
    """Return the unseen nodes in reach of the root, each after all that it leads to (post-order).

    Adds them to ``seen``.
    """
    finished: list[Node] = []
    path = [] if root in seen else [(root, iter(graph[root]))]
    seen.add(root)
    while path:
        node, others = path[-1]
        entered = next((other for other in others if other not in seen), None)
        if entered is None:
            path.pop()
            finished.append(node)
        else:
            seen.add(entered)
            path.append((entered, iter(graph[entered])))
    return finished


@dataclass(frozen=True, slots=True)
class HallSet:
    """Needs that hold all of these places and can use no other place that is free.

    needs    ids of these needs
    places   number of the places; with the unmet need there is one need more than they can serve
    """

    needs: frozenset[str]
    places: int


@dataclass(frozen=True, slots=True)
class _Neighbourhood:
    """Needs and held places (persons in slots) in reach, as bit sets of their numbers.

    ``is_free``: whether a place in reach is free.
    """

    needs: BitSet = 0
    places: BitSet = 0
    is_free: bool = False

    def __or__(self, other: "_Neighbourhood") -> "_Neighbourhood":
        return _Neighbourhood(
            self.needs | other.needs, self.places | other.places, self.is_free or other.is_free
        )


class Rivals:
    """Finds, in one answer, the needs that take what an unmet need would take.

    At each place where the unmet need could be served (a person in a slot, or a stock that
    delivers), one thing or more may be used up: the slot of the person, the person's visits of the
    month, units of a stock. All needs that use such a thing count, also if one of them would do.
    """

    def __init__(self, places: Places) -> None:
        self._places, self._held = places, places.held
        self._number_of_place = {place: n for n, place in enumerate(self._held.at)}
        self._names = list(self._held.lines)
        self._number = {name: n for n, name in enumerate(self._names)}
        self._next: dict[str, frozenset[str]] = {}
        self._first: dict[str, _Neighbourhood] = {}
        self._whole: dict[str, _Neighbourhood] = {}
        self._follow(self._names)

    def holders(self, need: Need) -> frozenset[str]:
        """Return the needs that hold the places of this need."""
        found = set[str]()
        is_short = self._is_short(need)
        for place in self._places.of(need.id):
            found |= self._holders_of(place, is_short)
        return frozenset(found - {need.id})

    def find_hall_set(self, need: Need) -> HallSet | None:
        """Return the Hall set around an unmet visit; None if a place in reach is free.

        The search follows holders to every place that they could use instead, and so on.
        """
        reach = self._reach_of(need.id)
        for name in self._next[need.id]:
            reach |= self._whole[name]
        if reach.is_free:
            return None
        needs = select(reach.needs, self._names)
        return HallSet(frozenset(needs), reach.places.bit_count())

    def _follow(self, names: list[str]) -> None:
        """Compute what is in reach of every holder, once for each strong component."""
        component_of = number_components(names, self._list_next)
        members: dict[int, list[str]] = defaultdict(list)
        for name, component in component_of.items():
            members[component].append(name)
        for component in sorted(members):
            reach = _Neighbourhood()
            for name in members[component]:
                reach |= self._reach_of(name)
                for other in self._next[name]:
                    reach |= self._whole.get(other, _Neighbourhood())
            self._whole |= dict.fromkeys(members[component], reach)

    def _list_next(self, name: str) -> frozenset[str]:
        self._reach_of(name)
        return self._next[name]

    def _reach_of(self, name: str) -> _Neighbourhood:
        """Return the holders of the need's own places and whether a place of them is free."""
        if name not in self._first:
            found, held, is_free = set[str](), 0, False
            for place in self._places.of(name):
                holders = self._holders_of(place, is_short=False)
                is_free = is_free or not holders or place.person is None
                found |= holders
                if place.person is not None and place.slot is not None:
                    number = self._number_of_place.get((place.person, place.slot))
                    held |= 0 if number is None else 1 << number
            self._next[name] = frozenset(found - {name})
            bits = bit_set(self._number[other] for other in found)
            self._first[name] = _Neighbourhood(bits, held, is_free)
        return self._first[name]

    def _is_short(self, need: Need) -> bool:
        """Return whether all stocks together have too few unused units to meet the need."""
        left = 0
        for place in self._places.of(need.id):
            if place.person is None:
                each = self._held.consumption(place) // place.units
                room = self._held.room_left(place.stock)
                left += room // each if each else need.quantity
        return left < need.least_units

    def _holders_of(self, place: Assignment, is_short: bool) -> set[str]:
        """Return the needs that make the place unavailable; empty if it is free.

        is_short   whether all stocks together lack units; then every user of a delivery's stock
                   makes it unavailable
        """
        found = set[str]()
        if place.person is not None and place.slot is not None:
            there = self._held.at.get((place.person, place.slot))
            if there is not None:
                return {there.need}
            if not self._held.has_time(place.person):
                found |= {line.need for line in self._held.visits[place.person]}
        counts_all = is_short and place.person is None
        for name in self._held.above[place.stock]:
            if counts_all or self._held.room[name] <= 0:
                found |= self._held.list_users(name)
        return found
