"""The form of a year's notice, with a row of fields for each break, and the make-up days."""

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.widgets import HiddenInput

from matchmaker.calendar.service import LONGEST_BREAK_NAME, MOST_BREAKS, NoticeTerms
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.fields import DayField, LongTextField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models.limits import LONGEST_NOTICE_NUMBER
from matchmaker.slots import Break, YearCalendar

_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、;；]*")
LONGEST_DAYS = 400  # characters


class NoticeForm(IdempotentForm):
    """A notice; break k has the fields ``name_k``, ``first_k`` and ``last_k``."""

    version = WholeNumberField(validators=[Required()], widget=HiddenInput())
    number = TextField(
        _l("Number of the notice"),
        [Required(_l("Enter the number of the notice.")), MaxLength(LONGEST_NOTICE_NUMBER)],
    )
    make_up_days = LongTextField(_l("Weekend days that are worked"), [MaxLength(LONGEST_DAYS)])

    def list_rows(self) -> list[tuple[int, Any, Any, Any]]:
        """For each break its number from 1, and the fields of its name, first and last day."""
        return [
            (k, self[f"name_{k}"], self[f"first_{k}"], self[f"last_{k}"])
            for k in range(1, MOST_BREAKS + 1)
        ]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse a break that is typed in part, and text that is not a list of days."""
        is_valid = bool(super().validate(*args, **kwargs))
        for _k, *fields in self.list_rows():
            typed = [bool(field.data) for field in fields]
            if any(typed) and not all(typed) and not any(field.errors for field in fields):
                missing = fields[typed.index(False)]
                self.add_error(missing.name, _("Fill in the whole row, or empty it."))
                is_valid = False
        if read_days(self.make_up_days.data) is None:
            self.add_error(
                "make_up_days", _("Write one day after the other, for example 2026-02-14.")
            )
            is_valid = False
        return is_valid

    def read_terms(self) -> NoticeTerms:
        """The notice as typed, with the breaks in the order of the form."""
        breaks = tuple(
            Break(name.data, first.value, last.value)
            for _k, name, first, last in self.list_rows()
            if name.data
        )
        return NoticeTerms(self.number.data, breaks, read_days(self.make_up_days.data) or ())


for _k in range(1, MOST_BREAKS + 1):
    setattr(
        NoticeForm,
        f"name_{_k}",
        TextField(_l("Name of the break"), [MaxLength(LONGEST_BREAK_NAME)]),
    )
    setattr(NoticeForm, f"first_{_k}", DayField(_l("First day")))
    setattr(NoticeForm, f"last_{_k}", DayField(_l("Last day")))


def start_form(calendar: YearCalendar, number: str, version: int) -> NoticeForm:
    """Make the form filled with a year's calendar and the number and version of its notice."""
    values: dict[str, Any] = {"number": number, "version": version}
    for k, found in enumerate(calendar.breaks[:MOST_BREAKS], start=1):
        values |= {f"name_{k}": found.name, f"first_{k}": found.first, f"last_{k}": found.last}
    values["make_up_days"] = "\n".join(day.isoformat() for day in calendar.make_up_days)
    return NoticeForm(data=values)


def read_days(text: str) -> tuple[date, ...] | None:
    """The days that a text lists, earliest first and each once.

    None if the text holds anything but days and separators; an empty text has no days.
    """
    found: set[date] = set()
    position = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    while position < len(text):
        match = _DAY.match(text, position)
        try:
            found.add(date(*map(int, match.groups())) if match else date(0, 0, 0))
        except ValueError:
            return None
        position = _BETWEEN.match(text, match.end() if match else position).end()  # type: ignore[union-attr]
    return tuple(sorted(found))
