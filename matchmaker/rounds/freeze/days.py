"""The days of a month on which something holds, in the form that a snapshot has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

K = TypeVar("K")
Days = tuple[int, ...]  # days of the month; empty: all remaining days


def cut_days(days: Sequence[date], holds: Callable[[date], bool]) -> Days | None:
    """Those of ``days`` on which something holds; empty if it holds on all, None if on none."""
    found = tuple(day.day for day in days if holds(day))
    if not found:
        return None
    return () if len(found) == len(days) else found


def lasts(first: date | None, last: date | None) -> Callable[[date], bool]:
    """Return a test whether a day is from ``first`` to ``last``; both days are included.

    None for ``first`` or ``last``: there is no limit on that side.
    """
    return lambda day: (first is None or first <= day) and (last is None or day <= last)


def keep_valid(found: Iterable[tuple[K, Days | None]]) -> dict[K, Days]:
    """Map each name to its days, as ``cut_days`` returns them; names with None are left out.

    A name is that of a status, skill or other thing that is valid on some days of the month.
    """
    return {name: days for name, days in found if days is not None}


def list_dated(found: Mapping[str, Days]) -> dict[str, Days]:
    """Those of ``found`` that hold on some days only, with their days."""
    return {name: days for name, days in found.items() if days}
