"""The slots of a month in which visits can take place, and the calendar that closes days.

A slot such as ``W2-WD-AM`` is a window in one of the four weeks of a month (days 1-7, 8-14, 15-21,
22 to the end). A break is an interval: each of its days is closed, weekends too. A weekend day that
is worked for a break (a make-up day) counts as a weekday.

The calendar of a year is the State Council's notice as the street office entered it; without one,
it is what the library ``holidays`` knows. The library lists single days, so this module makes the
breaks: each is a run of listed days off and of the weekend days beside them that are not worked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from holidays import country_holidays

from matchmaker.base.clock import add_months
from matchmaker.models import WEEKS, Window

_DAY = timedelta(days=1)
_DAYS_PER_WEEK = 7
_SATURDAY, _SUNDAY = 5, 6
_WINDOWS_OF_DAY = {
    _SATURDAY: (Window.SATURDAY_AM, Window.SATURDAY_PM),
    _SUNDAY: (Window.SUNDAY_AM, Window.SUNDAY_PM),
}
_EVE = "农历除夕"  # part of the Spring Festival's break
_WINDOWS_OF_WEEKDAY = (Window.WEEKDAY_AM, Window.WEEKDAY_PM)


@dataclass(frozen=True, slots=True)
class Break:
    """A public holiday with the days off around it; every day from first to last is closed."""

    name: str
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """The breaks of a year and the weekend days that are worked for them, both in order of time.

    The break of the New Year may begin in the December before; an entered calendar may also have
    a make-up day there.
    """

    year: int
    breaks: tuple[Break, ...]
    make_up_days: tuple[date, ...]


@lru_cache(maxsize=16)
def read_library(year: int) -> YearCalendar:
    """The calendar of a year by the library, which guesses breaks if it lacks the year's notice."""
    library = country_holidays("CN", years=(year - 1, year, year + 1), language="zh_CN")
    days = _list_from(date(year - 1, 12, 1), date(year + 1, 1, 31))
    breaks = []
    for _is_closed, found in groupby(days, key=lambda day: _is_day_off(day, library)):
        run = list(found)
        named = [day for day in run if day in library]
        if named and named[-1].year == year:
            breaks.append(Break(_name_break(named, library), run[0], run[-1]))
    worked = (day for day in days if day.year == year and _is_made_up(day, library))
    return YearCalendar(year, tuple(breaks), tuple(worked))


def find_calendar(year: int, entered: Sequence[YearCalendar]) -> YearCalendar:
    """The calendar of a year: the office's if it is among ``entered``, else the library's."""
    return next((known for known in entered if known.year == year), None) or read_library(year)


def is_guessed(year: int, entered: Sequence[YearCalendar]) -> bool:
    """Whether the notice of a year is neither entered nor in the library.

    The library counts as having the notice if it has a make-up day of the year, since every notice
    so far had one.
    """
    return not find_calendar(year, entered).make_up_days and all(c.year != year for c in entered)


@lru_cache(maxsize=64)
def list_slot_dates(
    month: date, entered: tuple[YearCalendar, ...] = (), after: date | None = None
) -> dict[str, tuple[date, ...]]:
    """The open days of ``month`` keyed by slot, slots and days in order of time.

    ``entered``: the office's calendars of this year and of the years beside it. ``after``: count
    only days later than this one. A slot without an open day is left out.
    """
    calendars = [find_calendar(month.year + beside, entered) for beside in (-1, 0, 1)]
    worked = {day for calendar in calendars for day in calendar.make_up_days}
    days: dict[str, list[date]] = {}
    for day in list_days(month, after):
        if not any(_is_closed(day, calendar) for calendar in calendars):
            for window in _list_windows(day, worked):
                days.setdefault(make_slot(get_week(day), window), []).append(day)
    return {slot: tuple(days[slot]) for slot in list_slots_of_weeks(WEEKS) if slot in days}


def list_slots(
    month: date, entered: tuple[YearCalendar, ...] = (), after: date | None = None
) -> tuple[str, ...]:
    """The slots of ``list_slot_dates``, in order of time."""
    return tuple(list_slot_dates(month, entered, after))


def add_working_days(day: date, count: int, entered: Sequence[YearCalendar] = ()) -> date:
    """The ``count``-th working day after ``day``; ``day`` itself if ``count`` is 0.

    Weekends and breaks are skipped, make-up days count.
    """
    while count:
        day += _DAY
        calendars = [find_calendar(day.year + beside, entered) for beside in (0, 1)]
        is_worked = any(day in calendar.make_up_days for calendar in calendars)
        is_off = is_weekend(day) or any(_is_closed(day, calendar) for calendar in calendars)
        count -= is_worked or not is_off
    return day


def list_days(month: date, after: date | None = None) -> list[date]:
    """The days of ``month``, earliest first; with ``after``, only the days later than that."""
    days = _list_from(month, add_months(month, 1) - _DAY)
    return [day for day in days if after is None or day > after]


def expand_windows(windows: Iterable[str], slots: Iterable[str]) -> list[str]:
    """The slots whose window is among ``windows``, in the order of ``slots``."""
    wanted = set(windows)
    return [slot for slot in slots if get_window(slot) in wanted]


def make_slot(week: int, window: Window) -> str:
    """The slot of a week and a window: ``W2-WD-AM`` for week 2 and ``WD-AM``."""
    return f"W{week}-{window.value}"


def list_slots_of_weeks(weeks: Iterable[int]) -> tuple[str, ...]:
    """The slots of these weeks as if no day were closed, week by week."""
    return tuple(make_slot(week, window) for week in weeks for window in Window)


def get_window(slot: str) -> str:
    """The window of a slot: ``WD-AM`` of ``W2-WD-AM``."""
    return slot.partition("-")[2]


def get_slot_week(slot: str) -> int:
    """The week of a slot: 2 of ``W2-WD-AM``."""
    return int(slot.partition("-")[0].removeprefix("W"))


def get_week(day: date) -> int:
    """The week of the month, from 1 to 4, in which a day lies; week 4 lasts to the month's end."""
    return min((day.day - 1) // _DAYS_PER_WEEK, WEEKS[-1] - 1) + 1


def _list_from(first: date, last: date) -> list[date]:
    return [first + offset * _DAY for offset in range((last - first).days + 1)]


def _is_closed(day: date, calendar: YearCalendar) -> bool:
    return any(day in found for found in calendar.breaks)


def _list_windows(day: date, worked: set[date]) -> tuple[Window, ...]:
    return (
        _WINDOWS_OF_WEEKDAY
        if day in worked
        else _WINDOWS_OF_DAY.get(day.weekday(), _WINDOWS_OF_WEEKDAY)
    )


def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or Sunday, even if it is a make-up day."""
    return day.weekday() >= _SATURDAY


def _is_made_up(day: date, library: Any) -> bool:
    return is_weekend(day) and bool(library.is_working_day(day))


def _is_day_off(day: date, library: Any) -> bool:
    return day in library or (is_weekend(day) and not library.is_working_day(day))


def _name_break(days: Iterable[date], library: Any) -> str:
    """The names of the holidays on ``days``, each once, without days that were moved or added."""
    names = (name for day in days for name in _list_names(day, library))
    return "、".join(dict.fromkeys(names))


def _list_names(day: date, library: Any) -> Iterator[str]:
    for name in library.get_list(day):
        if "（" not in name and name != _EVE:
            yield name
