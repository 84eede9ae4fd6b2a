"""Numbers as people write them: whole numbers with limits, money typed in yuan and kept in fen.

A number may have full-width characters, thousands in groups of three, ``万``, the sign or word of
the currency, and a measure word after it. A text that could be read in two ways is refused.
"""

import re
import unicodedata
from abc import abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
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
    """A number as it was typed.

    value         the number; money is in yuan
    is_money      whether the sign or word of the currency came with it
    is_measured   whether a measure word came with it
    """

    value: Decimal
    is_money: bool
    is_measured: bool


def read_number(text: str) -> TypedNumber | None:
    """Return a typed number; None for a text that is not one or could be read in two ways."""
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
    """Return whether the number has nothing after the point; ``3.0`` has nothing."""
    return value == value.to_integral_value()


def is_amount(value: Decimal) -> bool:
    """Return whether a number of yuan is a sum of money: 0 or more, and whole in fen."""
    return value >= 0 and is_whole(value * FEN_PER_YUAN)


class _NumberField(Field):
    """A box for a number; it shows again what was typed, unchanged."""

    widget = TextInput()
    input_mode = "decimal"
    complaint: LazyString  # of a text that is not such a number

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": self.input_mode, **(kwargs.get("render_kw") or {})}
        super().__init__(label, validators, **kwargs)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self._show_stored()

    def _show_stored(self) -> str:
        return "" if self.data is None else str(self.data)

    @abstractmethod
    def _take(self, number: TypedNumber) -> Any:
        """Return what the field keeps of a number; None if it is not a number for this field."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist)
        number = read_number(typed) if typed else None
        self.data = None if number is None else self._take(number)
        if typed and self.data is None:
            raise ValueError(self.complaint)


class _LimitedField(_NumberField):
    """A number between two limits, which are in the unit that the field keeps."""

    limits: LazyString

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        minimum: int = 0,
        maximum: int = LARGEST_WHOLE_NUMBER,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def _show(self, number: int) -> str:
        return str(number)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.minimum <= self.data <= self.maximum:
            ends = {"least": self._show(self.minimum), "most": self._show(self.maximum)}
            raise ValidationError(str(self.limits) % ends)


class WholeNumberField(_LimitedField):
    """A whole number; ``data`` is an int or None."""

    input_mode = "numeric"
    complaint = _l("Enter a whole number, for example 3.")
    limits = _l("Enter a whole number between %(least)s and %(most)s.")

    def _take(self, number: TypedNumber) -> int | None:
        return None if number.is_money or not is_whole(number.value) else int(number.value)


class MoneyField(_LimitedField):
    """An amount typed in yuan, at most two decimals; ``data`` and the limits are whole fen."""

    complaint = _l("Enter an amount in yuan, for example 1200 or 99.50.")
    limits = _l("Enter an amount between %(least)s and %(most)s yuan.")
    suffix = _l("yuan")

    def _show(self, number: int) -> str:
        return format_typed_yuan(number)

    def _show_stored(self) -> str:
        return "" if self.data is None else format_typed_yuan(self.data)

    def _take(self, number: TypedNumber) -> int | None:
        is_right = not number.is_measured and is_amount(number.value)
        return int(number.value * FEN_PER_YUAN) if is_right else None


class QuantityField(_NumberField):
    """A quantity whose unit depends on another answer; ``data`` is a ``TypedNumber`` or None.

    The form checks it with ``check_unit`` and reads it with ``read_units``.
    """

    complaint = _l("Enter a number, for example 3 or 1,200.50.")
    shown = ""

    def _show_stored(self) -> str:
        return self.shown

    def _take(self, number: TypedNumber) -> TypedNumber | None:
        return number if number.value >= 0 else None

    def show(self, quantity: int, unit: str) -> None:
        """Fill the field with a quantity of ``unit``, fen for money."""
        self.shown = format_typed_yuan(quantity) if is_money(unit) else str(quantity)

    def process_data(self, value: Any) -> None:
        """Fill the field with what is stored, a quantity and its unit."""
        self.data = None
        if value:
            self.show(*value)

    def check_unit(self, unit: str) -> None:
        """Raise ``ValidationError`` if what was typed is not a quantity of ``unit``."""
        number: TypedNumber | None = self.data
        if number is None:
            return
        if is_money(unit) and (number.is_measured or not is_amount(number.value)):
            raise ValidationError(MoneyField.complaint)
        if not is_money(unit) and (number.is_money or not is_whole(number.value)):
            raise ValidationError(WholeNumberField.complaint)

    def read_units(self, unit: str) -> int | None:
        """Return the quantity in ``unit``, fen for money; None if nothing was typed."""
        number: TypedNumber | None = self.data
        if number is None:
            return None
        return int(number.value * FEN_PER_YUAN) if is_money(unit) else int(number.value)


def _read_typed(valuelist: list[Any]) -> str:
    typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
    return typed.strip()
