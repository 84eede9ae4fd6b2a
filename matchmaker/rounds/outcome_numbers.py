"""The numbers of a need's outcome: written with the row, read by the words.

A run stores them as plain JSON, empty facts left out; nothing else reads or writes that JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.models import NeedOutcome
from optimizer import codec
from optimizer.explanation import Explanation, NearestMiss, Opening


@dataclass(frozen=True, slots=True)
class Circle:
    """So many needs compete for all places in reach."""

    needs: int
    places: int


@dataclass(frozen=True, slots=True)
class OutcomeNumbers:
    """What was asked and received and, for an unmet need, what its explanation knows.

    asked, units   in units of the category
    stage          the stage that decided against an outranked need
    filters        filter -> offers left after it, in the order of the filters
    nearest        the offer that passes the most filters, when none passes all
    ahead          people served from the same capacity; ``ahead_by``: why -> number of needs
    ticket         of the lottery; ``cut_off``: the last ticket that was met
    home_ticket, home_cut_off   the same of the home, where homes draw before needs
    openings       what would let more offers serve it: areas, statuses, slots
    """

    asked: int
    units: int
    stage: str = ""
    filters: Mapping[str, int] = field(default_factory=dict)
    nearest: NearestMiss | None = None
    ahead: int = 0
    ahead_by: Mapping[str, int] = field(default_factory=dict)
    circle: Circle | None = None
    ticket: str = ""
    cut_off: str = ""
    home_ticket: str = ""
    home_cut_off: str = ""
    openings: tuple[Opening, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the row, empty facts left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


# Why others came first, in a month in which who lost a promise comes before an equal wait.
_HALF_MONTHS = {"waited_longer": "waited_or_lost", "waited_less": "waited_less_or_kept"}


def make_numbers(
    asked: int, units: int, unmet: Explanation | None, *, in_half_months: bool = False
) -> OutcomeNumbers:
    """The numbers of one need; ``unmet`` explains why nothing was found. ``in_half_months``: the
    month counts waits so."""
    if unmet is None:
        return OutcomeNumbers(asked, units)
    return OutcomeNumbers(
        asked,
        units,
        stage=unmet.stage,
        filters=dict(unmet.filters),
        nearest=unmet.nearest,
        ahead=unmet.ahead,
        ahead_by={
            _HALF_MONTHS.get(code, code) if in_half_months else code: number
            for code, number in dict(unmet.ahead_by).items()
        },
        circle=Circle(*unmet.circle) if unmet.circle else None,
        ticket=unmet.ticket,
        cut_off=unmet.cut_off,
        home_ticket=unmet.home_ticket,
        home_cut_off=unmet.home_cut_off,
        openings=unmet.openings,
    )


def read_numbers(outcome: NeedOutcome) -> OutcomeNumbers:
    """The stored numbers. Raises ``ProblemError`` with the path of a broken value."""
    return codec.from_json(OutcomeNumbers, outcome.numbers)
