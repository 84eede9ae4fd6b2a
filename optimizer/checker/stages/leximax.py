"""(S6) The lowest load of the busiest pledge, then of the next."""

from collections import Counter
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Levels
from ..proofs.levels import Group
from ..rules.stages import Aim, Outcome


class Leximax(Levels):
    """Compares pledges by the fraction of their units that they give, busiest first."""

    sign = -1
    is_labelled = False

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: the load of every pledge."""
        month = outcome.month
        used: Counter[str] = Counter()
        for line in outcome.lines:
            each = month.consumption(line["need"], line["stock"], line["person"])
            used[line["stock"]] += each * line["units"]
        pledges = {month.name_of(p): of for p, of in _list_pledges(month).items()}
        loads = {pledge: sum(used[s] for s in stocks) for pledge, (_, stocks) in pledges.items()}
        bounds = {pledge: (whole, whole) for pledge, (whole, _) in pledges.items()}
        yield Aim(stage["name"], stage["kind"], "", None, loads, bounds, is_greatest_first=True)

    def list_levels(
        self, month: Month, program: Program, stage: Row, levels: dict[str, Row]
    ) -> list[Group]:
        """Return one group for each pledge, with negative loads, which are maximised."""
        return [
            Group(
                name=month.name_of(pledge),
                weights={program.used[s]: -1 for s in stocks if s in program.used},
                value=-levels[month.name_of(pledge)]["numerator"],
                offset=0,
                denominator=whole,
                floor=-whole,
                top=0,
            )
            for pledge, (whole, stocks) in _list_pledges(month).items()
        ]


def _list_pledges(month: Month) -> dict[str, tuple[int, list[str]]]:
    """Return, keyed by pledge, its units and its stocks; pledges without units are left out."""
    found: dict[str, tuple[int, list[str]]] = {}
    for stock in month.problem["stocks"]:
        if stock["pledge"] is not None:
            units, stocks = found.get(stock["pledge"], (0, []))
            found[stock["pledge"]] = (units + stock["capacity"], [*stocks, stock["id"]])
    return {pledge: of for pledge, of in sorted(found.items()) if of[0]}


KIND = Leximax()
