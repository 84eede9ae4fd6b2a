"""Solve, check, explain and price one problem; measure the seconds of the first three steps.

If no answer exists, the explanation is an irreducible conflict of pins and least uses.

The check reads problem and answer as plain JSON, as they are stored and published, and shares no
code with the solve. An answer that it refuses is a failure. A failed explanation is not, because
the answer is proved without it.
"""

import json
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from optimizer.checker.check import judge
from optimizer.checker.verdict import Ruling, Verdict
from optimizer.codec import canonical_bytes
from optimizer.explain.explain import explain
from optimizer.explanation import Explanation, explain_briefly
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.report import (
    PRICES,
    Conflict,
    Difference,
    Failure,
    Line,
    PinPrice,
    Progress,
    Seconds,
    Shortage,
    SolveReport,
    says_no_memory,
)
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from optimizer.what_if.conflict import find_conflict
from optimizer.what_if.difference import Before, find_difference
from optimizer.what_if.price import OnPrice, price_pins
from optimizer.what_if.shortage import find_shortages

LONGEST_REASON = 300  # characters
OnLine = Callable[[Line, Any], None]


@dataclass(frozen=True, slots=True)
class Steps:
    """The functions of the steps; only tests replace them."""

    solve: Callable[[Problem, Limits, Callable[[str, int, int], None]], Solution] = solve
    verify: Callable[[object, object], Verdict] = judge
    explain: Callable[[Problem, Solution], tuple[Explanation, ...]] = explain
    find_shortages: Callable[[Problem, Solution], tuple[Shortage, ...]] = find_shortages
    find_conflict: Callable[[Problem, Limits], Conflict] = find_conflict
    price: Callable[[Problem, Solution, Limits, OnPrice], tuple[PinPrice, ...]] = price_pins
    compare: Callable[[Problem, Solution, Before, Limits, OnPrice], Difference] = find_difference


STEPS = Steps()


def work(plain: object, limits: Limits, on_line: OnLine, steps: Steps = STEPS) -> SolveReport:
    """Return the report on a problem in plain JSON.

    Calls ``on_line`` with each line up to CHECKED. Errors of the solve and of the check are raised:
    without either there is no answer.
    """
    began = time.monotonic()
    problem = Problem.from_json(plain)
    limits = replace(limits, seconds=max(limits.seconds - (time.monotonic() - began), 0.0))
    marks: list[tuple[str, float]] = [("", time.monotonic())]

    def note(stage: str, done: int, total: int) -> None:
        marks.append((stage, time.monotonic()))
        on_line(Line.PROGRESS, Progress(stage, done, total))

    solution = steps.solve(problem, limits, note)
    marks.append(("", time.monotonic()))
    on_line(Line.SOLVED, None)
    report = _check(plain, solution, _sum_up(marks), steps)
    on_line(Line.CHECKED, report.to_json())
    if limits.explain_seconds is None:
        return report
    if report.is_usable:
        return _explain(problem, solution, report, steps)
    if report.failure is None:  # there is no answer: say which pins keep it from being
        return _name_conflict(
            problem, replace(limits, seconds=limits.explain_seconds), report, steps
        )
    return report


def work_out_prices(
    plain: object, report: SolveReport, limits: Limits, on_line: OnLine, steps: Steps = STEPS
) -> tuple[PinPrice, ...]:
    """Return the prices of pins and forbids; () if the report has no usable answer.

    Calls ``on_line`` for the progress. An error is logged and () returned: the answer is proved
    without prices.
    """
    if report.solution is None or not report.is_usable:
        return ()

    def note(done: int, total: int) -> None:
        on_line(Line.PROGRESS, Progress(PRICES, done, total))

    limits = replace(limits, seconds=limits.price_seconds or 0.0)
    try:
        return steps.price(Problem.from_json(plain), report.solution, limits, note)
    except Exception as error:
        name_failure(error)
        return ()


def work_out_difference(
    plain: object,
    before: Mapping[str, Any],
    report: SolveReport,
    limits: Limits,
    on_line: OnLine,
    steps: Steps = STEPS,
) -> Difference | None:
    """Return how the answer differs from the one in ``before``; None if the report has none.

    ``before``: a ``Before`` as plain JSON. Calls ``on_line`` for the progress. An error is logged
    and None returned: the answer is proved without the difference.
    """
    if report.solution is None or not report.is_usable:
        return None

    def note(done: int, total: int) -> None:
        on_line(Line.PROGRESS, Progress(PRICES, done, total))

    limits = replace(limits, seconds=limits.price_seconds or 0.0)
    try:
        old = Before.from_json(before)
        return steps.compare(Problem.from_json(plain), report.solution, old, limits, note)
    except Exception as error:
        name_failure(error)
        return None


def name_failure(error: Exception) -> Failure:
    """Return the failure code of an error and write its trace to standard error.

    A library that is refused memory may lose the error on the way and raise ``SystemError``.
    """
    trace = "".join(traceback.format_exception(error))
    sys.stderr.write(trace)
    is_lost = isinstance(error, SystemError) and _is_bounded()
    return Failure.OUT_OF_MEMORY if says_no_memory(trace) or is_lost else Failure.CRASHED


def _is_bounded() -> bool:
    return resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY


def name_reason(error: Exception) -> str:
    """Return type and message of an error in one line of text that any terminal can show."""
    text = " ".join("".join(traceback.format_exception_only(error)).split())
    return text.encode("utf-8", "backslashreplace").decode()[:LONGEST_REASON]


def _sum_up(marks: list[tuple[str, float]]) -> Seconds:
    stages: dict[str, float] = {}
    for (stage, start), (_next, end) in pairwise(marks):
        if stage:  # the time before the first stage and after the last has no name
            stages[stage] = round(stages.get(stage, 0.0) + end - start, 3)
    return Seconds(stages, solve=round(marks[-1][1] - marks[0][1], 3))


def _check(plain: object, solution: Solution, seconds: Seconds, steps: Steps) -> SolveReport:
    began = time.monotonic()
    verdict = steps.verify(plain, json.loads(canonical_bytes(solution.to_json())))
    failure = None
    if solution.status is SolutionStatus.FAILED:
        failure = Failure.GAVE_UP
    elif verdict.ruling in (Ruling.REFUTED, Ruling.TOO_LARGE):
        failure = Failure.NOT_VERIFIED
    return SolveReport(
        solution,
        () if verdict.fault is None else (str(verdict.fault),),
        explain_briefly(solution) if failure is None else (),
        replace(seconds, check=round(time.monotonic() - began, 3)),
        failure,
        verdict=verdict,
    )


def _explain(
    problem: Problem, solution: Solution, report: SolveReport, steps: Steps
) -> SolveReport:
    began = time.monotonic()
    try:
        report = replace(report, explanations=steps.explain(problem, solution))
    except Exception as error:
        report = replace(report, unexplained=name_failure(error))
    report = replace(report, shortages=_count_shortages(problem, solution, steps))
    seconds = replace(report.seconds, explain=round(time.monotonic() - began, 3))
    return replace(report, seconds=seconds)


def _count_shortages(
    problem: Problem, solution: Solution, steps: Steps
) -> tuple[Shortage, ...] | None:
    """Return what more would meet; None after an error, which is logged."""
    try:
        return steps.find_shortages(problem, solution)
    except Exception as error:
        name_failure(error)
        return None


def _name_conflict(
    problem: Problem, limits: Limits, report: SolveReport, steps: Steps
) -> SolveReport:
    """Return the report with an irreducible conflict, or without one if none was found in time."""
    began = time.monotonic()
    try:
        conflict = steps.find_conflict(problem, limits)
    except Exception as error:
        return replace(report, unexplained=name_failure(error))
    seconds = replace(report.seconds, explain=round(time.monotonic() - began, 3))
    if conflict.status is not SolutionStatus.INFEASIBLE:
        return replace(report, seconds=seconds)
    return replace(report, conflict=conflict, seconds=seconds)
