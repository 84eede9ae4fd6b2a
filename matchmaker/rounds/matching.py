"""The only link between the site and the optimizer: a frozen month in, a checked report out."""

import json
from collections.abc import Iterable

from matchmaker.rounds.problem import make_problem
from matchmaker.rounds.snapshot import FrozenOverride, Snapshot
from optimizer.codec import canonical_text
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_POLICY, POLICIES
from optimizer.problem import Problem
from optimizer.process.guard import OnBeat, solve_apart
from optimizer.report import Failure, SolveReport

DEFAULT_POLICY = COMMUNITY_POLICY.label
PUBLISHED = tuple(POLICIES)  # labels, from the first on


def make_problem_json(
    snapshot: Snapshot, seed: str, overrides: Iterable[FrozenOverride] | None = None
) -> str:
    """The canonical problem of a frozen month; ``overrides`` replaces the snapshot's own.

    Raises ``ProblemError`` when the rows contradict each other.
    """
    return canonical_text(make_problem(snapshot, seed, overrides).to_json())


def solve(
    problem_json: str, limit_seconds: float, *, memory_mib: int, on_beat: OnBeat
) -> SolveReport:
    """Solve, check, explain and price pins in a child process; any failure becomes a report.

    The prices of all pins and forbids together may take as long as the solve itself.
    ``memory_mib`` bounds the process. ``on_beat`` receives the progress repeatedly; when it returns
    False the process is ended and the report is CANCELLED.
    """
    try:
        problem = Problem.from_json(json.loads(problem_json))
    except (ValueError, RecursionError):
        return SolveReport(failure=Failure.BROKEN_PROBLEM)
    limits = Limits(seconds=limit_seconds, price_seconds=limit_seconds)
    return solve_apart(problem, limits, memory_mib=memory_mib, on_beat=on_beat)
