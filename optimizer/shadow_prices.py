"""What the linear program says a little more of every capacity is worth, in needs met.

The program that meets most needs (S1, `all`), without whole numbers. Its multipliers say where to
look; as they can be above zero where nothing is gained, the program is solved again with each extra
that is looked at. Both are hints: only a re-solve of the month says what an extra brings.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from optimizer.backend import LivingModel
from optimizer.bounds import Bound
from optimizer.build import Model
from optimizer.crews import DELIVERED
from optimizer.extra import Extra
from optimizer.matrix import WHOLE, Vector
from optimizer.terms import draws, visits_by_crew

PLACE_ROW, MONTH_ROW, NESTED_ROW = "c5_place_", "c6_month_", "c7_nested_"


@dataclass(slots=True)
class ShadowPrices:
    """Needs per unit of a stock, and per visit of a crew in a slot; 0 where nothing is stated."""

    units: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    visits: dict[tuple[int, str], float] = field(default_factory=lambda: defaultdict(float))


class CountProgram:
    """The linear program of one month, solved once and again with one extra at a time."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._columns = model.columns
        self._living = LivingModel(model.columns.order, model.rows.order, seconds)
        self._row = {row.name: i for i, row in enumerate(model.rows.order)}
        self._place = {
            key: f"{PLACE_ROW}{n}" for n, key in enumerate(visits_by_crew(self._columns))
        }
        self._weights = {self._columns.number(met): 1 for met in self._columns.met.values()}
        self._answer = self._living.maximise_linear(self._weights)

    def read_prices(self) -> ShadowPrices:
        """Prices of all capacities; none when the program ended without an answer."""
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
        # A flow is bounded by the same capacity as its row; the multiplier may stand on either.
        for slot, (crew, stock), _, variable in draws(self._columns):
            price = max(0.0, float(reduced[self._columns.number(variable)]))
            if crew == DELIVERED or slot is None:
                prices.units[stock] += price
            else:
                prices.visits[crew, slot] += price
        return prices

    def gain(self, extra: Extra) -> float:
        """How many needs more the program meets with an extra; fractions are possible."""
        columns, rows = self._raise_stocks(extra), Counter[int]()
        for s, units in self._raised(extra):
            if (row := self._row.get(f"{NESTED_ROW}{s}")) is not None:
                rows[row] += units
        if extra.slot is not None:
            self._raise_visits(extra, columns, rows)
        self._loosen(columns, rows, 1)
        value = self._living.maximise_linear(self._weights).value
        self._loosen(columns, rows, -1)
        return value - self._answer.value

    def _raised(self, extra: Extra) -> Iterator[tuple[int, int]]:
        for s, stock in enumerate(self._columns.network.problem.stocks):
            if stock.id in extra.raised:
                yield s, extra.raised[stock.id]

    def _raise_stocks(self, extra: Extra) -> Counter[int]:
        """Units by column: what is used of raised stocks, and what may flow from those below."""
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
        """One visit more in the slot: for the crew, its month and whatever it sends."""
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
        matrix, index = self._living.matrix, sorted(columns)
        low, high = matrix.low[index], [matrix.high[j] + sign * columns[j] for j in index]
        self._living.bound_columns(index, low, high)
        for row, units in rows.items():
            top = float(matrix.row_high[row]) + sign * units
            self._living.bound_row(row, float(matrix.row_low[row]), top)


def _spread(proof: Bound, columns: int) -> Vector:
    """Reduced weights of all columns, in needs."""
    reduced = np.zeros(columns)
    reduced[proof.columns] = proof.reduced / proof.scale
    return reduced


def is_gain(needs: float) -> bool:
    """True when a gain of the program is a whole need or more."""
    return needs >= 1 - WHOLE
