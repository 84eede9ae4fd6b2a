"""Shadow prices: how many more needs are met with one more unit of a capacity, in the LP.

The program is the relaxation of the one that meets the most needs (S1, `all`). Its multipliers may
be above zero where nothing is gained, so the program is solved again with each extra considered.
Both are hints: only a new solve of the month shows what an extra brings.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.matrix import WHOLE, Vector
from optimizer.model.build import Model
from optimizer.model.constraints import draws, visits_by_crew
from optimizer.model.eligibility import DELIVERED
from optimizer.model.network import Network
from optimizer.problem import Person, Problem
from optimizer.solution import Assignment
from optimizer.stages.tally import Tally


@dataclass(frozen=True, slots=True)
class Extra:
    """A little more of one stock: as much as one more need would take.

    stock     the stock that gets more
    category  the category of the needs that could use it
    raised    units by stock: the stock itself and those of its ancestors that lack units
    slot      slot of one more visit; None for a delivery
    like      the person whose skills and areas the person of this visit has; None for a delivery
    """

    stock: str
    category: str
    raised: Mapping[str, int] = field(default_factory=dict)
    slot: str | None = None
    like: str | None = None


def enlarge(problem: Problem, extra: Extra) -> Problem:
    """Return the month with the extra capacity."""
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
    """The units of every stock that the assignments leave unused, and what unmet needs ask of each.

    ``asked``: stock -> units that the smallest unmet need takes of it.
    """

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
        """Return the units that the smallest unmet need lacks, by stock: at ``s`` and above it."""
        short = {
            self.problem.stocks[above].id: self.asked[s] - self.spare[above]
            for above in (s, *self.network.ancestors[s])
        }
        return {stock: units for stock, units in sorted(short.items()) if units > 0}


PLACE_ROW, MONTH_ROW, NESTED_ROW = "c5_place_", "c6_month_", "c7_nested_"


@dataclass(slots=True)
class ShadowPrices:
    """Needs gained per unit of a stock, and per visit of a crew in a slot; 0 for other keys."""

    units: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    visits: dict[tuple[int, str], float] = field(default_factory=lambda: defaultdict(float))


class CountProgram:
    """The linear program of one month, solved once, and again for each extra that is tried."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._columns = model.columns
        self._engine = model.start_engine(seconds)
        self._row = {row.name: i for i, row in enumerate(model.rows.order)}
        self._place = {
            key: f"{PLACE_ROW}{n}" for n, key in enumerate(visits_by_crew(self._columns))
        }
        self._weights = {self._columns.number(met): 1 for met in self._columns.met.values()}
        self._answer = self._engine.maximise_linear(self._weights)

    def read_prices(self) -> ShadowPrices:
        """Return the prices of all capacities; empty if the program gave no proved answer."""
        prices, answer = ShadowPrices(), self._answer
        if answer.duals is None or answer.proof is None:
            return prices
        reduced = _spread(answer.proof, len(self._columns.order))
        for s, used in self._columns.used.items():
            row = self._row.get(f"{NESTED_ROW}{s}")
            price = max(0.0, float(reduced[self._columns.number(used)]))
            prices.units[s] += price if row is None else price + max(0.0, float(answer.duals[row]))
        for key, name in self._place.items():
            prices.visits[key] += max(0.0, float(answer.duals[self._row[name]]))
        # A flow has the same capacity as its row; either can have the multiplier.
        for slot, (crew, stock), _, variable in draws(self._columns):
            price = max(0.0, float(reduced[self._columns.number(variable)]))
            if crew == DELIVERED or slot is None:
                prices.units[stock] += price
            else:
                prices.visits[crew, slot] += price
        return prices

    def gain(self, extra: Extra) -> float:
        """Return how many more needs the program meets with an extra, fractions included."""
        columns, rows = self._raise_stocks(extra), Counter[int]()
        for s, units in self._raised(extra):
            if (row := self._row.get(f"{NESTED_ROW}{s}")) is not None:
                rows[row] += units
        if extra.slot is not None:
            self._raise_visits(extra, columns, rows)
        self._loosen(columns, rows, 1)
        bound = self._engine.maximise_linear(self._weights).bound
        self._loosen(columns, rows, -1)
        return bound - self._answer.bound

    def _raised(self, extra: Extra) -> Iterator[tuple[int, int]]:
        for s, stock in enumerate(self._columns.problem.stocks):
            if stock.id in extra.raised:
                yield s, extra.raised[stock.id]

    def _raise_stocks(self, extra: Extra) -> Counter[int]:
        """Return units by column: uses of raised stocks, and flows from their descendants."""
        network, columns, raised = self._columns.network, self._columns, dict(self._raised(extra))
        found = Counter(
            {columns.number(used): raised[s] for s, used in columns.used.items() if s in raised}
        )
        for _, (crew, s), _, variable in draws(columns):
            if crew == DELIVERED:
                units = [raised.get(above, 0) for above in (s, *network.ancestors[s])]
                found[columns.number(variable)] += max(units)
        return found

    def _raise_visits(self, extra: Extra, columns: Counter[int], rows: Counter[int]) -> None:
        """Add one visit in the slot to the limits of the crew and of its flows."""
        crews = enumerate(self._columns.network.crews)
        key = next(k for k, crew in crews if extra.like in crew.members), extra.slot or ""
        if key in self._columns.busy:
            columns[self._columns.number(self._columns.busy[key])] += 1
            rows[self._row[f"{MONTH_ROW}{key[0]}"]] += 1
        else:
            rows[self._row[self._place[key]]] += 1
        for slot, (crew, _), _, variable in draws(self._columns):
            if (crew, slot) == key:
                columns[self._columns.number(variable)] += 1

    def _loosen(self, columns: Counter[int], rows: Counter[int], sign: int) -> None:
        matrix, index = self._engine.matrix, sorted(columns)
        low, high = matrix.low[index], [matrix.high[j] + sign * columns[j] for j in index]
        self._engine.bound_columns(index, low, high)
        for row, units in rows.items():
            top = float(matrix.row_high[row]) + sign * units
            self._engine.bound_row(row, float(matrix.row_low[row]), top)


def _spread(proof: Bound, columns: int) -> Vector:
    """Return the reduced weights of all columns, in needs."""
    reduced = np.zeros(columns)
    reduced[proof.columns] = proof.reduced / proof.scale
    return reduced


def is_gain(needs: float) -> bool:
    """Return whether a gain of the program is a whole need or more."""
    return needs >= 1 - WHOLE
