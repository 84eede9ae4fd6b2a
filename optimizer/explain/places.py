"""The places that can serve a need under an answer, and what the answer uses of each stock.

A *place* of a visit is a person of a stock in a slot; a place of a delivery is a stock. A place is
written as the line that the need would get there, a delivery with its least units. ``Held`` counts
the unused units of stocks and the visits of persons.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from optimizer.explain.offers import Offers
from optimizer.problem import Need, Problem, find_ancestors
from optimizer.solution import Assignment

Lines = Sequence[Assignment]


class _Above(dict[str, tuple[str, ...]]):
    """Each stock with all its ancestors, computed at the first lookup."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._names = [stock.id for stock in problem.stocks]
        self._ancestors = find_ancestors(problem.stocks)

    def __missing__(self, stock: str) -> tuple[str, ...]:
        above = self._ancestors[bisect_left(self._names, stock)]
        self[stock] = (stock, *(self._names[a] for a in above))
        return self[stock]


class Held:
    """What one answer uses and what is still free.

    lines   met need -> its lines
    at      person and slot -> the line of this visit
    visits  person -> the lines of the person's visits
    users   stock -> the lines that use it or a stock within it
    room    stock -> unused units
    above   stock -> the stock and all its ancestors
    """

    def __init__(self, problem: Problem, offers: Offers, assignments: Sequence[Assignment]) -> None:
        self._offers = offers
        self._most_visits = {person.id: person.most_visits for person in problem.people}
        self.room = {stock.id: stock.capacity for stock in problem.stocks}
        self.above = _Above(problem)
        self.lines: dict[str, list[Assignment]] = defaultdict(list)
        self.at: dict[tuple[str, str], Assignment] = {}
        self.visits: dict[str, list[Assignment]] = defaultdict(list)
        self.users: dict[str, list[Assignment]] = defaultdict(list)
        for line in assignments:
            self._note(line)

    def _note(self, line: Assignment) -> None:
        self.lines[line.need].append(line)
        for stock in self.above[line.stock]:
            self.users[stock].append(line)
            self.room[stock] -= self.consumption(line)
        if line.person is not None and line.slot is not None:
            self.at[line.person, line.slot] = line
            self.visits[line.person].append(line)

    def list_users(self, stock: str) -> set[str]:
        """Return the needs that use the stock or a descendant of it."""
        return {line.need for line in self.users.get(stock, ())}

    def consumption(self, line: Assignment) -> int:
        """Return the units that a line uses of its stock and of each ancestor of the stock."""
        return line.units * self._offers.consumption(line.need, line.stock, line.person)

    def room_left(self, stock: str) -> int:
        """Return the unused units of the stock, or of an ancestor that has fewer."""
        return min(self.room[name] for name in self.above[stock])

    def has_time(self, person: str) -> bool:
        """Return whether the person can make one more visit in the month."""
        return len(self.visits.get(person, ())) < self._most_visits[person]


class Places:
    """Every need's places, computed once, and what the answer holds."""

    def __init__(self, problem: Problem, offers: Offers, assignments: Sequence[Assignment]) -> None:
        self.needs = {need.id: need for need in problem.needs}
        self.offers = offers
        self.held = Held(problem, offers, assignments)
        self._of: dict[str, tuple[Assignment, ...]] = {}

    def of(self, name: str) -> tuple[Assignment, ...]:
        """Return every place of a need, free or held."""
        if name not in self._of:
            self._of[name] = tuple(self._find(self.needs[name]))
        return self._of[name]

    def _find(self, need: Need) -> Iterator[Assignment]:
        for stock, person in self.offers.eligible(need):
            if person is None:
                yield Assignment(need.id, stock.id, units=need.least_units)
                continue
            for slot in self.offers.slots(need, stock, person):
                yield Assignment(need.id, stock.id, person.id, slot)
