"""(S3) The most recipients with at least one need met."""

from collections import Counter
from collections.abc import Sequence

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Need, Problem
from optimizer.stages.kind import Aim, Facts, LinesTest, NeedsTest, Sums
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import Wish, rank_recipients


class MaxRecipients(Sums):
    """(S3) max sum_(recipients) helped      [recipients]"""

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return the sum that counts the recipients helped."""
        return [Aim(stage, "", {columns.number(helped): 1 for helped in columns.helped.values()})]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the number of recipients with a need met."""
        return {"": len({need.recipient for need in tally.list_met()})}

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return the first need of each recipient before all others."""
        return rank_recipients(problem, order)

    def needs_test(self, stage: Stage, facts: Facts) -> NeedsTest:
        """Return the test: at least as many recipients have a need met as before."""
        helped = facts.helped

        def test(need: Need, outs: Sequence[Need]) -> bool:
            lost = Counter(out.recipient for out in outs)
            lost[need.recipient] -= 1
            change = sum((helped[r] - n > 0) - (helped[r] > 0) for r, n in lost.items())
            return change >= 0

        return test

    def lines_test(self, stage: Stage, facts: Facts) -> LinesTest | None:
        """Return None: only the needs met count."""
        return None
