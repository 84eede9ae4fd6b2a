"""The answer to a problem: assignments, the results of all stages, and grounds of unmet needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from optimizer import codec

FORMAT = 2  # of the files that this version writes


class SolutionStatus(StrEnum):
    """How far a solve came."""

    PROVEN = "proven"  # the value of every stage is proved
    FEASIBLE = "feasible"  # every rule holds; some stage was not proved in time
    INFEASIBLE = "infeasible"  # proved: no answer satisfies every pin and least use
    FAILED = "failed"  # anything else; nothing is published


class Proof(StrEnum):
    """The kind of proof that the value of a stage has."""

    DUAL = "dual"  # a linear bound rounds down to the value
    FARKAS = "farkas"  # an infeasible LP shows that the next level is impossible
    RESIDUAL = "residual"  # no exchange chain improves the order
    TREE = "tree"  # a tree of splits whose leaves are closed by multipliers
    SEARCH = "search"  # branch and bound of the named engine, whose tree is too large to keep
    GAP = "gap"  # not proved: bound and value differ


_FROM_THE_WEAKEST = (Proof.GAP, Proof.SEARCH, Proof.TREE, Proof.FARKAS)


def weakest(proofs: Iterable[Proof]) -> Proof:
    """Return the weakest of these kinds of proof; ``DUAL`` if there is none."""
    used = set(proofs)
    return next((proof for proof in _FROM_THE_WEAKEST if proof in used), Proof.DUAL)


class GroundCode(StrEnum):
    """Why a need is not met."""

    NO_ELIGIBLE_OFFER = "no_eligible_offer"  # no giver passes the filters from category to slot
    FORBIDDEN = "forbidden"  # a forbid excludes the need or every eligible offer
    DECLINED_BEFORE = "declined_before"  # as FORBIDDEN; each forbid says that help was declined
    TIME_CONFLICT = "time_conflict"  # the recipient's other visits take every possible slot
    OUTRANKED = "outranked"  # a stage before the lottery gives the places to others
    LOST_LOTTERY = "lost_lottery"  # some answer of equal value before the lottery meets it
    UNDECIDED = "undecided"  # the time limit came before the reason was known


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """Units of a stock that a need gets; each visit of a person has a slot, and is one unit."""

    need: str
    stock: str
    person: str | None = None
    slot: str | None = None
    units: int = 1


def order_of_line(line: Assignment) -> tuple[str, str, str, str]:
    """Return the key by which the assignments of an answer are sorted."""
    return (line.need, line.stock, line.person or "", line.slot or "")


@dataclass(frozen=True, slots=True)
class Level:
    """The level of a group as a fraction, not reduced, such as needs met of needs possible."""

    group: str
    numerator: int
    denominator: int

    @property
    def ratio(self) -> Fraction:
        """The level as a reduced fraction."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class StageResult:
    """The result of one aim of one stage.

    name     the stage
    kind     the kind of the stage
    key      the class of the aim, such as ``tier=1,waiting=5``
    status   PROVEN: no answer that keeps the results before has a better value; FEASIBLE: not
             proved
    proof    the kind of proof
    engine   the engine that the solve used
    value    the value of a sum, in the unit of the stage; None for levels and draws
    bound    the proved bound of a sum; None for levels and draws
    levels   of a stage of levels: every group, the worst first (of loads the highest)
    """

    name: str
    kind: str
    key: str
    status: SolutionStatus
    proof: Proof
    engine: str
    value: int | None = None
    bound: int | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Why one need is not met; ``stage`` is the deciding stage of an outranked need."""

    need: str
    code: GroundCode
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to a month. It holds no clock time, so that equal answers have equal bytes.

    problem_sha256   the hash of the problem
    policy           the label of the policy, such as ``community/1``
    result_sha256    the hash of the canonical JSON without this key and the certificate
    format           the format of the file (FORMULATION.md); files without it have format 1
    certificate      the proof of every stage (FORMULATION.md); None if nothing is proved
    """

    status: SolutionStatus
    problem_sha256: str
    policy: str
    seed: str
    assignments: tuple[Assignment, ...] = ()
    stages: tuple[StageResult, ...] = ()
    grounds: tuple[Ground, ...] = ()
    needs_asked: int = 0
    needs_met: int = 0
    recipients_helped: int = 0
    detail: str = ""
    result_sha256: str = ""
    format: int = 1
    certificate: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def is_usable(self) -> bool:
        """Whether the assignments may be published: PROVEN or FEASIBLE."""
        return self.status in {SolutionStatus.PROVEN, SolutionStatus.FEASIBLE}

    @classmethod
    def from_json(cls, value: object) -> "Solution":
        """Read a solution from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain

    def sealed(self) -> "Solution":
        """Return this solution with ``result_sha256`` filled in."""
        plain = replace(self, result_sha256="", certificate=None).to_json()
        return replace(self, result_sha256=codec.sha256_of(plain))
