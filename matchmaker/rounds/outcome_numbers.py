"""The numbers of a need's outcome, which a run writes with the row and the words read.

The row holds them as plain JSON without empty facts. This module defines that JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.models import NeedOutcome
from optimizer import codec
from optimizer.explanation import Explanation, NearestMiss, Opening


@dataclass(frozen=True, slots=True)
class Circle:
    """A closed circle: ``needs`` needs compete for ``places`` places and can reach no others."""

    needs: int
    places: int


@dataclass(frozen=True, slots=True)
class OutcomeNumbers:
    """What was asked and received and, for an unmet need, what its explanation knows.

    asked          units of the category that were asked
    units          units of the category that were received
    stage          the stage that decided against an outranked need
    filters        filter -> number of offers that remain after it, in the order of the filters
    nearest        the offer that passes the most filters, if no offer passes all
    ahead          number of people served from the same capacity
    ahead_by       reason why they come first -> number of needs
    circle         the closed circle of needs that compete for the same places; None: none is known
    ticket         the ticket of the need in the lottery
    cut_off        the last ticket that was met
    home_ticket    the ticket of the home, if homes draw before needs
    home_cut_off   the last ticket of a home that was met
    openings       the areas, statuses or slots that would let more offers serve the need
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
        """Return the numbers as plain JSON for the row, without empty facts."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


# Why others came first, in a month in which a recipient who lost a promise comes before others with
# an equal wait: the codes of such a month, by those of the explanation.
_HALF_MONTHS = {"waited_longer": "waited_or_lost", "waited_less": "waited_less_or_kept"}


def make_numbers(
    asked: int, units: int, unmet: Explanation | None, *, in_half_months: bool = False
) -> OutcomeNumbers:
    """Return the numbers of one need. ``unmet`` explains why it got nothing; None: it got help.

    ``in_half_months``: the month counts waits in half months, so that a lost promise adds one half.
    """
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
    """Return the stored numbers. Raises ``ProblemError`` with the path of a broken value."""
    return codec.from_json(OutcomeNumbers, outcome.numbers)
