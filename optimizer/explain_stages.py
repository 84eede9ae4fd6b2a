"""The deciding stage of every unmet need: the first whose value would fall if it were met.

Stages are kept one after another as rows on one living model, at the values the solution states
(stages of levels group by group). After each, programs maximise how many of the needs still in
question can be met: those a whole-number point meets are not decided yet; when the bound says that
not even one of the rest can be met, every one of them is decided by this stage. So one program
answers for many needs. A need that the solve itself saw excluded by a stage, and that a point meets
just before it, needs no such proof.
"""

from collections.abc import Iterator

from optimizer.answer import Answer
from optimizer.backend import LONG, LivingModel
from optimizer.build import Model, build
from optimizer.cuts import find_cuts
from optimizer.explain_offers import Offers
from optimizer.explain_swaps import Swaps
from optimizer.matrix import INFINITY, WHOLE
from optimizer.objectives import Measure, aims_of, measures_of
from optimizer.policy import Outcome, Policy, Stage, StageKind
from optimizer.problem import Problem
from optimizer.solution import Solution, SolutionStatus, StageResult
from optimizer.variables import Columns

OPEN = ""  # no stage before the lottery decides
SECONDS_OF_A_RUN = 1.0
MOST_ROUNDS = 4  # of cuts in a run


def find_deciding_stages(problem: Problem, solution: Solution, seconds: float) -> dict[str, str]:
    """Stage by need id, ``OPEN`` where no stage before the lottery decides.

    Needs that time, or a rule outside the stages, left undecided are missing.
    """
    model = build(problem)
    living = LivingModel(model.columns.order, model.rows.order, seconds)
    met = {assignment.need for assignment in solution.assignments}
    unsure = {
        model.columns.number(variable): problem.needs[d].id
        for d, variable in model.columns.met.items()
        if problem.needs[d].id not in met
    }
    doubtful = _find_doubtful(problem, unsure)
    allowed, _ = _find_reachable(living, sorted(doubtful))
    unsure = {c: need for c, need in unsure.items() if c in allowed or c not in doubtful}
    latest = {ground.need: ground.stage for ground in solution.grounds}
    found = _find_by_swaps(problem, solution, unsure, latest)
    unsure = {column: need for column, need in unsure.items() if need not in found}
    for stage in _stages_kept(problem.policy, solution):
        for row, low in _rows_of(living, model, stage, solution):
            living.bound_row(row, low, INFINITY)
        known = {column for column, need in unsure.items() if latest[need] == stage.name}
        open_, surely = _find_reachable(living, sorted(unsure.keys() - known))
        found.update((unsure[column], stage.name) for column in known | surely)
        unsure = {column: need for column, need in unsure.items() if column in open_}
    return found | dict.fromkeys(unsure.values(), OPEN)


def _find_by_swaps(
    problem: Problem, solution: Solution, unsure: dict[int, str], latest: dict[str, str]
) -> dict[str, str]:
    """Needs excluded by the stage the solve saw, and met by a plain swap just before it."""
    swaps = Swaps(problem, Offers(problem), solution.assignments)
    names = [stage.name for stage in problem.policy.stages]
    needs = {need.id: need for need in problem.needs}
    return {
        name: latest[name]
        for name in unsure.values()
        if latest[name] in names and swaps.count_kept(needs[name]) >= names.index(latest[name])
    }


def _find_doubtful(problem: Problem, unsure: dict[int, str]) -> set[int]:
    """Columns of needs with a way that may still not be met alone: teams, shared capacities …"""
    is_bound = bool(problem.pins) or any(stock.least for stock in problem.stocks)
    if is_bound or any(pair.consumption > 1 for pair in problem.pairs):
        return set(unsure)
    large = {need.id for need in problem.needs if need.people > 1 or need.quantity > 1}
    return {column for column, need in unsure.items() if need in large}


def _stages_kept(policy: Policy, solution: Solution) -> Iterator[Stage]:
    proven = {r.name for r in solution.stages if r.status is SolutionStatus.PROVEN}
    for stage in policy.stages:
        if stage.kind is not StageKind.LOTTERY and stage.name in proven:
            yield stage


def _rows_of(
    living: LivingModel, model: Model, stage: Stage, solution: Solution
) -> Iterator[tuple[int, float]]:
    """New rows that keep a stage, with their lower bounds."""
    results = [result for result in solution.stages if result.name == stage.name]
    if stage.kind in (StageKind.LEXIMIN, StageKind.LEXIMAX):
        for measure, low in _floors(model.columns, stage, results[0]):
            yield living.add_row(measure.weights), low
        return
    sign = -1 if stage.kind is StageKind.MIN_COST else 1
    value_of = {result.key: result.value for result in results}
    for aim in aims_of(stage, model.columns):
        value = value_of[aim.key]
        if value is not None and aim.weights:
            yield living.add_row(aim.weights), float(sign * value)


def _floors(columns: Columns, stage: Stage, result: StageResult) -> Iterator[tuple[Measure, float]]:
    stated = {level.group: level for level in result.levels}
    possible: dict[str, int] = {}
    if stage.kind is StageKind.LEXIMIN and stage.outcome is Outcome.MET:
        problem = columns.network.problem
        past = {h.group: h.possible for h in problem.history if h.dimension == stage.dimension}
        groups = {need.groups.get(stage.dimension, "") for need in problem.needs}
        if not stage.dimension:
            groups = {need.id for need in problem.needs}
        possible = {
            group: stated[group].denominator - past.get(group, 0) if group in stated else 0
            for group in groups
        }
    for measure in measures_of(stage, columns, possible):
        level = stated[measure.group]
        sign = -1 if stage.kind is StageKind.LEXIMAX else 1
        yield measure, float(sign * level.numerator - measure.offset)


def _find_reachable(living: LivingModel, closed: list[int]) -> tuple[set[int], set[int]]:
    """Columns of needs that some whole-number point still meets, and those surely met by none.

    All together first, in short runs for as long as they bring something new; then one by one,
    by linear programs alone: a few needs may stay in neither set.
    """
    open_, surely = set[int](), set[int]()
    met = set(closed)
    while closed and met:
        answer = _tighten(living, closed)
        if not _is_enough(living, answer):
            answer = _branch(living, closed)
        if answer.status is SolutionStatus.PROVEN and answer.value < 1 - WHOLE:
            return open_, set(closed)
        met = {c for c in closed if answer.point is not None and answer.point[c] > 0.5}
        open_ |= met
        closed = [column for column in closed if column not in met]
    for column in closed:
        if column not in open_ and living.seconds_left > 0:
            answer = _tighten(living, [column])
            if answer.status is SolutionStatus.PROVEN and answer.value < 1 - WHOLE:
                surely.add(column)
            elif answer.point is not None and living.matrix.is_integral(answer.point):
                open_.update(c for c in closed if answer.point[c] > 0.5)
    return open_, surely - open_


def _is_enough(living: LivingModel, answer: Answer) -> bool:
    """True when the linear answer is whole, or below one."""
    if answer.point is None:
        return True
    return answer.value < 1 - WHOLE or living.matrix.is_integral(answer.point)


def _tighten(living: LivingModel, columns: list[int]) -> Answer:
    """The linear answer, with cuts as long as it is neither whole nor below one."""
    weights = dict.fromkeys(columns, 1)
    answer = living.maximise_linear(weights)
    for _ in range(MOST_ROUNDS):
        if answer.point is None or _is_enough(living, answer):
            break
        cuts = find_cuts(living.matrix, answer.point)
        if not cuts:
            break
        for cut in cuts:
            living.bound_row(living.add_row(cut.weights), -INFINITY, float(cut.right))
        answer = living.maximise_linear(weights)
    return answer


def _branch(living: LivingModel, columns: list[int]) -> Answer:
    """The best whole point of a short run."""
    living.seconds_of_a_run = SECONDS_OF_A_RUN
    answer = living.maximise_integer(dict.fromkeys(columns, 1), living.matrix.is_whole)
    living.seconds_of_a_run = LONG
    return answer
