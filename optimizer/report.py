"""What came of a solve in a process of its own: a ``SolveReport``, or why there is none.

Needs no engine, so the site and the command line can read a report without one. The failure codes
are the only ones: the site's words, the command line's messages and its exit codes name the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from optimizer import codec
from optimizer.codec import ProblemError
from optimizer.explanation import Explanation
from optimizer.solution import Solution


class Failure(StrEnum):
    """Why a solve has no answer that may be used. The values are stored; they never change."""

    BROKEN_PROBLEM = "broken_problem"  # the problem cannot be read
    NOT_STARTED = "not_started"  # the machine has no room for another process
    OUT_OF_MEMORY = "out_of_memory"  # the process asked for more than it may use
    KILLED = "killed"  # ended from outside, by the kernel when memory ran out or by a person
    HUNG = "hung"  # outlived its limits and was ended
    CRASHED = "crashed"  # the engine or our own code broke
    GAVE_UP = "gave_up"  # the solver ended without an answer; ``Solution.detail`` says why
    NONSENSE = "nonsense"  # what came back cannot be read, or was damaged on its way
    OTHER_PROBLEM = "other_problem"  # the answer is to another problem
    NOT_VERIFIED = "not_verified"  # the independent checker refused the answer
    CANCELLED = "cancelled"  # the caller did not want it any more


class Progress(NamedTuple):
    """How far a solve is: code of the stage under way, stages done, stages in all."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall clock, measured inside the process: of each stage by name, and of the three steps.

    Stages that were solved together count for the first of them. ``solve`` is more than the sum of
    its stages: it begins by building the model and ends by writing the certificate. Of a process
    that gave no answer it is the whole life, as its caller saw it.
    """

    stages: Mapping[str, float] = field(default_factory=dict)
    solve: float = 0.0
    check: float = 0.0
    explain: float = 0.0


@dataclass(frozen=True, slots=True)
class SolveReport:
    """The checked answer to one problem, or ``failure``. One of the two is always there.

    solution      of an answer that failed too, where there is one: what the checker refused, or
                  what the solver gave up with. Never one that was not checked
    findings      faults that the independent checker named; empty: everything holds
    explanations  of every unmet need of a usable answer, in the order of ids
    unexplained   why these are only what the solution itself is sure of; None: they are complete
    """

    solution: Solution | None = None
    findings: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    seconds: Seconds = field(default_factory=Seconds)
    failure: Failure | None = None
    unexplained: Failure | None = None

    def __post_init__(self) -> None:
        if self.solution is None and self.failure is None:
            raise ProblemError("$.failure", "must say why there is no answer")
        if self.findings and self.failure is None:
            raise ProblemError("$.failure", "must say that the check found faults")

    @property
    def is_usable(self) -> bool:
        """True when there is a checked assignment that may be published."""
        return self.failure is None and self.solution is not None and self.solution.is_usable

    @classmethod
    def from_json(cls, value: object) -> "SolveReport":
        """Read a report. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


class Line(StrEnum):
    """What a line of the child says; it is a JSON list of this word and the content."""

    PROGRESS = "progress"  # a ``Progress``
    SOLVED = "solved"  # nothing; the check begins
    CHECKED = "checked"  # a report with brief explanations
    EXPLAINED = "explained"  # the last: a report with all there is
    FAILED = "failed"  # the last: a ``Failure``
