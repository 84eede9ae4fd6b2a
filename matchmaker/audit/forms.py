"""Filters of the audit log."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.forms.fields import DayField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, NotBefore
from matchmaker.models import Role
from matchmaker.words.labels import get_label

LONGEST_ACTION = 60  # characters


class EventFilterForm(FilterForm):
    action = StringField(_l("Action begins with"), [MaxLength(LONGEST_ACTION)])
    role = DropdownField(
        _l("Role"),
        choices=make_choices(
            [("", _l("Every role")), *((role.value, get_label(role)) for role in Role)]
        ),
    )
    subject_type = DropdownField(_l("About"))
    subject_id = WholeNumberField(_l("Number"), minimum=1)
    first_on = DayField(_l("First day"))
    last_on = DayField(_l("Until"), [NotBefore("first_on")])

    def read_filters(self) -> dict[str, Any]:
        """What the address asks for; unreadable values are left out and named at their field."""
        self.validate()
        values = {
            name: None if field.errors else field.data for name, field in self._fields.items()
        }
        role = values["role"]
        return {
            **values,
            "action": values["action"] or "",
            "subject_type": values["subject_type"] or "",
            "role": Role(role) if role else None,
        }
