"""What a group could get if it were alone: the denominators of the leximin (S2)."""

from dataclasses import dataclass

from optimizer.build import Model
from optimizer.chain import Chain, NoPointError
from optimizer.ledger import Step
from optimizer.matrix import Vector
from optimizer.objectives import groups_of
from optimizer.policy import Outcome, Stage, StageKind
from optimizer.problem import Problem


@dataclass(frozen=True, slots=True)
class Alone:
    """The most needs of a group that can be met when only it counts; a point that meets them."""

    step: Step
    point: Vector

    @property
    def needs(self) -> int:
        """How many."""
        return self.step.value


def possible_by_group(chain: Chain, model: Model, stage: Stage) -> dict[str, Alone]:
    """What every group of the stage could get [needs]; empty for stages without a denominator.

    Needs of other groups stay where a pin or a least use may call for them. Raises
    ``NoPointError`` when no point holds C1 to C13.
    """
    if stage.kind is not StageKind.LEXIMIN or stage.outcome is not Outcome.MET:
        return {}
    columns, problem = model.columns, model.columns.network.problem
    found = {}
    for group, needs in groups_of(stage, problem).items():
        own = [columns.number(columns.met[d]) for d in needs if d in columns.met]
        everybody = {columns.number(met) for met in columns.met.values()}
        off = [] if are_others_called_for(problem) else sorted(everybody.difference(own))
        step, point = chain.measure(dict.fromkeys(own, 1), off)
        if point is None:
            raise NoPointError
        found[group] = Alone(step, point)
    return found


def are_others_called_for(problem: Problem) -> bool:
    """Whether a rule may ask for needs to be met; without one, leaving them out breaks nothing."""
    return bool(problem.pins) or any(stock.least for stock in problem.stocks)
