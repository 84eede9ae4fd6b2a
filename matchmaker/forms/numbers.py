"""Numbers as people write them: whole numbers with limits, money typed in yuan and kept in fen.

Read are full-width signs, thousands in groups of three, ``万``, the sign or word of the currency,
and after a number of things its measure word. Anything that could be read in two ways is refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from matchmaker.kinds import FEN_PER_YUAN, is_money
from matchmaker.words.quantities import format_typed_yuan
from matchmaker.words.signs import drop_unseen

LARGEST_WHOLE_NUMBER = 2**31 - 1  # what an integer column holds on every database
_TYPED = re.compile(
    r"(?P<sign>-?)(?P<before>¥|rmb|cny|人民币)?\s*"
    r"(?P<digits>[0-9]{1,15}|[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+))(?P<rest>\.[0-9]{1,9})?"
    r"\s*(?P<many>万)?\s*(?P<after>元整?|圆整?|块钱?|rmb|cny|yuan|人民币)?"
    r"(?P<measure>[个件次份包箱袋盒套张位名人晚天节场])?",
    re.ASCII | re.IGNORECASE,
)
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number and what came with it; ``value`` is in the unit that people type."""

    value: Decimal
    is_money: bool
    is_measured: bool


def read_number(text: str) -> TypedNumber | None:
    """A typed number, or None for a text that is none or could be read in two ways."""
    typed = unicodedata.normalize("NFKC", drop_unseen(text)).strip()
    found = _TYPED.fullmatch(typed)
    if found is None:
        return None
    digits = re.sub("[, ]", "", found["digits"])
    value = Decimal(found["sign"] + digits + (found["rest"] or ""))
    return TypedNumber(
        value=value * _TEN_THOUSAND if found["many"] else value,
        is_money=bool(found["before"] or found["after"]),
        is_measured=bool(found["measure"]),
    )


def is_whole(value: Decimal) -> bool:
    """Whether the number has no part after the point; ``3.0`` has none."""
    return value == value.to_integral_value()


def is_amount(value: Decimal) -> bool:
    """Whether the number of yuan is a sum of money: not below nothing, and whole in fen."""
    return value >= 0 and is_whole(value * FEN_PER_YUAN)


class WholeNumberField(Field):
    """A whole number; ``data`` is an int or None."""

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
        number = read_number(typed)
        if number is None or number.is_money or not is_whole(number.value):
            raise ValueError(_("Enter a whole number, for example 3."))
        self.data = int(number.value)

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
        typed = _read_typed(valuelist)
        self.data = None
        if not typed:
            return
        number = read_number(typed)
        if number is None or number.is_measured or not is_amount(number.value):
            raise ValueError(_("Enter an amount in yuan, for example 1200 or 99.50."))
        self.data = int(number.value * FEN_PER_YUAN)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.minimum <= self.data <= self.maximum:
            raise ValidationError(
                _(
                    "Enter an amount between %(least)s and %(most)s yuan.",
                    least=format_typed_yuan(self.minimum),
                    most=format_typed_yuan(self.maximum),
                )
            )


class QuantityField(Field):
    """How much, where the unit depends on another answer; ``data`` is a ``TypedNumber`` or None.

    The form checks it with ``check_unit`` and reads it with ``read_units``.
    """

    widget = TextInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "decimal", **(kwargs.get("render_kw") or {})}
        super().__init__(label, validators, **kwargs)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.shown

    shown = ""

    def show(self, quantity: int, unit: str) -> None:
        """Fill the field with a quantity of ``unit``, fen for money."""
        self.shown = format_typed_yuan(quantity) if is_money(unit) else str(quantity)

    def process_data(self, value: Any) -> None:
        """Fill the field with what is stored, a quantity and its unit."""
        self.data = None
        if value:
            self.show(*value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist)
        self.data = None
        if not typed:
            return
        number = read_number(typed)
        if number is not None and number.value >= 0:
            self.data = number
        else:
            raise ValueError(_("Enter a number, for example 3 or 1,200.50."))

    def check_unit(self, unit: str) -> None:
        """Raise ``ValidationError`` if what was typed is no quantity of ``unit``."""
        number: TypedNumber | None = self.data
        if number is None:
            return
        if is_money(unit) and (number.is_measured or not is_amount(number.value)):
            raise ValidationError(_("Enter an amount in yuan, for example 1200 or 99.50."))
        if not is_money(unit) and (number.is_money or not is_whole(number.value)):
            raise ValidationError(_("Enter a whole number, for example 3."))

    def read_units(self, unit: str) -> int | None:
        """The quantity in ``unit``, fen for money; None if nothing was typed."""
        number: TypedNumber | None = self.data
        if number is None:
            return None
        return int(number.value * FEN_PER_YUAN) if is_money(unit) else int(number.value)


def _read_typed(valuelist: list[Any]) -> str:
    typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
    return typed.strip()
