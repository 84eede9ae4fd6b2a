"""Every form of the site: token checked, text cleaned, no file where none is asked for."""

import unicodedata
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Field, Form, PasswordField, StringField

from matchmaker.forms.idempotency import IdempotencyField

SUBMITTING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def clean_text(value: Any) -> Any:
    """Compose, drop NUL and outer blanks: PostgreSQL refuses NUL, people paste blanks."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).replace("\x00", "").strip()


class BaseForm(FlaskForm):
    """Binds to what was posted and cleans every text field except passwords.

    A form that takes files says so with ``takes_files = True``; elsewhere a posted
    file is ignored, so that it cannot arrive in a text field.
    """

    takes_files = False

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: "BaseForm", formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            if not request or request.method not in SUBMITTING_METHODS:
                return None
            if form.takes_files:
                return CombinedMultiDict((request.files, request.form))
            return request.form

        def bind_field(self, form: Form, unbound_field: Any, options: dict[str, Any]) -> Field:
            if _is_plain_text(unbound_field.field_class):
                own_filters = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [clean_text, *own_filters]}
            return super().bind_field(form, unbound_field, options)

    def has_errors(self) -> bool:
        """Whether anything was refused, in a field or in the form as a whole."""
        return bool(self.errors)

    def add_error(self, field_name: str, message: Any) -> None:
        """Show ``message`` at a field, as when the service refuses a value."""
        field = self[field_name]
        field.errors = [*field.errors, message]


class IdempotentForm(BaseForm):
    """A form whose repeated sending has one effect: pass ``idempotency_key.data`` on."""

    idempotency_key = IdempotencyField()


class FilterForm(BaseForm):
    """Filters of a list, read from the address. Reading changes nothing: no token."""

    class Meta(BaseForm.Meta):
        csrf = False

        def wrap_formdata(self, form: "BaseForm", formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.args


def _is_plain_text(field_class: type) -> bool:
    return issubclass(field_class, StringField) and not issubclass(field_class, PasswordField)
