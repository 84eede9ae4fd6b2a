"""One need out, one need in: a cheap point that shows how many stages still allow a need.

If an unmet need can take the place of a met one and every stage up to some stage keeps its value,
none of these stages is what decides against it. Only plain swaps are tried: one visiting person for
one, or one stock's units for one need's; nothing pinned, no stock with a least use.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from optimizer.aggregate import find_ancestors
from optimizer.explain_offers import Offers
from optimizer.objectives import class_of
from optimizer.policy import CountBy, Outcome, Stage, StageKind
from optimizer.problem import Need, Person, Problem, Stock
from optimizer.solution import Assignment


class Swaps:
    """Swaps into one answer."""

    def __init__(self, problem: Problem, offers: Offers, assignments: Sequence[Assignment]) -> None:
        self._problem, self._offers = problem, offers
        self._needs = {need.id: need for need in problem.needs}
        self._pinned = {pin.need for pin in problem.pins}
        self._bounded = {pair.need for pair in problem.pairs if pair.most is not None}
        self._has_least = any(stock.least for stock in problem.stocks)
        self._room = {stock.id: stock.capacity for stock in problem.stocks}
        above = find_ancestors(problem)
        self._above = {
            stock.id: (stock.id, *(problem.stocks[a].id for a in above[s]))
            for s, stock in enumerate(problem.stocks)
        }
        self._lines: dict[str, list[Assignment]] = defaultdict(list)
        self._at: dict[tuple[str, str], str] = {}
        self._users: dict[str, set[str]] = defaultdict(set)
        self._helped: Counter[str] = Counter()
        self._visited: Counter[tuple[str, str]] = Counter()
        for a in assignments:
            self._note(a)
        for need in self._lines:
            self._helped[self._needs[need].recipient] += 1

    def _note(self, a: Assignment) -> None:
        self._lines[a.need].append(a)
        self._users[a.stock].add(a.need)
        for stock in self._above[a.stock]:
            self._room[stock] -= a.units * self._offers.consumption(a.need, a.stock, a.person)
        if a.person is not None and a.slot is not None:
            self._at[a.person, a.slot] = a.need
            self._visited[self._needs[a.need].recipient, a.slot] += 1

    def count_kept(self, need: Need) -> int:
        """How many stages, from the first, some swap for this need keeps."""
        if self._has_least or need.id in self._bounded:
            return 0
        kept = [self._count_stages(need, out) for out in self._find_outs(need)]
        return max(kept, default=0)

    def _find_outs(self, need: Need) -> Iterator[tuple[Need, str]]:
        """Met needs whose place this one can take, with the stock it would then use."""
        for stock, person in self._offers.eligible(need):
            units = need.least_units if person is None else need.people
            if person is None:
                names = sorted(self._users[stock.id])
            else:
                names = self._list_visits(need, stock, person)
            source = stock.id, person.id if person else None
            for name in names:
                if self._frees(need, name, source, units):
                    yield self._needs[name], stock.id

    def _list_visits(self, need: Need, stock: Stock, person: Person) -> list[str]:
        """Visits of the person that this one could replace; none for a team."""
        slots = self._offers.slots(need, stock, person) if need.people == 1 else []
        held = [(self._at.get((person.id, slot), ""), slot) for slot in slots]
        return [name for name, slot in held if name and self._is_free(need, name, slot)]

    def _is_free(self, need: Need, out: str, slot: str) -> bool:
        """No other visit of the recipient stands in this slot."""
        own = self._needs[out].recipient == need.recipient
        return self._visited[need.recipient, slot] - own == 0

    def _frees(self, need: Need, out: str, source: tuple[str, str | None], units: int) -> bool:
        """True when taking the met need out leaves its stock and person room for so many units."""
        stock, person = source
        lines = self._lines[out]
        if out in self._pinned or len(lines) != 1:
            return False
        (line,) = lines
        freed = line.units * self._offers.consumption(out, line.stock, line.person)
        wanted = units * self._offers.consumption(need.id, stock, person)
        return all(
            self._room[name] + (freed if name in self._above[line.stock] else 0) >= wanted
            for name in self._above[stock]
        )

    def _count_stages(self, need: Need, swap: tuple[Need, str]) -> int:
        out, stock = swap
        for k, stage in enumerate(self._problem.policy.stages):
            if not self._keeps(stage, need, out, stock):
                return k
        return len(self._problem.policy.stages)

    def _keeps(self, stage: Stage, need: Need, out: Need, stock: str) -> bool:
        partial = [n for n in (need, out) if n.least_units < n.quantity]
        same_stock = [line.stock for line in self._lines[out.id]] == [stock]
        rules: dict[StageKind, Callable[[], bool]] = {
            StageKind.MAX_COUNT: lambda: _class(stage, need) == _class(stage, out),
            StageKind.LEXIMIN: lambda: (
                stage.outcome is Outcome.MET
                and bool(stage.dimension)
                and need.groups.get(stage.dimension) == out.groups.get(stage.dimension)
            ),
            StageKind.MAX_RECIPIENTS: lambda: self._keeps_helped(need, out),
            StageKind.MAX_POINTS: lambda: need.points >= out.points,
            StageKind.MAX_UNITS: lambda: not partial,
            StageKind.LEXIMAX: lambda: same_stock and need.quantity == out.quantity == 1,
        }
        return stage.kind in rules and rules[stage.kind]()

    def _keeps_helped(self, need: Need, out: Need) -> bool:
        if need.recipient == out.recipient:
            return True
        gained = self._helped[need.recipient] == 0
        lost = self._helped[out.recipient] == 1
        return gained or not lost


def _class(stage: Stage, need: Need) -> tuple[int, int] | None:
    is_outside = stage.by is CountBy.DUTY_TIER and not need.duty
    return None if is_outside else class_of(stage, need)
