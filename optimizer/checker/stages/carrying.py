"""(S17) The burden: the fewest units from givers that have carried most of what they agreed to."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from ..month.asks import measure_of
from ..month.month import Month
from ..month.schema import Row
from ..proofs.forms import Kind
from ..proofs.proof import Event, Gap, Proof, Weights
from ..proofs.ranks import Rank, prove_ranks
from ..rules.stages import Aim, Outcome

_MOST_STEPS = 200  # of one giver and measure


@dataclass(slots=True)
class Load:
    """What one giver has of one measure: the units of its stocks, and its agreement.

    name      giver and measure
    stocks    ids of the stocks
    units     the sum of their capacities
    carried   U of FORMULATION.md: units carried in the earlier months that still count
    agreed    C of FORMULATION.md: units agreed to over these months and this one
    """

    name: str
    stocks: list[str] = field(default_factory=list)
    units: int = 0
    carried: int = 0
    agreed: int = 0

    @property
    def steps(self) -> list[tuple[int, int]]:
        """(units before the step, units of the step) for each step, from the first."""
        size = -(-self.units // _MOST_STEPS)
        return [(u, min(size, self.units - u)) for u in range(0, self.units, size)]


class Carrying(Kind):
    """Compares the fractions of their agreements that givers carry, the greatest first."""

    is_labelled = True

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: for every giver and measure the units carried, this month included."""
        month = outcome.month
        used: Counter[str] = Counter()
        for line in outcome.lines:
            each = month.consumption(line["need"], line["stock"], line["person"])
            used[line["stock"]] += each * line["units"]
        loads = list_loads(month)
        got = {load.name: load.carried + sum(used[s] for s in load.stocks) for load in loads}
        bounds = {load.name: (load.agreed, load.agreed) for load in loads}
        yield Aim(stage["name"], stage["kind"], "", None, got, bounds, is_greatest_first=True)

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proof that every rank, from the highest, has the fewest units."""
        ranked: list[Rank] = []
        rows: list[dict[int, int]] = []
        for load in list_loads(month):
            used = [proof.program.used[s] for s in load.stocks if s in proof.program.used]
            steps = [_add_step(proof, used, *step) for step in load.steps]
            rows.append({**dict.fromkeys(steps, 1), **dict.fromkeys(used, -1)})
            for column, (before, _) in zip(steps, load.steps, strict=True):
                ranked.append((Fraction(load.carried + before, load.agreed), column))
        for row in rows:
            proof.add_row(row, 0, 0)
        prove_ranks(proof, ranked, deque(events), is_least=True)

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the greatest fraction carried, and its bound: that before this month."""
        if not aim.numerators:
            return Gap("level", "", 0, 0)
        parts = {name: Fraction(up, aim.bounds[name][0]) for name, up in aim.numerators.items()}
        worst = max(parts, key=lambda name: parts[name])
        least = max(Fraction(load.carried, load.agreed) for load in list_loads(month))
        return Gap("level", worst, parts[worst], least)


def _add_step(proof: Proof, used: list[int], before: int, size: int) -> int:
    """Add the column of a step of ``size`` units that follows ``before`` units; return its number.

    Its value is the units used beyond ``before``, at least 0 and at most ``size``.
    """
    return proof.add_column(
        size, lambda values: max(0, min(size, sum(values[column] for column in used) - before))
    )


def list_loads(month: Month) -> list[Load]:
    """Return the load of every giver and measure with units, sorted by the labels of both."""
    found: dict[str, Load] = {}
    known = {(row["giver"], row["measure"]): row for row in month.problem["loads"]}
    for stock in month.problem["stocks"]:
        if stock["pledge"] is not None and stock["category"]:
            giver, measure = stock["giver"], measure_of(stock)
            name = f"{month.name_of(giver)}/{_name_measure(month, stock)}"
            load = found.setdefault(f"{giver}/{measure}", Load(name))
            load.stocks.append(stock["id"])
            load.units += stock["capacity"]
            row = known.get((giver, measure))
            load.carried, load.agreed = (row["carried"], row["agreed"]) if row else (0, load.units)
    return [load for _, load in sorted(found.items()) if load.units]


def _name_measure(month: Month, stock: Row) -> str:
    measure = measure_of(stock)
    return measure if stock["staffed"] else month.name_of(measure)


KIND = Carrying()
