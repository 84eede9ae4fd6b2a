"""The policy's stages in order on one search; each is kept while the next is sought."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.model.build import Model
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.search.certificate import Share, proof_of
from optimizer.search.components import leading_sums, take_apart
from optimizer.search.levels import raise_levels, raise_worst_level
from optimizer.search.lexicographic import (
    LexicographicSearch,
    RetakeError,
    UnreachableError,
)
from optimizer.solution import Proof
from optimizer.stages.kind import Aim, Draw, Levels, Sums
from optimizer.stages.registry import kind_of

Progress = Callable[[str, int, int], None]  # stage name, stages done, stages in all
BLOCK = 16  # needs drawn together; 2^16 is far from what a double can blur


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
    aims = [aim for stage in leading for aim in kind_of(stage).aims(stage, model.columns)]
    taken = take_apart(search, model, aims)
    for k, (aim, value, proof) in enumerate(zip(aims, taken.values, taken.proofs, strict=True)):
        shares = tuple(taken.shares.get(k, ()))
        stated = kind_of(aim.stage).sign * value
        run.outcomes.append(AimResult(aim.stage, aim.key, proof, stated, shares))
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
        kind = kind_of(stage)
        taker = _Taker(search, columns, possible.get(stage.name, {}), len(search.steps))
        if kind.is_draw:
            _find_excluded(search, columns, run, before)
        try:
            taken = kind.ask(stage, taker)
        except UnreachableError:
            taken = []
        except RetakeError:
            return False
        if not search.check_incumbent():
            return False
        run.outcomes.extend(taken)
        if not kind.is_draw:
            _note_excluded(search, columns, run, stage.name)
        before = stage.name
    progress("", total, total)
    return True


@dataclass(frozen=True, slots=True)
class _Taker:
    """Takes one stage in the search, whatever its form. ``start``: steps taken before."""

    search: LexicographicSearch
    columns: Columns
    possible: Mapping[str, int]
    start: int

    def ask_sums(self, kind: Sums, stage: Stage) -> list[AimResult]:
        """Maximise and keep one sum after another."""
        return [self._take_aim(aim, kind.sign) for aim in kind.aims(stage, self.columns)]

    def _take_aim(self, aim: Aim, sign: int) -> AimResult:
        step = self.search.maximise(aim.weights)
        self.search.check_incumbent_when_due()
        return AimResult(aim.stage, aim.key, step.proof, sign * step.value, (Share(step),))

    def ask_levels(self, kind: Levels, stage: Stage) -> list[AimResult]:
        """Raise the worst group, then the next."""
        raise_them = raise_worst_level if stage.worst_only else raise_levels
        raise_them(self.search, kind.measures(stage, self.columns, self.possible))
        return self._since_start(stage)

    def ask_draw(self, kind: Draw, stage: Stage) -> list[AimResult]:
        """Meet the first need of the order that can be met, then the next."""
        met, order = self.columns.met, kind.order(stage, self.columns.problem)
        _meet_in_order(self.search, [self.columns.number(met[d]) for d in order if d in met])
        return self._since_start(stage)

    def _since_start(self, stage: Stage) -> list[AimResult]:
        steps = self.search.steps[self.start :]
        return [AimResult(stage, "", proof_of(steps), shares=tuple(Share(step) for step in steps))]


def _meet_in_order(search: LexicographicSearch, order: Sequence[int]) -> None:
    """Fix these columns so that their vector is lexicographically greatest.

    Taken in blocks: within a block the weights are powers of two, so the greatest sum *is* the
    lexicographic order and its binary digits say which columns are 1.
    """
    while undrawn := [j for j in order if search.is_open(j)][:BLOCK]:
        weights = {j: 1 << (len(undrawn) - 1 - k) for k, j in enumerate(undrawn)}
        value = search.maximise(weights).value
        drawn = [(j, float(bool(value & weight))) for j, weight in weights.items()]
        search.keep_columns([(j, is_met, is_met) for j, is_met in drawn])


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
