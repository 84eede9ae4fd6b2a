"""Count what more capacity would meet beside an answer, without solving again.

Guaranteed: with the capacity of all shortages of ``find_shortages`` together, the assignments of
the answer and one way for each named need satisfy every rule of the month (``add_capacity``), so
nobody who is met loses anything. Not claimed: that less capacity would not do, that the policy
would give the capacity to exactly these needs, or that other needs cannot be met by more capacity.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from optimizer.changes import Shortage
from optimizer.model.eligibility import DELIVERED, Eligibility, Source, gather_crews
from optimizer.problem import Need, Pair, Person, Problem, find_ancestors
from optimizer.solution import Solution
from optimizer.stages.tally import Tally
from optimizer.what_if.solve_again import require_answer

Key = tuple[str, str | None]  # category and slot; None: delivered


@dataclass(frozen=True, slots=True)
class _Serving:
    """One way to meet an unmet need with more of a stock.

    units   visits of a person or units delivered
    drawn   units of the stock that they take
    like    the person that the new persons are like; None: delivered
    """

    stock: int
    units: int
    drawn: int
    like: str | None = None


def find_shortages(problem: Problem, solution: Solution) -> tuple[Shortage, ...]:
    """(W8) Return what more of each category and slot would meet; most needs first.

    Each need is named at most once. Only needs that an offer of the question could serve are named.
    Raises ``ProblemError`` for a solution of another problem or without an answer.
    """
    require_answer(problem, solution)
    ways = _Ways(problem, solution)
    found = list(_take_turns(ways))
    return tuple(sorted(found, key=lambda row: (-len(row.needs), row.category, row.slot or "")))


def add_capacity(problem: Problem, shortages: Collection[Shortage]) -> Problem:
    """Return the month with the capacity of all the shortages."""
    raised: Counter[str] = Counter()
    people = {person.id: person for person in problem.people}
    more: dict[str, Person] = {}
    for row in shortages:
        raised.update(row.raised)
        for like, stock, number in row.like:
            for _ in range(number):
                name = f"{like}+"
                while name in people or name in more:
                    name += "+"
                fields = {"most_visits": 1, "stocks": (stock,), "slots": (row.slot or "",)}
                more[name] = replace(people[like], id=name, **fields)  # type: ignore[arg-type]
    stocks = (replace(row, capacity=row.capacity + raised[row.id]) for row in problem.stocks)
    return replace(problem, stocks=tuple(stocks), people=(*problem.people, *more.values()))


class _Ways:
    """The ways of every unmet need by category and slot, each with the stock that comes first."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem, self.ancestors = problem, find_ancestors(problem.stocks)
        self._crews = gather_crews(problem)
        self._eligibility = Eligibility(problem, self._crews)
        self._slots = tuple(sorted({slot for crew in self._crews for slot in crew.slots}))
        self._pairs = {(row.need, row.stock, row.person): row for row in self.problem.pairs}
        tally = Tally(self.problem, solution.assignments)
        recipient = {need.id: need.recipient for need in self.problem.needs}
        self.busy = {(recipient[a.need], a.slot) for a in solution.assignments if a.slot}
        self._closed = self._list_closed(tally)
        self.by_key: dict[Key, dict[int, _Serving]] = defaultdict(dict)
        for d, need in enumerate(problem.needs):
            if need.id not in tally.met:
                self._add(d)

    def _list_closed(self, tally: Tally) -> set[int]:
        """The stocks in which few units may be too few: unused, with a threshold, or below such."""
        used: Counter[int] = Counter()
        for s, stock in enumerate(self.problem.stocks):
            for above in (s, *self.ancestors[s]):
                used[above] += tally.used[stock.id]
        shut = {s for s, row in enumerate(self.problem.stocks) if row.least_if_used and not used[s]}
        every = range(len(self.problem.stocks))
        return {s for s in every if shut.intersection((s, *self.ancestors[s]))}

    def _add(self, d: int) -> None:
        need = self.problem.needs[d]
        for slot, source in self._list_sources(need):
            is_open = source[1] not in self._closed and (need.recipient, slot) not in self.busy
            if is_open and (way := self._find_way(d, source)) is not None:
                self.by_key[need.category, slot].setdefault(d, way)

    def _list_sources(self, need: Need) -> Iterator[tuple[str | None, Source]]:
        """Yield the slot, or None, and the source of every way, whatever its capacity is."""
        found, index = self._eligibility.sources_of(need), self._eligibility.index_of(need)
        for source in index.select(found & index.delivered):
            yield None, source
        if found & index.visits:
            for slot in need.slots or self._slots:
                for team in index.split_by_day(need, found & index.in_slot(slot), slot):
                    yield from ((slot, source) for source in index.select(team))

    def _find_way(self, d: int, source: Source) -> _Serving | None:
        """The way at a source; None if a new person could not take it, or a pair allows less."""
        need, (crew, s) = self.problem.needs[d], source
        pair = self._pairs.get((need.id, self.problem.stocks[s].id, None))
        if need.listed and pair is None:
            return None
        weight = 1 if pair is None else pair.consumption
        most = _most(pair)
        if crew == DELIVERED:
            units = need.quantity if most is None else min(most, need.quantity)
            enough = units >= need.least_units
            return _Serving(s, units, units * weight) if enough else None
        if most is not None and need.people > most:
            return None
        like = self._crews[crew].members[0]
        return _Serving(s, need.people, need.people * weight, like)


def _most(pair: Pair | None) -> int | None:
    return None if pair is None else pair.most


def _take_turns(ways: _Ways) -> Iterator[Shortage]:
    """Yield the key that meets most needs, then the one that meets most of the rest, and so on."""
    left = {d for found in ways.by_key.values() for d in found}
    while left and ways.by_key:
        best = max(ways.by_key, key=lambda key: (_count(ways, key, left), key[0], key[1] or ""))
        chosen = _choose(ways, best, left)
        if not chosen:
            return
        yield _make(ways, best, chosen)
        left -= chosen.keys()
        del ways.by_key[best]


def _count(ways: _Ways, key: Key, left: Collection[int]) -> int:
    return len(_choose(ways, key, left))


def _choose(ways: _Ways, key: Key, left: Collection[int]) -> dict[int, _Serving]:
    """The needs among ``left`` that the key meets, smallest first; one of a recipient in a slot."""
    found: dict[int, _Serving] = {}
    recipients: set[str] = set()
    mine = ((d, way) for d, way in ways.by_key[key].items() if d in left)
    for d, way in sorted(mine, key=lambda row: (row[1].units, row[0])):
        recipient = ways.problem.needs[d].recipient
        if key[1] is None or recipient not in recipients:
            found[d] = way
            recipients.add(recipient)
    return found


def _make(ways: _Ways, key: Key, chosen: Mapping[int, _Serving]) -> Shortage:
    raised: Counter[str] = Counter()
    like: Counter[tuple[str, str]] = Counter()
    for way in chosen.values():
        for s in (way.stock, *ways.ancestors[way.stock]):
            raised[ways.problem.stocks[s].id] += way.drawn
        if way.like is not None:
            like[way.like, ways.problem.stocks[way.stock].id] += way.units
    amounts = tuple(way.units for way in chosen.values())
    return Shortage(
        *key,
        units=sum(amounts),
        needs=tuple(ways.problem.needs[d].id for d in chosen),
        amounts=amounts,
        raised=dict(sorted(raised.items())),
        like=tuple((*who, number) for who, number in sorted(like.items())),
    )
