"""Take the policy's stages in order in one search; each is fixed while the next is optimised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from optimizer.model.build import Model
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.search.alone import Possible
from optimizer.search.certificate import ComponentStep, proof_of
from optimizer.search.components import leading_sums, maximise_by_component
from optimizer.search.levels import raise_levels, raise_worst_level
from optimizer.search.lexicographic import LexicographicSearch, RetakeError, UnreachableError
from optimizer.solution import Proof
from optimizer.stages.kind import Aim, Draw, Levels, Sums
from optimizer.stages.registry import kind_of

OnProgress = Callable[[str, int, int], None]  # stage name, stages done, stages in all
BLOCK = 16  # needs drawn together; doubles hold sums of weights up to 2^16 exactly


def say_nothing(stage: str, done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class AimResult:
    """The result of one aim: its proved value, or None for levels and tickets."""

    stage: Stage
    key: str
    proof: Proof
    bound: int | None = None
    steps: tuple[ComponentStep, ...] = ()


@dataclass(slots=True)
class Run:
    """What is proved so far.

    excluded_by   need by position -> the stage that excluded it
    undrawn       number of steps taken before lots are drawn; None: none are
    """

    outcomes: list[AimResult] = field(default_factory=list)
    excluded_by: dict[int, str] = field(default_factory=dict)
    undrawn: int | None = None

    def copy(self) -> "Run":
        """Return a copy that later results do not change."""
        return Run(list(self.outcomes), dict(self.excluded_by))

    def reset(self, other: "Run") -> None:
        """Take over the state of another run."""
        self.outcomes[:], self.excluded_by = list(other.outcomes), dict(other.excluded_by)


def run_stages(
    search: LexicographicSearch, model: Model, possible: Possible, progress: OnProgress, run: Run
) -> None:
    """Take every stage, and start again whenever a fixed value proves unreachable.

    ``run`` holds what is proved so far, even when an error of the search ends the work.
    """
    stages = model.problem.policy.stages
    leading = leading_sums(stages)
    progress(stages[0].name if stages else "", 0, len(stages))
    _take_leading(search, model, leading, run)
    rest = _StagesInOrder(search, model.columns, possible, progress, run)
    start, known = len(search.steps), run.copy()
    while not rest.take(stages[len(leading) :]):
        search.undo_to(start)
        run.reset(known)


def _take_leading(
    search: LexicographicSearch, model: Model, leading: Sequence[Stage], run: Run
) -> None:
    """Take the stages that can be solved in every component on its own."""
    columns = model.columns
    aims = [aim for stage in leading for aim in kind_of(stage).aims(stage, columns)]
    sums = maximise_by_component(search, model, aims)
    for k, (aim, value, proof) in enumerate(zip(aims, sums.values, sums.proofs, strict=True)):
        stated, steps = kind_of(aim.stage).sign * value, tuple(sums.steps.get(k, ()))
        run.outcomes.append(AimResult(aim.stage, aim.key, proof, stated, steps))
    for d, met in columns.met.items():
        stage_name = sums.excluded_by.get(columns.number(met))
        if stage_name is not None:
            run.excluded_by[d] = stage_name


@dataclass(slots=True)
class _StagesInOrder:
    """Takes stages one after another in the whole model, each according to its form.

    start   steps that were taken before the current stage
    """

    search: LexicographicSearch
    columns: Columns
    possible: Possible
    progress: OnProgress
    run: Run
    start: int = 0

    def take(self, stages: Sequence[Stage]) -> bool:
        """Take these stages, which end the policy; return False to undo them and start again."""
        policy = self.columns.problem.policy.stages
        total, leading = len(policy), policy[: len(policy) - len(stages)]
        before = leading[-1].name if leading else ""
        for done, stage in enumerate(stages, start=total - len(stages)):
            self.progress(stage.name, done, total)
            kind = kind_of(stage)
            self.start = len(self.search.steps)
            if kind.is_draw:
                self._find_excluded(before)
                self.run.undrawn = len(self.search.steps)
            try:
                outcomes = kind.ask(stage, self)
            except UnreachableError:
                outcomes = []
            except RetakeError:
                return False
            if not self.search.check_incumbent():
                return False
            self.run.outcomes.extend(outcomes)
            if not kind.is_draw:
                self._note_excluded(stage.name)
            before = stage.name
        self.progress("", total, total)
        return True

    def ask_sums(self, kind: Sums, stage: Stage) -> list[AimResult]:
        """Maximise and fix one sum after another."""
        return [self._take_aim(aim, kind.sign) for aim in kind.aims(stage, self.columns)]

    def _take_aim(self, aim: Aim, sign: int) -> AimResult:
        step = self.search.maximise(aim.weights)
        self.search.check_incumbent_when_due()
        return AimResult(aim.stage, aim.key, step.proof, sign * step.value, (ComponentStep(step),))

    def ask_levels(self, kind: Levels, stage: Stage) -> list[AimResult]:
        """Raise the worst group, then the next."""
        raise_them = raise_worst_level if stage.worst_only else raise_levels
        possible = self.possible.get(stage.name, {})
        raise_them(self.search, kind.measures(stage, self.columns, possible))
        return self._gather_steps(stage)

    def ask_draw(self, kind: Draw, stage: Stage) -> list[AimResult]:
        """Meet the first need of the order that can be met, then the next."""
        met, order = self.columns.met, kind.order(stage, self.columns.problem)
        _meet_in_order(self.search, [self.columns.number(met[d]) for d in order if d in met])
        return self._gather_steps(stage)

    def _gather_steps(self, stage: Stage) -> list[AimResult]:
        """Return one result made of all steps that this stage has taken."""
        taken = self.search.steps[self.start :]
        steps = tuple(ComponentStep(step) for step in taken)
        return [AimResult(stage, "", proof_of(taken), steps=steps)]

    def _note_excluded(self, stage: str) -> None:
        for d, met in self.columns.met.items():
            if self.search.is_off(self.columns.number(met)):
                self.run.excluded_by.setdefault(d, stage)

    def _find_excluded(self, stage: str) -> None:
        """Mark, before any ticket is drawn, the needs that no answer of equal value meets."""
        numbers = {d: self.columns.number(met) for d, met in self.columns.met.items()}
        unsure = {d: j for d, j in numbers.items() if self.search.is_open(j)}
        if self.search.point is not None:
            unsure = {d: j for d, j in unsure.items() if self.search.point[j] < 0.5}
        possible = self.search.reachable(list(unsure.values()), 1)
        for (d, column), is_possible in zip(unsure.items(), possible, strict=True):
            if not is_possible:
                self.search.keep_columns([(column, 0.0, 0.0)])
                self.run.excluded_by.setdefault(d, stage)


def _meet_in_order(search: LexicographicSearch, order: Sequence[int]) -> None:
    """Fix these columns so that their vector is lexicographically greatest.

    The columns are taken in blocks. Within a block the weights are powers of two, so the greatest
    sum is the lexicographic maximum, and its binary digits say which columns are 1.
    """
    while undrawn := [j for j in order if search.is_open(j)][:BLOCK]:
        weights = {j: 1 << (len(undrawn) - 1 - k) for k, j in enumerate(undrawn)}
        value = search.maximise(weights).value
        drawn = [(j, float(bool(value & weight))) for j, weight in weights.items()]
        search.keep_columns([(j, is_met, is_met) for j, is_met in drawn])
