"""How two answers differ, aim by aim and group by group, the price of a pin, and what was short.

This module needs no engine, so that the site can read these rows in a report.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from optimizer import codec
from optimizer.problem import Pin
from optimizer.solution import Assignment, SolutionStatus


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


@dataclass(frozen=True, slots=True)
class MovedNeeds:
    """The needs that two answers serve otherwise, each tuple sorted.

    lost     met by the first answer only
    gained   met by the second answer only
    moved    met by both: by another giver, at another time or with another number of units
    """

    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


def compare_needs(before: Iterable[Assignment], after: Iterable[Assignment]) -> MovedNeeds:
    """Return the needs whose lines differ."""
    old, new = _by_need(before), _by_need(after)
    return MovedNeeds(
        lost=tuple(sorted(old.keys() - new.keys())),
        gained=tuple(sorted(new.keys() - old.keys())),
        moved=tuple(sorted(need for need in old.keys() & new.keys() if old[need] != new[need])),
    )


def _by_need(lines: Iterable[Assignment]) -> dict[str, frozenset[Assignment]]:
    found: dict[str, set[Assignment]] = defaultdict(set)
    for line in lines:
        found[line.need].add(line)
    return {need: frozenset(rows) for need, rows in found.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """How the answer to a question with other pins or forbids differs from the answer before.

    is_known   whether the aims could be compared in time; if not, ``stages`` is empty
    is_same    whether the two questions are the same but for pins and forbids; if not, they count
               different things, the aims are not compared, and ``is_known`` is False
    stages     every aim that differs, in the policy's order, by the yardstick of the question
               before
    needs      the needs that are served otherwise
    least      the needs that lose their place if as little as possible is changed, the most urgent
               needs first; None: not known in time, or the two questions differ in more than added
               pins and forbids
    """

    is_known: bool = False
    stages: tuple[StageChange, ...] = ()
    needs: MovedNeeds = MovedNeeds()
    least: tuple[str, ...] | None = None
    is_same: bool = True

    @property
    def first(self) -> StageChange | None:
        """The first aim that differs; None if no aim does or this is not known."""
        return next(iter(self.stages), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


@dataclass(frozen=True, slots=True)
class Shortage:
    """What more of one category, in one slot or delivered, would meet while everything else stays.

    category  the category of the needs
    slot      the slot of the visits; None: delivered
    units     visits, counted for each person, or units of the category: the sum of ``amounts``
    needs     ids of the unmet needs, the smallest amount first
    amounts   units for each of ``needs``
    raised    stock -> units that would be added to it and to every stock that contains it
    like      (person, stock, number): so many more persons like this one make a visit each, at the
              stock
    """

    category: str
    slot: str | None
    units: int
    needs: tuple[str, ...]
    amounts: tuple[int, ...]
    raised: Mapping[str, int] = field(default_factory=dict)
    like: tuple[tuple[str, str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain
