"""Why a published instance has no answer: the cheapest reason that is enough.

First sums, then a single giver or receiver that cannot. Each reason is enough by itself. Without
one, only a search finds which demands and least loads conflict (``what_if/conflict.py``).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from optimizer.problem import Need, Pair, Problem, find_ancestors


@dataclass(frozen=True, slots=True)
class Words:
    """Id of a stock or of a need -> the words for it, with its place in the file."""

    stocks: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)


def find_reason(problem: Problem, words: Words) -> str | None:
    """Return why there is no answer, for needs that list the stocks that deliver to them.

    None: no sum and no single need or stock shows it.
    """
    facts = _Facts(problem, words)
    found = chain(facts.compare_sums(), facts.list_short_needs(), facts.list_idle_stocks())
    return next(found, None)


class _Facts:
    """What each need can take and each stock can give by itself."""

    def __init__(self, problem: Problem, words: Words) -> None:
        self.problem, self.words = problem, words
        self.pinned = {pin.need for pin in problem.pins}
        self.needs = {need.id: need for need in problem.needs}
        self.stocks = {stock.id: stock for stock in problem.stocks}
        self.pairs: dict[str, list[Pair]] = defaultdict(list)
        for pair in problem.pairs:
            self.pairs[pair.need].append(pair)

    def compare_sums(self) -> Iterator[str]:
        """Yield what all stocks or all needs together lack."""
        wanted = sum(self._least_use(self.needs[need]) for need in self.pinned)
        room = sum(stock.capacity for stock in self.problem.stocks if not stock.parents)
        if wanted > room:
            yield f"{wanted} wanted, {room} can be given"
        asked = sum(stock.least for stock in self.problem.stocks if not stock.parents)
        most = sum(self._most_use(need) for need in self.problem.needs)
        if asked > most:
            yield f"least loads ask {asked}, only {most} wanted"

    def _least_use(self, need: Need) -> int:
        """Return the least that a need uses of all stocks: its units from the cheapest ones."""
        return need.least_units * min((p.consumption for p in self.pairs[need.id]), default=0)

    def _most_use(self, need: Need) -> int:
        return need.quantity * max((p.consumption for p in self.pairs[need.id]), default=0)

    def list_short_needs(self) -> Iterator[str]:
        """Yield the needs that their stocks cannot meet even alone."""
        for name in sorted(self.pinned):
            need, pairs = self.needs[name], self.pairs[name]
            able = [units for pair in pairs if (units := self._units(need, pair))]
            if sum(able) < need.least_units:
                title = self.words.needs.get(name, name)
                amount = "" if sum(able) == len(able) else f" {sum(able)} units"
                yield f"{title}: {need.least_units} wanted, {len(able)} can give{amount}"

    def _units(self, need: Need, pair: Pair) -> int:
        """Return the most units that a stock can give to a need alone."""
        most = need.quantity if pair.most is None else min(pair.most, need.quantity)
        stock = self.stocks[pair.stock]
        return min(most, stock.capacity // pair.consumption) if pair.consumption else most

    def list_idle_stocks(self) -> Iterator[str]:
        """Yield the stocks whose least use is more than all needs can take of them."""
        use: dict[str, int] = defaultdict(int)
        takers: dict[str, int] = defaultdict(int)
        ids = [stock.id for stock in self.problem.stocks]
        ancestors = find_ancestors(self.problem.stocks)
        above = {name: [name, *(ids[a] for a in ancestors[s])] for s, name in enumerate(ids)}
        for pair in self.problem.pairs:
            units = self._units(self.needs[pair.need], pair) * pair.consumption
            for used in above[pair.stock]:
                use[used] += units
                takers[used] += units > 0
        for stock in self.problem.stocks:
            if stock.least > use[stock.id]:
                title = self.words.stocks.get(stock.id, stock.id)
                takes = f"{takers[stock.id]} can take {use[stock.id]}"
                yield f"{title}: at least {stock.least} asked, {takes}"
