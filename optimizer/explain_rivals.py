"""Who holds the places an unmet need could have had, and the closed circle they form.

A *place* of a visit is a person in a slot; of a delivery, a stock. Holders of a place are the needs
that use it, or that use up what it depends on: the person's month, the stock, a stock above it.
Needs and recipients are counted, never named to a resident.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.aggregate import find_ancestors
from optimizer.explain_offers import Offers
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment

Place = tuple[str, str | None, str | None]  # stock, person, slot


@dataclass(frozen=True, slots=True)
class Circle:
    """A Hall set: these needs hold every one of these places, and could use no other that is free.

    With it, the unmet need is one more than the places can serve.
    """

    needs: frozenset[str]
    places: int


class Rivals:
    """Holders of places under one answer."""

    def __init__(self, problem: Problem, offers: Offers, assignments: Sequence[Assignment]) -> None:
        self.needs = {need.id: need for need in problem.needs}
        self._offers = offers
        self._people = {person.id: person for person in problem.people}
        self._stocks = {stock.id: stock for stock in problem.stocks}
        above = find_ancestors(problem)
        self._above = {
            stock.id: (stock.id, *(problem.stocks[a].id for a in above[s]))
            for s, stock in enumerate(problem.stocks)
        }
        self._at: dict[tuple[str, str], str] = {}
        self._visits: dict[str, list[str]] = defaultdict(list)
        self._users: dict[str, set[str]] = defaultdict(set)
        self._used: Counter[str] = Counter()
        self._reach: dict[str, list[Place]] = {}
        for a in assignments:
            self._note(a)

    def _note(self, a: Assignment) -> None:
        if a.person is not None and a.slot is not None:
            self._at[a.person, a.slot] = a.need
            self._visits[a.person].append(a.need)
        for stock in self._above[a.stock]:
            self._users[stock].add(a.need)
            self._used[stock] += a.units * self._offers.consumption(a.need, a.stock, a.person)

    def holders(self, need: Need) -> frozenset[str]:
        """Needs that hold the places this one could have had."""
        held = set[str]()
        is_short = self._is_short(need)
        for place in self._places(need):
            held |= self._holders_of(place, is_short)
        return frozenset(held - {need.id})

    def circle(self, need: Need) -> Circle | None:
        """The Hall set around an unmet visit; None when some place in reach is still free.

        Follows holders to every place they could use instead, and so on.
        """
        seen, waiting = {need.id}, [need.id]
        places: set[Place] = set()
        while waiting:
            for place in self._places(self.needs[waiting.pop()]):
                if place in places:
                    continue
                holders = self._holders_of(place, is_short=False)
                if not holders or place[1] is None:
                    return None
                places.add(place)
                waiting.extend(holders - seen)
                seen |= holders
        held = {(person, slot) for _, person, slot in places if (person, slot) in self._at}
        return Circle(frozenset(seen - {need.id}), len(held))

    def _is_short(self, need: Need) -> bool:
        """True when what is left of all stocks together cannot meet the need by delivery."""
        left = 0
        for stock, person in self._offers.eligible(need):
            if person is None:
                each = self._offers.consumption(need.id, stock.id, None)
                rooms = [self._stocks[a].capacity - self._used[a] for a in self._above[stock.id]]
                left += min(rooms) // each if each else need.quantity
        return left < need.least_units

    def _places(self, need: Need) -> list[Place]:
        if need.id not in self._reach:
            self._reach[need.id] = list(self._find_places(need))
        return self._reach[need.id]

    def _find_places(self, need: Need) -> Iterator[Place]:
        for stock, person in self._offers.eligible(need):
            if person is None:
                yield stock.id, None, None
                continue
            for slot in self._offers.slots(need, stock, person):
                yield stock.id, person.id, slot

    def _holders_of(self, place: Place, is_short: bool) -> set[str]:
        """Who makes the place unavailable; empty when it is free."""
        stock, person, slot = place
        held = set[str]()
        if person is not None and slot is not None:
            if (person, slot) in self._at:
                return {self._at[person, slot]}
            if len(self._visits[person]) >= self._people[person].most_visits:
                held.update(self._visits[person])
        for name in self._above[stock]:
            is_full = self._used[name] >= self._stocks[name].capacity
            if is_full or (is_short and person is None):
                held |= self._users[name]
        return held
