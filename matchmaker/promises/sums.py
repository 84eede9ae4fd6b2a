"""What was promised of one help and what came of it, in units: one rule for every sum of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaker.models import Promise
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES, NOT_NEEDED, OPEN_STATES


@dataclass(frozen=True, slots=True)
class HelpSum:
    """Units of the promises of one help.

    promised   as it was first found, without what its recipient needs no more; who came in place of
               somebody else adds nothing
    given      of what was reported; of visits each person who came is one
    is_open    whether some of it may still come
    """

    promised: int
    given: int
    is_open: bool

    @property
    def missing(self) -> int:
        """What was promised and did not come."""
        return max(self.promised - self.given, 0)


def add_up(rows: Iterable[Promise]) -> HelpSum:
    """The sum of the promises of one help in one month."""
    rows = list(rows)
    first = min((_name_search(row) for row in rows), default=0)
    return HelpSum(
        promised=sum(row.units for row in rows if _name_search(row) == first and is_wanted(row)),
        given=sum(count_kept(row) for row in rows if row.state in DONE_STATES),
        is_open=any(row.state in OPEN_STATES for row in rows),
    )


def is_wanted(row: Promise) -> bool:
    """Whether its recipient has not said that the help is not needed any more."""
    return row.decline_reason not in NOT_NEEDED


def is_decided(row: Promise) -> bool:
    """Whether the month decided the promise; others came in place of one that ended."""
    return _name_search(row) == 0


def _name_search(row: Promise) -> int:
    """The search that found it; 0: the run of the month."""
    return row.assignment.round_repair_id or 0 if row.assignment is not None else 0


def count_kept(row: Promise) -> int:
    """The units of a promise that were given, or are still to come."""
    if row.state in FALLEN_STATES:
        return 0
    if row.state in DONE_STATES and row.delivered_units is not None:
        return row.delivered_units
    return row.units
