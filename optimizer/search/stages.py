"""The policy's stages in order on one search; each is kept while the next is sought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from optimizer.model.build import Model
from optimizer.model.objectives import Aim, Measure, aims_of, measures_of
from optimizer.model.variables import Columns
from optimizer.policy import Stage, StageKind
from optimizer.search.certificate import Share, proof_of
from optimizer.search.components import leading_sums, take_apart
from optimizer.search.levels import raise_levels, raise_worst_level
from optimizer.search.lexicographic import (
    LexicographicSearch,
    RetakeError,
    UnreachableError,
)
from optimizer.search.lottery import draw_tickets
from optimizer.solution import Proof

Progress = Callable[[str, int, int], None]  # stage name, stages done, stages in all


@dataclass(frozen=True, slots=True)
class AimResult:
    """What became of one aim: the bound that was reached; None for levels and tickets."""

    stage: Stage
    key: str
    proof: Proof
    bound: int | None = None
    shares: tuple[Share, ...] = ()


@dataclass(slots=True)
class Run:
    """Stages taken so far. ``excluded_by``: need by position -> the stage that ruled it out."""

    outcomes: list[AimResult] = field(default_factory=list)
    excluded_by: dict[int, str] = field(default_factory=dict)


def run_stages(
    search: LexicographicSearch,
    model: Model,
    possible: dict[str, dict[str, int]],
    progress: Progress,
    run: Run,
) -> None:
    """Take every stage, from the start again whenever a kept value turns out unreachable.

    ``run`` holds what is proved so far, also when an error of the search ends the work.
    """
    policy = model.problem.policy
    leading = leading_sums(policy.stages)
    progress(policy.stages[0].name if policy.stages else "", 0, len(policy.stages))
    aims = [aim for stage in leading for aim in aims_of(stage, model.columns)]
    taken = take_apart(search, model, aims)
    for k, (aim, value, proof) in enumerate(zip(aims, taken.values, taken.proofs, strict=True)):
        shares = tuple(taken.shares.get(k, ()))
        run.outcomes.append(AimResult(aim.stage, aim.key, proof, value, shares))
    for d, met in model.columns.met.items():
        stage_name = taken.excluded_by.get(model.columns.number(met))
        if stage_name is not None:
            run.excluded_by[d] = stage_name
    start, known = len(search.steps), (list(run.outcomes), dict(run.excluded_by))
    rest = policy.stages[len(leading) :]
    while not _take_rest(search, model.columns, rest, possible, progress, run):
        search.undo_to(start)
        run.outcomes[:], run.excluded_by = list(known[0]), dict(known[1])


def _take_rest(
    search: LexicographicSearch,
    columns: Columns,
    stages: Sequence[Stage],
    possible: dict[str, dict[str, int]],
    progress: Progress,
    run: Run,
) -> bool:
    total = len(columns.problem.policy.stages)
    before = ""
    for done, stage in enumerate(stages, start=total - len(stages)):
        progress(stage.name, done, total)
        start = len(search.steps)
        if stage.kind is StageKind.LOTTERY:
            _find_excluded(search, columns, run, before)
        try:
            taken = _take_stage(search, columns, stage, possible.get(stage.name, {}), start)
        except UnreachableError:
            taken = []
        except RetakeError:
            return False
        if not search.check_incumbent():
            return False
        run.outcomes.extend(taken)
        if stage.kind is not StageKind.LOTTERY:
            _note_excluded(search, columns, run, stage.name)
        before = stage.name
    progress("", total, total)
    return True


def _take_stage(
    search: LexicographicSearch,
    columns: Columns,
    stage: Stage,
    possible: dict[str, int],
    start: int,
) -> list[AimResult]:
    if stage.kind not in (StageKind.LOTTERY, StageKind.LEXIMIN, StageKind.LEXIMAX):
        return [_take_aim(search, aim) for aim in aims_of(stage, columns)]
    if stage.kind is StageKind.LOTTERY:
        draw_tickets(search, columns)
    else:
        measures: list[Measure] = measures_of(stage, columns, possible)
        (raise_worst_level if stage.worst_only else raise_levels)(search, measures)
    steps = search.steps[start:]
    return [AimResult(stage, "", proof_of(steps), shares=tuple(Share(step) for step in steps))]


def _take_aim(search: LexicographicSearch, aim: Aim) -> AimResult:
    step = search.maximise(aim.weights)
    search.check_incumbent_when_due()
    sign = -1 if aim.stage.kind is StageKind.MIN_COST else 1
    return AimResult(aim.stage, aim.key, step.proof, sign * step.value, (Share(step),))


def _note_excluded(search: LexicographicSearch, columns: Columns, run: Run, stage: str) -> None:
    for d, met in columns.met.items():
        if search.is_off(columns.number(met)):
            run.excluded_by.setdefault(d, stage)


def _find_excluded(search: LexicographicSearch, columns: Columns, run: Run, stage: str) -> None:
    """Rule out, before any ticket is drawn, the needs that no answer of equal value meets."""
    unsure = {
        d: columns.number(met)
        for d, met in columns.met.items()
        if search.is_open(columns.number(met))
    }
    if search.point is not None:
        unsure = {d: j for d, j in unsure.items() if search.point[j] < 0.5}
    possible = search.reachable(list(unsure.values()), 1)
    for (d, column), is_possible in zip(unsure.items(), possible, strict=True):
        if not is_possible:
            search.keep_columns([(column, 0.0, 0.0)])
            run.excluded_by.setdefault(d, stage)
