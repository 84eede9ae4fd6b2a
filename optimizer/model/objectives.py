"""Stages S1 to S9 as aims over column numbers; each aim is a whole-number sum to be maximised.

A stage with one sum per class (S1, S5) makes one aim per class, in order; S2 and S6 make measures,
one per group, that levels.py raises together; S9 is lottery.py.
"""

from collections import defaultdict
from dataclasses import dataclass

from optimizer.model.variables import Columns, Variable
from optimizer.policy import CountBy, GroupOutcome, Stage, StageKind
from optimizer.problem import Need, Problem

Weights = dict[int, int]


@dataclass(frozen=True, slots=True)
class Aim:
    """One sum to be maximised and then kept. ``key`` names the class within its stage."""

    stage: Stage
    key: str
    weights: Weights


@dataclass(frozen=True, slots=True)
class Measure:
    """(value + offset) / denominator of one group, to be raised; ``low`` bounds the value."""

    group: str
    weights: Weights
    offset: int
    denominator: int
    low: int
    high: int


def classes_of(stage: Stage, problem: Problem) -> list[tuple[str, list[int]]]:
    """(S1) The classes of a max_count stage and their needs by position, first served first.

    max sum_(d in class) met[d]      for every class in turn      [needs]
    """
    classes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for d, need in enumerate(problem.needs):
        if stage.by is not CountBy.DUTY_TIER or need.duty:
            classes[class_of(stage, need)].append(d)
    return [(_class_key(stage, key), needs) for key, needs in sorted(classes.items())]


def class_of(stage: Stage, need: Need) -> tuple[int, int]:
    """The sort key of the class a need counts in."""
    if stage.by is CountBy.ALL:
        return (0, 0)
    if stage.by is CountBy.TIER_WAITING:
        return (need.tier, -min(need.waiting, stage.longest_wait))
    return (need.tier, 0)


def _class_key(stage: Stage, key: tuple[int, int]) -> str:
    if stage.by is CountBy.ALL:
        return ""
    if stage.by is CountBy.TIER_WAITING:
        return f"tier={key[0]},waiting={-key[1]}"
    return f"tier={key[0]}"


def aims_of(stage: Stage, columns: Columns) -> list[Aim]:
    """The aims of a stage that is a sum; empty for stages of levels and for the lottery."""
    if stage.kind is StageKind.MAX_COUNT:
        return [
            Aim(stage, key, {columns.number(columns.met[d]): 1 for d in needs if d in columns.met})
            for key, needs in classes_of(stage, columns.problem)
        ]
    if stage.kind is StageKind.MAX_RECIPIENTS:
        return [Aim(stage, "", _recipients(columns))]
    if stage.kind is StageKind.MAX_POINTS:
        return [Aim(stage, "", _points(columns))]
    if stage.kind is StageKind.MAX_UNITS:
        return _units(stage, columns)
    if stage.kind is StageKind.MAX_SCORE:
        return [Aim(stage, "", score_of(columns))]
    if stage.kind is StageKind.MIN_COST:
        return [Aim(stage, "", {j: -score for j, score in score_of(columns).items()})]
    return []


def _recipients(columns: Columns) -> Weights:
    """(S3) max sum_(recipients) helped      [recipients]"""
    return {columns.number(helped): 1 for helped in columns.helped.values()}


def _points(columns: Columns) -> Weights:
    """(S4) max sum_d pi_d met[d]      [points]"""
    needs = columns.needs
    return {columns.number(met): needs[d].points for d, met in columns.met.items()}


def _units(stage: Stage, columns: Columns) -> list[Aim]:
    """(S5) max sum_(d in category) units[d]      for every category in turn      [units]"""
    needs = columns.needs
    classes: dict[str, Weights] = {n.category: {} for n in needs if n.least_units < n.quantity}
    for d, units in columns.units.items():
        classes[needs[d].category][columns.number(units)] = 1
    return [Aim(stage, f"category={name}", classes[name]) for name in sorted(classes)]


def score_of(columns: Columns) -> Weights:
    """(S7, S8) sum c_ds flow[i] of own demands + sum c_j edge[j]      [points or costs]"""
    network = columns.network
    weights: Weights = {}
    for i, (r, source) in enumerate(network.links):
        demand = network.demands[r]
        pair = network.pair_of(demand.needs[0], source) if demand.is_own else None
        if pair is not None and pair.score:
            weights[columns.number(columns.flow[i])] = pair.score
    for j, edge in columns.edge.items():
        weights[columns.number(edge)] = network.edges[j].score
    return weights


def groups_of(stage: Stage, problem: Problem) -> dict[str, list[int]]:
    """Needs of every group of the stage's dimension, by position."""
    groups: dict[str, list[int]] = defaultdict(list)
    for d, need in enumerate(problem.needs):
        name = need.groups.get(stage.dimension, "") if stage.dimension else need.id
        if name:
            groups[name].append(d)
    return groups


def coverage_measures(stage: Stage, columns: Columns, possible: dict[str, int]) -> list[Measure]:
    """(S2) leximin over groups of (h_g + sum_(d in g) met[d]) / (H_g + possible_g)      [needs]"""
    problem = columns.problem
    past = {h.group: (h.met, h.possible) for h in problem.history if h.dimension == stage.dimension}
    found = []
    for group, needs in sorted(groups_of(stage, problem).items()):
        met, offered = past.get(group, (0, 0))
        weights = {columns.number(columns.met[d]): 1 for d in needs if d in columns.met}
        if offered + possible[group]:
            top = possible[group]
            found.append(Measure(group, weights, met, offered + top, 0, top))
    return found


def score_measures(stage: Stage, columns: Columns) -> list[Measure]:
    """(S2, score) leximin over groups of sum c_ds over the units given to them      [points]"""
    network = columns.network
    group_of = {d: g for g, needs in groups_of(stage, network.problem).items() for d in needs}
    weights: dict[str, Weights] = {group: {} for group in sorted(set(group_of.values()))}
    bounds: dict[str, list[int]] = {group: [0, 0] for group in weights}
    for i, (r, source) in enumerate(network.links):
        d = network.demands[r].needs[0]
        pair = network.pair_of(d, source)
        if network.demands[r].is_own and pair is not None and pair.score and d in group_of:
            flow: Variable = columns.flow[i]
            weights[group_of[d]][columns.number(flow)] = pair.score
            reach = pair.score * int(flow.upBound)
            bounds[group_of[d]][reach > 0] += reach
    return [Measure(g, weights[g], 0, 1, bounds[g][0], bounds[g][1]) for g in weights]


def burden_measures(columns: Columns) -> list[Measure]:
    """(S6) leximax over pledges of used_g / capacity_g: leximin of its negative      [units]"""
    stocks = columns.problem.stocks
    members: dict[str, list[int]] = defaultdict(list)
    for s, stock in enumerate(stocks):
        if stock.pledge is not None:
            members[stock.pledge].append(s)
    found = []
    for pledge, of in sorted(members.items()):
        capacity = sum(stocks[s].capacity for s in of)
        weights = {columns.number(columns.used[s]): -1 for s in of if s in columns.used}
        if capacity:
            found.append(Measure(pledge, weights, 0, capacity, -capacity, 0))
    return found


def measures_of(stage: Stage, columns: Columns, possible: dict[str, int]) -> list[Measure]:
    """The groups of a stage of levels, by name."""
    if stage.kind is StageKind.LEXIMAX:
        return burden_measures(columns)
    if stage.outcome is GroupOutcome.SCORE:
        return score_measures(stage, columns)
    return coverage_measures(stage, columns, possible)
