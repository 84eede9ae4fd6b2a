"""Run one piece of the bench in its own process, so that its peak memory is measured alone.

``python -m optimizer.bench.run PIECE NEEDS SEED SECONDS`` writes one line of JSON.
"""

import dataclasses
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import highspy

from optimizer.bench.models import ENGINES, solve_max_min, solve_max_points
from optimizer.checker.check import judge
from optimizer.codec import canonical_bytes
from optimizer.explain.explain import explain
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Proof, Solution

STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds and engine runs since the meter was made, or between two readings."""

    wall: float = 0.0
    linear_seconds: float = 0.0
    integer_seconds: float = 0.0
    linear_runs: int = 0
    integer_runs: int = 0

    def since(self, earlier: "Spent") -> "Spent":
        """Return what was spent after an earlier reading."""
        return Spent(
            self.wall - earlier.wall,
            self.linear_seconds - earlier.linear_seconds,
            self.integer_seconds - earlier.integer_seconds,
            self.linear_runs - earlier.linear_runs,
            self.integer_runs - earlier.integer_runs,
        )


class Meter:
    """A count of every run of every HiGHS object in this process since the meter was made.

    It wraps ``highspy.Highs.run``, so that the measured code does not change.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._seconds = {True: 0.0, False: 0.0}
        self._runs = {True: 0, False: 0}
        run = highspy.Highs.run

        def counted(engine: highspy.Highs) -> highspy.HighsStatus:
            is_linear = bool(engine.getOptionValue("solve_relaxation")[1])
            began = time.monotonic()
            status = run(engine)
            self._seconds[is_linear] += time.monotonic() - began
            self._runs[is_linear] += 1
            return status

        setattr(highspy.Highs, "run", counted)  # noqa: B010 (mypy knows no other way)

    def read(self) -> Spent:
        """Return what was spent so far."""
        wall = time.monotonic() - self._began
        return Spent(
            wall, self._seconds[True], self._seconds[False], self._runs[True], self._runs[False]
        )


def read_peak_mib() -> int:
    """Return the peak memory of this process or, if greater, of an engine that it started [MiB]."""
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if STATUS.exists():  # getrusage would include the process that started this one
        lines = STATUS.read_text().splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return max(own, started) // unit


POINTS, POINTS_CBC, MAX_MIN = (
    f"max points, {ENGINES[0]}",
    f"max points, {ENGINES[1]}",
    "textbook max-min",
)
CPSAT = {"max points, CP-SAT": "solve_max_points", "max-min, CP-SAT": "solve_max_min"}
ROUND = "whole round"


def run_piece(piece: str, needs: int, seed: int, seconds: float) -> dict[str, Any]:
    """Measure one piece. Return seconds, outcome, peak memory, and for the round its parts."""
    problem = generate(needs, seed)
    if piece == ROUND:
        return run_round(problem, seconds)
    work: dict[str, Callable[[], str]] = {
        POINTS: lambda: solve_max_points(problem, ENGINES[0], seconds),
        POINTS_CBC: lambda: solve_max_points(problem, ENGINES[1], seconds),
        MAX_MIN: lambda: solve_max_min(problem, seconds),
    }
    for name, function in CPSAT.items():
        work[name] = partial(solve_by_cpsat, function, problem, seconds)
    began = time.monotonic()
    outcome = work[piece]()
    return {"seconds": time.monotonic() - began, "outcome": outcome, "peak_mib": read_peak_mib()}


def solve_by_cpsat(function: str, problem: Problem, seconds: float) -> str:
    """Call a function of ``cpsat.py``, the only file that needs OR-Tools."""
    found: str = getattr(importlib.import_module("optimizer.bench.cpsat"), function)(
        problem, seconds
    )
    return found


def run_round(problem: Problem, seconds: float) -> dict[str, Any]:
    """Solve, verify and explain one month. Return the time of each part."""
    meter = Meter()
    marks: list[tuple[str, Spent]] = [("build, possible", Spent())]
    limits = Limits(seconds=seconds)
    solution = solve(problem, limits, lambda name, *_: marks.append((name, meter.read())))
    marks.append(("", meter.read()))
    peak = read_peak_mib()
    plain = problem.to_json(), json.loads(canonical_bytes(solution.to_json()))
    began = time.monotonic()
    verdict = judge(*plain)
    verified = time.monotonic()
    explained = explain(problem, solution)
    ended = time.monotonic()
    certificate = len(canonical_bytes(solution.certificate))
    return {
        "seconds": marks[-1][1].wall,
        "outcome": f"{solution.status}, {solution.needs_met} of {solution.needs_asked} needs met",
        "peak_mib": peak,
        "parts": describe_parts(marks, solution),
        "whole": dataclasses.asdict(marks[-1][1]),
        "verify_seconds": verified - began,
        "verify_outcome": f"{verdict.fault or verdict.ruling}; proofs {certificate // 1024} KiB",
        "explain_seconds": ended - verified,
        "explain_outcome": f"{len(explained)} unmet needs",
        "peak_of_all_mib": read_peak_mib(),
    }


def describe_parts(marks: list[tuple[str, Spent]], solution: Solution) -> list[dict[str, Any]]:
    """Return the time of every part of the solve, as they came, and how its values are proved."""
    starts = [name for name, _ in marks]
    names = list(dict.fromkeys(result.name for result in solution.stages))
    parts = []
    for k, (name, spent) in enumerate(marks[:-1]):
        took = marks[k + 1][1].since(spent)
        after = next((names.index(n) for n in starts[k + 1 :] if n in names), len(names))
        own = names[names.index(name) : after] if name in names else []
        title = name if len(own) < 2 else f"{own[0]} to {own[-1]}"
        parts.append(
            {
                "name": title or "assignments, certificate",
                "outcome": _describe_proofs(solution, own),
                **dataclasses.asdict(took),
            }
        )
    return parts


def _describe_proofs(solution: Solution, stages: Sequence[str]) -> str:
    """Return how many values of these stages are proved in each way."""
    proofs = [result.proof for result in solution.stages if result.name in stages]
    return ", ".join(f"{proofs.count(proof)} by {proof}" for proof in Proof if proof in proofs)


if __name__ == "__main__":
    chosen, needs_, seed_, seconds_ = sys.argv[1:]
    print(json.dumps(run_piece(chosen, int(needs_), int(seed_), float(seconds_))))
