"""The form for what was heard on the phone: one answer for each call."""

import re
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _

from matchmaker.assignments.ringing import CODES, SEEN_SIGN, Call, CallStep, Said
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.words.labels import get_label

_HEARD = "heard_"
_ID = re.compile("[1-9][0-9]{0,8}")


class AnswerField(DropdownField):
    """The choice of an answer. An answer to a text that has changed since is accepted as stale."""

    @property
    def is_stale(self) -> bool:
        code, sign, _seen = (self.data or "").partition(SEEN_SIGN)
        offered: Any = self.choices
        is_offered = self.data in {choice.value for choice in offered}
        return bool(sign) and code in CODES and not is_offered

    def pre_validate(self, form: Any) -> None:
        if not self.is_stale:
            super().pre_validate(form)


class CallsForm(IdempotentForm):
    """A form with one field for each call that has answers to choose from.

    ``get_field`` returns a call's field, or None.
    """

    calls: Sequence[Call] = ()

    def get_field(self, call: Call) -> Any:
        """The field of a call; None if the call has no answers to choose from."""
        return self[_name(call)] if call.answers else None

    def read(self) -> dict[int, Said | None]:
        """The answers, keyed by the id of the call; None if the page had shown another text.

        Calls without an answer are left out; answers to calls that have gone since are None too.
        """
        heard: dict[int, Said | None] = dict.fromkeys(self._list_gone())
        for call in self.calls:
            field = self.get_field(call)
            if field is not None and field.data:
                said = (row for row in call.answers if call.write(row) == field.data)
                heard[call.id] = next(said, None)
        return heard

    def list_seen(self) -> dict[int, str]:
        """The digits ``OpenHelp.seen`` of each call's help, keyed by the call's id."""
        return {call.id: call.help.seen for call in self.calls}

    def _list_gone(self) -> set[int]:
        """The ids of calls answered in the request that have no field in the form any more."""
        sent = (name for name, value in request.form.items() if value and name not in self)
        typed = [name.removeprefix(_HEARD) for name in sent if name.startswith(_HEARD)]
        return {int(text) for text in typed if _ID.fullmatch(text)}

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if valid and not self.read():
            self.form_errors.append(_("Choose an answer for at least one person."))
            return False
        return valid


def make_calls_form(calls: Sequence[Call], **kwargs: Any) -> CallsForm:
    """Make the form for these calls; ``kwargs`` go to the form."""
    fields: dict[str, Any] = {
        _name(call): AnswerField(
            _("What %(resident)s said", resident=call.help.resident.display_name),
            choices=make_choices(
                [
                    ("", _("nothing yet")),
                    *((call.write(row), _describe(row)) for row in call.answers),
                ]
            ),
        )
        for call in calls
        if call.answers
    }
    form: CallsForm = type("Calls", (CallsForm,), {**fields, "calls": calls})(**kwargs)
    return form


def _describe(said: Said) -> str:
    """The words of an answer in the list of choices."""
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
