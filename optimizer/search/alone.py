"""The most needs of a group that can be met if no other group counts: the denominators of S2."""

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
    """The most needs of a group that can be met if no other group counts.

    step    the step with this number as its value, and the proof of it
    point   an integer point that meets so many of the group's needs
    """

    step: Step
    point: Vector

    @property
    def needs(self) -> int:
        """The greatest number of needs of the group."""
        return self.step.value


SoloOptima = dict[str, dict[str, SoloOptimum]]  # by stage and group
Possible = Mapping[str, Mapping[str, int]]  # by stage and group: needs that it can get alone


def possible_by_group(
    search: LexicographicSearch, model: Model, stage: Stage
) -> dict[str, SoloOptimum]:
    """Map each group to the most of its needs that can be met if no other group counts.

    The map is empty if the stage's levels have no such denominator. Needs of other groups are
    unmet, except those of ``list_required``. Raises ``NoPointError`` if no point satisfies C1 to
    C15.
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
    """Return the needs, by position, that rules may require.

    They are pinned, or of a category with a stock that has a least use or ``least_if_used`` or is
    within such a stock. Leaving all other needs unmet breaks no rule, so no group gets less then.
    """
    pinned = {pin.need for pin in problem.pins}
    has_least = [stock.least > 0 or stock.least_if_used > 0 for stock in problem.stocks]
    is_asked = ancestors.fold(has_least, or_)
    categories = {stock.category for s, stock in enumerate(problem.stocks) if is_asked[s]}
    return {d for d, n in enumerate(problem.needs) if n.id in pinned or n.category in categories}


def read_possible(stage: Stage, problem: Problem, levels: Iterable[Level]) -> dict[str, int]:
    """Map each group to the needs that it can get alone, read from its stated level.

    The number is 0 for a group without a level. The map is empty if the stage's levels have no such
    denominator.
    """
    groups = kind_of(stage).groups_alone(stage, problem)
    if not groups:
        return {}
    past = {h.group: h.possible for h in problem.history if h.dimension == stage.dimension}
    stated = {level.group: level.denominator - past.get(level.group, 0) for level in levels}
    return dict.fromkeys(groups, 0) | stated
