"""Solve a month: build the program, take the stages in order, assign individuals, find grounds."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from optimizer import codec
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.highs import ENGINE
from optimizer.engine.matrix import Vector
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.model.individuals import assign_individuals, sort_key
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import SoloOptima, SoloOptimum, possible_by_group
from optimizer.search.certificate import CertificateWriter, ComponentStep, spell_witness
from optimizer.search.grounds import find_grounds
from optimizer.search.infeasible import certify_none
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.stages import AimResult, OnProgress, Run, run_stages, say_nothing
from optimizer.search.trail import Step, StepKind
from optimizer.search.witnesses import list_witnesses
from optimizer.solution import (
    FORMAT,
    Assignment,
    Ground,
    Proof,
    Solution,
    SolutionStatus,
    StageResult,
    weakest,
)
from optimizer.stages.kind import Basis, Count, Sums
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally
from optimizer.tickets import is_label, name_of, order_by_ticket


@dataclass(slots=True)
class _Solve:
    """One solve in progress: the program, the search, and what is proved so far.

    asked   the question itself; under a policy that draws, the model has labels for names
    none    the certificate that there is no answer
    """

    asked: Problem
    model: Model
    search: LexicographicSearch
    run: Run = field(default_factory=Run)
    possible: SoloOptima = field(default_factory=dict)
    none: dict[str, Any] | None = None

    @property
    def problem(self) -> Problem:
        return self.model.problem

    @property
    def has_labels(self) -> bool:
        return self.asked is not self.problem


def solve(
    problem: Problem, limits: Limits = DEFAULT_LIMITS, progress: OnProgress | None = None
) -> Solution:
    """Return the answer to a problem under its policy; no outcome of the solver is an exception.

    ``progress(stage, done, total)`` is called as each stage begins. Equal problems give equal bytes
    unless the time limit interferes.
    """
    started = time.monotonic()
    model = build(order_by_ticket(problem))
    left = max(limits.seconds - (time.monotonic() - started), 0.0)
    solving = _Solve(problem, model, LexicographicSearch(model.start_engine(left)))
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
        problem_sha256=solving.asked.sha256,
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
    grounds = {"witnesses": witnesses, "excluded": _name_excluded(solving, met)}
    certificate |= _name_all(grounds) if solving.has_labels else grounds
    network = solving.model.columns.network
    found = find_grounds(network, assignments, run.excluded_by.keys(), shown)
    return replace(
        answer,
        assignments=_name_lines(solving, assignments),
        grounds=_name_grounds(solving, found),
        needs_met=len(met),
        recipients_helped=len({need.recipient for need in problem.needs if need.id in met}),
        certificate={**certificate, "sha256": codec.sha256_of(certificate)},
    )


def _name_lines(solving: _Solve, lines: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """Return the assignments by the names of the question, sorted."""
    if not solving.has_labels:
        return lines
    return tuple(sorted(map(_rename, lines), key=sort_key))


def _rename(line: Assignment) -> Assignment:
    """Return the assignment with names in place of labels."""
    person, slot = (None if name is None else name_of(name) for name in (line.person, line.slot))
    return replace(
        line, need=name_of(line.need), stock=name_of(line.stock), person=person, slot=slot
    )


def _name_grounds(solving: _Solve, grounds: tuple[Ground, ...]) -> tuple[Ground, ...]:
    if not solving.has_labels:
        return grounds
    named = (replace(ground, need=name_of(ground.need)) for ground in grounds)
    return tuple(sorted(named, key=attrgetter("need")))


def _name_all(value: Any) -> Any:
    """Return plain JSON with names in place of all labels in it, keys included."""
    if isinstance(value, dict):
        return {_name_all(key): _name_all(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_name_all(held) for held in value]
    return name_of(value) if isinstance(value, str) and is_label(value) else value


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
        for count in kind_of(stage).count(stage, tally, _get_basis(solving, name))
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
    above = _sum_above([part.step for part in outcome.steps])
    return None if above is None else outcome.bound + kind_of(outcome.stage).sign * above


def _sum_above(steps: Sequence[Step]) -> int | None:
    """Return by how much the sums of these steps may be greater; None if no proof says so."""
    above = 0
    for step in steps:
        if step.kind is not StepKind.SUM and step.proof is Proof.SEARCH:
            return None
        if step.kind is StepKind.SUM:
            if step.most is None:
                return None
            above += step.most - step.value
    return above


def _get_basis(solving: _Solve, stage: str) -> Basis:
    found = solving.run.basis.get(stage)
    return Basis(_count(solving.possible.get(stage, {}))) if found is None else found


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

    def spell(point: Vector) -> list[list[Any]]:
        return spell_witness(_name_lines(solving, assign_individuals(columns, point)))

    numbers = len(rows.order), len(columns.order)
    writer = CertificateWriter(solving.search.matrix, *numbers, spell)
    alone = {
        name: {
            group: [
                writer.write_alone(ComponentStep(found.step)),
                spell(found.point),
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
