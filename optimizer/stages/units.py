"""(S5) The most units to needs that may be met in part, category after category."""

from collections import Counter

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Need, Problem
from optimizer.stages.kind import Aim, Facts, Lines, LinesTest, Sums
from optimizer.stages.tally import Tally


class MaxUnits(Sums):
    """(S5) max sum_(d in category) units[d]      for every category in turn      [units]"""

    is_separable = True

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """Return the categories with a need that may be met in part, by name."""
        partial = {need.category for need in problem.needs if _is_partial(need)}
        return [f"category={name}" for name in sorted(partial)]

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return, for each category, the sum of the units delivered to its needs."""
        problem = columns.problem
        weights: dict[str, dict[int, int]] = {key: {} for key in self.keys(stage, problem)}
        for d, units in columns.units.items():
            weights[f"category={problem.needs[d].category}"][columns.number(units)] = 1
        return [Aim(stage, key, of) for key, of in weights.items()]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the units delivered to the needs of each category."""
        found = dict.fromkeys(self.keys(stage, tally.problem), 0)
        for need in tally.list_met():
            if _is_partial(need):
                found[f"category={need.category}"] += tally.units[need.id]
        return found

    def lines_test(self, stage: Stage, facts: Facts) -> LinesTest:
        """Return the test: no category gets fewer units."""

        def test(before: Lines, after: Lines) -> bool:
            change: Counter[str] = Counter()
            for sign, lines in ((-1, before), (1, after)):
                for line in lines:
                    need = facts.needs[line.need]
                    if line.person is None and _is_partial(need):
                        change[need.category] += sign * line.units
            return min(change.values(), default=0) >= 0

        return test


def _is_partial(need: Need) -> bool:
    return need.least_units < need.quantity
