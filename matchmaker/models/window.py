"""The six windows of a week and the four weeks of a month; a slot is a window in one week."""

from enum import StrEnum


class Window(StrEnum):
    """A part of the week that people recognise; ``W2-WD-AM`` is ``WD-AM`` in week two."""

    WEEKDAY_AM = "WD-AM"
    WEEKDAY_PM = "WD-PM"
    SATURDAY_AM = "SAT-AM"
    SATURDAY_PM = "SAT-PM"
    SUNDAY_AM = "SUN-AM"
    SUNDAY_PM = "SUN-PM"


WEEKS = (1, 2, 3, 4)  # days 1-7, 8-14, 15-21, 22 to the month's end
