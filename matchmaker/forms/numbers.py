"""Whole numbers with limits, and money typed in yuan and stored in fen."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from matchmaker.kinds import FEN_PER_YUAN
from matchmaker.words.quantities import format_typed_yuan

LARGEST_WHOLE_NUMBER = 2**31 - 1  # what an integer column holds on every database
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_YUAN = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?", re.ASCII)


class WholeNumberField(Field):
    """A whole number; ``data`` is an int or None. Full-width digits and commas are accepted."""

    widget = TextInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        minimum: int = 0,
        maximum: int = LARGEST_WHOLE_NUMBER,
        **kwargs: Any,
    ) -> None:
        kwargs["render_kw"] = {"inputmode": "numeric", **(kwargs.get("render_kw") or {})}
        super().__init__(label, validators, **kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist)
        self.data = None
        if not typed:
            return
        if not _WHOLE.fullmatch(typed):
            raise ValueError(_("Enter a whole number, for example 3."))
        self.data = int(typed)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.minimum <= self.data <= self.maximum:
            raise ValidationError(
                _(
                    "Enter a whole number between %(least)s and %(most)s.",
                    least=self.minimum,
                    most=self.maximum,
                )
            )


class MoneyField(Field):
    """An amount typed in yuan, at most two decimals; ``data`` and the limits are whole fen."""

    widget = TextInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        minimum: int = 0,
        maximum: int = LARGEST_WHOLE_NUMBER,
        **kwargs: Any,
    ) -> None:
        kwargs["render_kw"] = {"inputmode": "decimal", **(kwargs.get("render_kw") or {})}
        super().__init__(label, validators, **kwargs)
        self.minimum = minimum
        self.maximum = maximum
        self.suffix = _l("yuan")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_typed_yuan(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist).lstrip("¥").removesuffix("元").strip()
        self.data = None
        if not typed:
            return
        if not _YUAN.fullmatch(typed):
            raise ValueError(_("Enter an amount in yuan, for example 1200 or 99.50."))
        self.data = int(Decimal(typed) * FEN_PER_YUAN)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.minimum <= self.data <= self.maximum:
            raise ValidationError(
                _(
                    "Enter an amount between %(least)s and %(most)s yuan.",
                    least=format_typed_yuan(self.minimum),
                    most=format_typed_yuan(self.maximum),
                )
            )


def _read_typed(valuelist: list[Any]) -> str:
    typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
    return unicodedata.normalize("NFKC", typed).replace(",", "").strip()
