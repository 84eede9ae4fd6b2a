"""Solve a month: build the program, take the stages in order, assign individuals, find grounds."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer import codec
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.highs import ENGINE
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.model.individuals import assign_individuals
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import SoloOptima, SoloOptimum, possible_by_group
from optimizer.search.certificate import CertificateWriter, ComponentStep, spell_witness
from optimizer.search.grounds import find_grounds
from optimizer.search.infeasible import certify_none
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.stages import AimResult, OnProgress, Run, run_stages, say_nothing
from optimizer.search.trail import StepKind
from optimizer.search.witnesses import list_witnesses
from optimizer.solution import (
    FORMAT,
    Proof,
    Solution,
    SolutionStatus,
    StageResult,
    weakest,
)
from optimizer.stages.kind import Count, Sums
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally


@dataclass(slots=True)
class _Solve:
    """One solve in progress: the program, the search, and what is proved so far.

    none   the certificate that there is no answer
    """

    model: Model
    search: LexicographicSearch
    run: Run = field(default_factory=Run)
    possible: SoloOptima = field(default_factory=dict)
    none: dict[str, Any] | None = None

    @property
    def problem(self) -> Problem:
        return self.model.problem


def solve(
    problem: Problem, limits: Limits = DEFAULT_LIMITS, progress: OnProgress | None = None
) -> Solution:
    """Return the answer to a problem under its policy; no outcome of the solver is an exception.

    ``progress(stage, done, total)`` is called as each stage begins. Equal problems give equal bytes
    unless the time limit interferes.
    """
    started = time.monotonic()
    model = build(problem)
    left = max(limits.seconds - (time.monotonic() - started), 0.0)
    solving = _Solve(model, LexicographicSearch(model.start_engine(left)))
    status, detail = SolutionStatus.PROVEN, ""
    try:
        if not _take_stages(solving, progress or say_nothing):
            status = SolutionStatus.INFEASIBLE
    except OutOfTimeError:
        status, detail = SolutionStatus.FEASIBLE, "the time limit came first"
    except EngineError as error:
        status, detail = SolutionStatus.FAILED, str(error)
    if status is SolutionStatus.FEASIBLE and solving.search.point is None:
        status = SolutionStatus.FAILED
    return _write_solution(solving, status, detail).sealed()


def _take_stages(solving: _Solve, progress: OnProgress) -> bool:
    """Take every stage; return False, with a certificate, if there is no answer."""
    search, model = solving.search, solving.model
    try:
        for stage in solving.problem.policy.stages:
            solving.possible[stage.name] = possible_by_group(search, model, stage)
        alone = {name: _count(of) for name, of in solving.possible.items()}
        run_stages(search, model, alone, progress, solving.run)
    except NoPointError:
        solving.none = certify_none(search, model)
        return False
    return True


def _count(alone: Mapping[str, SoloOptimum]) -> dict[str, int]:
    return {group: found.needs for group, found in alone.items()}


def _write_solution(solving: _Solve, status: SolutionStatus, detail: str) -> Solution:
    """Return the incumbent as a solution with results and grounds; without one, only a status.

    FAILED when the assignments do not have the value of a proven stage.
    """
    problem, point = solving.problem, solving.search.point
    empty = Solution(
        status=status,
        problem_sha256=problem.sha256,
        policy=problem.policy.label,
        seed=problem.seed,
        needs_asked=len(problem.needs),
        detail=detail,
        format=FORMAT,
        certificate=solving.none,
    )
    if point is None or not empty.is_usable:
        return empty
    assignments = assign_individuals(solving.model.columns, point)
    stages = tuple(_list_results(solving, Tally(problem, assignments), status))
    if any(_is_wrong(outcome, r) for outcome, r in zip(solving.run.outcomes, stages, strict=False)):
        detail = "a stage counted again differs from its value"
        return replace(empty, status=SolutionStatus.FAILED, detail=detail)
    return _add_needs(solving, replace(empty, assignments=assignments, stages=stages))


def _add_needs(solving: _Solve, answer: Solution) -> Solution:
    """Return the answer with its counts of needs, its grounds and its certificate."""
    assignments, run, problem = answer.assignments, solving.run, solving.problem
    met = {assignment.need for assignment in assignments}
    certificate = _certify(solving)
    witnesses: list[Any] = []
    shown: set[int] = set()
    if answer.status is SolutionStatus.PROVEN:
        witnesses, shown = list_witnesses(solving.search, solving.model, run, assignments)
    certificate |= {"witnesses": witnesses, "excluded": _name_excluded(solving, met)}
    network = solving.model.columns.network
    return replace(
        answer,
        grounds=find_grounds(network, assignments, run.excluded_by.keys(), shown),
        needs_met=len(met),
        recipients_helped=len({need.recipient for need in problem.needs if need.id in met}),
        certificate={**certificate, "sha256": codec.sha256_of(certificate)},
    )


def _name_excluded(solving: _Solve, met: set[str]) -> dict[str, str]:
    """Return by need the stage by whose end the certificate excludes it."""
    names = {d: solving.problem.needs[d].id for d in solving.run.excluded_by}
    excluded_by = solving.run.excluded_by.items()
    return {names[d]: stage for d, stage in sorted(excluded_by) if stage and names[d] not in met}


def _list_results(solving: _Solve, tally: Tally, status: SolutionStatus) -> Iterator[StageResult]:
    """Yield the results of proved aims, then of the stages that the time limit left open."""
    outcomes = solving.run.outcomes
    proved = {outcome.stage.name: outcome.stage for outcome in outcomes}
    counts = {
        (name, count.key): count
        for name, stage in proved.items()
        for count in kind_of(stage).count(stage, tally, _count(solving.possible.get(name, {})))
    }
    for outcome in outcomes:
        yield _describe(outcome, counts[outcome.stage.name, outcome.key], solving.possible)
    for stage in solving.problem.policy.stages:
        if status is SolutionStatus.FEASIBLE and stage.name not in proved:
            kind = kind_of(stage)
            values = kind.values(stage, tally) if isinstance(kind, Sums) else {"": None}
            yield from (_leave_open(stage, key, value) for key, value in values.items())


def _is_wrong(outcome: AimResult, result: StageResult) -> bool:
    return outcome.bound is not None and outcome.bound != result.value


def _leave_open(stage: Stage, key: str, value: int | None) -> StageResult:
    """Return the result of an aim that the time limit left open: what the answer reaches."""
    return StageResult(
        name=stage.name,
        kind=stage.kind.value,
        key=key,
        status=SolutionStatus.FEASIBLE,
        proof=Proof.GAP,
        engine=ENGINE,
        value=value,
    )


def _bound_of(outcome: AimResult) -> int | None:
    """Return the bound of a sum that multipliers prove; None if they prove none."""
    if outcome.bound is None or outcome.proof is not Proof.SEARCH:
        return outcome.bound
    sums = [part.step for part in outcome.steps if part.step.kind is StepKind.SUM]
    tops = [(step.most, step.value) for step in sums]
    if any(most is None for most, _ in tops):
        return None
    above = sum(most - value for most, value in tops if most is not None)
    return outcome.bound + kind_of(outcome.stage).sign * above


def _describe(outcome: AimResult, count: Count, possible: SoloOptima) -> StageResult:
    """Return the stated result of one aim that is solved."""
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


def _certify(solving: _Solve) -> dict[str, Any]:
    """Return the certificate: events of every proved aim in order, and what groups get alone."""
    columns, rows = solving.model.columns, solving.model.rows
    writer = CertificateWriter(solving.search.matrix, len(rows.order), len(columns.order))
    alone = {
        name: {
            group: [
                writer.write_alone(ComponentStep(found.step)),
                spell_witness(assign_individuals(columns, found.point)),
            ]
            for group, found in of.items()
        }
        for name, of in solving.possible.items()
        if of
    }
    stages = [
        writer.write(outcome.steps, is_drawn=kind_of(outcome.stage).is_draw)
        for outcome in solving.run.outcomes
    ]
    return {"possible": alone, "stages": stages}
