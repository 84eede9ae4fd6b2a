"""(S4) The greatest sum of published points over the needs met."""

from collections.abc import Sequence

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.stages.kind import Aim, Sums
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import Wish


class MaxPoints(Sums):
    """(S4) max sum_d pi_d met[d]; pi_d: the published points of need d      [points]"""

    is_separable = True

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return one sum: the points of the needs met."""
        needs = columns.needs
        weights = {columns.number(met): needs[d].points for d, met in columns.met.items()}
        return [Aim(stage, "", weights)]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the points of the needs met under the empty key."""
        return {"": sum(need.points for need in tally.list_met())}

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> list[Wish]:
        """Return the negative of each need's points as its wish: the most points come first."""
        return [(-need.points,) for need in problem.needs]
