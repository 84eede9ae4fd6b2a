"""Find what would let one more offer serve an unmet need: another area, status or time.

An *opening* relaxes one filter of FORMULATION.md and keeps all other filters: with another value
in place of the need's, some offer that is refused now passes, and it has enough for the need. A
value is *free* if the answer does not use what the need would take, so that nobody else would lose
anything.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from optimizer.explain.offers import Offers
from optimizer.explain.places import Places
from optimizer.explanation import Opening
from optimizer.problem import Need, Person, Stock

_Giver = tuple[Stock, Person | None]
_At = tuple[str, str | None]  # a value and a slot; no slot: delivered without a person
_Relaxed = Iterator[tuple[_Giver, tuple[str, ...]]]  # givers, and the values that let them serve


@dataclass(frozen=True, slots=True)
class _Way:
    """The givers that can serve with one value in one slot: ``others`` can without the value too.

    A team needs somebody ``new``; otherwise the value opens nothing.
    """

    new: tuple[_Giver, ...]
    others: tuple[_Giver, ...] = ()


_Ways = dict[_At, _Way]


class Openings:
    """The openings of unmet needs under one answer, cached for needs that filters read alike."""

    def __init__(self, places: Places) -> None:
        self._places, self._offers, self._held = places, places.offers, places.held
        stocks = self._offers.problem.stocks
        self._least_if_used = {row.id: row.least_if_used for row in stocks}
        self._capacity = {row.id: row.capacity for row in stocks}
        self._used = {name: units - self._held.room[name] for name, units in self._capacity.items()}
        self._ways: dict[tuple[object, ...], dict[str, _Ways]] = {}
        self._visited: dict[str, set[str]] = defaultdict(set)
        for name, lines in self._held.lines.items():
            recipient = places.needs[name].recipient
            self._visited[recipient] |= {line.slot for line in lines if line.slot is not None}

    def find(self, need: Need) -> tuple[Opening, ...]:
        """Return the filters, in their order, that another value would pass.

        () for a team if days count, because its members would need the same day.
        """
        if need.people > 1 and self._offers.has_days:
            return ()
        key = self._offers.class_of(need)
        if key not in self._ways:
            self._ways[key] = {
                "area": _collect(self._offers, need, _by_area(self._offers, need)),
                "status": _collect(self._offers, need, _by_status(self._offers, need)),
                "slot": _by_slot(self._offers, need) if need.slots else {},
            }
        found = (self._sum_up(need, name, ways) for name, ways in self._ways[key].items())
        return tuple(opening for opening in found if opening.values)

    def _sum_up(self, need: Need, name: str, ways: _Ways) -> Opening:
        enough = {at: way for at, way in ways.items() if self._suffices(need, way, at[1])}
        free = {at[0] for at, way in enough.items() if self._is_free(need, way, at[1])}
        return Opening(name, tuple(sorted({at[0] for at in enough})), tuple(sorted(free)))

    def _suffices(self, need: Need, way: _Way, slot: str | None) -> bool:
        """Return whether the givers have enough if they serve nobody but this need."""
        able = _keep(way, lambda person: person.most_visits > 0)
        return self._serves(need, able, slot, {})

    def _is_free(self, need: Need, way: _Way, slot: str | None) -> bool:
        """Return whether these givers have enough for the need beside what the answer uses."""
        if slot in self._visited[need.recipient]:
            return False
        held = self._held
        free = _keep(way, lambda p: held.has_time(p.id) and (p.id, slot) not in held.at)
        return self._serves(need, free, slot, self._used)

    def _serves(self, need: Need, way: _Way, slot: str | None, used: Mapping[str, int]) -> bool:
        """Return whether a stock can deliver the least units or a team with somebody new can form.

        ``used``: units of each stock that are taken already.
        """
        if slot is None:
            least = need.least_units
            return any(self._has_room(need, stock, None, least, used) for stock, _ in way.new)
        team: dict[str, str] = {}
        for givers in (way.new, way.others):
            for stock, person in givers:
                if person is not None and person.id not in team:
                    units = 1 + list(team.values()).count(stock.id)
                    if self._has_room(need, stock, person, units, used):
                        team[person.id] = stock.id
            if not team:
                return False
        return len(team) >= need.people

    def _has_room(
        self, need: Need, stock: Stock, person: Person | None, units: int, used: Mapping[str, int]
    ) -> bool:
        """Return whether the stock and its ancestors have the units and reach their thresholds."""
        taken = units * self._offers.consumption(need.id, stock.id, person.id if person else None)
        most = self._offers.most(need.id, stock.id)
        return (most is None or units <= most) and all(
            self._least_if_used[name] <= used.get(name, 0) + taken <= self._capacity[name]
            for name in self._held.above[stock.id]
        )


def _keep(way: _Way, is_able: Callable[[Person], bool]) -> _Way:
    new, others = (
        tuple(giver for giver in givers if giver[1] is None or is_able(giver[1]))
        for givers in (way.new, way.others)
    )
    return _Way(new, others)


def _collect(offers: Offers, need: Need, rows: _Relaxed) -> _Ways:
    """Return the ways of each value; givers that need no other value are ``others`` in all ways."""
    new: dict[_At, list[_Giver]] = defaultdict(list)
    others: dict[str | None, list[_Giver]] = defaultdict(list)
    for giver, values in rows:
        slots: list[str | None] = [*offers.slots_of(need, *giver)]
        for slot in slots or [None]:
            if not values:
                others[slot].append(giver)
            for value in values:
                new[value, slot].append(giver)
    return {at: _Way(tuple(givers), tuple(others[at[1]])) for at, givers in new.items()}


def _by_area(offers: Offers, need: Need) -> _Relaxed:
    """Yield givers with the areas that they would serve; () if they serve the need where it is."""
    for stock, person in offers.givers(need):
        limits = [{*row.areas} for row in (stock, person) if row is not None and row.areas]
        areas = set.intersection(*limits) if limits else {need.area}
        is_near = need.area in areas
        if areas and offers.passes(
            replace(need, area=need.area if is_near else min(areas)), stock, person
        ):
            yield (stock, person), () if is_near else tuple(sorted(areas))


def _by_status(offers: Offers, need: Need) -> _Relaxed:
    """Yield givers with the statuses that they accept; () if they serve the need as it is."""
    for stock, person in offers.givers(need):
        is_kept = bool(stock.statuses) and not {*stock.statuses} & {*need.statuses}
        asked = replace(need, statuses=stock.statuses, status_days={}) if is_kept else need
        if offers.passes(asked, stock, person):
            yield (stock, person), stock.statuses if is_kept else ()


def _by_slot(offers: Offers, need: Need) -> _Ways:
    new: dict[_At, list[_Giver]] = defaultdict(list)
    anytime = replace(need, slots=())
    for stock, person in offers.eligible(anytime):
        if person is not None:
            for slot in set(offers.slots(anytime, stock, person)).difference(need.slots):
                new[slot, slot].append((stock, person))
        elif {*stock.slots}.isdisjoint(need.slots):
            for slot in stock.slots:
                new[slot, None].append((stock, person))
    return {at: _Way(tuple(givers)) for at, givers in new.items()}
