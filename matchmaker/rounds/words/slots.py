"""A slot of a month as people say it: the window, and the days it covers."""

from datetime import date

from flask_babel import gettext as _

from matchmaker.models import Window
from matchmaker.slots import get_window, list_slot_dates
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import format_day


def describe_slot(slot: str | None, month: date) -> str:
    """A slot as ``Weekday mornings, between 6 July 2026 and 10 July 2026``; none: any time."""
    if slot is None:
        return _("Any time")
    window = str(get_label(Window(get_window(slot))))
    days = list_slot_dates(month).get(slot, ())
    if not days:
        return window
    if len(days) == 1:
        return _("%(window)s, %(day)s", window=window, day=format_day(days[0]))
    return _(
        "%(window)s, between %(first)s and %(last)s",
        window=window,
        first=format_day(days[0]),
        last=format_day(days[-1]),
    )
