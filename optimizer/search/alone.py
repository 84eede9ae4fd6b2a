"""What a group could get if it were alone: the denominators of the leximin (S2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from optimizer.engine.matrix import Vector
from optimizer.model.build import Model
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.trail import Step
from optimizer.solution import Level
from optimizer.stages.registry import kind_of


@dataclass(frozen=True, slots=True)
class SoloOptimum:
    """The most needs of a group that can be met when only it counts; a point that meets them."""

    step: Step
    point: Vector

    @property
    def needs(self) -> int:
        """How many."""
        return self.step.value


SoloOptima = dict[str, dict[str, SoloOptimum]]  # by stage and group
Possible = Mapping[str, Mapping[str, int]]  # by stage and group: needs that it could get alone


def possible_by_group(
    search: LexicographicSearch, model: Model, stage: Stage
) -> dict[str, SoloOptimum]:
    """What every group of the stage could get [needs]; empty for stages without a denominator.

    Needs of other groups stay where a pin or a least use may call for them. Raises
    ``NoPointError`` when no point holds C1 to C13.
    """
    columns, problem = model.columns, model.problem
    groups = kind_of(stage).groups_alone(stage, problem)
    if not groups:
        return {}
    called = called_for(problem, columns.network.ancestors)
    left_out = {columns.number(met) for d, met in columns.met.items() if d not in called}
    found = {}
    for group, needs in groups.items():
        own = [columns.number(columns.met[d]) for d in needs if d in columns.met]
        step, point = search.measure(dict.fromkeys(own, 1), sorted(left_out.difference(own)))
        if point is None:
            raise NoPointError
        found[group] = SoloOptimum(step, point)
    return found


def called_for(problem: Problem, ancestors: Sequence[Sequence[int]]) -> set[int]:
    """Needs by position that a rule may ask for: pinned, or of a category with a least use.

    Without the others everything else stays as it is, so no group gets less than it could.
    """
    pinned = {pin.need for pin in problem.pins}
    categories = {
        stock.category
        for s, stock in enumerate(problem.stocks)
        if any(problem.stocks[above].least for above in (s, *ancestors[s]))
    }
    return {d for d, n in enumerate(problem.needs) if n.id in pinned or n.category in categories}


def read_possible(stage: Stage, problem: Problem, levels: Iterable[Level]) -> dict[str, int]:
    """What the stated levels say that every group could get alone [needs]; 0 where none is stated.

    Empty for stages without a denominator.
    """
    groups = kind_of(stage).groups_alone(stage, problem)
    if not groups:
        return {}
    past = {h.group: h.possible for h in problem.history if h.dimension == stage.dimension}
    stated = {level.group: level.denominator - past.get(level.group, 0) for level in levels}
    return dict.fromkeys(groups, 0) | stated
