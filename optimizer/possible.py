"""What a group could get if it were alone: the denominators of the leximin (S2)."""

from dataclasses import replace

from optimizer.backend import LivingModel
from optimizer.build import build
from optimizer.chain import Chain, UnreachableError
from optimizer.objectives import groups_of
from optimizer.policy import Outcome, Stage, StageKind
from optimizer.problem import Problem


def possible_by_group(problem: Problem, stage: Stage, seconds: float) -> dict[str, int]:
    """The most needs of every group that can be met when only this group counts [needs].

    Needs of other groups stay where a pin or a least use may call for them. Empty for stages that
    have no denominator.
    """
    if stage.kind is not StageKind.LEXIMIN or stage.outcome is not Outcome.MET:
        return {}
    groups = groups_of(stage, problem)
    return {group: _possible(problem, frozenset(needs), seconds) for group, needs in groups.items()}


def _possible(problem: Problem, group: frozenset[int], seconds: float) -> int:
    alone = _alone(problem, {problem.needs[d].id for d in group})
    model = build(alone)
    columns = model.columns
    wanted = {problem.needs[d].id for d in group}
    weights = {
        columns.number(met): 1 for d, met in columns.met.items() if alone.needs[d].id in wanted
    }
    chain = Chain(LivingModel(columns.order, model.rows.order, seconds))
    while True:
        value = _maximise(chain, weights)
        if chain.confirm():
            return value
        chain.rewind()


def _maximise(chain: Chain, weights: dict[int, int]) -> int:
    """The greatest value; 0 where there is no point at all, as ``confirm`` then says."""
    try:
        return chain.maximise(weights).value
    except UnreachableError:
        return 0


def _alone(problem: Problem, group: set[str]) -> Problem:
    """The problem without the needs that nothing can call for."""
    if any(stock.least for stock in problem.stocks):
        return problem
    kept = group | {pin.need for pin in problem.pins}
    return replace(
        problem,
        needs=tuple(need for need in problem.needs if need.id in kept),
        pairs=tuple(pair for pair in problem.pairs if pair.need in kept),
        forbids=tuple(forbid for forbid in problem.forbids if forbid.need in kept),
    )
