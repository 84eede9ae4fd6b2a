"""The one door between the site and the optimizer: plain JSON in, plain JSON out."""

import json
from collections.abc import Iterable
from typing import Any

from matchmaker.rounds.question import make_question
from optimizer import COMMUNITY_POLICY, Policy, Problem, canonical_bytes

POLICIES: dict[str, Policy] = {f"{p.name}/{p.version}": p for p in (COMMUNITY_POLICY,)}
DEFAULT_POLICY = f"{COMMUNITY_POLICY.name}/{COMMUNITY_POLICY.version}"


def make_problem_json(
    snapshot: dict[str, Any], seed: str, overrides: Iterable[dict[str, Any]] | None = None
) -> str:
    """The canonical problem of a frozen month; ``overrides`` replaces the snapshot's own.

    Raises ``ProblemError`` when the snapshot is not one of ours.
    """
    question = make_question(snapshot, seed, overrides)
    policy = POLICIES[snapshot["policy"]].to_json()
    return _encode(Problem.from_json({**question, "policy": policy}).to_json())


def _encode(value: object) -> str:
    return canonical_bytes(value).decode()


def _read_problem(problem_json: str) -> Problem:
    return Problem.from_json(json.loads(problem_json))
