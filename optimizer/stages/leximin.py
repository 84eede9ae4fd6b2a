"""(S2, S6) The highest ratio for the worst-off group; the lowest load for the busiest pledge."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from optimizer.model.variables import Columns
from optimizer.policy import GroupOutcome, Stage
from optimizer.problem import Need, Problem
from optimizer.solution import Level
from optimizer.stages.kind import Levels, Measure
from optimizer.stages.score import list_scored_flows
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import Wish, rank_by_part


class Leximin(Levels):
    """(S2) Leximin over groups: of the fraction of possible needs that are met, or of scores."""

    def measures(
        self, stage: Stage, columns: Columns, possible: Mapping[str, int]
    ) -> list[Measure]:
        """Return the coverage of each group, or its sum of scores."""
        if stage.outcome is GroupOutcome.SCORE:
            return _score_measures(stage, columns)
        return _coverage_measures(stage, columns, possible)

    def list_levels(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Level]:
        """Return met of possible needs, for groups with any, or the sum of scores of each group."""
        groups, needs = groups_of(stage, tally.problem), tally.problem.needs
        if stage.outcome is GroupOutcome.SCORE:
            return [
                Level(group, sum(tally.score[needs[d].id] for d in members), 1)
                for group, members in groups.items()
            ]
        past = _past_of(stage, tally.problem)
        found = []
        for group, members in groups.items():
            met, offered = past.get(group, (0, 0))
            if offered + possible[group]:
                met += tally.count_met(members)
                found.append(Level(group, met, offered + possible[group]))
        return found

    def groups_alone(self, stage: Stage, problem: Problem) -> dict[str, list[int]]:
        """Return all groups if coverage is compared; none for scores, which have no denominator."""
        return groups_of(stage, problem) if stage.outcome is GroupOutcome.MET else {}

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return the coverage of each need's group; for scores, or single needs, equal wishes."""
        if stage.outcome is GroupOutcome.SCORE or not stage.dimension:
            return [()] * len(problem.needs)
        groups = [_group_of(stage, need) for need in problem.needs]
        return rank_by_part(groups, _past_of(stage, problem), order)


def groups_of(stage: Stage, problem: Problem) -> dict[str, list[int]]:
    """Map each group in the stage's dimension to the positions of its needs.

    Without a dimension each need is its own group; a need without a group is left out.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for d, need in enumerate(problem.needs):
        group = _group_of(stage, need)
        if group is not None:
            groups[group].append(d)
    return groups


def _group_of(stage: Stage, need: Need) -> str | None:
    """Return the need's group, or its id if the stage has no dimension; None if it has no group."""
    return need.groups.get(stage.dimension) or None if stage.dimension else need.id


def _past_of(stage: Stage, problem: Problem) -> dict[str, tuple[int, int]]:
    """Map each group to how many of its needs were met, and could be, in months that count."""
    rows = (row for row in problem.history if row.dimension == stage.dimension)
    return {row.group: (row.met, row.possible) for row in rows}


def _coverage_measures(
    stage: Stage, columns: Columns, possible: Mapping[str, int]
) -> list[Measure]:
    """(S2) leximin over groups of (h_g + sum_(d in g) met[d]) / (H_g + possible_g)      [needs]

    h_g: needs of group g that past months met; H_g: those that they could have met.
    possible_g: the most needs of g that can be met this month if only they count.
    """
    problem = columns.problem
    past = _past_of(stage, problem)
    found = []
    for group, needs in sorted(groups_of(stage, problem).items()):
        met, offered = past.get(group, (0, 0))
        weights = {columns.number(columns.met[d]): 1 for d in needs if d in columns.met}
        if offered + possible[group]:
            top = possible[group]
            found.append(Measure(group, weights, met, offered + top, 0, top))
    return found


def _score_measures(stage: Stage, columns: Columns) -> list[Measure]:
    """(S2, score) leximin over groups of sum c_ds over the units given to them      [points]

    c_ds: the score per unit of need d from stock s.
    """
    groups = groups_of(stage, columns.problem)
    group_of = {d: group for group, needs in groups.items() for d in needs}
    weights: dict[str, dict[int, int]] = {group: {} for group in sorted(groups)}
    bounds = {group: [0, 0] for group in groups}
    for d, flow, score in list_scored_flows(columns):
        if d in group_of:
            weights[group_of[d]][columns.number(flow)] = score
            reach = score * int(flow.upBound)
            bounds[group_of[d]][reach > 0] += reach
    return [Measure(group, of, 0, 1, *bounds[group]) for group, of in weights.items()]


class Leximax(Levels):
    """(S6) leximax over pledges of used_g / capacity_g: leximin of its negative      [units]

    used_g: units taken directly from the stocks of pledge g; capacity_g: their capacities in all.
    """

    sign = -1

    def measures(
        self, stage: Stage, columns: Columns, possible: Mapping[str, int]
    ) -> list[Measure]:
        """Return a measure for each pledge with any capacity; its value is minus the units used."""
        stocks = columns.problem.stocks
        found = []
        for pledge, members in sorted(_pledges_of(columns.problem).items()):
            capacity = sum(stocks[s].capacity for s in members)
            weights = {columns.number(columns.used[s]): -1 for s in members if s in columns.used}
            if capacity:
                found.append(Measure(pledge, weights, 0, capacity, -capacity, 0))
        return found

    def list_levels(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Level]:
        """Return units used / capacity of the stocks of each pledge with any capacity."""
        stocks, found = tally.problem.stocks, []
        for pledge, members in _pledges_of(tally.problem).items():
            used = sum(tally.used[stocks[s].id] for s in members)
            capacity = sum(stocks[s].capacity for s in members)
            if capacity:
                found.append(Level(pledge, used, capacity))
        return found


def _pledges_of(problem: Problem) -> dict[str, list[int]]:
    """Map each pledge to its stocks by position."""
    found: dict[str, list[int]] = defaultdict(list)
    for s, stock in enumerate(problem.stocks):
        if stock.pledge is not None:
            found[stock.pledge].append(s)
    return found
