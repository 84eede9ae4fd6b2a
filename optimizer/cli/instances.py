"""Commands for published instances: gap, matrix, bids, projects.

The first line of output says what the reader saw in the files. For an instance without an answer,
the cheapest reason is printed to standard error. Exit codes: 0 answered, 1 no answer.
"""

import argparse
import sys
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from optimizer.codec import ProblemError, canonical_bytes
from optimizer.instances.bids import BidTerms, read_bids
from optimizer.instances.gap import make_gap, name_jobs, read_gaps
from optimizer.instances.headings import Shape, find_number
from optimizer.instances.projects import PROJECT_POLICIES, ProjectFiles, read_projects
from optimizer.instances.reasons import Words, find_reason
from optimizer.instances.scores import (
    FORBIDDEN,
    SCORE_POLICIES,
    Scores,
    ScoreTerms,
    make_scores,
    read_scores,
)
from optimizer.instances.tables import SEPARATORS, Table, decode, read_table
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus, StageResult
from optimizer.what_if.conflict import find_conflict


def run_gap(arguments: argparse.Namespace) -> int:
    """Solve generalised assignment instances of the OR-Library: all of a file, or one of them."""
    path: Path = arguments.file
    text, encoding = decode(path.name, path.read_bytes())
    instances, codes = read_gaps(path.name, text), []
    wanted = range(len(instances)) if arguments.instance is None else (arguments.instance - 1,)
    if wanted[-1] >= len(instances):
        raise ProblemError("--instance", f"{path.name} holds {len(instances)}")
    if len(wanted) > 1 and (arguments.out or arguments.problem_out):
        raise ProblemError("--instance", f"says which of the {len(instances)} instances to write")
    for k in wanted:
        found = instances[k]
        best = "" if found.best is None else f"; best known {found.best}"
        size = f"{found.agents} agents × {found.jobs} jobs"
        print(f"instance {k + 1} of {len(instances)}: {size}{best}; encoding {encoding}")
        problem = make_gap(path.stem, found, arguments.sense)
        codes.append(_solve(problem, arguments, words=name_jobs(found)))
    return max(codes)


def run_matrix(arguments: argparse.Namespace) -> int:
    """Assign reviewers by a matrix of scores: receivers are columns, givers are rows."""
    terms = ScoreTerms(
        arguments.demand, arguments.cap, arguments.load_min, arguments.conflict, arguments.empty
    )
    table, shape = _read(arguments.scores, arguments), Shape(arguments.header, arguments.ids)
    return _solve_scores(read_scores(table, terms, arguments.policy, shape), arguments)


def run_bids(arguments: argparse.Namespace) -> int:
    """Assign reviewers by a long list of bids: giver, receiver, and a number or word."""
    terms = ScoreTerms(arguments.demand, arguments.cap, arguments.load_min)
    unlisted = None if arguments.unlisted == FORBIDDEN else arguments.unlisted
    worth, conflicts = dict(arguments.worth or ()), frozenset(arguments.conflict or ())
    bids = BidTerms(worth, conflicts, unlisted, arguments.header)
    found = read_bids(_read(arguments.bids, arguments), bids)
    return _solve_scores(make_scores(found, terms, arguments.policy), arguments)


def _solve_scores(scores: Scores, arguments: argparse.Namespace) -> int:
    print(scores.preferences.seen)
    if scores.is_rounded:
        print(f"scores are rounded to {len(str(scores.scale)) - 1} decimals")
    return _solve(scores.problem, arguments, scores.scale, scores.preferences.words)


def run_projects(arguments: argparse.Namespace) -> int:
    """Allocate students to ranked projects of supervisors."""
    files = ProjectFiles(
        students=_read(arguments.students, arguments),
        projects=_read(arguments.projects, arguments),
        supervisors=_read(arguments.supervisors, arguments),
        header=arguments.header,
        or_closed=arguments.or_closed,
    )
    found = read_projects(files, arguments.policy)
    print(found.seen)
    for warning in found.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return _solve(found.problem, arguments, words=found.words)


def _read(path: Path, arguments: argparse.Namespace) -> Table:
    return read_table(path.name, path.read_bytes(), arguments.separator)


def _solve(
    problem: Problem, arguments: argparse.Namespace, scale: int = 1, words: Words | None = None
) -> int:
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
    if not solution.is_usable:
        left = max(arguments.time_limit - seconds, 1.0)
        print(f"no answer: {_explain(problem, solution, words or Words(), left)}", file=sys.stderr)
    return 0 if solution.is_usable else 1


def _explain(problem: Problem, solution: Solution, words: Words, seconds: float) -> str:
    """Return why there is no answer: the cheapest reason, a conflict, or what the solver said."""
    if solution.status is not SolutionStatus.INFEASIBLE:
        return solution.detail or "the solver gave no reason"
    reason = find_reason(problem, words)
    if reason is not None:
        return reason
    conflict = find_conflict(problem, Limits(seconds=seconds))
    if conflict.status is not SolutionStatus.INFEASIBLE:
        return "what conflicts was not found in time"
    named = [words.needs.get(pin.need, pin.need) for pin in conflict.pins]
    named += [f"least of {words.stocks.get(name, name)}" for name in conflict.stocks]
    return f"these cannot hold together, and without any one of them they can: {'; '.join(named)}"


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
    """Add the commands; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "gap", run_gap)
    command.add_argument("file", type=Path)
    command.add_argument("--sense", choices=("min", "max"), required=True)
    text = "which instance of the file, from 1; default: all"
    command.add_argument("--instance", type=_positive, metavar="K", help=text)
    _add_outputs(command)
    command = add(commands, "matrix", run_matrix)
    command.add_argument("scores", type=Path)
    command.add_argument("--conflict", type=_number, help="score that forbids a pair")
    text = f"what an empty cell means: a score, or {FORBIDDEN}"
    command.add_argument("--empty", type=_score, metavar="SCORE", help=text)
    _add_flag(command, "ids", "the first column holds ids")
    _add_loads(command)
    _add_bids(commands, add)
    command = add(commands, "projects", run_projects)
    for name in ("students", "projects", "supervisors"):
        command.add_argument(f"--{name}", type=Path, required=True)
    text = "a project runs with its least number of students or not at all"
    command.add_argument("--or-closed", action="store_true", help=text)
    command.add_argument("--policy", choices=tuple(PROJECT_POLICIES), required=True)
    _add_table(command)
    _add_outputs(command)


def _add_bids(commands: Any, add: Any) -> None:
    command = add(commands, "bids", run_bids)
    command.add_argument("bids", type=Path)
    text = "what words are worth, such as yes=3,maybe=1"
    command.add_argument("--worth", type=_worth, metavar="WORD=SCORE,…", help=text)
    text = "word that forbids a pair; can be given several times"
    command.add_argument("--conflict", action="append", metavar="WORD", help=text)
    text = f"score of a pair that is not in the list, or {FORBIDDEN}; default: 0"
    command.add_argument("--unlisted", type=_score, default=Decimal(0), metavar="SCORE", help=text)
    _add_loads(command)


def _add_loads(command: argparse.ArgumentParser) -> None:
    command.add_argument("--demand", type=_positive, required=True, help="givers per receiver")
    command.add_argument("--cap", type=_natural, required=True, help="most receivers per giver")
    command.add_argument("--load-min", type=_natural, default=0, help="fewest receivers per giver")
    command.add_argument("--policy", choices=tuple(SCORE_POLICIES), required=True)
    _add_table(command)
    _add_outputs(command)


def _add_table(command: argparse.ArgumentParser) -> None:
    _add_flag(command, "header", "the first row is a heading")
    command.add_argument("--separator", choices=tuple(SEPARATORS), help="default: found")


def _add_flag(command: argparse.ArgumentParser, name: str, text: str) -> None:
    command.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, help=text)


def _add_outputs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--problem-out", type=Path, help="write the problem as JSON")
    command.add_argument("--out", type=Path, help="write the solution as JSON")
    command.add_argument("--time-limit", type=float, default=600.0, metavar="SECONDS")


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _number(text: str) -> Decimal:
    number = find_number(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text} is not a number")
    return number


def _score(text: str) -> Decimal | str:
    return FORBIDDEN if text == FORBIDDEN else _number(text)


def _worth(text: str) -> dict[str, Decimal]:
    parts = [part.rpartition("=") for part in text.split(",")]
    if any(not word for word, _, _ in parts):
        raise argparse.ArgumentTypeError("must look like yes=3,maybe=1")
    return {word: _number(score) for word, _, score in parts}
