"""(S8) Lowest sum of pair scores, read as costs."""

from ..month.schema import Row
from .max_score import MaxScore


class MinCost(MaxScore):
    """The same sum, as low as can be."""

    sign = -1

    def weighs_pairs(self, stage: Row) -> bool:
        """Always: a cost is no bonus."""
        return True


KIND = MinCost()
