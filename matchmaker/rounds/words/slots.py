"""A slot or an appointment of a month in words."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from flask_babel import gettext as _

from matchmaker.models import Session, Window
from matchmaker.slots import get_window, is_weekend, list_slot_dates
from matchmaker.words.giving import describe_fixed
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import format_day, format_day_and_hour
from matchmaker.words.scope import join_words


class Timed(Protocol):
    """Something that takes place at one time: on its day or, while no day is set, in its slot."""

    @property
    def slot(self) -> str | None: ...
    @property
    def days(self) -> list[str] | None: ...
    @property
    def day(self) -> date | None: ...
    @property
    def minute(self) -> int | None: ...
    @property
    def session(self) -> Session | None: ...
    @property
    def first_day(self) -> date | None: ...
    @property
    def last_day(self) -> date | None: ...


def describe_when(row: Timed, month: date) -> str:
    """When something takes place: its session or stay; else its day and hour; else its slot."""
    fixed = describe_fixed(row.session, row.first_day, row.last_day)
    if fixed is not None:
        return fixed
    if row.day is None or row.minute is None:
        return describe_slot(row.slot, month, row.days)
    return format_day_and_hour(row.day, row.minute)


def describe_visits(rows: Iterable[Timed], month: date) -> str:
    """When several visits take place, in the order of ``rows``, each time only once."""
    return _("; ").join(dict.fromkeys(describe_when(row, month) for row in rows))


def describe_slot(slot: str | None, month: date, days: Sequence[str] | None = None) -> str:
    """A slot as ``Weekday mornings, between 6 July 2026 and 10 July 2026``; None: any time.

    ``days`` (ISO): the days on which it may take place; without them, those of the slot in the
    library's calendar. If more than a weekend lies between two of the days, they are named one by
    one.
    """
    dates = [date.fromisoformat(day) for day in days or ()]
    if slot is None:
        return _describe_days(dates) if dates else _("Any time")
    window = str(get_label(Window(get_window(slot))))
    dates = dates or list(list_slot_dates(month).get(slot, ()))
    if not dates:
        return window
    return _("%(window)s, %(day)s", window=window, day=_describe_days(dates))


def _describe_days(days: Sequence[date]) -> str:
    if len(days) == 1 or not _follow(days):
        return join_words(map(format_day, days))
    return _("between %(first)s and %(last)s", first=format_day(days[0]), last=format_day(days[-1]))


def _follow(days: Sequence[date]) -> bool:
    """Whether only weekends are missing between the first and the last of the days."""
    between = (days[0] + timedelta(days=k) for k in range((days[-1] - days[0]).days))
    return all(day in days or is_weekend(day) for day in between)
