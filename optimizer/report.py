"""The result of a solve in a child process: a ``SolveReport`` with an answer, a failure or both.

This module needs no engine, so that the site and the command line can read a report without one.
The site and the command line choose their messages, and the latter its exit code, by ``Failure``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from optimizer import codec
from optimizer.changes import Difference, GroupChange, MovedNeeds, PinPrice, Shortage, StageChange
from optimizer.checker.verdict import ARITHMETIC, Ruling, Unproved, Verdict
from optimizer.codec import ProblemError
from optimizer.explanation import Explanation
from optimizer.problem import Pin
from optimizer.solution import Solution, SolutionStatus

__all__ = [
    "ARITHMETIC",
    "PRICES",
    "Conflict",
    "Difference",
    "Failure",
    "GroupChange",
    "Line",
    "MovedNeeds",
    "PinPrice",
    "Progress",
    "Ruling",
    "Seconds",
    "Shortage",
    "SolveReport",
    "StageChange",
    "Unproved",
    "Verdict",
]


PRICES = "prices"  # ``Progress.stage`` while prices are worked out


class Failure(StrEnum):
    """Why a solve has no usable answer. The values are stored and never change."""

    BROKEN_PROBLEM = "broken_problem"  # the problem cannot be read
    NOT_STARTED = "not_started"  # the system cannot start another process
    OUT_OF_MEMORY = "out_of_memory"  # the process needed more memory than its limit
    KILLED = "killed"  # ended from outside: by the kernel when memory ran out, or by a person
    HUNG = "hung"  # ran past its time limits and was ended
    CRASHED = "crashed"  # an error in the engine or in our code
    GAVE_UP = "gave_up"  # the solver ended without an answer; ``Solution.detail`` says why
    NONSENSE = "nonsense"  # the output cannot be read or is damaged
    OTHER_PROBLEM = "other_problem"  # the answer belongs to another problem
    NOT_VERIFIED = "not_verified"  # the independent checker refused the answer
    CANCELLED = "cancelled"  # the caller cancelled it


class Progress(NamedTuple):
    """How far a solve is: name of the stage being solved, stages done, stages in all."""

    stage: str
    done: int
    total: int


_NO_MEMORY = (
    "MemoryError",
    "bad_alloc",
    "Cannot allocate memory",
    "cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
)


def says_no_memory(words: str) -> bool:
    """Return whether the words of an error say that the system refused memory.

    Python, the C++ library, the loader of libraries and the system each say it in their own words.
    """
    return any(word in words for word in _NO_MEMORY)


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall-clock seconds measured in the child process.

    They are those of each stage by name, and of the steps solve, check and explain.

    The seconds of stages solved together count for the first of them. ``solve`` exceeds the sum of
    its stages, because it includes building the model and writing the certificate. If the child
    gave no answer, ``solve`` is the child's whole lifetime as measured by the caller.
    """

    stages: Mapping[str, float] = field(default_factory=dict)
    solve: float = 0.0
    check: float = 0.0
    explain: float = 0.0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Pins and least uses that cannot hold together, although any smaller part of them can.

    status   INFEASIBLE: proved to conflict; FEASIBLE: nothing conflicts; FAILED: not known in time
    pins     pins that are part of the conflict
    stocks   stocks whose least use is part of the conflict
    """

    status: SolutionStatus
    pins: tuple[Pin, ...] = ()
    stocks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


@dataclass(frozen=True, slots=True)
class SolveReport:
    """The checked answer to one problem, a ``failure``, or both; never neither.

    solution      the answer. With a failure it is one that the checker refused, or that the solver
                  itself labels FAILED. The checker has read every answer here
    findings      the fault that the independent checker found; empty if it found none
    explanations  one for every unmet need of a usable answer, in order of id
    verdict       what the independent checker concludes about the answer
    unexplained   the failure that kept explanations brief or a conflict from being named; None: no
                  failure
    reason        what the process reported when it crashed: the last line of its error
    conflict      the pins and least uses that cannot hold together, if there is no answer; None:
                  there is one, or no conflict was found in time
    prices        one for each pin and forbid; empty unless the answer is usable and prices were
                  asked for
    difference    how the answer differs from one before; None unless the answer is usable and an
                  answer before was given
    shortages     what little more would meet; None unless the answer is usable and was explained
    """

    solution: Solution | None = None
    findings: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    seconds: Seconds = field(default_factory=Seconds)
    failure: Failure | None = None
    unexplained: Failure | None = None
    verdict: Verdict | None = None
    reason: str = ""
    conflict: Conflict | None = None
    prices: tuple[PinPrice, ...] = ()
    difference: Difference | None = None
    shortages: tuple[Shortage, ...] | None = None

    def __post_init__(self) -> None:
        if self.solution is None and self.failure is None:
            raise ProblemError("$.failure", "must say why there is no answer")
        if self.findings and self.failure is None:
            raise ProblemError("$.failure", "must say that the check found faults")

    @property
    def is_usable(self) -> bool:
        """Whether there is a checked answer that may be published."""
        return self.failure is None and self.solution is not None and self.solution.is_usable

    @classmethod
    def from_json(cls, value: object) -> "SolveReport":
        """Read a report from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


class Line(StrEnum):
    """The kinds of lines that the child writes.

    A line is a JSON list of this word and its content.
    """

    PROGRESS = "progress"  # a ``Progress``
    SOLVED = "solved"  # nothing; the check begins
    CHECKED = "checked"  # a report with brief explanations
    EXPLAINED = "explained"  # a report with full explanations; the last line without prices
    PRICED = "priced"  # prices or difference, as in a report; the last line if they are asked for
    FAILED = "failed"  # the last line: a ``Failure`` and the reason in one line
