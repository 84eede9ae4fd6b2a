"""Find why a published instance has no answer: the first reason that suffices, cheap ones first.

Sums are compared first, then single needs, then single stocks. If no reason is found, only a search
finds which demands and least loads conflict (``what_if/conflict.py``).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from optimizer.problem import Need, Pair, Problem, find_ancestors


@dataclass(frozen=True, slots=True)
class Words:
    """The words for a stock or a need, with its place in the file, keyed by its id."""

    stocks: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)


def find_reason(problem: Problem, words: Words) -> str | None:
    """Return a phrase that shows why there is no answer; None if no sum, need or stock shows it.

    Every need must be ``listed``: only stocks that a pair names deliver to it.
    """
    facts = _Facts(problem, words)
    found = chain(facts.compare_sums(), facts.list_short_needs(), facts.list_idle_stocks())
    return next(found, None)


class _Facts:
    """What each need can take and each stock can give if nothing else takes part."""

    def __init__(self, problem: Problem, words: Words) -> None:
        self.problem, self.words = problem, words
        self.pinned = {pin.need for pin in problem.pins}
        self.needs = {need.id: need for need in problem.needs}
        self.stocks = {stock.id: stock for stock in problem.stocks}
        self.pairs: dict[str, list[Pair]] = defaultdict(list)
        for pair in problem.pairs:
            self.pairs[pair.need].append(pair)

    def compare_sums(self) -> Iterator[str]:
        """Yield a phrase if needs ask more than all stocks have, or stocks more than all needs."""
        wanted = sum(self._least_use(self.needs[need]) for need in self.pinned)
        room = sum(stock.capacity for stock in self.problem.stocks if not stock.parents)
        if wanted > room:
            yield f"{wanted} wanted, {room} can be given"
        asked = sum(stock.least for stock in self.problem.stocks if not stock.parents)
        most = sum(self._most_use(need) for need in self.problem.needs)
        if asked > most:
            yield f"least loads ask {asked}, only {most} wanted"

    def _least_use(self, need: Need) -> int:
        """Return the least capacity that a need uses: its least units from its cheapest stock."""
        return need.least_units * min((p.consumption for p in self.pairs[need.id]), default=0)

    def _most_use(self, need: Need) -> int:
        return need.quantity * max((p.consumption for p in self.pairs[need.id]), default=0)

    def list_short_needs(self) -> Iterator[str]:
        """Yield a phrase for each pinned need whose least units its stocks could not give together.

        The sum is what they could give if no other need asked. Stocks above them are not read.
        """
        for name in sorted(self.pinned):
            need, pairs = self.needs[name], self.pairs[name]
            able = [units for pair in pairs if (units := self._units(need, pair))]
            if sum(able) < need.least_units:
                title = self.words.needs.get(name, name)
                amount = "" if sum(able) == len(able) else f" {sum(able)} units"
                yield f"{title}: {need.least_units} wanted, {len(able)} can give{amount}"

    def _units(self, need: Need, pair: Pair) -> int:
        """Return the most units that the pair's stock could give to the need if no other asked."""
        most = need.quantity if pair.most is None else min(pair.most, need.quantity)
        stock = self.stocks[pair.stock]
        return min(most, stock.capacity // pair.consumption) if pair.consumption else most

    def list_idle_stocks(self) -> Iterator[str]:
        """Yield a phrase for each stock whose least use is more than all needs can take of it."""
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
