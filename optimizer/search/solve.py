"""Solve a month: build the program, take the stages in order, assign individuals, find grounds.

A first answer is built before any stage, if that is simple, so that there is one when the time
limit comes. A share of the time is kept to bound what is open then. Without any answer at the
limit, one is sought for a while longer.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from optimizer import codec
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.matrix import Vector
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.model.individuals import assign_individuals
from optimizer.problem import Problem
from optimizer.search.alone import SoloOptima, possible_by_group
from optimizer.search.certificate import CertificateWriter, ComponentStep, spell_witness
from optimizer.search.deciding import END, Deciders, find_deciders, spell_witnesses
from optimizer.search.first_answer import build_first_answer, complete_answer, seek_first_answer
from optimizer.search.grounds import find_grounds, list_doubtful
from optimizer.search.infeasible import certify_none
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.open_bounds import bound_open, start_from_kept
from optimizer.search.results import (
    are_reached,
    count_alone,
    list_open,
    list_open_stages,
    list_proved,
)
from optimizer.search.stages import OnProgress, Run, run_stages, say_nothing
from optimizer.solution import (
    FORMAT,
    Assignment,
    Ground,
    Solution,
    SolutionStatus,
    StageResult,
)
from optimizer.stages.kind import Basis
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally
from optimizer.tickets import is_label, name_lines, name_of, order_by_ticket

FIRST_SHARE = 0.3  # of the time limit: at most for the first answer
LEAST_SECONDS = 0.3  # at least for the first answer, and for each try to improve the last one
LAST_SHARE, MOST_LAST_SECONDS = 0.2, 5.0  # of the time limit: kept for bounds of open aims
SEEK_SHARE, LEAST_SEEK_SECONDS = 0.5, 1.0  # of the time limit, after it: to seek any answer
# Failures after which the incumbent is used; a library out of memory may raise SystemError.
CUT_SHORT = (EngineError, OverflowError, MemoryError, SystemError)


@dataclass(slots=True)
class _Solve:
    """One solve in progress: the program, the search, and what is proved so far.

    asked     the question with its names; under a policy that draws, the model has labels instead
    ends_at   the time limit as a time of the monotonic clock
    found     a point sought after the search, if the search has none
    none      the certificate that there is no answer
    """

    asked: Problem
    model: Model
    search: LexicographicSearch
    ends_at: float
    run: Run = field(default_factory=Run)
    possible: SoloOptima = field(default_factory=dict)
    found: Vector | None = None
    none: dict[str, Any] | None = None

    @property
    def point(self) -> Vector | None:
        return self.found if self.search.point is None else self.search.point

    @property
    def problem(self) -> Problem:
        return self.model.problem

    @property
    def has_labels(self) -> bool:
        return self.asked is not self.problem

    @property
    def seconds_left(self) -> float:
        return max(self.ends_at - time.monotonic(), 0.0)


def solve(
    problem: Problem, limits: Limits = DEFAULT_LIMITS, progress: OnProgress | None = None
) -> Solution:
    """Return the answer to a problem under its policy; the status says how the solve ended.

    ``progress(stage, done, total)`` is called as a stage begins (of the stages solved by component
    only for the first), and at the end with an empty name. Equal problems give equal bytes unless
    the time limit interferes.
    """
    solving = _start(problem, limits)
    status, detail = SolutionStatus.PROVEN, ""
    try:
        if not _take_stages(solving, progress or say_nothing):
            status = SolutionStatus.INFEASIBLE
    except OutOfTimeError:
        status, detail = SolutionStatus.FEASIBLE, "the time limit came first"
    except CUT_SHORT as error:
        status, detail = SolutionStatus.FEASIBLE, f"{type(error).__name__}: {error}"
    if status is SolutionStatus.FEASIBLE and solving.point is None:
        seconds = max(SEEK_SHARE * limits.seconds, LEAST_SEEK_SECONDS)
        solving.found = seek_first_answer(solving.model, seconds)
    if status is not SolutionStatus.INFEASIBLE and not _keeps_results(solving):
        # A fault of ours: return the answer without any proof.
        solving.run, solving.possible = Run(), {}
        status, detail = SolutionStatus.FEASIBLE, "a stage counted again differs from its value"
    return _write_solution(solving, status, detail).sealed()


def find_bases(problem: Problem, limits: Limits) -> Mapping[str, Basis] | None:
    """Map each stage to its basis, if one was found while the question was solved.

    Under a policy with a public draw its names are labels. None: there is no answer, or none is
    proved within the limits.
    """
    solving = _start(problem, limits)
    try:
        is_answered = _take_stages(solving, say_nothing)
    except (OutOfTimeError, *CUT_SHORT):
        return None
    return solving.run.basis if is_answered else None


def _start(problem: Problem, limits: Limits) -> _Solve:
    """Build the program and, if that is simple, a first answer."""
    ends_at = time.monotonic() + limits.seconds
    model = build(order_by_ticket(problem))
    kept = min(LAST_SHARE * limits.seconds, MOST_LAST_SECONDS)
    engine = model.start_engine(max(ends_at - kept - time.monotonic(), 0.0))
    search = LexicographicSearch(engine)
    first = build_first_answer(
        model, engine.matrix, max(FIRST_SHARE * limits.seconds, LEAST_SECONDS)
    )
    if first is not None:
        search.propose(first)
    return _Solve(problem, model, search, ends_at)


def _take_stages(solving: _Solve, progress: OnProgress) -> bool:
    """Take every stage. If there is no answer, set ``none`` to the certificate and return False."""
    search, model = solving.search, solving.model
    try:
        for stage in solving.problem.policy.stages:
            solving.possible[stage.name] = possible_by_group(search, model, stage)
        alone = {name: count_alone(solving.possible, name) for name in solving.possible}
        run_stages(search, model, alone, progress, solving.run)
    except NoPointError:
        solving.none = certify_none(search, model)
        return False
    return True


def _keeps_results(solving: _Solve) -> bool:
    """Return whether the answer, counted again, has every proved value; True without an answer."""
    point = solving.point
    return point is None or are_reached(solving.run, _count_results(solving, point)[1])


def _write_solution(solving: _Solve, status: SolutionStatus, detail: str) -> Solution:
    """Return the answer as a solution with results and grounds; without one, only a status."""
    problem, point = solving.problem, solving.point
    if status is SolutionStatus.FEASIBLE and point is None:
        status = SolutionStatus.FAILED
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
    assignments, results = _count_results(solving, point)
    if status is SolutionStatus.FEASIBLE:
        assignments = _improve(solving, point, results) or assignments
    tally = Tally(problem, assignments)
    deciders = Deciders()
    if status is SolutionStatus.PROVEN:
        doubtful = list_doubtful(solving.model.columns.network, assignments)
        deciders = find_deciders(solving.search, solving.model, solving.run, doubtful)
    certificate, writer = _certify(solving, deciders)
    if status is SolutionStatus.FEASIBLE:
        left, certificate["open"] = _leave_open(solving, writer, tally)
        results += left
    answer = replace(empty, assignments=assignments, stages=tuple(results))
    return _add_needs(solving, answer, certificate, deciders)


def _count_results(
    solving: _Solve, point: Vector
) -> tuple[tuple[Assignment, ...], list[StageResult]]:
    """Return the assignments of a point, and their results for the proved aims."""
    assignments = assign_individuals(solving.model.columns, point)
    tally = Tally(solving.problem, assignments)
    return assignments, list_proved(solving.run, solving.possible, tally)


def _improve(
    solving: _Solve, point: Vector, results: list[StageResult]
) -> tuple[Assignment, ...] | None:
    """Return assignments that meet the needs of a point, and more if possible.

    They have the same results for all proved aims; None if none that do are found. The incumbent of
    an interrupted search is best for these aims only, so that more needs can often be met.
    """
    for can_move in (True, False):
        seconds = max(solving.seconds_left / 2, LEAST_SECONDS)
        better = complete_answer(solving.model, point, seconds, can_move=can_move)
        assignments, same = _count_results(solving, better)
        if same == results:
            return assignments
    return None


def _leave_open(
    solving: _Solve, writer: CertificateWriter, tally: Tally
) -> tuple[list[StageResult], list[Any]]:
    """Return the results of open aims and their bounds as events; drop exclusions not proved."""
    run, columns = solving.run, solving.model.columns
    steps, run.excluded_by = run.kept
    stages = list_open_stages(solving.problem.policy.stages, run)
    engine = start_from_kept(solving.model, solving.search, steps, writer, solving.seconds_left)
    bounds, events = bound_open(engine, columns, stages)
    return list(list_open(stages, solving.possible, tally, bounds)), events


def _add_needs(
    solving: _Solve, answer: Solution, certificate: dict[str, Any], deciders: Deciders
) -> Solution:
    """Return the answer with its counts of needs, its grounds and its certificate."""
    assignments, run, problem = answer.assignments, solving.run, solving.problem
    met = {assignment.need for assignment in assignments}
    columns = solving.model.columns
    witnesses = spell_witnesses(deciders.witnesses, columns, assignments)
    shown = {"witnesses": witnesses, "excluded": _name_excluded(solving, met)}
    certificate |= _name_all(shown) if solving.has_labels else shown
    outranked = deciders.outranked | run.excluded_by.keys()
    grounds = find_grounds(columns.network, assignments, outranked, deciders.stage_of)
    return replace(
        answer,
        assignments=_name_lines(solving, assignments),
        grounds=_name_grounds(solving, grounds),
        needs_met=len(met),
        recipients_helped=len({need.recipient for need in problem.needs if need.id in met}),
        certificate={**certificate, "sha256": codec.sha256_of(certificate)},
    )


def _name_lines(solving: _Solve, lines: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """Return the assignments with the names of the question, sorted."""
    return name_lines(lines) if solving.has_labels else lines


def _name_grounds(solving: _Solve, grounds: tuple[Ground, ...]) -> tuple[Ground, ...]:
    if not solving.has_labels:
        return grounds
    named = (replace(ground, need=name_of(ground.need)) for ground in grounds)
    return tuple(sorted(named, key=attrgetter("need")))


def _name_all(value: Any) -> Any:
    """Return plain JSON with names in place of all labels, also in keys."""
    if isinstance(value, dict):
        return {_name_all(key): _name_all(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_name_all(held) for held in value]
    return name_of(value) if isinstance(value, str) and is_label(value) else value


def _name_excluded(solving: _Solve, met: set[str]) -> dict[str, str]:
    """Map each unmet need to the stage by whose end the certificate excludes it."""
    names = {d: solving.problem.needs[d].id for d in solving.run.excluded_by}
    excluded_by = solving.run.excluded_by.items()
    return {names[d]: stage for d, stage in sorted(excluded_by) if stage and names[d] not in met}


def _certify(solving: _Solve, deciders: Deciders) -> tuple[dict[str, Any], CertificateWriter]:
    """Return the certificate of the proved aims, and its writer with the numbers given so far.

    It has the events of every aim in order, what groups get alone, and ``barred``: the events of a
    stage there are written once all results before the stage are.
    """
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
    stages, barred = [], []
    for stage, outcomes in groupby(solving.run.outcomes, key=attrgetter("stage")):
        barred += _write_barred(writer, deciders, stage.name)
        is_drawn = kind_of(stage).is_draw
        stages += [writer.write(outcome.steps, is_drawn=is_drawn) for outcome in outcomes]
    barred += _write_barred(writer, deciders, END)
    return {"possible": alone, "stages": stages, "barred": barred}, writer


def _write_barred(writer: CertificateWriter, deciders: Deciders, stage: str) -> list[Any]:
    found = deciders.barred.get(stage, ())
    return [writer.write_barred(stage, columns, step) for columns, step in found]
