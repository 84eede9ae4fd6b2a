"""(S3) Meet at least one need for as many recipients as possible."""

from collections.abc import Sequence

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.stages.kind import Aim, Sums
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import Wish, rank_recipients


class MaxRecipients(Sums):
    """(S3) max sum_(recipients) helped      [recipients]"""

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return one sum: the number of recipients helped."""
        return [Aim(stage, "", {columns.number(helped): 1 for helped in columns.helped.values()})]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the number of recipients who have a met need, under the empty key."""
        return {"": len({need.recipient for need in tally.list_met()})}

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return wishes that put the first need of each recipient before all others."""
        return rank_recipients(problem, order)
