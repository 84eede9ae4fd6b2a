"""Text, phone, day and month fields: typed in many ways, stored in one."""

import re
import unicodedata
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from wtforms import DateField, HiddenField, PasswordField, StringField
from wtforms.widgets import DateInput, MonthInput, TelInput, TextArea

from matchmaker.words.folding import fold
from matchmaker.words.names import clean_name
from matchmaker.words.phone_numbers import LONGEST_TYPED, SeveralNumbersError, normalise_phone

T = TypeVar("T")

FIRST_YEAR, LAST_YEAR = 1900, 2099
LONGEST_COUNT = 6  # digits
_MONTH = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*月?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?", re.ASCII)


class TextField(StringField):
    """One line of text; ``data`` is the empty string if nothing was typed."""

    data: str

    def process_data(self, value: Any) -> None:
        self.data = value or ""


class NameField(TextField):
    """The name of a person, an organisation or a place, with one form of dot and narrow letters."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = clean_name(self.data) if isinstance(self.data, str) else ""


class DigitsField(TextField):
    """Digits as people type and read them out: narrow, without gaps and dashes."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = fold(self.data).replace("-", "") if isinstance(self.data, str) else ""


class LongTextField(TextField):
    """Several lines of text."""

    widget = TextArea()


class SecretField(PasswordField):
    """A password: it is not cleaned and never shown again."""

    data: str

    def process_data(self, value: Any) -> None:
        self.data = value or ""


class KeptField(HiddenField):
    """A hidden text that the form carries along."""

    data: str

    def process_data(self, value: Any) -> None:
        self.data = value or ""


class CountField(HiddenField):
    """A hidden number that the page showed, sent back with the step; 0 for anything else."""

    data: Any  # a number

    def process_data(self, value: Any) -> None:
        self.data = value or 0

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]) if valuelist else ""
        is_count = typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_COUNT
        self.data = int(typed) if is_count else 0


class PhoneField(StringField):
    """A phone number as ``words.phone_numbers`` keeps it, or None if nothing was typed."""

    widget = TelInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        attributes = {"inputmode": "tel", "maxlength": LONGEST_TYPED}
        kwargs["render_kw"] = attributes | (kwargs.get("render_kw") or {})
        super().__init__(label, validators, **kwargs)

    @property
    def value(self) -> str:
        """The number of a valid form. Raises ``ValueError`` if the field is empty."""
        return _require(self.data)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.data or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist)
        self.data = None
        if not typed:
            return
        try:
            self.data = normalise_phone(typed)
        except SeveralNumbersError as error:
            raise ValueError(_("Enter one number here, not several.")) from error
        except ValueError as error:
            raise ValueError(
                _("Enter a mobile number with 11 digits, or a landline with its area code.")
            ) from error


class DayField(DateField):
    """A day as ``2026-11-23`` or ``2026年11月23日``; ``data`` is a date or None."""

    widget = DateInput()

    @property
    def value(self) -> date:
        """The day of a valid form. Raises ``ValueError`` if the field is empty."""
        return _require(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist)
        self.data = None
        if typed:
            self.data = _parse_day(_DAY.fullmatch(typed), _("Enter a day, for example 2026-11-23."))


class MonthField(DateField):
    """A month as ``2026-11`` or ``2026年11月``; ``data`` is its first day or None."""

    widget = MonthInput()

    @property
    def value(self) -> date:
        """The month of a valid form. Raises ``ValueError`` if the field is empty."""
        return _require(self.data)

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format="%Y-%m", **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _read_typed(valuelist)
        self.data = None
        if typed:
            self.data = _parse_day(
                _MONTH.fullmatch(typed), _("Enter a month, for example 2026-11.")
            )


def _require(data: T | None) -> T:
    if data is None:
        raise ValueError("nothing was typed: the field needs Required")
    return data


def _read_typed(valuelist: list[Any]) -> str:
    typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
    return unicodedata.normalize("NFKC", typed).strip()


def _parse_day(match: re.Match[str] | None, message: str) -> date:
    try:
        year, month, *rest = (int(part) for part in match.groups()) if match else (0, 0)
        day = date(year, month, *(rest or [1]))
    except ValueError as error:
        raise ValueError(message) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(message)
    return day
