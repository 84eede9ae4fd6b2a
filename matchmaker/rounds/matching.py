"""The one door between the site and the optimizer: plain JSON in, plain JSON out."""

import json
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from matchmaker.rounds.problem import make_problem
from matchmaker.rounds.snapshot import FrozenOverride, Snapshot
from optimizer.checker.check import verify
from optimizer.codec import canonical_text
from optimizer.explain.explain import explain as optimizer_explain
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_POLICY
from optimizer.problem import Problem
from optimizer.process.guard import solve_guarded
from optimizer.search.solve import solve as optimizer_solve
from optimizer.solution import Solution

Progress = Callable[[str, int, int], None]

DEFAULT_POLICY = COMMUNITY_POLICY.label
EXPLANATION_SECONDS = 20.0  # to seek deciding stages; the rest says less, never wrongly


def make_problem_json(
    snapshot: Snapshot, seed: str, overrides: Iterable[FrozenOverride] | None = None
) -> str:
    """The canonical problem of a frozen month; ``overrides`` replaces the snapshot's own.

    Raises ``ProblemError`` when the rows contradict each other.
    """
    return canonical_text(make_problem(snapshot, seed, overrides).to_json())


def solve(
    problem_json: str, limit_seconds: float, tell: Progress, memory_mib: int | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The solution's JSON, and the seconds of each stage (no part of the solution).

    ``tell`` hears the code of each stage that begins, how many are done, and of how many. With
    ``memory_mib`` the solve runs in a process of its own that may use so much memory, and whatever
    befalls it is a failed solution; without, it runs in this one.
    """
    began = time.monotonic()
    marks: list[tuple[str, float]] = []

    def note(stage: str, done: int, total: int) -> None:
        marks.append((stage, time.monotonic()))
        tell(stage, done, total)

    problem = Problem.from_json(json.loads(problem_json))
    limits = Limits(seconds=limit_seconds)
    if memory_mib is None:
        solution = optimizer_solve(problem, limits, note)
    else:
        solution = solve_guarded(problem, limits, memory_mib=memory_mib, progress=note)
    ended = time.monotonic()
    seconds: dict[str, float] = {}
    for (stage, start), (_next, end) in pairwise([*marks, ("", ended)]):
        seconds[stage] = round(seconds.get(stage, 0.0) + end - start, 3)
    return solution.to_json(), {"stages": seconds, "total": round(ended - began, 3)}


def check(problem_json: str, solution: dict[str, Any]) -> list[str]:
    """Faults that the independent checker names; empty when everything holds."""
    fault = verify(json.loads(problem_json), solution)
    return [] if fault is None else [str(fault)]


def explain(problem_json: str, solution: dict[str, Any]) -> dict[str, Any]:
    """Code and numbers of the explanation of each unmet need, by its id."""
    problem = Problem.from_json(json.loads(problem_json))
    explanations = optimizer_explain(
        problem, Solution.from_json(solution), seconds=EXPLANATION_SECONDS
    )
    return {told.need: {"code": told.code.value, **told.to_numbers()} for told in explanations}
