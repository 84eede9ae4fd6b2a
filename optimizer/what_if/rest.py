"""Make the rest of a decided month: the question of its free places, with everything else as it is.

The rest is an ordinary question. Promises that are kept take their units, persons and times, and no
answer can move them. The question is which of the needs without help get what is free, by the
policy of the month itself. Its answers, with the promises that are kept, are exactly the answers of
the month in which these promises are kept (FORMULATION.md, W6), so that it is solved, explained and
checked as any other month is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from optimizer.codec import require
from optimizer.facts import Facts
from optimizer.problem import (
    Forbid,
    GiverLoad,
    GroupHistory,
    Need,
    Pair,
    Person,
    Problem,
    Stock,
    find_ancestors,
)
from optimizer.solution import Assignment
from optimizer.what_if.reach import FallenLines, weigh

STANDING = "="  # begins the ids of the rows that hold a kept promise in its place


def leave_rest(problem: Problem, facts: Facts) -> Problem:
    """(W6) Return the question of what is free in a decided month.

    Needs that have nothing and are not asked for take no part. If ``facts`` names ended promises,
    needs that can use nothing of what these held take no part either, unless they lost a promise.
    Pins are left out: what a pin decided is kept or ended. Raises ``ProblemError`` for a name that
    is not known.
    """
    _require_known(problem, facts)
    rest = _Rest(problem, facts).make()
    if not facts.fallen:
        return rest
    near = FallenLines(problem, facts.standing, facts.fallen).list_needs(rest)
    asked = {
        name: units for name, units in facts.asked.items() if name in near or name in facts.lost
    }
    return _Rest(problem, replace(facts, asked=asked)).make()


def list_added(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return the new lines of an answer of the rest, without those of kept promises."""
    return tuple(line for line in assignments if not line.stock.startswith(STANDING))


def _require_known(problem: Problem, facts: Facts) -> None:
    stocks, people = _list_ids(problem.stocks), _list_ids(problem.people)
    needs = _list_ids(problem.needs)
    for name, known in (("stocks", stocks), ("people", people)):
        for k, row in enumerate(getattr(facts, name)):
            require(row.id in known, f"$.{name}[{k}].id", "is not known")
    for name in ("standing", "fallen"):
        for k, line in enumerate(getattr(facts, name)):
            is_known = line.need in needs and line.stock in stocks
            is_known &= line.person in people | {None}
            require(is_known, f"$.{name}[{k}]", "is not known")
    for name in ("asked", "lost"):
        for need in getattr(facts, name):
            require(need in needs, f"$.{name}.{need}", "is not known")
    taken = [id_ for id_ in stocks | people | needs if id_.startswith(STANDING)]
    require(not taken, "$", f"has an id with {STANDING}")


def _list_ids(rows: Iterable[Stock | Person | Need]) -> frozenset[str]:
    return frozenset(row.id for row in rows)


class _Rest:
    """One rest in the making. ``standing``: kept lines by need; ``kept``: needs that take part."""

    def __init__(self, problem: Problem, facts: Facts) -> None:
        self.problem, self.facts = problem, facts
        self.needs = {need.id: need for need in problem.needs}
        self.standing: dict[str, list[Assignment]] = defaultdict(list)
        for line in facts.standing:
            self.standing[line.need].append(line)
        self.pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
        self.pinned = frozenset(pin.need for pin in problem.pins)
        self.kept = self._choose_kept()
        self.least = self._find_least()

    def make(self) -> Problem:
        problem, facts = self.problem, self.facts
        lines = [(k, line) for k, line in enumerate(facts.standing) if line.need in self.kept]
        visitors = (_make_visitor(k, line) for k, line in lines if line.person is not None)
        return replace(
            problem,
            stocks=(*self._cut_stocks(), *(self._make_shelf(k, line) for k, line in lines)),
            people=(*self._cut_people(), *visitors),
            needs=tuple(self._make_need(need) for need in self._list_kept()),
            pairs=tuple(self._cut_pairs()),
            pins=(),
            forbids=self._join_forbids(),
            history=tuple(self._make_history()),
            loads=tuple(self._make_loads()),
            days=facts.days or self._cut_days(),
        )

    def _list_kept(self) -> Iterator[Need]:
        return (need for need in self.problem.needs if need.id in self.kept)

    def _cut_days(self) -> dict[str, tuple[str, ...]]:
        return {s: d for s, d in self.problem.days.items() if s not in self.facts.over}

    def _choose_kept(self) -> frozenset[str]:
        """Return the needs asked for, and the needs with help of the same recipients.

        The latter take part because a home with its first help comes after homes without any, and
        its visits must not be at one time. If the policy levels pledges by load, every need with
        kept help takes part.
        """
        asked = {name for name, units in self.facts.asked.items() if units}
        homes = {self.needs[name].recipient for name in asked}
        beside = (
            name
            for name in self.standing
            if self.problem.policy.is_levelled or self.needs[name].recipient in homes
        )
        return frozenset(asked.union(beside))

    def _count_units(self, need: Need) -> int:
        """Return the units that the need has and waits for; of a need with a visit its quantity."""
        standing = self.standing.get(need.id, [])
        if any(line.person is not None for line in standing):
            return need.quantity
        return sum(line.units for line in standing) + self.facts.asked.get(need.id, 0)

    def _find_least(self) -> dict[str, int]:
        """Return the least by divisible category; empty unless the policy draws.

        A policy that draws demands one least for all needs of a category.
        """
        if not self.problem.policy.is_drawn:
            return {}
        parts = {need.category for need in self.problem.needs if need.least is not None}
        least: dict[str, int] = {}
        for need in self.problem.needs:
            if need.id in self.kept and need.category in parts:
                fewest = min(need.least_units, self._count_units(need))
                least[need.category] = min(least.get(need.category, fewest), fewest)
        return least

    def _make_need(self, need: Need) -> Need:
        """Return the need with its units; a need that waits for nothing is met by what it has."""
        units = self._count_units(need)
        least = self.least.get(need.category)
        if least is None and need.least is not None:
            least = min(need.least, units)
        made = replace(need, quantity=units, least=least, waiting=self._count_wait(need))
        mark = f"{STANDING}{need.id}"
        if need.id not in self.standing and need.id not in self.pinned:
            return made
        if self.facts.asked.get(need.id):  # the mark keeps an ask apart that a pin kept apart
            return replace(made, statuses=(*need.statuses, mark))
        slots = tuple(line.slot for line in self.standing[need.id] if line.slot is not None)
        return replace(
            made,
            people=len(slots) or need.people,  # of a team, those who came or still come
            statuses=(mark,),
            status_days={},
            days=(),
            requires=(),
            slots=slots,
            listed=False,
        )

    def _count_wait(self, need: Need) -> int:
        """Return the wait; if the policy draws, in half months, and one more for a lost promise.

        Other policies stop counting at a longest wait, so there nobody is put ahead.
        """
        if not self.problem.policy.is_drawn:
            return need.waiting
        return 2 * need.waiting + (need.id in self.facts.lost)

    def _cut_stocks(self) -> Iterator[Stock]:
        now = {row.id: row for row in self.facts.stocks}
        used = self._count_used()
        for stock in self.problem.stocks:
            row, taken = now.get(stock.id, stock), used[stock.id]
            left = tuple(slot for slot in row.slots if slot not in self.facts.over)
            capacity = 0 if row.slots and not left else max(row.capacity - taken, 0)
            owed = max(row.least, row.least_if_used if taken else 0) - taken
            yield replace(
                row,
                slots=left,
                capacity=capacity,
                least=min(max(owed, 0), capacity),
                least_if_used=0 if taken else min(row.least_if_used, capacity),
            )

    def _count_used(self) -> Counter[str]:
        """Return the kept units by stock, given by the stock or by a stock below it."""
        stocks = self.problem.stocks
        place = {stock.id: s for s, stock in enumerate(stocks)}
        ancestors, used = find_ancestors(stocks), Counter[str]()
        for line in self.facts.standing:
            for s in (place[line.stock], *ancestors[place[line.stock]]):
                used[stocks[s].id] += weigh(self.pairs, line)
        return used

    def _cut_people(self) -> Iterator[Person]:
        now = {row.id: row for row in self.facts.people}
        busy: dict[str, set[str]] = defaultdict(set)
        for line in self.facts.standing:
            if line.person is not None and line.slot is not None:
                busy[line.person].add(line.slot)
        for person in self.problem.people:
            row, taken = now.get(person.id, person), busy[person.id]
            gone = taken.union(self.facts.over)
            yield replace(
                row,
                slots=tuple(slot for slot in row.slots if slot not in gone),
                most_visits=max(row.most_visits - len(taken), 0),
            )

    def _make_shelf(self, k: int, line: Assignment) -> Stock:
        """Return a stock that holds one kept promise: its need gets all of it, others nothing."""
        [stock] = (row for row in self.problem.stocks if row.id == line.stock)
        return Stock(
            id=f"{STANDING}{k}",
            giver=f"{STANDING}{stock.giver}",
            category=stock.category,
            capacity=line.units,
            least=line.units,
            statuses=(f"{STANDING}{line.need}",),
            slots=() if line.slot is None else (line.slot,),
            staffed=stock.staffed,
            pledge=stock.pledge if self.problem.policy.is_levelled else None,
        )

    def _cut_pairs(self) -> Iterator[Pair]:
        """Yield the pairs of needs asked for; what a need has already reduces ``most``."""
        given: Counter[tuple[str, str]] = Counter()
        for line in self.facts.standing:
            given[line.need, line.stock] += line.units
        for pair in self.problem.pairs:
            if not self.facts.asked.get(pair.need):
                continue
            taken = given[pair.need, pair.stock]
            most = None if pair.most is None else max(pair.most - taken, 0)
            yield replace(pair, most=most)

    def _join_forbids(self) -> tuple[Forbid, ...]:
        """Return every forbid of a need asked for, once; a forbid of the month keeps its reason."""
        rows = {
            (row.need, row.stock, row.person): row
            for row in (*self.facts.forbids, *self.problem.forbids)
            if self.facts.asked.get(row.need)
        }
        return tuple(rows.values())

    def _make_history(self) -> Iterator[GroupHistory]:
        """Yield the history; needs with kept help outside the question add to possible and met.

        They count only in dimensions in which the policy levels coverage.
        """
        counts = self._count_outside()
        known = {name for need in self._list_kept() for name in need.groups}
        rows = {(row.dimension, row.group): row for row in self.problem.history}
        for dimension, group in sorted(rows.keys() | counts.keys()):
            row = rows.get((dimension, group), GroupHistory(dimension, group, 0, 0))
            met = counts[dimension, group]
            if dimension in known or not known:
                yield replace(row, possible=row.possible + met, met=row.met + met)

    def _count_outside(self) -> Counter[tuple[str, str]]:
        """Return how many needs with kept help take no part, by levelled dimension and group."""
        levelled = self.problem.policy.levelled
        outside = (self.needs[name].groups for name in self.standing.keys() - self.kept)
        return Counter(
            (dimension, group)
            for groups in outside
            for dimension, group in groups.items()
            if dimension in levelled and group
        )

    def _make_loads(self) -> Iterator[GiverLoad]:
        """Yield what each giver carries already: in earlier months and by promises that are kept.

        Loads stay as they are if the policy does not level what givers carry.
        """
        if not self.problem.policy.is_carried:
            yield from self.problem.loads
            return
        carried, pledged = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        stocks = {row.id: row for row in self.problem.stocks}
        for stock in stocks.values():
            if stock.pledge is not None and stock.category:
                pledged[stock.giver, stock.measure] += stock.capacity
        for line in self.facts.standing:
            stock = stocks[line.stock]
            if stock.pledge is not None:
                carried[stock.giver, stock.measure] += weigh(self.pairs, line)
        rows = {(row.giver, row.measure): row for row in self.problem.loads}
        for giver, measure in sorted(rows.keys() | pledged.keys()):
            agreed = max(pledged[giver, measure], 1)
            row = rows.get((giver, measure), GiverLoad(giver, measure, 0, agreed))
            yield replace(row, carried=row.carried + carried[giver, measure])


def _make_visitor(k: int, line: Assignment) -> Person:
    """Return a person who makes one kept visit in its slot and can do nothing else."""
    stock, slots = f"{STANDING}{k}", () if line.slot is None else (line.slot,)
    return Person(id=stock, giver="", most_visits=1, stocks=(stock,), slots=slots)
