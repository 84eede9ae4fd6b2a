"""Base of every form: checks the token, cleans text, and ignores files nobody asked for."""

import re
import secrets
import unicodedata
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import ValidationError

from matchmaker.words.signs import drop_unseen, has_unseen

# A hidden key that makes a second sending of the same form recognisable.

KEY_BYTES = 16
_KEY = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", re.ASCII)


def make_idempotency_key() -> str:
    """A fresh key: 32 hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


class IdempotencyField(HiddenField):
    """The form's key: made when it is first shown, kept when it is shown again with errors."""

    data: str

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, default=make_idempotency_key, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if not _KEY.fullmatch(self.data or ""):
            self.data = make_idempotency_key()
            raise ValidationError(_("This form was incomplete. Check it and send it again."))


SUBMITTING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def clean_text(value: Any) -> Any:
    """Compose characters, drop signs that cannot be seen (NUL too) and surrounding blanks."""
    if not isinstance(value, str):
        return value
    return drop_unseen(unicodedata.normalize("NFC", value)).strip()


class BaseForm(FlaskForm):
    """Binds to what was posted and cleans every text field except passwords.

    A form that takes files sets ``takes_files = True``; elsewhere a posted file is ignored, so that
    it cannot arrive in a text field.
    """

    takes_files = False

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            if not request or request.method not in SUBMITTING_METHODS:
                return None
            if form.takes_files:
                return CombinedMultiDict((request.files, request.form))
            return request.form

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            if _is_plain_text(unbound_field.field_class):
                own_filters = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [clean_text, *own_filters]}
            return super().bind_field(form, unbound_field, options)

    def lost_unseen_signs(self) -> bool:
        """Whether ``clean_text`` took signs out of a text: the person gets a word about it."""
        return any(
            has_unseen(unicodedata.normalize("NFC", text))
            for field in self
            if _is_plain_text(type(field)) and not isinstance(field, HiddenField)
            for text in field.raw_data or ()
            if isinstance(text, str)
        )

    def add_error(self, field_name: str, message: Any) -> None:
        """Show ``message`` at a field, for example when the service refuses a value.

        If this form leaves the field out, the message is shown for the whole form.
        """
        if field_name not in self:
            self.form_errors.append(message)
            return
        field = self[field_name]
        field.errors = [*field.errors, message]


class IdempotentForm(BaseForm):
    """A form that acts once however often it is sent: pass ``idempotency_key.data`` on."""

    idempotency_key = IdempotencyField()


class ButtonForm(IdempotentForm):
    """A form with nothing but a button."""


class FilterForm(BaseForm):
    """Filters of a list, read from the address. It changes nothing, so it has no token."""

    class Meta(BaseForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.args


def _is_plain_text(field_class: type) -> bool:
    return issubclass(field_class, StringField) and not issubclass(field_class, PasswordField)
