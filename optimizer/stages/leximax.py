"""(S6) The lowest load of the busiest pledge, then of the next."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.solution import Level
from optimizer.stages.kind import Facts, Levels, Lines, LinesTest, Measure
from optimizer.stages.tally import Tally


class Leximax(Levels):
    """(S6) leximax over pledges of used_g / capacity_g: leximin of its negative      [units]"""

    sign = -1

    def measures(
        self, stage: Stage, columns: Columns, possible: Mapping[str, int]
    ) -> list[Measure]:
        """Return the pledges with any capacity, their use as a negative number."""
        stocks = columns.problem.stocks
        found = []
        for pledge, members in sorted(_pledges_of(columns.problem).items()):
            capacity = sum(stocks[s].capacity for s in members)
            weights = {columns.number(columns.used[s]): -1 for s in members if s in columns.used}
            if capacity:
                found.append(Measure(pledge, weights, 0, capacity, -capacity, 0))
        return found

    def list_levels(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Level]:
        """Return the units used out of those pledged, for each pledge."""
        stocks, found = tally.problem.stocks, []
        for pledge, members in _pledges_of(tally.problem).items():
            used = sum(tally.used[stocks[s].id] for s in members)
            capacity = sum(stocks[s].capacity for s in members)
            if capacity:
                found.append(Level(pledge, used, capacity))
        return found

    def lines_test(self, stage: Stage, facts: Facts) -> LinesTest:
        """Return a test that is True when no pledge is used more."""

        def test(before: Lines, after: Lines) -> bool:
            change: Counter[str] = Counter()
            for sign, lines in ((-1, before), (1, after)):
                for line in lines:
                    pledge = facts.pledge_of[line.stock]
                    if pledge is not None:
                        change[pledge] += sign * facts.consumption(line)
            return max(change.values(), default=0) <= 0

        return test


def _pledges_of(problem: Problem) -> dict[str, list[int]]:
    """Return the stocks of every pledge, by position."""
    found: dict[str, list[int]] = defaultdict(list)
    for s, stock in enumerate(problem.stocks):
        if stock.pledge is not None:
            found[stock.pledge].append(s)
    return found
