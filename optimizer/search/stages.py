"""Solve the policy's stages in order; the value of each is fixed while the next is optimised."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from optimizer.engine.matrix import Weights
from optimizer.model.build import Model
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.search.alone import Possible
from optimizer.search.certificate import ComponentStep, proof_of
from optimizer.search.components import (
    leading_sums,
    list_divided,
    list_untied,
    maximise_by_component,
)
from optimizer.search.contests import find_contests, make_homes, require_incumbent, settle
from optimizer.search.in_order import climb, meet_in_order
from optimizer.search.levels import raise_levels, raise_worst_level
from optimizer.search.lexicographic import LexicographicSearch, RetakeError, UnreachableError
from optimizer.search.parts import Ties
from optimizer.search.trail import Step
from optimizer.solution import Proof
from optimizer.stages.kind import (
    Aim,
    Basis,
    Cells,
    Draw,
    Homes,
    Ladder,
    Levels,
    PublicDraw,
    Sums,
)
from optimizer.stages.registry import kind_of

OnProgress = Callable[[str, int, int], None]  # stage name, stages done, stages in all


def say_nothing(stage: str, done: int, total: int) -> None:
    """Do nothing: the progress is not reported."""


@dataclass(frozen=True, slots=True)
class AimResult:
    """The result of one aim: what is proved of it, and the steps of the search that prove it.

    bound   the proved value of the aim's sum; None: the aim has no sum
    steps   the steps of the components or of the whole model
    """

    stage: Stage
    key: str
    proof: Proof
    bound: int | None = None
    steps: tuple[ComponentStep, ...] = ()


@dataclass(slots=True)
class Run:
    """What is proved so far.

    outcomes      the results of the proved aims, in the order of the policy
    excluded_by   need by position -> the stage by whose end it can no longer be met
    undrawn       number of steps before lots were drawn; None: no lots are drawn yet
    basis         stage -> its basis, if the solve found or used one
    kept          number of steps, and ``excluded_by``, when the last stage was proved
    starts        stage that was solved in the whole model -> number of steps before it
    given         stage -> its basis, if that of another question is used
    """

    outcomes: list[AimResult] = field(default_factory=list)
    excluded_by: dict[int, str] = field(default_factory=dict)
    undrawn: int | None = None
    basis: dict[str, Basis] = field(default_factory=dict)
    kept: tuple[int, dict[int, str]] = (0, {})
    starts: dict[str, int] = field(default_factory=dict)
    given: Mapping[str, Basis] = field(default_factory=dict)

    def keep(self, steps: int) -> None:
        """Note that the first ``steps`` steps are proved, with all needs excluded so far."""
        self.kept = (steps, dict(self.excluded_by))

    def copy(self) -> "Run":
        """Return a copy that later results do not change, without ``starts`` and ``given``."""
        outcomes, excluded_by = list(self.outcomes), dict(self.excluded_by)
        return Run(outcomes, excluded_by, self.undrawn, dict(self.basis), self.kept)

    def reset(self, other: "Run") -> None:
        """Take over the results of another run; keep ``starts`` and ``given``."""
        self.outcomes[:], self.excluded_by = list(other.outcomes), dict(other.excluded_by)
        self.undrawn, self.basis, self.kept = other.undrawn, dict(other.basis), other.kept


def run_stages(
    search: LexicographicSearch, model: Model, possible: Possible, progress: OnProgress, run: Run
) -> None:
    """Solve every stage in the policy's order, starting with the sums solved by component.

    If no point reaches a fixed value, all stages after these sums are solved again. ``run`` has
    what is proved so far, also if an error of the search ends the work.
    """
    stages = model.problem.policy.stages
    leading = leading_sums(stages)
    progress(stages[0].name if stages else "", 0, len(stages))
    _take_leading(search, model, leading, run)
    ties, divided = Ties(search.matrix, list_untied(model)), list_divided(stages)
    rest = _StagesInOrder(search, model.columns, possible, progress, run, ties, divided)
    start, known = len(search.steps), run.copy()
    while not rest.take(stages[len(leading) :]):
        search.undo_to(start)
        run.reset(known)


def _take_leading(
    search: LexicographicSearch, model: Model, leading: Sequence[Stage], run: Run
) -> None:
    """Take the leading stages, component by component, and add their results to the run."""
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
    run.keep(len(search.steps))


@dataclass(slots=True)
class _StagesInOrder:
    """Takes stages one after another in the whole model, each according to its form.

    ties     finds the parts of sums that no row ties together
    divided  the stages whose sums are divided into such parts
    start    number of steps taken before the current stage
    before   name of the stage before it
    """

    search: LexicographicSearch
    columns: Columns
    possible: Possible
    progress: OnProgress
    run: Run
    ties: Ties
    divided: Sequence[Stage]
    start: int = 0
    before: str = ""

    def take(self, stages: Sequence[Stage]) -> bool:
        """Take these last stages of the policy; False: the caller undoes them and calls again."""
        policy = self.columns.problem.policy.stages
        total, leading = len(policy), policy[: len(policy) - len(stages)]
        self.before = leading[-1].name if leading else ""
        for done, stage in enumerate(stages, start=total - len(stages)):
            self.progress(stage.name, done, total)
            kind = kind_of(stage)
            self.start = self.run.starts[stage.name] = len(self.search.steps)
            if kind.is_draw and not kind.settles:
                self._find_excluded()
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
            if self.run.undrawn is None:
                self._note_excluded(stage.name)
            self.run.keep(len(self.search.steps))
            self.before = stage.name
        self.progress("", total, total)
        return True

    def ask_sums(self, kind: Sums, stage: Stage) -> list[AimResult]:
        """Maximise and fix one sum after another."""
        return [self._take_aim(aim, kind.sign) for aim in kind.aims(stage, self.columns)]

    def _take_aim(self, aim: Aim, sign: int) -> AimResult:
        steps = self._maximise(aim.stage, aim.weights)
        self.search.check_incumbent_when_due()
        value, parts = sum(step.value for step in steps), tuple(map(ComponentStep, steps))
        return AimResult(aim.stage, aim.key, proof_of(steps), sign * value, parts)

    def _maximise(self, stage: Stage, weights: Weights) -> list[Step]:
        """Fix the greatest value of a sum; in the stages ``divided``, part by part."""
        search, is_drawn = self.search, self.columns.problem.policy.is_drawn
        parts = self.ties.divide(search.steps, weights) if stage in self.divided else []
        if len(parts) < 2:
            return [search.maximise(weights, climbs=is_drawn)]
        found, rest = search.parts.fix(parts, self.ties)
        for part in rest:
            step = search.maximise(part, climbs=is_drawn)
            step.own = tuple(sorted(part))
            found.append(step)
            search.check_incumbent_when_due()
        return found

    def ask_levels(self, kind: Levels, stage: Stage) -> list[AimResult]:
        """Raise the worst group, then the next; only the worst with ``worst_only``."""
        raise_them = raise_worst_level if stage.worst_only else raise_levels
        possible = self.possible.get(stage.name, {})
        if kind.is_among_met:
            possible = dict.fromkeys(self._list_met(), 1)
        raise_them(self.search, kind.measures(stage, self.columns, possible))
        return self._gather_steps(stage)

    def ask_draw(self, kind: Draw, stage: Stage) -> list[AimResult]:
        """Meet the first need of the order that can be met, then the next."""
        met, order = self.columns.met, kind.order(stage, self.columns.problem)
        meet_in_order(self.search, [self.columns.number(met[d]) for d in order if d in met])
        return self._gather_steps(stage)

    def ask_public_draw(self, kind: PublicDraw, stage: Stage) -> list[AimResult]:
        """Find the undecided needs, then draw recipients, then needs."""
        met = self.columns.met
        undecided = self._find_undecided(stage, met)
        self._note_excluded(self.before)
        self.run.undrawn = len(self.search.steps)
        meet_in_order(self.search, list(make_homes(self.search, self.columns, undecided).values()))
        # If the undecided needs are borrowed, others may be open too: they come last.
        order = dict.fromkeys((*undecided, *met)) if stage.name in self.run.given else undecided
        meet_in_order(self.search, [self.columns.number(met[d]) for d in order])
        return self._gather_steps(stage)

    def ask_homes(self, kind: Homes, stage: Stage) -> list[AimResult]:
        """Serve the most recipients among the tier's undecided needs."""
        candidates = kind.candidates(stage, self.columns.problem)
        if not candidates:
            return []
        undecided = self._find_undecided(stage, [d for d in candidates if d in self.columns.met])
        homes = make_homes(self.search, self.columns, undecided)
        steps = self._maximise(stage, dict.fromkeys(homes.values(), 1))
        [result] = self._gather_steps(stage)
        return [replace(result, bound=sum(step.value for step in steps))]

    def ask_ladder(self, kind: Ladder, stage: Stage) -> list[AimResult]:
        """Take or spare ranks one after another; find the contests first if only they count."""
        basis = self._find_basis(kind, stage)
        self.run.basis[stage.name] = basis
        climb(self.search, kind.rungs(stage, self.columns, basis), kind.sign)
        return self._gather_steps(stage)

    def ask_cells(self, kind: Cells, stage: Stage) -> list[AimResult]:
        """Give each cell in turn as many units as any answer still possible gives it."""
        met = self.columns.met
        is_met = {d for d, v in met.items() if self.search.is_on(self.columns.number(v))}
        for weights in kind.cells(stage, self.columns, is_met):
            if any(self.search.is_open(j) for j in weights):
                self.search.maximise(weights)
                self.search.check_incumbent_when_due()
            else:
                self.search.ranks.fix_known(weights)
        return self._gather_steps(stage)

    def _find_undecided(self, stage: Stage, needs: Collection[int]) -> list[int]:
        """Return those of these needs that are undecided, or those that a borrowed basis has."""
        names = {d: self.columns.needs[d].id for d in needs}
        basis = self.run.given.get(stage.name)
        if basis is None:
            undecided = settle(self.search, self.columns, needs)
            basis = Basis(needs=frozenset(names[d] for d in undecided))
        require_incumbent(self.search)
        self.run.basis[stage.name] = basis
        return [d for d, name in names.items() if name in basis.needs]

    def _find_basis(self, kind: Ladder, stage: Stage) -> Basis:
        """Return the basis of a ladder; if it counts contests, they are found unless borrowed."""
        if not kind.climbs_contests(stage):
            return Basis()
        basis = self.run.given.get(stage.name)
        if basis is None:
            return find_contests(self.search, self.columns, stage)
        require_incumbent(self.search)
        return basis

    def _list_met(self) -> list[str]:
        columns = self.columns
        on = (d for d, v in columns.met.items() if self.search.is_on(columns.number(v)))
        return [columns.needs[d].id for d in on]

    def _gather_steps(self, stage: Stage) -> list[AimResult]:
        """Return a list of one result, which has all steps that this stage has taken."""
        taken = self.search.steps[self.start :]
        steps = tuple(ComponentStep(step) for step in taken)
        return [AimResult(stage, "", proof_of(taken), steps=steps)]

    def _note_excluded(self, stage: str) -> None:
        for d, met in self.columns.met.items():
            if self.search.is_off(self.columns.number(met)):
                self.run.excluded_by.setdefault(d, stage)

    def _find_excluded(self) -> None:
        """Exclude, before any ticket is drawn, the needs that no answer of equal value meets."""
        numbers = {d: self.columns.number(met) for d, met in self.columns.met.items()}
        unsure = {d: j for d, j in numbers.items() if self.search.is_open(j)}
        if self.search.point is not None:
            unsure = {d: j for d, j in unsure.items() if self.search.point[j] < 0.5}
        possible = self.search.reachable(list(unsure.values()), 1)
        for (d, column), is_possible in zip(unsure.items(), possible, strict=True):
            if not is_possible:
                self.search.keep_columns([(column, 0.0, 0.0)])
                self.run.excluded_by.setdefault(d, self.before)
