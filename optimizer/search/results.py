"""The stated result of every aim: value, bound and proof; of an open aim what is reached."""

from collections.abc import Iterator, Mapping, Sequence

from optimizer.engine.highs import ENGINE
from optimizer.policy import Stage
from optimizer.search.alone import SoloOptima
from optimizer.search.stages import AimResult, Run
from optimizer.search.trail import Step, StepKind
from optimizer.solution import Level, Proof, SolutionStatus, StageResult, weakest
from optimizer.stages.kind import Basis, Count, Homes, Kind, Sums
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally

Bounds = Mapping[tuple[str, str], int]  # stage, key -> upper bound on its maximised sum


def list_proved(run: Run, possible: SoloOptima, tally: Tally) -> list[StageResult]:
    """Return the results of the proved aims in order of the policy, counted from assignments."""
    stages = {outcome.stage.name: outcome.stage for outcome in run.outcomes}
    counts = {
        (name, count.key): count
        for name, stage in stages.items()
        for count in kind_of(stage).count(stage, tally, _get_basis(run, possible, name))
    }
    return [
        _describe(outcome, counts[outcome.stage.name, outcome.key], possible)
        for outcome in run.outcomes
    ]


def are_reached(run: Run, results: Sequence[StageResult]) -> bool:
    """Return whether the results, counted from assignments, have the value of every proved sum."""
    return all(
        outcome.bound in (None, result.value)
        for outcome, result in zip(run.outcomes, results, strict=True)
    )


def list_open_stages(stages: Sequence[Stage], run: Run) -> list[Stage]:
    """Return those of ``stages`` that have no proved result, in their order."""
    proved = {outcome.stage.name for outcome in run.outcomes}
    return [stage for stage in stages if stage.name not in proved]


def list_open(
    stages: Sequence[Stage], possible: SoloOptima, tally: Tally, bounds: Bounds
) -> Iterator[StageResult]:
    """Yield what the answer reaches in every aim of these stages; a sum has its upper bound."""
    for stage in stages:
        kind = kind_of(stage)
        values = dict[str, int | None](dict.fromkeys(kind.keys(stage, tally.problem)))
        if isinstance(kind, Sums):
            values = dict(kind.values(stage, tally))
        levels = _count_levels(kind, stage, tally, possible)
        for key, value in values.items():
            bound = bounds.get((stage.name, key))
            yield StageResult(
                name=stage.name,
                kind=stage.kind.value,
                key=key,
                status=SolutionStatus.FEASIBLE,
                proof=Proof.GAP,
                engine=ENGINE,
                value=value,
                bound=None if bound is None else kind.sign * bound,
                levels=levels,
            )


def _count_levels(
    kind: Kind, stage: Stage, tally: Tally, possible: SoloOptima
) -> tuple[Level, ...]:
    """Return the levels that are reached; none if their denominators are not known."""
    if isinstance(kind, Homes) or (
        kind.groups_alone(stage, tally.problem) and stage.name not in possible
    ):
        return ()
    counts = kind.count(stage, tally, _get_basis(Run(), possible, stage.name))
    return counts[0].levels if counts else ()


def count_alone(found: SoloOptima, stage: str) -> dict[str, int]:
    """Map each group to the number of needs that it can get alone; empty if the stage has none."""
    return {group: of.needs for group, of in found.get(stage, {}).items()}


def _get_basis(run: Run, possible: SoloOptima, stage: str) -> Basis:
    found = run.basis.get(stage)
    return Basis(count_alone(possible, stage)) if found is None else found


def _describe(outcome: AimResult, count: Count, possible: SoloOptima) -> StageResult:
    """Return the stated result of one proved aim."""
    stage = outcome.stage
    alone = possible.get(stage.name, {}).values()
    proofs = (outcome.proof, *(found.step.proof for found in alone))
    return StageResult(
        name=stage.name,
        kind=stage.kind.value,
        key=outcome.key,
        status=SolutionStatus.PROVEN,
        proof=weakest(proofs),
        engine=ENGINE,
        value=count.value,
        bound=_bound_of(outcome),
        levels=count.levels,
    )


def _bound_of(outcome: AimResult) -> int | None:
    """Return the bound on a sum that multipliers or trees prove; None if they prove none."""
    if outcome.bound is None or outcome.proof is not Proof.SEARCH:
        return outcome.bound
    above = _sum_above([part.step for part in outcome.steps])
    return None if above is None else outcome.bound + kind_of(outcome.stage).sign * above


def _sum_above(steps: Sequence[Step]) -> int | None:
    """Return by how much the sums of these steps may be greater; None if that is not proved."""
    above = 0
    for step in steps:
        if step.kind is not StepKind.SUM and step.proof is Proof.SEARCH:
            return None
        if step.kind is StepKind.SUM:
            if step.most is None:
                return None
            above += step.most - step.value
    return above
