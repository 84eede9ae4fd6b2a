"""The most needs that a group can have met if no other counts: the denominators of S2."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import or_

from optimizer.engine.matrix import Vector
from optimizer.model.build import Model
from optimizer.nesting import Ancestors
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.trail import Step
from optimizer.solution import Level
from optimizer.stages.registry import kind_of


@dataclass(frozen=True, slots=True)
class SoloOptimum:
    """How many needs of a group can be met if no other counts, and a point that meets so many."""

    step: Step
    point: Vector

    @property
    def needs(self) -> int:
        """The number of needs."""
        return self.step.value


SoloOptima = dict[str, dict[str, SoloOptimum]]  # by stage and group
Possible = Mapping[str, Mapping[str, int]]  # by stage and group: needs that it can get alone


def possible_by_group(
    search: LexicographicSearch, model: Model, stage: Stage
) -> dict[str, SoloOptimum]:
    """Return what every group of the stage can get alone [needs]; empty without a denominator.

    Needs of other groups stay in the model where a pin or a least use may require them. Raises
    ``NoPointError`` when no point satisfies C1 to C15.
    """
    columns, problem = model.columns, model.problem
    groups = kind_of(stage).groups_alone(stage, problem)
    if not groups:
        return {}
    required = list_required(problem, columns.network.ancestors)
    left_out = {columns.number(met) for d, met in columns.met.items() if d not in required}
    found = {}
    for group, needs in groups.items():
        own = [columns.number(columns.met[d]) for d in needs if d in columns.met]
        step, point = search.measure(dict.fromkeys(own, 1), sorted(left_out.difference(own)))
        if point is None:
            raise NoPointError
        found[group] = SoloOptimum(step, point)
    return found


def list_required(problem: Problem, ancestors: Ancestors) -> set[int]:
    """Return the needs (by position) that are pinned or of a category with a least use.

    Rules may require these needs. Leaving the others unmet breaks no rule, so no group gets less
    without them.
    """
    pinned = {pin.need for pin in problem.pins}
    has_least = [stock.least > 0 or stock.least_if_used > 0 for stock in problem.stocks]
    is_asked = ancestors.fold(has_least, or_)
    categories = {stock.category for s, stock in enumerate(problem.stocks) if is_asked[s]}
    return {d for d, n in enumerate(problem.needs) if n.id in pinned or n.category in categories}


def read_possible(stage: Stage, problem: Problem, levels: Iterable[Level]) -> dict[str, int]:
    """Return what every group can get alone [needs]; 0 for a group without a stated level.

    The result is empty for stages without a denominator.
    """
    groups = kind_of(stage).groups_alone(stage, problem)
    if not groups:
        return {}
    past = {h.group: h.possible for h in problem.history if h.dimension == stage.dimension}
    stated = {level.group: level.denominator - past.get(level.group, 0) for level in levels}
    return dict.fromkeys(groups, 0) | stated
