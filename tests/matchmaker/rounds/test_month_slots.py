"""The slots of a month: weeks and windows without public holidays."""

from datetime import date
from types import SimpleNamespace

from flask_babel import force_locale

from matchmaker.rounds.words.slots import describe_when
from matchmaker.slots import expand_windows, list_slot_dates, list_slots


def test_an_ordinary_month_has_four_weeks_of_six_windows():
    assert len(list_slots(date(2026, 7, 1))) == 24


def test_the_fourth_week_reaches_to_the_end_of_the_month():
    assert list_slot_dates(date(2026, 7, 1))["W4-WD-AM"][-1] == date(2026, 7, 31)


def test_a_window_that_only_has_holidays_is_no_slot():
    # 3 October 2026 is the only Saturday of the first week and a public holiday.
    slots = list_slots(date(2026, 10, 1))
    assert "W1-SAT-AM" not in slots
    assert "W2-WD-AM" in slots


def test_a_declared_working_weekend_counts_as_a_weekday():
    # Saturday 10 October 2026 is worked for the holiday before it.
    dates = list_slot_dates(date(2026, 10, 1))
    assert date(2026, 10, 10) in dates["W2-WD-AM"]
    assert "W2-SAT-AM" not in dates


def test_windows_become_slots_in_the_order_of_time():
    slots = list_slots(date(2026, 7, 1))
    assert expand_windows(["SAT-PM"], slots) == [f"W{week}-SAT-PM" for week in (1, 2, 3, 4)]
    assert expand_windows([], slots) == []


def test_a_visit_without_its_day_yet_is_on_one_of_its_own_days(app):
    """Not on the days of the library's calendar, which knows nothing of the office's."""
    values = dict.fromkeys(("session", "first_day", "last_day", "day", "minute"))
    row = SimpleNamespace(**values, slot="W2-WD-AM", days=["2026-07-09"])
    with app.test_request_context(), force_locale("en"):
        assert describe_when(row, date(2026, 7, 1)).endswith("9 July 2026")
        assert "10 July 2026" not in describe_when(row, date(2026, 7, 1))
