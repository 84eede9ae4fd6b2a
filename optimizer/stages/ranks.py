"""(S13) Contested needs: the group that got the smallest fraction so far comes next."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Need, Problem
from optimizer.solution import Level
from optimizer.stages.kind import Basis, Count, Ladder
from optimizer.stages.steps import Rungs, Units, count_from_lowest
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import Wish, rank_by_part
from optimizer.tickets import name_of


class Ranks(Ladder):
    """(S13) The j-th contested need of group g that is met has rank (M_g + j - 1) / (O_g + open_g).

    M_g: contested needs of g that were met in the months that still count; O_g: those that could
    have been met. open_g: the most contested needs of g that can be met this month.
    """

    def list_groups(self, stage: Stage, problem: Problem, basis: Basis) -> list[str]:
        """Return the groups with a contested need that some answer meets, sorted."""
        return sorted(group for group, open_ in basis.possible.items() if open_)

    def rungs(self, stage: Stage, columns: Columns, basis: Basis) -> list[Rungs]:
        """Return open_g units with their ranks for every group; more are possible if borrowed."""
        past, found = past_of(stage, columns.problem), []
        for group in self.list_groups(stage, columns.problem, basis):
            weights = {
                columns.number(variable): 1
                for d, variable in columns.met.items()
                if group_of(stage, columns.needs[d]) == group and columns.needs[d].id in basis.needs
            }
            units = _list_units(past.get(group, (0, 0)), basis, group, len(weights))
            found.append(Rungs(group, weights, units))
        return found

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result with the level (M_g + m_g) / (O_g + open_g) of every group.

        m_g: contested needs of g that are met this month.
        """
        met = (need for need in tally.list_met() if need.id in basis.needs)
        own, past = Counter(group_of(stage, need) for need in met), past_of(stage, tally.problem)
        levels, taken = [], []
        for group in self.list_groups(stage, tally.problem, basis):
            open_, (had, offered) = basis.possible[group], past.get(group, (0, 0))
            levels.append(Level(name_of(group), had + own[group], offered + open_))
            units = _list_units((had, offered), basis, group, own[group])
            taken.append((units, own[group]))
        levels.sort(key=lambda level: (level.ratio, level.group))
        return [Count("", count_from_lowest(taken), levels=tuple(levels))]

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return the fraction that the group of each need has when the needs before it are met."""
        groups = [group_of(stage, need) for need in problem.needs]
        return rank_by_part(groups, past_of(stage, problem), order)

    def climbs_contests(self, stage: Stage) -> bool:
        """Return True: only contested needs count."""
        return True


def group_of(stage: Stage, need: Need) -> str:
    """Return the label of the need's group in the stage's dimension.

    All needs without a group have the same label, that of the empty name.
    """
    return need.groups[stage.dimension]


def past_of(stage: Stage, problem: Problem) -> dict[str, tuple[int, int]]:
    """Map each group to M_g and O_g of ``Ranks``, from the months that still count."""
    rows = (row for row in problem.history if row.dimension == stage.dimension)
    return {row.group: (row.met, row.possible) for row in rows}


def _list_units(past: tuple[int, int], basis: Basis, group: str, able: int) -> Units:
    """Return open_g units with their ranks; of a borrowed basis at least ``able`` units."""
    (had, offered), open_ = past, basis.possible[group]
    count = max(open_, able) if basis.is_borrowed else open_
    return tuple((Fraction(had + j, offered + open_), 1) for j in range(count))
