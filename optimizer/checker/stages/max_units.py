"""(S5) The most units delivered to needs that may be met in part, one category after another."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class MaxUnits(Sums):
    """The units delivered to needs that may be met in part, for each category in order of name."""

    is_labelled = False

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield the units delivered to the needs of each category."""
        units: Counter[str] = Counter()
        for line in outcome.lines:
            if line["person"] is None:
                units[line["need"]] += line["units"]
        for category, needs in _list_partial(outcome.month):
            given = sum(units[need["id"]] for need in needs)
            key = f"category={outcome.month.name_of(category)}"
            yield Aim(stage["name"], stage["kind"], key, given)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return, for each category, weight 1 on the ``units`` column of its needs."""
        units, categories = program.units, _list_partial(month)
        return [{units[n["id"]]: 1 for n in needs if n["id"] in units} for _, needs in categories]


def _list_partial(month: Month) -> list[tuple[str, list[Row]]]:
    """Return every category with its needs that may be met in part, in the order of names."""
    found: dict[str, list[Row]] = defaultdict(list)
    for need in month.problem["needs"]:
        if need["least"] is not None:
            found[need["category"]].append(need)
    return sorted(found.items())


KIND = MaxUnits()
