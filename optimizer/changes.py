"""What another answer would change: the aims, group by group, and the needs; the price of a pin.

This module needs no engine, so that a report can carry what was found to the site.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from optimizer import codec
from optimizer.problem import Pin
from optimizer.solution import SolutionStatus


class Trend(StrEnum):
    """How a stage changes from the first answer to the second."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group whose level changes: ``before`` and ``after`` of ``denominator``."""

    group: str
    before: int
    after: int
    denominator: int


@dataclass(frozen=True, slots=True)
class StageChange:
    """One aim in two answers.

    before, after   of a sum, in the unit of the stage; None for levels and the lottery
    groups          of a stage of levels: those whose level changes, by name
    """

    name: str
    trend: Trend
    key: str = ""
    before: int | None = None
    after: int | None = None
    groups: tuple[GroupChange, ...] = ()


@dataclass(frozen=True, slots=True)
class PinPrice:
    """What removing one pin or forbid would change.

    pin      what it names      is_forbid   whether it forbids that
    status   of the answer without it; FAILED: it was not found in time
    stage    the first that would improve, with the key of its class; empty: it costs nothing
    stages   every aim, with it and without; only of a proven answer
    lost     needs met only with it      gained   needs met only without it
    """

    pin: Pin
    status: SolutionStatus
    is_forbid: bool = False
    stage: str = ""
    key: str = ""
    stages: tuple[StageChange, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    @property
    def first(self) -> StageChange | None:
        """The first aim that is better without it; None: it costs nothing, or that is not known."""
        return next((s for s in self.stages if s.trend is not Trend.SAME), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain
