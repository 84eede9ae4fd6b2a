"""Timings and ratios of one run on this machine: ``python -m optimizer.bench`` or ``make bench``.

For every size: one plain max-points solve of the same aggregated model (the yardstick), textbook
max-min, the whole round with all its stages, verification and explanations. With ``--data`` also
published instances against their known values.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from optimizer.bench_models import ENGINES, solve_max_min, solve_max_points
from optimizer.explain import explain
from optimizer.generate import generate
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.read_gap import read_gap
from optimizer.solution import Proof, Solution
from optimizer.solve import solve
from optimizer.verify import verify

T = TypeVar("T")
SIZES = (167, 1670)
LARGE = 16_700
ALLOWED_RATIO = 3.0  # of the whole round to one plain max-points solve, at 1,670 needs
GAP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Timed:
    """What was done, its seconds, and what came of it."""

    name: str
    seconds: float
    told: str


def measure(work: Callable[[], T]) -> tuple[T, float]:
    """Return what the work gives and its wall seconds."""
    began = time.monotonic()
    done = work()
    return done, time.monotonic() - began


def measure_round(problem: Problem, seconds: float) -> tuple[Solution, list[Timed]]:
    """Solve, verify and explain one month, each stage timed."""
    marks: list[tuple[str, float]] = []
    limits = Limits(seconds=seconds)
    solution, spent = measure(
        lambda: solve(problem, limits, lambda stage, *_: marks.append((stage, time.monotonic())))
    )
    told = f"{solution.status}, {solution.needs_met} of {solution.needs_asked} needs met"
    rows = [
        Timed(f"  stage {stage}", after - at, _describe(solution, stage))
        for (stage, at), (_, after) in pairwise(marks)
        if stage
    ]
    rows.append(Timed("whole round", spent, told))
    plain = problem.to_json(), json.loads(json.dumps(solution.to_json()))
    fault, spent = measure(lambda: verify(*plain))
    rows.append(Timed("verification", spent, "holds" if fault is None else str(fault)))
    explained, spent = measure(lambda: explain(problem, solution))
    rows.append(Timed("explanations", spent, f"{len(explained)} unmet needs"))
    return solution, rows


def _describe(solution: Solution, stage: str) -> str:
    proofs = [result.proof for result in solution.stages if result.name == stage]
    return ", ".join(f"{proofs.count(p)} by {p}" for p in Proof if p in proofs)


def bench_size(needs: int, seed: int, seconds: float) -> None:
    """Print the table of one size."""
    print(f"\n{needs} needs, seed {seed}, limit {seconds:.0f} s a solve")
    problem = generate(needs, seed)
    yardsticks = [_measure_points(problem, engine, seconds) for engine in ENGINES]
    told, spent = measure(lambda: solve_max_min(problem, seconds))
    yardsticks.append(Timed("textbook max-min", spent, told))
    _, rows = measure_round(problem, seconds)
    for row in (*yardsticks, *rows):
        print(f"{row.name:28} {row.seconds:9.2f} s  {row.told}")
    whole = next(row.seconds for row in rows if row.name == "whole round")
    print(f"whole round / max points {whole / yardsticks[0].seconds:6.2f}", end="")
    print(f"   wanted at most {ALLOWED_RATIO:.0f}" if needs == SIZES[-1] else "")
    print(f"textbook max-min / whole round {spent / whole:6.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory so far {peak} MiB")


def _measure_points(problem: Problem, engine: str, seconds: float) -> Timed:
    told, spent = measure(lambda: solve_max_points(problem, engine, seconds))
    return Timed(f"max points, {engine}", spent, told)


def bench_gap(folder: Path) -> int:
    """Print published assignment values against ours; return how many differ."""
    bounds = {
        name: (int(low), int(high))
        for name, low, high in (
            line.split() for line in (folder / "bounds.txt").read_text().splitlines() if line
        )
    }
    print(f"\n{'instance':12} {'sense':5} {'known':>13} {'ours':>8} {'bound':>8} proof   seconds")
    differing = 0
    for path in sorted(folder.glob("*.txt")):
        for sense in ("min", "max"):
            known = bounds.get(f"{path.stem}_{sense.capitalize()}")
            if known is not None:
                differing += _bench_instance(path, sense, known)
    return differing


def _bench_instance(path: Path, sense: str, known: tuple[int, int]) -> bool:
    problem = read_gap(path.stem, path.read_text(), sense)
    limits = Limits(seconds=GAP_SECONDS)
    solution, seconds = measure(lambda: solve(problem, limits))
    stage = solution.stages[0] if solution.stages else None
    value, bound = (stage.value, stage.bound) if stage else (None, None)
    proof = stage.proof if stage else solution.status
    told = f"{known[0]}" if known[0] == known[1] else f"{known[0]}..{known[1]}"
    print(f"{path.stem:12} {sense:5} {told:>13} {value!s:>8} {bound!s:>8} {proof:7} {seconds:7.1f}")
    return value is None or not known[0] <= value <= known[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; 1 when a published value was missed."""
    parser = argparse.ArgumentParser(prog="python -m optimizer.bench", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of published instances")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--large", action="store_true", help=f"also {LARGE} needs")
    parser.add_argument("--time-limit", type=float, default=300.0, metavar="SECONDS")
    parsed = parser.parse_args(arguments)
    for needs in [*parsed.sizes, *([LARGE] if parsed.large else [])]:
        bench_size(needs, parsed.seed, parsed.time_limit)
    if parsed.data is None:
        return 0
    folder = parsed.data / "gap" if (parsed.data / "gap").is_dir() else parsed.data
    return 1 if bench_gap(folder) else 0


if __name__ == "__main__":
    sys.exit(main())
