"""(S4) The greatest sum of published points over the needs met."""

from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class MaxPoints(Sums):
    """The sum of the points of the needs met."""

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: the sum of the points of the needs met."""
        points = sum(need["points"] for need in outcome.needs_met)
        yield Aim(stage["name"], stage["kind"], "", points)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return the points of each need as the weight of its ``met`` column."""
        return [{column: month.needs[need]["points"] for need, column in program.met.items()}]


KIND = MaxPoints()
