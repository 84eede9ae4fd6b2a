"""Base of every form: it checks the token, cleans text, and ignores files that it does not take."""

import hashlib
import re
import secrets
import unicodedata
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Field, HiddenField, PasswordField, StringField
from wtforms.validators import ValidationError

from matchmaker.words.signs import drop_unseen, has_unseen

# A hidden key that makes a second sending of the same form recognisable.

KEY_BYTES = 16
_KEY = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", re.ASCII)


def make_idempotency_key() -> str:
    """Return a fresh key of 32 hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


class IdempotencyField(HiddenField):
    """The form's key: made when the form is first shown, the same when it is shown with errors."""

    data: str

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, default=make_idempotency_key, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if not _KEY.fullmatch(self.data or ""):
            self.data = make_idempotency_key()
            raise ValidationError(_("This form was incomplete. Check it and send it again."))


SUBMITTING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def clean_text(value: Any) -> Any:
    """Return text with characters composed, without unseen characters (NUL too) and outer blanks.

    Any other value is returned as it is.
    """
    if not isinstance(value, str):
        return value
    return drop_unseen(unicodedata.normalize("NFC", value)).strip()


class BaseForm(FlaskForm):
    """A form bound to what was posted, with every text field cleaned except passwords.

    A form that takes files sets ``takes_files = True``; elsewhere a posted file is ignored, so that
    it cannot arrive in a text field.
    """

    takes_files = False

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if hasattr(formdata, "getlist"):
                return formdata
            if formdata is None or not request or request.method not in SUBMITTING_METHODS:
                return _find_kept(form)
            if form.takes_files:
                return CombinedMultiDict((request.files, request.form))
            return request.form

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            if _is_plain_text(unbound_field.field_class):
                own_filters = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [clean_text, *own_filters]}
            return super().bind_field(form, unbound_field, options)

    @property
    def has_input(self) -> bool:
        """Whether values came for this form: sent now, or kept from before the person signed in.

        False when the request sends another form of the same page.
        """
        return any(field.raw_data is not None for field in self)

    def lost_unseen_signs(self) -> bool:
        """Return whether ``clean_text`` took unseen characters out of a text field that people see.

        The person who typed the text is informed of it.
        """
        return any(
            has_unseen(unicodedata.normalize("NFC", text))
            for field in self
            if _is_plain_text(type(field)) and not isinstance(field, HiddenField)
            for text in field.raw_data or ()
            if isinstance(text, str)
        )

    def list_typed(self) -> list[tuple[str, str]]:
        """Return label and text of every text field with a text, without passwords."""
        texts = [field for field in self if _is_plain_text(type(field)) and _is_seen(field)]
        return [(str(field.label.text), str(field.data)) for field in texts if field.data]

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
    """A form that acts once however often it is sent; its key is claimed with the change."""

    idempotency_key = IdempotencyField()


class EditForm(BaseForm):
    """A form that changes what is stored, unless somebody else changed it after the page was made.

    Pass the stored values as ``data`` whether the form is shown or sent. The hidden ``seen`` says
    what was stored when the page was made, eight hexadecimal digits for each field.
    """

    seen = HiddenField()

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        if self.seen.raw_data is None:
            self.look_again()

    def look_again(self) -> None:
        """Set ``seen`` to what is stored now, so that the page that is shown next may change it."""
        self.seen.raw_data, self.seen.data = None, ".".join(map(_digest, self._list_edited()))

    def find_changed(self) -> list[Field] | None:
        """Return the fields whose stored value changed since the page was made; None if none did.

        An empty list: something changed, but it is not known in which field. ``seen`` does not have
        one digest for each field then, as on a page made for a form with more or fewer fields.
        """
        edited = self._list_edited()
        seen, stored = str(self.seen.data or "").split("."), [_digest(field) for field in edited]
        if len(seen) != len(stored):
            return []
        pairs = zip(edited, seen, stored, strict=True)
        return [field for field, then, now in pairs if then != now] or None

    def show_changed(self, sentence: Any) -> None:
        """Keep what was typed; show what is stored beside each change, and ``sentence`` once."""
        for field in self.find_changed() or []:
            stored = _describe_stored(field) or _("(empty)")
            self.add_error(field.name, _("It says there now: %(stored)s", stored=stored))
        self.form_errors.append(sentence)
        self.look_again()

    def _list_edited(self) -> list[Field]:
        return [field for field in self if _is_seen(field)]


def was_ticked(value: object, name: str) -> bool:
    """Whether the box ``name`` of this value was ticked, where a page has a box for each row.

    Looks at the form that is sent, else at the one that was kept before the person signed in.
    """
    is_sent = request.method in SUBMITTING_METHODS
    sent = request.form if is_sent else g.get("kept_form")
    return sent is not None and str(value) in sent.getlist(name)


class ButtonForm(IdempotentForm):
    """A form with only a button."""


class FilterForm(BaseForm):
    """Filters of a list, read from the address. It changes nothing, so it has no token."""

    class Meta(BaseForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.args


def _find_kept(form: BaseForm) -> Any:
    """Return what this person sent with this form after their session ended; None if nothing."""
    kept = g.get("kept_form") if request else None
    if not kept:
        return None
    return kept if any(field.name in kept for field in form if _is_seen(field)) else None


def _is_seen(field: Field) -> bool:
    """Return whether a person fills the field in and may read it again."""
    return (
        not isinstance(field, HiddenField | PasswordField)
        and getattr(field.widget, "input_type", "") != "hidden"
    )


def _digest(field: Field) -> str:
    return hashlib.sha256(repr(field.object_data).encode()).hexdigest()[:8]


def _describe_stored(field: Any) -> str:
    """Return what is stored, as the field shows it."""
    if getattr(field, "choices", None):
        stored = field.object_data
        chosen = {str(value) for value in (stored if isinstance(stored, list) else [stored])}
        return ", ".join(str(row.label) for row in field.choices if str(row.value) in chosen)
    typed = field.data, field.raw_data
    field.data, field.raw_data = field.object_data, None
    try:
        return str(field._value())
    finally:
        field.data, field.raw_data = typed


def _is_plain_text(field_class: type) -> bool:
    return issubclass(field_class, StringField) and not issubclass(field_class, PasswordField)
