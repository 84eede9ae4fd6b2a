"""(S17) The giver that carried the smallest fraction of its agreement is asked next."""

from collections import defaultdict
from fractions import Fraction

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import VISITS, Problem
from optimizer.solution import Level
from optimizer.stages.kind import Basis, Count, Ladder
from optimizer.stages.steps import Rungs, Units, count_from_highest
from optimizer.stages.tally import Tally
from optimizer.tickets import name_of

STEPS = 200  # at most, of a giver and measure; up to 200 units a step is one unit

Giver = tuple[str, str]  # giver, measure


class Carrying(Ladder):
    """(S17) Use as few units as possible of the highest rank, then of the next, and so on.

    The u-th unit of h, a giver and measure, has the rank (U_h + e_h floor((u - 1) / e_h)) / C_h.

    U_h  units carried before this month
    C_h  units agreed to
    e_h  units in a step: equal units at one rank
    """

    sign = -1

    def list_groups(self, stage: Stage, problem: Problem, basis: Basis) -> list[str]:
        """Return ``giver/measure`` for each giver and measure with units, sorted by giver."""
        return [_spell(giver) for giver in _list_givers(problem)]

    def rungs(self, stage: Stage, columns: Columns, basis: Basis) -> list[Rungs]:
        """Return the units that each giver and measure may be asked for, with their ranks."""
        problem, found = columns.problem, []
        for giver, stocks in _list_givers(problem).items():
            weights = {columns.number(columns.used[s]): 1 for s in stocks if s in columns.used}
            found.append(Rungs(_spell(giver), weights, _list_steps(problem, giver, stocks)))
        return found

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result: for every giver and measure, units carried over units agreed to.

        The units carried are those of the months that still count and of this month.
        """
        problem, levels, taken = tally.problem, [], []
        for giver, stocks in _list_givers(problem).items():
            used = sum(tally.used[problem.stocks[s].id] for s in stocks)
            carried, agreed = _past_of(problem, giver, stocks)
            levels.append(Level(_spell(giver), carried + used, agreed))
            taken.append((_list_steps(problem, giver, stocks), used))
        levels.sort(key=lambda level: (-level.ratio, level.group))
        return [Count("", count_from_highest(taken), levels=tuple(levels))]


def _spell(giver: Giver) -> str:
    name, measure = giver
    return f"{name_of(name)}/{measure if measure == VISITS else name_of(measure)}"


def _list_givers(problem: Problem) -> dict[Giver, list[int]]:
    """Map each giver and measure to its pledged stocks by position, if they have any units."""
    found: dict[Giver, list[int]] = defaultdict(list)
    for s, stock in enumerate(problem.stocks):
        if stock.pledge is not None and stock.category:
            found[stock.giver, stock.measure].append(s)
    return {g: of for g, of in sorted(found.items()) if sum(problem.stocks[s].capacity for s in of)}


def _past_of(problem: Problem, giver: Giver, stocks: list[int]) -> tuple[int, int]:
    """Return the units carried before this month, and the units agreed to."""
    for row in problem.loads:
        if (row.giver, row.measure) == giver:
            return row.carried, row.agreed
    return 0, sum(problem.stocks[s].capacity for s in stocks)


def _list_steps(problem: Problem, giver: Giver, stocks: list[int]) -> Units:
    carried, agreed = _past_of(problem, giver, stocks)
    most = sum(problem.stocks[s].capacity for s in stocks)
    size = -(-most // STEPS)
    starts = range(0, most, size)
    return tuple((Fraction(carried + u, agreed), min(size, most - u)) for u in starts)
