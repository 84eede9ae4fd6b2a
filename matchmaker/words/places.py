"""A place in words: where it is, when it is open, and how to get in."""

from flask_babel import get_locale
from flask_babel import gettext as _

from matchmaker.models import Place
from matchmaker.words.labels import get_name

MICRODEGREES = 1_000_000


def describe_access(place: Place) -> str:
    """Whether there are steps and a lift."""
    if place.is_step_free and place.has_lift:
        return _("No steps, and there is a lift")
    if place.is_step_free:
        return _("No steps")
    return _("There are steps, and a lift") if place.has_lift else _("There are steps")


def describe_hours(place: Place) -> str:
    """The opening hours in the reader's language, or else in Chinese; empty if not given."""
    is_english = str(get_locale()) == "en"
    return (place.hours_en if is_english else "") or place.hours_zh


def format_point(place: Place) -> str:
    """The map point as maps show it, degrees north and east; empty if it is not given."""
    north, east = place.latitude_microdegrees, place.longitude_microdegrees
    if north is None or east is None:
        return ""
    return f"{north / MICRODEGREES:.6f}, {east / MICRODEGREES:.6f}"


def describe_place(place: Place) -> str:
    """The name, address and access of a place in one line."""
    words = {"name": get_name(place), "address": place.address, "access": describe_access(place)}
    return _("%(name)s, %(address)s (%(access)s)", **words)
