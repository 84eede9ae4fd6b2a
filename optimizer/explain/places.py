"""The places that can serve a need under an answer, and what the answer uses of each stock.

A *place* of a visit is a person of a stock in a slot; a place of a delivery is a stock. A place is
written as the line that the need would get there, a delivery with its least units. ``Held`` counts
the units left in stocks and the visits of persons and recipients, and checks whether lines can
change places. It checks only the rules that a change can break (C5 to C8); the caller checks which
stock may serve which need.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from optimizer.explain.offers import Offers
from optimizer.problem import Need, Problem, find_ancestors
from optimizer.solution import Assignment
from optimizer.stages.kind import Lines


class _Above(dict[str, tuple[str, ...]]):
    """A stock and all its ancestors, written out when first asked for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._names = [stock.id for stock in problem.stocks]
        self._ancestors = find_ancestors(problem.stocks)

    def __missing__(self, stock: str) -> tuple[str, ...]:
        above = self._ancestors[bisect_left(self._names, stock)]
        self[stock] = (stock, *(self._names[a] for a in above))
        return self[stock]


class Held:
    """The counters of one answer.

    lines   of every met need       at      line by person and slot
    room    units left in a stock   visits  lines of every person     users   lines of every stock
    above   a stock and all its ancestors
    """

    def __init__(self, problem: Problem, offers: Offers, assignments: Lines) -> None:
        self._offers = offers
        self._recipient = {need.id: need.recipient for need in problem.needs}
        self._most_visits = {person.id: person.most_visits for person in problem.people}
        self._stocks = {stock.id: stock for stock in problem.stocks}
        self.room = {stock.id: stock.capacity for stock in problem.stocks}
        self.above = _Above(problem)
        self.lines: dict[str, list[Assignment]] = defaultdict(list)
        self.at: dict[tuple[str, str], Assignment] = {}
        self.visits: dict[str, list[Assignment]] = defaultdict(list)
        self.users: dict[str, list[Assignment]] = defaultdict(list)
        for line in assignments:
            self._note(line)
        self._visited = self._count_visits(assignments)

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
        """Return the units of the stock, and of each ancestor, that a line uses."""
        return line.units * self._offers.consumption(line.need, line.stock, line.person)

    def room_after(self, stock: str, out: Lines) -> int:
        """Return the units that a stock and its ancestors have left once these lines are gone."""
        freed: Counter[str] = Counter()
        for line in out:
            for name in self.above[line.stock]:
                freed[name] += self.consumption(line)
        return min(self.room[name] + freed[name] for name in self.above[stock])

    def list_full(self, place: Assignment) -> list[str]:
        """Return the place's stock and ancestors that have too few units left for it."""
        return [s for s in self.above[place.stock] if self.room[s] < place.units]

    def is_visited(self, need: str, slot: str) -> bool:
        """Return whether another need of the recipient has a visit in the slot."""
        own = any(line.slot == slot for line in self.lines.get(need, ()))
        return self._visited[self._recipient[need], slot] - own > 0

    def frees(self, line: Assignment, stocks: Sequence[str]) -> bool:
        """Return whether the line uses every one of these stocks."""
        return all(stock in self.above[line.stock] for stock in stocks)

    def has_time(self, person: str) -> bool:
        """Return whether the person can make one more visit in the month."""
        return len(self.visits.get(person, ())) < self._most_visits[person]

    def allows(self, out: Lines, into: Lines) -> bool:
        """Return whether these lines can be replaced by others; whole needs on both sides."""
        return (
            self._has_rooms(out, into)
            and self._has_persons(out, into)
            and self._has_time(out, into)
        )

    def _has_rooms(self, out: Lines, into: Lines) -> bool:
        change: Counter[str] = Counter()
        for sign, lines in ((1, out), (-1, into)):
            for line in lines:
                for name in self.above[line.stock]:
                    change[name] += sign * self.consumption(line)
        return all(self._allows_room(s, self.room[s] + units) for s, units in change.items())

    def _allows_room(self, name: str, room: int) -> bool:
        """Return whether a stock may have this many units left."""
        stock = self._stocks[name]
        used = stock.capacity - room
        least = stock.least if used == 0 else max(stock.least, stock.least_if_used)
        return least <= used <= stock.capacity

    def _has_persons(self, out: Lines, into: Lines) -> bool:
        freed, visits = set(_list_visits(out)), _list_visits(into)
        more = Counter(person for person, _ in visits)
        more.subtract(person for person, _ in freed)
        held = [visit for visit in visits if visit in self.at and visit not in freed]
        return (
            not held
            and len(set(visits)) == len(visits)
            and all(
                len(self.visits[person]) + more[person] <= self._most_visits[person]
                for person, _ in visits
            )
        )

    def _has_time(self, out: Lines, into: Lines) -> bool:
        change = self._count_visits(into)
        change.subtract(self._count_visits(out))
        return all(self._visited[key] + more <= 1 for key, more in change.items() if more > 0)

    def _count_visits(self, lines: Lines) -> Counter[tuple[str, str]]:
        """Count the needs visited by recipient and slot."""
        visits = {(line.need, line.slot) for line in lines if line.slot is not None}
        return Counter((self._recipient[need], slot) for need, slot in visits)


def _list_visits(lines: Lines) -> list[tuple[str, str]]:
    """Return person and slot of every line that is a visit."""
    return [
        (line.person, line.slot)
        for line in lines
        if line.person is not None and line.slot is not None
    ]


class Places:
    """Places by need id, computed once, with what the answer holds."""

    def __init__(self, problem: Problem, offers: Offers, assignments: Lines) -> None:
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
