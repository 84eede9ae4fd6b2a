"""Validators with plain messages; a field may pass a message of its own."""

from typing import Any

from flask_babel import gettext as _
from wtforms.validators import StopValidation, ValidationError


class Required:
    """Require that something was typed or chosen. 0 in a number field counts."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads a plain attribute

    def __init__(self, message: Any = None) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None or field.data is False or field.data in ("", []):
            if field.errors:  # an unreadable value has its own message
                raise StopValidation
            raise StopValidation(self.message or _("This field must be filled in."))


class RequiredUnless:
    """Require as ``Required`` does, unless the box of another field of the form is ticked.

    It sets no ``required`` attribute, as the browser does not look at the box.
    """

    def __init__(self, box: str, message: Any = None) -> None:
        self.box, self.required = box, Required(message)

    def __call__(self, form: Any, field: Any) -> None:
        if form[self.box].data:
            raise StopValidation
        self.required(form, field)


class OneOrMore:
    """Require that at least one box is ticked.

    It sets no ``required`` attribute, which would ask for every box.
    """

    field_flags = {"one_or_more": True}  # noqa: RUF012

    def __init__(self, message: Any = None) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data:
            raise StopValidation(self.message or _("Choose at least one."))


class MaxLength:
    """Require at most ``limit`` characters."""

    def __init__(self, limit: int, message: Any = None) -> None:
        self.limit = limit
        self.message = message
        self.field_flags = {"maxlength": limit}

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and len(field.data) > self.limit:
            raise ValidationError(
                self.message or _("Use at most %(limit)s characters.", limit=self.limit)
            )


class SameAs:
    """Require the same value as another field has, for a password typed twice."""

    def __init__(self, field_name: str, message: Any = None) -> None:
        self.field_name = field_name
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if field.data != form[self.field_name].data:
            raise ValidationError(self.message or _("The two entries differ. Type them again."))


class NotBefore:
    """Require a day or month not earlier than another field's, if both were given."""

    def __init__(self, field_name: str, message: Any = None) -> None:
        self.field_name = field_name
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        start = form[self.field_name].data
        if start is not None and field.data is not None and field.data < start:
            raise ValidationError(self.message or _("The end must not be before the beginning."))
