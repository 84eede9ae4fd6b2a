"""The command ``solve``: solve and check one month in a child process, and explain it if asked.

The exit code is that of the verdict on the answer, the same that ``verify`` gives. Without an
answer it is 2 if the question cannot be read, and 3 if the process died, hung or gave up: then it
is not proved either that there is no answer.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from optimizer.checker.verdict import EXIT_HELP
from optimizer.codec import canonical_bytes
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.process.guard import DEFAULT_MEMORY_MIB, solve_apart
from optimizer.report import Failure, SolveReport
from optimizer.solution import Solution, StageResult

DONE, REFUTED, BROKEN, UNKNOWN = 0, 1, 2, 3
FAILURES = {  # message and exit code of each
    Failure.BROKEN_PROBLEM: ("the problem cannot be read", BROKEN),
    Failure.NOT_STARTED: ("the machine has no room for another process", UNKNOWN),
    Failure.OUT_OF_MEMORY: ("the process needed more memory than it may use", UNKNOWN),
    Failure.KILLED: ("the process was ended from outside", UNKNOWN),
    Failure.HUNG: ("the process outlived its limits and was ended", UNKNOWN),
    Failure.CRASHED: ("the process broke", UNKNOWN),
    Failure.GAVE_UP: ("the solver ended without an answer", UNKNOWN),
    Failure.NONSENSE: ("what the process answered cannot be read", UNKNOWN),
    Failure.OTHER_PROBLEM: ("the process answered another problem", UNKNOWN),
    Failure.NOT_VERIFIED: ("the answer did not pass the independent check", REFUTED),
    Failure.CANCELLED: ("the solve was cancelled", UNKNOWN),
}
ReadJson = Callable[[Path], Any]


def run_solve(arguments: argparse.Namespace) -> int:
    """Solve and check a month in a child process, print its stages and write its solution."""
    problem = Problem.from_json(arguments.read(arguments.problem))
    limits = Limits(arguments.time_limit)
    if arguments.explanations is None:
        limits = Limits(arguments.time_limit, explain_seconds=None)
    report = solve_apart(problem, limits, memory_mib=arguments.memory_limit or None)
    if report.solution is not None:
        if arguments.out:
            arguments.out.write_bytes(canonical_bytes(report.solution.to_json()) + b"\n")
        _print_answer(report, report.solution)
    if report.is_usable and arguments.explanations is not None:
        explained = [found.to_json() for found in report.explanations]
        arguments.explanations.write_bytes(canonical_bytes(explained) + b"\n")
    return _end(report)


def _end(report: SolveReport) -> int:
    """Print to standard error what went wrong, if anything. Return the exit code."""
    if report.unexplained is not None:
        print(f"explained briefly: {FAILURES[report.unexplained][0]}", file=sys.stderr)
    judged = None if report.verdict is None else report.verdict.exit_code
    if report.failure is None:
        return UNKNOWN if judged is None else judged
    message, code = FAILURES[report.failure]
    detail = report.solution.detail if report.solution else ""
    facts = filter(None, (report.reason, detail, *report.findings))
    print(": ".join([f"no answer: {message}", *facts]), file=sys.stderr)
    return code if judged is None else judged


def _print_answer(report: SolveReport, solution: Solution) -> None:
    print_stages(solution, report.seconds.stages)
    print(f"{solution.status}: {solution.needs_met} of {solution.needs_asked} needs met, ", end="")
    print(f"{solution.recipients_helped} recipients, {report.seconds.solve:.1f} s; ", end="")
    print("refuted by the check" if report.findings else "checked", end="")
    print(f" in {report.seconds.check:.1f} s")


def print_stages(solution: Solution, seconds: Mapping[str, float]) -> None:
    """Print one line for each aim: value, bound, proof, engine, and once its stage's seconds."""
    print(f"{'stage':32} {'value':>14} {'bound':>14} {'proof':>9} {'engine':>8} {'seconds':>8}")
    left = dict(seconds)
    for result in solution.stages:
        name = f"{result.name} {result.key}".strip()
        spent = f"{left.pop(result.name):.2f}" if result.name in left else ""
        print(
            f"{name:32} {describe_value(result, result.value):>14} "
            f"{describe_value(result, result.bound):>14} {result.proof:>9} "
            f"{result.engine:>8} {spent:>8}"
        )


def describe_value(result: StageResult, value: int | None) -> str:
    """Return the value in figures, or the first level: of the worst-off or busiest group.

    ``-`` if there is neither.
    """
    if value is not None:
        return str(value)
    if not result.levels:
        return "-"
    first = result.levels[0]
    return f"{first.numerator}/{first.denominator}"


def add_solve(commands: Any, add: Any, read: ReadJson) -> None:
    """Add the command; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "solve", run_solve)
    command.set_defaults(read=read)
    command.epilog = EXIT_HELP
    command.add_argument("problem", type=Path)
    command.add_argument("--out", type=Path, metavar="SOLUTION")
    text = "explain every unmet need, too, and write that here"
    command.add_argument("--explanations", type=Path, metavar="FILE", help=text)
    command.add_argument("--time-limit", type=_seconds, default=600.0, metavar="SECONDS")
    text = f"most memory of the process that solves; 0: no bound; default: {DEFAULT_MEMORY_MIB}"
    command.add_argument(
        "--memory-limit", type=_bound, default=DEFAULT_MEMORY_MIB, metavar="MIB", help=text
    )


def _bound(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return number
