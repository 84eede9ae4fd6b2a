"""How two answers differ, aim by aim and group by group, and the price of a pin or forbid.

This module needs no engine, so that the site can read these rows in a report.
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
    """A group whose level changes from ``before / denominator`` to ``after / denominator``."""

    group: str
    before: int
    after: int
    denominator: int


@dataclass(frozen=True, slots=True)
class StageChange:
    """One aim in two answers.

    name     the stage
    key      the key of the aim's class within the stage
    trend    whether the second answer is better, the same or worse
    before   the value of a sum in the first answer, in the unit of the stage; None for levels and
             draws
    after    the same in the second answer
    groups   of a stage of levels: the groups whose level changes, sorted by name
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

    pin         the removed row
    is_forbid   whether the removed row is a forbid
    status      the status of the answer without the row; FAILED: none was found in time
    stage       the first stage that improves; empty: no stage improves, or this is not known
    key         the key of this stage's class
    stages      every aim, with the row and without; empty unless the answer is PROVEN
    lost        the needs that are met only with the row
    gained      the needs that are met only without the row
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
        """The first aim that changes without the row; None if no aim does or it is unknown."""
        return next((s for s in self.stages if s.trend is not Trend.SAME), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain
