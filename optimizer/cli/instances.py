"""Commands for published instances: gap, matrix, projects."""

import argparse
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from optimizer.codec import ProblemError, canonical_bytes
from optimizer.instances.gap import read_gap
from optimizer.instances.projects import PROJECT_POLICIES, read_projects
from optimizer.instances.scores import SCORE_POLICIES, ScoreTerms, read_scores
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus, StageResult


def read_text(path: Path) -> str:
    """Return a text file. Raises ``ProblemError`` for bytes that are not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemError("$", f"{path} is not a text file") from None


def run_gap(arguments: argparse.Namespace) -> int:
    """Solve a generalised assignment instance of the OR-Library."""
    problem = read_gap(arguments.file.stem, read_text(arguments.file), arguments.sense)
    return _solve(problem, arguments)


def run_matrix(arguments: argparse.Namespace) -> int:
    """Assign reviewers by a matrix of scores: receivers are columns, givers are rows."""
    terms = ScoreTerms(arguments.demand, arguments.cap, arguments.load_min, arguments.conflict)
    name, text = arguments.scores.stem, read_text(arguments.scores)
    scores = read_scores(name, text, terms, arguments.policy)
    if scores.is_rounded:
        print(f"scores are rounded to {len(str(scores.scale)) - 1} decimals")
    return _solve(scores.problem, arguments, scores.scale)


def run_projects(arguments: argparse.Namespace) -> int:
    """Allocate students to ranked projects of supervisors."""
    problem = read_projects(
        read_text(arguments.students),
        read_text(arguments.projects),
        read_text(arguments.supervisors),
        arguments.policy,
    )
    return _solve(problem, arguments)


def _solve(problem: Problem, arguments: argparse.Namespace, scale: int = 1) -> int:
    began = time.monotonic()
    solution = solve(problem, Limits(seconds=arguments.time_limit))
    for path, value in ((arguments.problem_out, problem), (arguments.out, solution)):
        if path is not None:
            path.write_bytes(canonical_bytes(value.to_json()) + b"\n")
    for result in solution.stages:
        print(_describe(result, scale))
    seconds = time.monotonic() - began
    print(f"status {solution.status}  needs {solution.needs_met}/{solution.needs_asked}", end="  ")
    print(f"seconds {seconds:.2f}")
    return 0 if solution.is_usable else 1


def _describe(result: StageResult, scale: int) -> str:
    value, bound = result.value, result.bound
    if result.levels and result.status is SolutionStatus.PROVEN:
        first = result.levels[0]
        ratio = Fraction(first.numerator, first.denominator)
        return f"{result.name}  worst {_unscale(ratio, scale)}  proof {result.proof}"
    value_text = "-" if value is None else _unscale(Fraction(value), scale)
    bound_text = "-" if bound is None else _unscale(Fraction(bound), scale)
    return f"{result.name}  value {value_text}  bound {bound_text}  proof {result.proof}"


def _unscale(value: Fraction, scale: int) -> str:
    exact = value / scale
    return str(exact.numerator) if exact.denominator == 1 else f"{float(exact):.6g}"


def add_published(commands: Any, add: Any) -> None:
    """Add the three commands; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "gap", run_gap)
    command.add_argument("file", type=Path)
    command.add_argument("--sense", choices=("min", "max"), required=True)
    _add_outputs(command)
    command = add(commands, "matrix", run_matrix)
    command.add_argument("scores", type=Path)
    command.add_argument("--demand", type=int, required=True, help="givers per receiver")
    command.add_argument("--cap", type=int, required=True, help="most receivers per giver")
    command.add_argument("--load-min", type=int, default=0, help="fewest receivers per giver")
    command.add_argument("--conflict", type=Decimal, help="score that forbids a pair")
    command.add_argument("--policy", choices=tuple(SCORE_POLICIES), required=True)
    _add_outputs(command)
    command = add(commands, "projects", run_projects)
    for name in ("students", "projects", "supervisors"):
        command.add_argument(f"--{name}", type=Path, required=True)
    command.add_argument("--policy", choices=tuple(PROJECT_POLICIES), required=True)
    _add_outputs(command)


def _add_outputs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--problem-out", type=Path, help="write the problem as JSON")
    command.add_argument("--out", type=Path, help="write the solution as JSON")
    command.add_argument("--time-limit", type=float, default=600.0, metavar="SECONDS")
