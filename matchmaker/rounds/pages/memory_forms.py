"""The filters of the memory of the months, and the names of its groups and counts."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c

from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.promises.memory import Group
from matchmaker.words.quantities import format_month

GROUPS = {
    Group.CATEGORY: _l("By kind of help"),
    Group.COMMITTEE: _l("By neighbourhood committee"),
    Group.ORGANISATION: _l("By organisation"),
    Group.VOLUNTEER: _l("By volunteer"),
    Group.HOUSEHOLD: _l("By household"),
}
HEADS = {
    Group.CATEGORY: _l("Kind of help"),
    Group.COMMITTEE: _l("Neighbourhood committee"),
    Group.ORGANISATION: _l("Organisation"),
    Group.VOLUNTEER: _l("Volunteer"),
    Group.HOUSEHOLD: _l("Household"),
}
COUNTS = {
    "promised": _l("Promised"),
    "delivered": _c("Promise", "Given"),
    "failed": _l("Did not take place"),
    "ended": _l("Ended without help"),
    "late": _l("Late"),
    "waits_on": _l("Still missing, and waits on"),
}

# What a list of promises may show: the promises of each count, and those of each step of the board.
ROWS = {
    **COUNTS,
    "accepted": _l("Givers said yes"),
    "confirmed": _l("Recipients agreed"),
    "fed_back": _l("Said how it was"),
}


class MemoryForm(FilterForm):
    """Filters of the memory of the months.

    They are the first and last month, what the counts are grouped by, and the count or step whose
    promises are listed (``counted``).
    """

    first = DropdownField(_l("From month"))
    last = DropdownField(_l("To month"))
    by = DropdownField(_l("Told by what"), choices=make_choices(GROUPS.items()))
    counted = DropdownField(_l("Promises"), choices=make_choices(ROWS.items()))

    def fill_choices(self, months: Sequence[date]) -> "MemoryForm":
        """Set the months to choose from; return the form."""
        named = [(f"{month:%Y-%m}", format_month(month)) for month in months]
        self.first.choices = self.last.choices = make_choices(named)
        return self
