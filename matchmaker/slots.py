"""The slots of a month in which visits can take place; public holidays are left out.

A slot such as ``W2-WD-AM`` is a window of one of four weeks (days 1-7, 8-14, 15-21, 22 to the
end). A weekend day that the state has declared a working day counts as a weekday.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

from matchmaker.base.clock import add_months
from matchmaker.models import WEEKS, Window

_DAYS_PER_WEEK = 7
_SATURDAY, _SUNDAY = 5, 6
_WINDOWS_OF_DAY = {
    "weekday": (Window.WEEKDAY_AM, Window.WEEKDAY_PM),
    "saturday": (Window.SATURDAY_AM, Window.SATURDAY_PM),
    "sunday": (Window.SUNDAY_AM, Window.SUNDAY_PM),
}


@lru_cache(maxsize=64)
def list_slots(month: date) -> tuple[str, ...]:
    """Slots of ``month`` with at least one day that is not a public holiday, in order of time."""
    dates = list_slot_dates(month)
    return tuple(
        slot for week in WEEKS for window in Window if (slot := make_slot(week, window)) in dates
    )


@lru_cache(maxsize=64)
def list_slot_dates(month: date) -> dict[str, tuple[date, ...]]:
    """The days of each slot of ``month``. A slot with nothing but holidays is left out."""
    calendar = country_holidays("CN", years=month.year)
    days: dict[str, list[date]] = {}
    for day in _list_days(month):
        for window in _list_windows(day, day in calendar, calendar.is_working_day(day)):
            days.setdefault(make_slot(_get_week(day), window), []).append(day)
    return {slot: tuple(found) for slot, found in days.items()}


def expand_windows(windows: Iterable[str], slots: Iterable[str]) -> list[str]:
    """The slots that fall in ``windows``, in the order of ``slots``; none without windows."""
    wanted = set(windows)
    return [slot for slot in slots if get_window(slot) in wanted]


def make_slot(week: int, window: Window) -> str:
    """The slot of a week and a window: ``W2-WD-AM`` for week 2 and ``WD-AM``."""
    return f"W{week}-{window.value}"


def get_window(slot: str) -> str:
    """The window of a slot: ``WD-AM`` of ``W2-WD-AM``."""
    return slot.partition("-")[2]


def get_slot_week(slot: str) -> int:
    """The week of a slot: 2 of ``W2-WD-AM``."""
    return int(slot.partition("-")[0].removeprefix("W"))


def _list_days(month: date) -> list[date]:
    length = (add_months(month, 1) - month).days
    return [month + timedelta(days=offset) for offset in range(length)]


def _get_week(day: date) -> int:
    return min((day.day - 1) // _DAYS_PER_WEEK, WEEKS[-1] - 1) + 1


def _list_windows(day: date, is_holiday: bool, is_working_day: bool) -> tuple[Window, ...]:
    if is_holiday:
        return ()
    if is_working_day:
        return _WINDOWS_OF_DAY["weekday"]
    if day.weekday() == _SATURDAY:
        return _WINDOWS_OF_DAY["saturday"]
    return _WINDOWS_OF_DAY["sunday"] if day.weekday() == _SUNDAY else ()
