"""The field that asks whether a need is for once or, if it comes back, until which month."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.base.clock import get_now, parse_month
from matchmaker.forms.choices import DropdownField, SelectChoice, make_choices
from matchmaker.needs.repeating import list_last_months
from matchmaker.words.quantities import format_month

ONCE = "once"


class RepeatsField(DropdownField):
    """A choice: once, or every month until one of the next twelve. The ``field`` macro shows it."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=_list_choices, **kwargs)

    @property
    def month(self) -> date | None:
        """The first day of the last month, as chosen; None: the need is for once."""
        return parse_month(self.data) if self.data and self.data != ONCE else None


def _list_choices() -> Sequence[SelectChoice]:
    months = list_last_months(get_now())
    named = [
        (f"{month:%Y-%m}", _("Every month until %(month)s", month=format_month(month)))
        for month in months
    ]
    return make_choices([(ONCE, _l("Only once")), *named])


def write_month(month: date | None) -> str:
    """A stored last month as a value of the field; None is "only once"."""
    return ONCE if month is None else f"{month:%Y-%m}"
