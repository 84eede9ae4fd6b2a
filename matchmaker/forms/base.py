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
    """Compose, drop NUL and outer blanks; PostgreSQL refuses NUL in text."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).replace("\x00", "").strip()


class BaseForm(FlaskForm):
    """Binds to what was posted, cleans every text field except passwords.

    A form that takes files says so with ``takes_files = True``; elsewhere a posted
    file is ignored, so that it cannot arrive in a text field.
    """

    takes_files = False

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: "BaseForm", formdata: Any) -> Any:
            is_submitted = request and request.method in SUBMITTING_METHODS
            if formdata is None or isinstance(formdata, dict) or not is_submitted:
                return formdata if hasattr(formdata, "getlist") else None
            if hasattr(formdata, "getlist"):
                return formdata
            if form.takes_files:
                return CombinedMultiDict((request.files, request.form))
            return request.form

        def bind_field(self, form: Form, unbound_field: Any, options: dict[str, Any]) -> Field:
            if _is_plain_text(unbound_field.field_class):
                filters = unbound_field.kwargs.get("filters", ())
                options["filters"] = [clean_text, *filters]
                unbound_field.kwargs.pop("filters", None)
            return super().bind_field(form, unbound_field, options)


class IdempotentForm(BaseForm):
    """A form whose repeated sending has one effect; pass ``idempotency_key.data`` on."""

    idempotency_key = IdempotencyField()


def _is_plain_text(field_class: type) -> bool:
    return issubclass(field_class, StringField) and not issubclass(field_class, PasswordField)
