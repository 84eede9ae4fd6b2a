"""A hidden key that makes a second sending of the same form recognisable."""

import re
import secrets
from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField
from wtforms.validators import ValidationError

KEY_BYTES = 16
_KEY = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", re.ASCII)


def make_idempotency_key() -> str:
    """A fresh key: 32 hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


class IdempotencyField(HiddenField):
    """Made when the form is first shown, kept when it comes back with errors."""

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, default=make_idempotency_key, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if not _KEY.fullmatch(self.data or ""):
            self.data = make_idempotency_key()
            raise ValidationError(_("This form was incomplete. Check it and send it again."))
