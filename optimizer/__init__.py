"""The month's fair matching as a library: plain frozen values in, plain values out.

Imports nothing of the site: no web framework, no database, no clock in results, no unseeded chance.
"""

from optimizer.codec import canonical_bytes, sha256_of
from optimizer.errors import ProblemError
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_POLICY, CountBy, Outcome, Policy, Stage, StageKind
from optimizer.problem import Forbid, GroupHistory, Need, Pair, Person, Pin, Problem, Stock
from optimizer.solution import (
    Assignment,
    Ground,
    GroundCode,
    Level,
    Proof,
    Solution,
    SolutionStatus,
    StageResult,
)
from optimizer.solve import solve

__all__ = [
    "COMMUNITY_POLICY",
    "Assignment",
    "CountBy",
    "Forbid",
    "Ground",
    "GroundCode",
    "GroupHistory",
    "Level",
    "Limits",
    "Need",
    "Outcome",
    "Pair",
    "Person",
    "Pin",
    "Policy",
    "Problem",
    "ProblemError",
    "Proof",
    "Solution",
    "SolutionStatus",
    "Stage",
    "StageKind",
    "StageResult",
    "Stock",
    "canonical_bytes",
    "sha256_of",
    "solve",
]
