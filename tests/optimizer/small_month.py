"""A month small enough to solve by hand, and its best answer."""

from typing import Any

from optimizer.codec import sha256_of
from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import Forbid, Need, Pair, Person, Pin, Problem, Stock
from optimizer.solution import (
    Assignment,
    Ground,
    GroundCode,
    Proof,
    Solution,
    SolutionStatus,
    StageResult,
)

POLICY = Policy(
    "plain", 1, (Stage("help", StageKind.MAX_POINTS), Stage("kindness", StageKind.MAX_SCORE))
)


def small_problem() -> Problem:
    return Problem(
        name="small",
        seed="00ff",
        stocks=(
            Stock("all", "g", "", capacity=6),
            Stock("care", "g", "visit", capacity=3, parents=("all",), staffed=True, pledge="g"),
            Stock("rice", "h", "rice", capacity=5, parents=("all",), statuses=("poor",)),
        ),
        people=(
            Person("ann", "g", 2, stocks=("care",), skills=("lift",), slots=("S1", "S2")),
            Person("bo", "g", 1, stocks=("care",), areas=("A",), slots=("S1", "S2", "S3")),
            Person("cy", "g", 1, stocks=("care",), slots=("S2",)),
        ),
        needs=(
            Need("bag", "r1", "rice", statuses=("poor",), quantity=4, least=2),
            Need("one", "r1", "visit", area="A", slots=("S1", "S2"), points=2),
            Need("team", "r2", "visit", area="A", slots=("S1", "S2"), people=2, points=3),
            Need("lost", "r3", "visit", area="B", requires=("sing",)),
        ),
        pairs=(Pair("one", "care", person="ann", score=5), Pair("bag", "rice", most=3)),
        pins=(Pin("bag", stock="rice"),),
        forbids=(Forbid("one", person="bo"),),
        policy=POLICY,
    )


# Everything in reach is met, which needs no multiplier; the score is left to a search.
CERTIFICATE = {"possible": {}, "stages": [[["sum", 6, 1, []]], [["sum", 5, 1, []]]]}


def proven(name: str, kind: StageKind, value: int, proof: Proof) -> StageResult:
    return StageResult(
        name, kind, "", SolutionStatus.PROVEN, proof, "by hand", value=value, bound=value
    )


def small_solution(problem: Problem) -> dict[str, Any]:
    """Return the sealed JSON of the best answer."""
    return (
        Solution(
            status=SolutionStatus.PROVEN,
            problem_sha256=problem.sha256,
            policy="plain/1",
            seed=problem.seed,
            assignments=(
                Assignment("bag", "rice", units=3),
                Assignment("one", "care", "ann", "S1"),
                Assignment("team", "care", "bo", "S2"),
                Assignment("team", "care", "cy", "S2"),
            ),
            stages=(
                proven("help", StageKind.MAX_POINTS, 6, Proof.DUAL),
                proven("kindness", StageKind.MAX_SCORE, 5, Proof.SEARCH),
            ),
            grounds=(Ground("lost", GroundCode.NO_ELIGIBLE_OFFER),),
            needs_asked=4,
            needs_met=3,
            recipients_helped=2,
            certificate={**CERTIFICATE, "sha256": sha256_of(CERTIFICATE)},
        )
        .sealed()
        .to_json()
    )
