"""(S8) The least sum of the scores of pairs, read as costs."""

from ..month.schema import Row
from .max_score import MaxScore


class MinCost(MaxScore):
    """The sum of the scores of all units given, minimised."""

    sign = -1

    def weighs_pairs(self, stage: Row) -> bool:
        """Return True: the value is the sum of the costs of single pairs."""
        return True


KIND = MinCost()
