"""What happened since a month was decided: the input of a repair of its free places.

This module needs no engine, so that the site can make facts and store them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer import codec
from optimizer.rows import DaysOf, Forbid, Person, Stock
from optimizer.solution import Assignment


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened since the month was decided.

    standing   the lines of promises that are kept as they are
    asked      need -> units that it still waits for, besides what is kept; a visit: 1 or more
    fallen     the lines of promises that are not kept; given only if the month was decided with
               proof and no other row grew: needs that cannot use what these lines held are then
               left out
    lost       needs that lost a promise by no fault of the recipient; they come first among equals
    forbids    givers that no longer serve a need
    stocks     stocks as they are now; each replaces the stock of the question with its id
    people     persons as they are now; each replaces the person of the question with its id
    days       slot -> its days to come, for slots that have any
    over       slots without a day to come
    """

    standing: tuple[Assignment, ...] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    fallen: tuple[Assignment, ...] = ()
    lost: tuple[str, ...] = ()
    forbids: tuple[Forbid, ...] = ()
    stocks: tuple[Stock, ...] = ()
    people: tuple[Person, ...] = ()
    days: DaysOf = field(default_factory=dict)
    over: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> "Facts":
        """Read facts from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain
