"""The command line: generate, solve and verify months as JSON files; solve published instances.

``solve`` and ``verify`` end with the exit code of the verdict. The other commands end with 0 if all
is in order, 1 if something is not (it is printed), 2 for wrong usage or broken input, and 3 if the
result is not known.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from optimizer.checker.__main__ import judge_files, print_verdict
from optimizer.checker.month.text import TextError, read_json
from optimizer.checker.verdict import EXIT_HELP, Ruling
from optimizer.cli.funds import add_divide
from optimizer.cli.instances import add_published
from optimizer.cli.simulate import add_simulations
from optimizer.cli.solve import BROKEN, DONE, REFUTED, UNKNOWN, add_solve
from optimizer.cli.vipr import add_vipr
from optimizer.cli.what_if import add_what_if
from optimizer.codec import ProblemError, canonical_bytes
from optimizer.explain.explain import explain
from optimizer.explain.met import explain_met
from optimizer.instances.generate import generate
from optimizer.problem import Problem
from optimizer.second.opinion import Opinion, Verdict, judge, second_opinion
from optimizer.solution import Solution

AGREE_SECONDS = 60.0
AGREE_CODES = {Verdict.AGREED: DONE, Verdict.DISAGREED: REFUTED, Verdict.UNKNOWN: UNKNOWN}


def run_generate(arguments: argparse.Namespace) -> int:
    """Write a seeded month to a file."""
    problem = generate(arguments.needs, arguments.seed, arguments.volunteers)
    arguments.out.write_bytes(canonical_bytes(problem.to_json()) + b"\n")
    print(f"{arguments.out}: {len(problem.needs)} needs, sha256 {problem.sha256}")
    return DONE


def run_verify(arguments: argparse.Namespace) -> int:
    """Check a solution against its problem; print what is proved, or the first fault."""
    verdict = judge_files(arguments.problem, arguments.solution, arguments.draw)
    is_fault = verdict.ruling in (Ruling.REFUTED, Ruling.TOO_LARGE)
    print_verdict(verdict, sys.stderr if is_fault else sys.stdout)
    return verdict.exit_code


def run_agree(arguments: argparse.Namespace) -> int:
    """Ask CBC for anything better than a solution. Exit code 0 agreed, 1 disagreed, 3 unknown."""
    problem = Problem.from_json(read_json(arguments.problem))
    solution = Solution.from_json(read_json(arguments.solution))
    if solution.problem_sha256 != problem.sha256:
        raise ProblemError("$.problem_sha256", "the solution is of another problem")
    began = last = time.monotonic()

    def print_opinion(opinion: Opinion) -> None:
        nonlocal last
        now = time.monotonic()
        line = f"{opinion.stage:16} {opinion.of:32} {opinion.verdict:9} {now - last:8.2f} s\n"
        sys.stdout.write(line)
        sys.stdout.flush()
        last = now

    opinions = second_opinion(problem, solution, arguments.seconds, print_opinion)
    verdict = judge(opinions)
    spent = time.monotonic() - began
    sys.stdout.write(f"{verdict}: {len(opinions)} values put to CBC in {spent:.1f} s\n")
    return AGREE_CODES[verdict]


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain a solution as JSON: codes and numbers for every unmet and every met need."""
    problem = Problem.from_json(read_json(arguments.problem))
    solution = Solution.from_json(read_json(arguments.solution))
    explanations = {
        "unmet": {
            found.need: {"code": found.code, **found.to_numbers()}
            for found in explain(problem, solution)
        },
        "met": {
            found.need: {
                "givers": list(found.givers),
                "alternatives": found.alternatives,
                "rank": found.rank,
                "runner_up": found.runner_up,
            }
            for found in explain_met(problem, solution)
        },
    }
    sys.stdout.write(json.dumps(explanations, ensure_ascii=False, indent=1) + "\n")
    return DONE


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m optimizer", description=__doc__, epilog=f"Of a verdict: {EXIT_HELP}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = _add(commands, "generate", run_generate)
    command.add_argument("--needs", type=_natural, required=True, help="how many needs")
    command.add_argument("--seed", type=int, required=True, help="same seed, same bytes")
    command.add_argument("--volunteers", type=_natural, help="default: 300 for 1,670 needs")
    command.add_argument("--out", type=Path, required=True, metavar="PROBLEM")
    add_solve(commands, _add, read_json)
    command = _add(commands, "verify", run_verify)
    command.epilog = EXIT_HELP
    command.add_argument("problem", type=Path)
    command.add_argument("solution", type=Path)
    text = "the draw of a proof file: the seed is computed again from it"
    command.add_argument("draw", type=Path, nargs="?", help=text)
    _add_agree(commands)
    _add_explain(commands)
    add_simulations(commands, _add)
    add_vipr(commands, _add, read_json)
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


def _add_agree(commands: Any) -> None:
    command = _add(commands, "agree", run_agree)
    command.add_argument("problem", type=Path)
    command.add_argument("solution", type=Path)
    text = "most time for one value; beyond it that value is unknown"
    command.add_argument("--seconds", type=float, default=AGREE_SECONDS, help=text)


def _add_explain(commands: Any) -> None:
    command = _add(commands, "explain", run_explain)
    command.add_argument("problem", type=Path)
    command.add_argument("solution", type=Path)


def _natural(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; 2 for input that cannot be read."""
    parsed = build_parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
    except BrokenPipeError:
        raise  # nobody reads the output: no fault of the input
    except (ProblemError, TextError, OSError) as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    return code
