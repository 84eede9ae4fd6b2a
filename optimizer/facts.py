"""What holds since a month was decided: what a search for its free places rests on.

This module needs no engine, so that the site can make facts and keep them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer import codec
from optimizer.rows import DaysOf, Forbid, Person, Stock
from optimizer.solution import Assignment


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds since the month was decided.

    standing   promises that are kept as they are, by need
    asked      need -> units that it still waits for, besides what is kept; of visits any number
    fallen     promises that are not kept; given only if the month was decided with proof and no
               other row grew: then needs take no part that nothing fallen can help
    lost       needs that lost a promise without a fault of theirs: the first among equals
    forbids    givers who do not serve a need any more
    stocks, people   rows as they are now, in place of those with the same ids
    days       slots with a day to come -> these days      over   slots without one
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
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain
