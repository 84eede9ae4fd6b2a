"""Capacities that might be asked for, and the month with one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from optimizer.aggregate import Network
from optimizer.crews import DELIVERED
from optimizer.problem import Person, Problem
from optimizer.solution import Assignment
from optimizer.tally import Tally


@dataclass(frozen=True, slots=True)
class Extra:
    """A little more of one stock: as much as one more need would take.

    raised   units by stock: the stock itself and those above it, as far as they are full
    slot     of one more visit, by one more person like the person ``like``: same skills and areas
    """

    stock: str
    category: str
    raised: Mapping[str, int] = field(default_factory=dict)
    slot: str | None = None
    like: str | None = None


def enlarge(problem: Problem, extra: Extra) -> Problem:
    """The month with the extra capacity."""
    stocks = tuple(
        replace(stock, capacity=stock.capacity + extra.raised.get(stock.id, 0))
        for stock in problem.stocks
    )
    people = problem.people
    model = next((person for person in people if person.id == extra.like), None)
    if model is not None and extra.slot is not None:
        people = (*people, _copy(model, extra.stock, extra.slot, {p.id for p in people}))
    return replace(problem, stocks=stocks, people=people)


def _copy(person: Person, stock: str, slot: str, taken: set[str]) -> Person:
    name = f"{person.id}+"
    while name in taken:
        name += "+"
    return replace(person, id=name, most_visits=1, stocks=(stock,), slots=(slot,))


class Shelf:
    """What is left of every stock beside the published assignments, and who still asks for it."""

    def __init__(self, network: Network, assignments: Sequence[Assignment]) -> None:
        self.network, self.problem = network, network.problem
        tally = Tally(self.problem, assignments)
        self.spare = [stock.capacity for stock in self.problem.stocks]
        for s, stock in enumerate(self.problem.stocks):
            for above in (s, *network.ancestors[s]):
                self.spare[above] -= tally.used[stock.id]
        self.asked: dict[int, int] = {}  # stock -> units that meet the smallest unmet need
        for demand in network.demands:
            for d in demand.needs:
                if self.problem.needs[d].id not in tally.met:
                    self._note(d, demand.sources)

    def _note(self, d: int, sources: Sequence[tuple[int, int]]) -> None:
        for source in sources:
            pair = self.network.pair_of(d, source)
            weight = 1 if pair is None else pair.consumption
            units = 1 if source[0] != DELIVERED else self.problem.needs[d].least_units
            self.asked[source[1]] = min(self.asked.get(source[1], units * weight), units * weight)

    def raise_for(self, s: int) -> dict[str, int]:
        """Units by stock that are short of what the smallest unmet need takes from stock s."""
        short = {
            self.problem.stocks[above].id: self.asked[s] - self.spare[above]
            for above in (s, *self.network.ancestors[s])
        }
        return {stock: units for stock, units in sorted(short.items()) if units > 0}
