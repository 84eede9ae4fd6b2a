"""The command line: generate, solve and verify months as JSON files; solve what others publish.

Exit codes: 0 done and in order, 1 refuted (or no answer to publish), 2 wrong usage or broken input,
3 not known (``agree``, ``price``, ``conflict``, ``repair``).
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from optimizer.agree import add_agree
from optimizer.codec import canonical_bytes
from optimizer.errors import ProblemError
from optimizer.fund_commands import add_divide
from optimizer.generate import generate
from optimizer.guard import DEFAULT_MEMORY_MIB, solve_guarded
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.published import add_published
from optimizer.reports import add_reports
from optimizer.solution import Solution, StageResult
from optimizer.verify import verify
from optimizer.what_if_commands import add_what_if

DONE, REFUTED, BROKEN = 0, 1, 2


class InputError(ValueError):
    """A file that cannot be read, with one readable line saying why."""


def read_json(path: Path) -> Any:
    """Return the JSON of a file. Raises ``InputError``; repeated keys and NaN are refused."""
    try:
        return json.loads(
            path.read_bytes(), object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant
        )
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: {error}") from None


def _refuse_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(items)
    if len(held) < len(items):
        names = [name for name, _ in items]
        twice = next(name for k, name in enumerate(names) if name in names[:k])
        raise ValueError(f"key {twice} stands twice in one object")
    return held


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def run_generate(arguments: argparse.Namespace) -> int:
    """Write a seeded month."""
    problem = generate(arguments.needs, arguments.seed, arguments.volunteers)
    arguments.out.write_bytes(canonical_bytes(problem.to_json()) + b"\n")
    print(f"{arguments.out}: {len(problem.needs)} needs, sha256 {problem.sha256}")
    return DONE


def run_solve(arguments: argparse.Namespace) -> int:
    """Solve a month in a process of its own, print its stages, write its solution."""
    began = time.monotonic()
    problem = Problem.from_json(read_json(arguments.problem))
    marks: list[tuple[str, float]] = []

    def note(stage: str, _done: int, _total: int) -> None:
        marks.append((stage, time.monotonic()))

    limits, memory = Limits(seconds=arguments.time_limit), arguments.memory_limit or None
    solution = solve_guarded(problem, limits, memory_mib=memory, progress=note)
    marks.append(("", time.monotonic()))
    seconds: dict[str, float] = {}
    for (stage, start), (_, end) in pairwise(marks):
        seconds[stage] = seconds.get(stage, 0.0) + end - start
    if arguments.out:
        arguments.out.write_bytes(canonical_bytes(solution.to_json()) + b"\n")
    print_stages(solution, seconds)
    print(f"{solution.status}: {solution.needs_met} of {solution.needs_asked} needs met, ", end="")
    print(f"{solution.recipients_helped} recipients, {time.monotonic() - began:.1f} s")
    return DONE if solution.is_usable else REFUTED


def print_stages(solution: Solution, seconds: dict[str, float]) -> None:
    """Print one line an aim: value, bound, proof, engine; seconds of the whole stage once."""
    print(f"{'stage':32} {'value':>14} {'bound':>14} {'proof':>9} {'engine':>8} {'seconds':>8}")
    for result in solution.stages:
        name = f"{result.name} {result.key}".strip()
        spent = f"{seconds.pop(result.name):.2f}" if result.name in seconds else ""
        print(
            f"{name:32} {describe_value(result, result.value):>14} "
            f"{describe_value(result, result.bound):>14} {result.proof:>9} "
            f"{result.engine:>8} {spent:>8}"
        )


def describe_value(result: StageResult, value: int | None) -> str:
    """The value in figures; of levels the first, which is the worst-off or the busiest."""
    if value is not None:
        return str(value)
    if not result.levels:
        return "-"
    first = result.levels[0]
    return f"{first.numerator}/{first.denominator}"


def run_verify(arguments: argparse.Namespace) -> int:
    """Check a solution against its problem and name the first fault."""
    began = time.monotonic()
    fault = verify(read_json(arguments.problem), read_json(arguments.solution))
    if fault is None:
        print(f"verified in {time.monotonic() - began:.1f} s: every rule, value and hash holds")
        return DONE
    print(f"refuted: {fault}", file=sys.stderr)
    return BROKEN if fault.code == "broken_input" else REFUTED


def build_parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    parser = argparse.ArgumentParser(prog="python -m optimizer", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = _add(commands, "generate", run_generate)
    command.add_argument("--needs", type=_natural, required=True, help="how many needs")
    command.add_argument("--seed", type=int, required=True, help="same seed, same bytes")
    command.add_argument("--volunteers", type=_natural, help="default: 300 for 1,670 needs")
    command.add_argument("--out", type=Path, required=True, metavar="PROBLEM")
    command = _add(commands, "solve", run_solve)
    command.add_argument("problem", type=Path)
    command.add_argument("--out", type=Path, metavar="SOLUTION")
    command.add_argument("--time-limit", type=_seconds, default=600.0, metavar="SECONDS")
    told = f"most memory of the process that solves; 0: no bound; default: {DEFAULT_MEMORY_MIB}"
    command.add_argument(
        "--memory-limit", type=_bound, default=DEFAULT_MEMORY_MIB, metavar="MIB", help=told
    )
    command = _add(commands, "verify", run_verify)
    command.add_argument("problem", type=Path)
    command.add_argument("solution", type=Path)
    add_agree(commands, _add)
    add_reports(commands, _add)
    add_what_if(commands, _add, read_json)
    add_published(commands, _add)
    add_divide(commands, _add, read_json)
    return parser


def _add(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=run.__doc__, description=run.__doc__
    )
    command.set_defaults(run=run)
    return command


def _natural(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _bound(text: str) -> int:
    return 0 if text == "0" else _natural(text)


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = build_parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
    except (ProblemError, InputError, OSError, json.JSONDecodeError) as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    return code


if __name__ == "__main__":
    sys.exit(main())
