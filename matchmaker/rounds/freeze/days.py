"""On which days of a month something holds, as a snapshot writes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

K = TypeVar("K")
Days = tuple[int, ...]  # days of the month; empty: all that are left of it


def cut_days(days: Sequence[date], holds: Callable[[date], bool]) -> Days | None:
    """Those of the days left on which something holds; empty: on all of them. None: on none."""
    found = tuple(day.day for day in days if holds(day))
    if not found:
        return None
    return () if len(found) == len(days) else found


def lasts(first: date | None, last: date | None) -> Callable[[date], bool]:
    """Whether a day lies between the first and the last, both included; None is open."""
    return lambda day: (first is None or first <= day) and (last is None or day <= last)


def keep_valid(found: Iterable[tuple[K, Days | None]]) -> dict[K, Days]:
    """What holds on any day left, each with its days; those without a day are left out."""
    return {name: days for name, days in found if days is not None}


def list_dated(found: Mapping[str, Days]) -> dict[str, Days]:
    """Those that hold on some days only, with these."""
    return {name: days for name, days in found.items() if days}
