"""The command ``agree``: a second engine on every value that a solution states as proven."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from optimizer.errors import ProblemError
from optimizer.problem import Problem
from optimizer.second_opinion import Opinion, Verdict, judge, second_opinion
from optimizer.solution import Solution

SECONDS = 60.0
CODES = {Verdict.AGREED: 0, Verdict.DISAGREED: 1, Verdict.UNKNOWN: 3}


def run_agree(arguments: argparse.Namespace) -> int:
    """Ask CBC for anything better than a solution. Exit code 0 agreed, 1 disagreed, 3 unknown."""
    problem = Problem.from_json(json.loads(arguments.problem.read_bytes()))
    solution = Solution.from_json(json.loads(arguments.solution.read_bytes()))
    if solution.problem_sha256 != problem.sha256:
        raise ProblemError("$.problem_sha256", "the solution is of another problem")
    began = last = time.monotonic()

    def tell(opinion: Opinion) -> None:
        nonlocal last
        now = time.monotonic()
        told = f"{opinion.stage:16} {opinion.of:32} {opinion.verdict:9} {now - last:8.2f} s\n"
        sys.stdout.write(told)
        sys.stdout.flush()
        last = now

    opinions = second_opinion(problem, solution, arguments.seconds, tell)
    verdict = judge(opinions)
    spent = time.monotonic() - began
    sys.stdout.write(f"{verdict}: {len(opinions)} values put to CBC in {spent:.1f} s\n")
    return CODES[verdict]


def add_agree(commands: Any, add: Any) -> None:
    """Add the command; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "agree", run_agree)
    command.add_argument("problem", type=Path)
    command.add_argument("solution", type=Path)
    told = "most time for one value; beyond it that value is unknown"
    command.add_argument("--seconds", type=float, default=SECONDS, help=told)
