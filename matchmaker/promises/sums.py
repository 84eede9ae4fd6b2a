"""Add up the units of the promises of one help: how many were promised and how many were given.

A help is what the promises of one need in one run, or of one visit of a pairing, make together.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaker.models import Promise
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES, NOT_NEEDED, OPEN_STATES


@dataclass(frozen=True, slots=True)
class HelpSum:
    """The units of the promises of one help.

    promised   the units as first found, without those that the recipient no longer needs; a promise
               found later in place of an ended one adds nothing
    given      the units reported as given; each person who came to a visit is one unit
    is_open    whether a promise of the help is still open, so that more units may be given
    """

    promised: int
    given: int
    is_open: bool

    @property
    def missing(self) -> int:
        """The promised units that were not given; at least 0."""
        return max(self.promised - self.given, 0)


def add_up(rows: Iterable[Promise]) -> HelpSum:
    """Return the sum of ``rows``, the promises of one help in one month."""
    rows = list(rows)
    first = min((_name_search(row) for row in rows), default=0)
    return HelpSum(
        promised=sum(row.units for row in rows if _name_search(row) == first and is_wanted(row)),
        given=sum(count_kept(row) for row in rows if row.state in DONE_STATES),
        is_open=any(row.state in OPEN_STATES for row in rows),
    )


def is_wanted(row: Promise) -> bool:
    """Whether the promise was not declined with the reason that the help is no longer needed."""
    return row.decline_reason not in NOT_NEEDED


def is_decided(row: Promise) -> bool:
    """Whether the month's run found the promise, not a later search to replace an ended one."""
    return _name_search(row) == 0


def _name_search(row: Promise) -> int:
    """The id of the later search (repair) that found the promise; 0 if the month's run did."""
    return row.assignment.round_repair_id or 0 if row.assignment is not None else 0


def count_kept(row: Promise) -> int:
    """Return the units that were given or may still come; 0 if the promise ended without help."""
    if row.state in FALLEN_STATES:
        return 0
    if row.state in DONE_STATES and row.delivered_units is not None:
        return row.delivered_units
    return row.units
