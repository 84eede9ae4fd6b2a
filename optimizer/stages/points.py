"""(S4) Most published points of needs met."""

from collections.abc import Sequence

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Need
from optimizer.stages.kind import Aim, Facts, LinesTest, NeedsTest, Sums
from optimizer.stages.tally import Tally


class MaxPoints(Sums):
    """(S4) max sum_d pi_d met[d]      [points]"""

    is_separable = True

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Points of needs met."""
        needs = columns.needs
        weights = {columns.number(met): needs[d].points for d, met in columns.met.items()}
        return [Aim(stage, "", weights)]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Points of the needs met."""
        return {"": sum(need.points for need in tally.list_met())}

    def needs_test(self, stage: Stage, facts: Facts) -> NeedsTest:
        """The need that comes in has as many points as those that go out."""

        def test(need: Need, outs: Sequence[Need]) -> bool:
            return need.points >= sum(out.points for out in outs)

        return test

    def lines_test(self, stage: Stage, facts: Facts) -> LinesTest | None:
        """Only who is met counts."""
        return None
