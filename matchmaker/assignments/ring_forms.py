"""The form for what was heard on the phone: one answer for each person who was rung."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _

from matchmaker.assignments.ringing import Call, CallStep, Said
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.words.labels import get_label

_HEARD = "heard_"


class CallsForm(IdempotentForm):
    """An answer for each call; ``get_field`` has the field of one."""

    calls: Sequence[Call] = ()

    def get_field(self, call: Call) -> Any:
        """The field of a call; None if nothing can be written down at once."""
        return self[_name(call)] if call.answers else None

    def read(self) -> dict[int, Said]:
        """What was said, by the id of the call."""
        heard = {}
        for call in self.calls:
            field = self.get_field(call)
            if field is not None and field.data:
                heard[call.id] = next(row for row in call.answers if row.code == field.data)
        return heard

    def count_gone(self) -> int:
        """How many answers are to calls that others have ended since the page was made."""
        sent = request.form.items()
        return sum(
            bool(value) and name.startswith(_HEARD) and name not in self for name, value in sent
        )

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if valid and not self.read() and not self.count_gone():
            self.form_errors.append(_("Choose an answer for at least one person."))
            return False
        return valid


def make_calls_form(calls: Sequence[Call], **kwargs: Any) -> CallsForm:
    """The form for these calls."""
    fields: dict[str, Any] = {
        _name(call): DropdownField(
            _("What %(resident)s said", resident=call.help.resident.display_name),
            choices=make_choices(
                [("", _("nothing yet")), *((row.code, _describe(row)) for row in call.answers)]
            ),
        )
        for call in calls
        if call.answers
    }
    form: CallsForm = type("Calls", (CallsForm,), {**fields, "calls": calls})(**kwargs)
    return form


def _describe(said: Said) -> str:
    """An answer as a choice."""
    if said.why is None:
        return _PLAIN[said.step]()
    reason = get_label(said.why)
    if said.step is CallStep.REFUSE:
        return _("No: %(reason)s", reason=reason)
    if said.step is CallStep.FAILED:
        return _("It did not come: %(reason)s", reason=reason)
    return _("It was: %(how)s", how=reason)


_PLAIN = {
    CallStep.AGREE: lambda: _("Yes, it suits"),
    CallStep.NOT_REACHED: lambda: _("Not reached"),
    CallStep.CAME: lambda: _("It came, all of it"),
}


def _name(call: Call) -> str:
    return f"{_HEARD}{call.id}"
