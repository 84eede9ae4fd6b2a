"""Quantities in words: units of the catalogue, and fen as yuan.

Templates write ``{{ 3 | quantity("visit") }}`` (the filter comes with the offers).
"""

from datetime import date, datetime
from decimal import Decimal

from flask_babel import format_date, format_datetime, format_decimal, get_locale, ngettext
from flask_babel import gettext as _

# --- Days and months as the reader writes them.


def format_day(day: date) -> str:
    """``2026年7月6日`` or ``6 July 2026``."""
    return format_date(day, "d MMMM y") if _is_english() else format_date(day, "y年M月d日")


def format_month(month: date) -> str:
    """``2026年7月`` or ``July 2026``."""
    return format_date(month, "MMMM y") if _is_english() else format_date(month, "y年M月")


def format_moment(instant: datetime) -> str:
    """``2026年7月6日 10:30`` or ``6 July 2026, 10:30``, on Shanghai's clock."""
    pattern = "d MMMM y, HH:mm" if _is_english() else "y年M月d日 HH:mm"
    return format_datetime(instant, pattern)


def _is_english() -> bool:
    return str(get_locale()) == "en"


FUNDS_UNIT = "fen"
FEN_PER_YUAN = 100


def format_quantity(quantity: int, unit: str) -> str:
    """``3 visits``, ``1,200 yuan``: ``quantity`` in units of the code ``unit``, fen for funds."""
    if unit == FUNDS_UNIT:
        return _("%(amount)s yuan", amount=format_yuan_amount(quantity))
    amount = format_decimal(quantity)
    if unit == "visit":
        return ngettext("%(amount)s visit", "%(amount)s visits", quantity, amount=amount)
    if unit == "slot":
        return ngettext("%(amount)s slot", "%(amount)s slots", quantity, amount=amount)
    if unit == "item":
        return ngettext("%(amount)s item", "%(amount)s items", quantity, amount=amount)
    if unit == "place":
        return ngettext("%(amount)s place", "%(amount)s places", quantity, amount=amount)
    if unit == "night":
        return ngettext("%(amount)s night", "%(amount)s nights", quantity, amount=amount)
    if unit == "session":
        return ngettext("%(amount)s session", "%(amount)s sessions", quantity, amount=amount)
    return ngettext("%(amount)s unit", "%(amount)s units", quantity, amount=amount)


def get_unit_word(unit: str) -> str:
    """The name of the code ``unit``, for the head of a column."""
    words = {
        "visit": _("visit"),
        "slot": _("slot"),
        "item": _("item"),
        FUNDS_UNIT: _("yuan"),
        "place": _("place"),
        "night": _("night"),
        "session": _("session"),
    }
    return words.get(unit, _("unit"))


def format_yuan_amount(fen: int) -> str:
    """Fen as yuan for reading: thousands apart, decimals only where there are any."""
    pattern = "#,##0.00" if fen % FEN_PER_YUAN else "#,##0"
    return format_decimal(Decimal(fen) / FEN_PER_YUAN, format=pattern)
