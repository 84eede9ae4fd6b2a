"""Solve a month: build once, take the stages in order, deal out to individuals, say why not."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from optimizer import codec
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.highs import ENGINE
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.model.individuals import assign_individuals
from optimizer.problem import Problem
from optimizer.search.alone import Alone, possible_by_group
from optimizer.search.certificate import CertificateWriter, Share, spell_witness
from optimizer.search.grounds import find_grounds
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.stages import AimResult, Progress, Run, run_stages
from optimizer.solution import Assignment, Proof, Solution, SolutionStatus, StageResult
from optimizer.stages.kind import Count
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally

Possible = dict[str, dict[str, Alone]]  # stage name -> group


def _say_nothing(stage: str, done: int, total: int) -> None:
    """The progress of those who do not ask."""


def solve(
    problem: Problem, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None
) -> Solution:
    """Return the month's answer under the problem's policy; never raises for a solver's outcome.

    ``progress(stage, done, total)`` is called as each stage begins. Equal problems give equal
    bytes as long as the time limit does not interfere.
    """
    started = time.monotonic()
    model = build(problem)
    run, possible = Run(), Possible()
    left = max(limits.seconds - (time.monotonic() - started), 0.0)
    search = LexicographicSearch(model.start_engine(left))
    status, detail = SolutionStatus.PROVEN, ""
    try:
        for stage in problem.policy.stages:
            possible[stage.name] = possible_by_group(search, model, stage)
        alone = {name: _count(of) for name, of in possible.items()}
        run_stages(search, model, alone, progress or _say_nothing, run)
    except NoPointError:
        status = SolutionStatus.INFEASIBLE
    except OutOfTimeError:
        status, detail = SolutionStatus.FEASIBLE, "the time limit came first"
    except EngineError as error:
        status, detail = SolutionStatus.FAILED, str(error)
    if status is SolutionStatus.FEASIBLE and search.point is None:
        status = SolutionStatus.FAILED
    return _answer(problem, model, search, run, possible, status, detail).sealed()


def _answer(
    problem: Problem,
    model: Model,
    search: LexicographicSearch,
    run: Run,
    possible: Possible,
    status: SolutionStatus,
    detail: str,
) -> Solution:
    is_usable = status in (SolutionStatus.PROVEN, SolutionStatus.FEASIBLE)
    if not is_usable or search.point is None:
        return _solution(problem, status, detail=detail)
    assignments = assign_individuals(model.columns, search.point)
    stages = _results(problem, run.outcomes, Tally(problem, assignments), possible, status)
    if any(r.value != r.bound for r in stages if r.status is SolutionStatus.PROVEN):
        detail = "a stage counted again differs from its value"
        return _solution(problem, SolutionStatus.FAILED, detail=detail)
    network, is_decided = model.columns.network, status is SolutionStatus.PROVEN
    grounds = find_grounds(network, assignments, run.excluded_by, is_decided=is_decided)
    return _solution(
        problem,
        status,
        assignments=assignments,
        stages=stages,
        grounds=grounds,
        detail=detail,
        certificate=_certify(search, model, run.outcomes, possible),
    )


def _count(alone: Mapping[str, Alone]) -> dict[str, int]:
    return {group: found.needs for group, found in alone.items()}


def _certify(
    search: LexicographicSearch, model: Model, outcomes: Sequence[AimResult], possible: Possible
) -> dict[str, Any]:
    """The certificate: events of every proved aim in order, and what groups could get alone."""
    writer = CertificateWriter(search.matrix, len(model.rows.order), len(model.columns.order))
    alone = {
        name: {
            group: [
                writer.write_alone(Share(found.step)),
                spell_witness(assign_individuals(model.columns, found.point)),
            ]
            for group, found in of.items()
        }
        for name, of in possible.items()
        if of
    }
    stages = [
        writer.write(outcome.shares, is_drawn=kind_of(outcome.stage).is_draw)
        for outcome in outcomes
    ]
    certificate = {"possible": alone, "stages": stages}
    return {**certificate, "sha256": codec.sha256_of(certificate)}


def _solution(
    problem: Problem, status: SolutionStatus, assignments: Sequence[Assignment] = (), **rest: object
) -> Solution:
    met = {assignment.need for assignment in assignments}
    return Solution(
        status=status,
        problem_sha256=problem.sha256,
        policy=problem.policy.label,
        seed=problem.seed,
        assignments=tuple(assignments),
        needs_asked=len(problem.needs),
        needs_met=len(met),
        recipients_helped=len({need.recipient for need in problem.needs if need.id in met}),
        **rest,  # type: ignore[arg-type]
    )


def _results(
    problem: Problem,
    outcomes: Sequence[AimResult],
    tally: Tally,
    possible: Possible,
    status: SolutionStatus,
) -> tuple[StageResult, ...]:
    """Results of proved aims, then of the stages the time limit left open."""
    proved = {outcome.stage.name: outcome.stage for outcome in outcomes}
    counts = {
        (name, count.key): count
        for name, stage in proved.items()
        for count in kind_of(stage).count(stage, tally, _count(possible.get(name, {})))
    }
    found = [_result(o, counts[o.stage.name, o.key], possible) for o in outcomes]
    for stage in problem.policy.stages:
        if status is SolutionStatus.FEASIBLE and stage.name not in proved:
            found.append(_result(AimResult(stage, "", Proof.GAP), None, possible))
    return tuple(found)


def _result(outcome: AimResult, count: Count | None, possible: Possible) -> StageResult:
    """What is stated of one aim; ``count`` None: the time limit left it open."""
    stage = outcome.stage
    alone = possible.get(stage.name, {}).values()
    is_searched = count is not None and any(a.step.proof is Proof.SEARCH for a in alone)
    return StageResult(
        name=stage.name,
        kind=stage.kind.value,
        key=outcome.key,
        status=SolutionStatus.FEASIBLE if count is None else SolutionStatus.PROVEN,
        proof=Proof.SEARCH if is_searched else outcome.proof,
        engine=ENGINE,
        value=None if count is None else count.value,
        bound=outcome.bound,
        levels=() if count is None else count.levels,
    )
