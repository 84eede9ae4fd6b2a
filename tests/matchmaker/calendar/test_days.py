"""Every day of four years against a table written by hand from the notices."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from matchmaker.slots import Break, YearCalendar, is_guessed, list_slot_dates, read_library

# First and last day of each break, then the weekend days that are worked. 2025 and 2026 are the
# notices; of 2027 and 2028 nobody knows more than where the festivals lie.
TABLE = {
    2025: (
        "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
    2027: (
        "01-01/01-03 02-05/02-10 04-03/04-05 05-01/05-04 06-09/06-09 09-15/09-15 10-01/10-05",
        "",
    ),
    2028: (
        "01-01/01-03 01-25/01-30 04-04/04-04 04-29/05-02 05-27/05-29 09-30/10-04 12-30/12-31",
        "",
    ),
}
WEEKDAY, SATURDAY, SUNDAY = (
    {f"{name}-{half}" for half in ("AM", "PM")} for name in ("WD", "SAT", "SUN")
)
MONTHS = [date(year, month, 1) for year in TABLE for month in range(1, 13)]
SPRING = Break("春节", date(2027, 2, 4), date(2027, 2, 12))
ENTERED = YearCalendar(2027, (SPRING,), (date(2027, 1, 31), date(2027, 2, 20)))


def list_year(year: int) -> list[date]:
    return [day for k in range(366) if (day := date(year, 1, 1) + timedelta(days=k)).year == year]


def find_windows(day: date) -> set[str]:
    """What the table says of a day."""
    breaks, worked = TABLE[day.year]
    for span in breaks.split():
        first, last = (date.fromisoformat(f"{day.year}-{end}") for end in span.split("/"))
        if first <= day <= last:
            return set()
    if f"{day:%m-%d}" in worked.split():
        return WEEKDAY
    return {5: SATURDAY, 6: SUNDAY}.get(day.weekday(), WEEKDAY)


def read_windows(month: date, entered: tuple[YearCalendar, ...] = ()) -> dict[date, set[str]]:
    """The windows of each day of the month that has any."""
    found: dict[date, set[str]] = {}
    for slot, days in list_slot_dates(month, entered).items():
        for day in days:
            week, _dash, window = slot.partition("-")
            assert int(week[1:]) == min((day.day + 6) // 7, 4)
            found.setdefault(day, set()).add(window)
    return found


@pytest.mark.parametrize("year", TABLE)
def test_every_day_of_the_year_is_what_the_table_says(year):
    seen: dict[date, set[str]] = {}
    for month in MONTHS:
        if month.year == year:
            seen |= read_windows(month)
    assert {day: seen.get(day, set()) for day in list_year(year)} == {
        day: find_windows(day) for day in list_year(year)
    }


def test_a_year_is_guessed_until_its_notice_is_out_or_entered():
    assert [is_guessed(year, ()) for year in TABLE] == [False, False, True, True]
    assert not is_guessed(2027, (ENTERED,))
    assert is_guessed(2028, (ENTERED,))


def test_the_office_s_notice_wins_over_the_library_in_its_year_alone():
    february = read_windows(date(2027, 2, 1), (ENTERED,))
    assert not {date(2027, 2, day) for day in range(4, 13)} & february.keys()
    assert february[date(2027, 2, 20)] == WEEKDAY
    assert february[date(2027, 2, 13)] == SATURDAY
    assert read_windows(date(2027, 1, 1), (ENTERED,))[date(2027, 1, 31)] == WEEKDAY
    assert date(2027, 10, 1) in read_windows(date(2027, 10, 1), (ENTERED,)), "it names no October"
    for month in MONTHS:
        if month.year != 2027:
            assert read_windows(month, (ENTERED,)) == read_windows(month)


def test_a_break_of_the_new_year_closes_days_of_the_december_before():
    new_year = Break("元旦", date(2027, 12, 30), date(2028, 1, 2))
    december = read_windows(date(2027, 12, 1), (YearCalendar(2028, (new_year,), ()),))
    assert max(december) == date(2027, 12, 29)


def test_breaks_have_the_names_of_their_festivals_and_no_day_twice():
    for year in range(2020, 2031):
        breaks = read_library(year).breaks
        assert all(found.name and found.first <= found.last for found in breaks)
        assert all(a.last < b.first for a, b in pairwise(breaks))
    assert [found.name for found in read_library(2025).breaks][-1] == "国庆节、中秋节"
