"""Times of the week as people say them, in windows."""

from collections.abc import Mapping
from random import Random

from matchmaker.models import Window

HOURS = {
    "any time": (),
    "working days": (Window.WEEKDAY_AM.value, Window.WEEKDAY_PM.value),
    "weekday mornings": (Window.WEEKDAY_AM.value,),
    "weekday afternoons": (Window.WEEKDAY_PM.value,),
    "weekends": (
        Window.SATURDAY_AM.value,
        Window.SATURDAY_PM.value,
        Window.SUNDAY_AM.value,
        Window.SUNDAY_PM.value,
    ),
    "saturdays": (Window.SATURDAY_AM.value, Window.SATURDAY_PM.value),
    "sundays": (Window.SUNDAY_AM.value, Window.SUNDAY_PM.value),
}
# How many in a hundred say so.
RESIDENTS = {
    "any time": 40,
    "working days": 30,
    "weekday mornings": 6,
    "weekday afternoons": 6,
    "weekends": 8,
    "saturdays": 5,
    "sundays": 5,
}
HOSPITALS = {"working days": 50, "weekday mornings": 35, "weekday afternoons": 15}
SCHOOLCHILDREN = {"weekends": 60, "saturdays": 20, "sundays": 20}
VOLUNTEERS = {
    "working days": 40,
    "weekday mornings": 5,
    "weekday afternoons": 10,
    "weekends": 30,
    "saturdays": 10,
    "sundays": 5,
}
PROFESSIONALS = {"working days": 80, "weekday afternoons": 20}
TEACHERS = {"weekends": 60, "saturdays": 25, "sundays": 15}
COUNTERS = {"any time": 30, "working days": 50, "saturdays": 20}


def draw_hours(random: Random, shares: Mapping[str, int]) -> tuple[str, ...]:
    """Windows in the order of the week; none for any time."""
    (name,) = random.choices(list(shares), list(shares.values()))
    return HOURS[name]
