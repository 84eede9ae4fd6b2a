"""Days, months, and quantities with their units, in the reader's language.

``format_quantity`` is the only way to show a quantity, because it makes yuan of fen. Templates
write ``{{ 3 | quantity("visit") }}``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask_babel import format_date, format_datetime, format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from matchmaker.base.clock import get_local_date
from matchmaker.kinds import FEN_PER_YUAN, Unit, is_money
from matchmaker.models import OfferKind

# Days and months.


def format_day(day: date) -> str:
    """A day as ``2026年7月6日`` or ``6 July 2026``."""
    return format_date(day, "d MMMM y") if _is_english() else format_date(day, "y年M月d日")


def format_local_day(instant: datetime) -> str:
    """An instant as the day on which it falls in Shanghai."""
    return format_day(get_local_date(instant))


def format_day_and_hour(day: date, minute: int) -> str:
    """A day with its weekday, and an hour, given in minutes after midnight."""
    return _("%(day)s, %(time)s", day=format_weekday(day), time=format_time_of_day(minute))


def format_weekday(day: date) -> str:
    """A day with its weekday: ``2026年7月6日（周一）`` or ``Monday 6 July 2026``."""
    return format_date(day, "EEEE d MMMM y" if _is_english() else "y年M月d日（EEE）")


def format_time_of_day(minute: int) -> str:
    """Minutes after midnight as ``9:00``."""
    return f"{minute // 60}:{minute % 60:02d}"


def format_month(month: date) -> str:
    """A month as ``2026年7月`` or ``July 2026``."""
    return format_date(month, "MMMM y") if _is_english() else format_date(month, "y年M月")


def format_moment(instant: datetime) -> str:
    """An instant as ``2026年7月6日 10:30`` or ``6 July 2026, 10:30``, in Shanghai time."""
    pattern = "d MMMM y, HH:mm" if _is_english() else "y年M月d日 HH:mm"
    return format_datetime(instant, pattern)


def _is_english() -> bool:
    return str(get_locale()) == "en"


# Units.


@dataclass(frozen=True, slots=True)
class UnitWords:
    """The words of one unit.

    name       the word for the unit, as a heading of a column
    count      a function of a number and its formatted text; returns the number with the unit, such
               as ``3 visits``. The number chooses singular or plural, the text is shown.
    question   asks a resident for the quantity of a need; None: it is always one unit
    """

    name: LazyString
    count: Callable[[int, str], str]
    question: LazyString | None = None


UNIT_WORDS: Mapping[Unit, UnitWords] = {
    Unit.VISIT: UnitWords(
        _l("visit"),
        lambda number, amount: ngettext(
            "%(amount)s visit", "%(amount)s visits", number, amount=amount
        ),
    ),
    Unit.SLOT: UnitWords(
        _l("slot"),
        lambda number, amount: ngettext(
            "%(amount)s slot", "%(amount)s slots", number, amount=amount
        ),
    ),
    Unit.ITEM: UnitWords(
        _l("item"),
        lambda number, amount: ngettext(
            "%(amount)s item", "%(amount)s items", number, amount=amount
        ),
        _l("How many do you need?"),
    ),
    Unit.FEN: UnitWords(
        _l("yuan"),
        lambda _number, amount: _("%(amount)s yuan", amount=amount),
        _l("How much money would help?"),
    ),
    Unit.PLACE: UnitWords(
        _l("place"),
        lambda number, amount: ngettext(
            "%(amount)s place", "%(amount)s places", number, amount=amount
        ),
    ),
    Unit.NIGHT: UnitWords(
        _l("night"),
        lambda number, amount: ngettext(
            "%(amount)s night", "%(amount)s nights", number, amount=amount
        ),
        _l("For how many nights?"),
    ),
    Unit.SESSION: UnitWords(
        _l("session"),
        lambda number, amount: ngettext(
            "%(amount)s session", "%(amount)s sessions", number, amount=amount
        ),
    ),
}


def format_quantity(quantity: int, unit: str) -> str:
    """A quantity as ``3 visits`` or ``1,200 yuan``. It is given in ``unit``, money in fen."""
    amount = _format_yuan(quantity) if is_money(unit) else format_decimal(quantity)
    return UNIT_WORDS[Unit(unit)].count(quantity, amount)


def get_unit_word(unit: str) -> LazyString:
    """The word for a unit, as a heading of a column."""
    return UNIT_WORDS[Unit(unit)].name


def get_quantity_question(unit: str) -> LazyString:
    """The question how many units are needed. Raises ``ValueError`` if the number is always 1."""
    question = UNIT_WORDS[Unit(unit)].question
    if question is None:
        raise ValueError(f"nobody is asked how many of {unit}")
    return question


def make_cell(quantity: int, unit: str) -> int | float:
    """A quantity as a number for a file, money in yuan. ``get_unit_word`` names its unit."""
    if is_money(unit) and quantity % FEN_PER_YUAN:
        return quantity / FEN_PER_YUAN
    return quantity // FEN_PER_YUAN if is_money(unit) else quantity


def format_typed_yuan(fen: int) -> str:
    """Fen as yuan for a form: without decimals if whole, otherwise with two."""
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return f"{yuan}.{rest:02d}" if rest else str(yuan)


def _format_yuan(fen: int) -> str:
    """Fen as yuan for reading: thousands grouped, decimals only if needed."""
    pattern = "#,##0.00" if fen % FEN_PER_YUAN else "#,##0"
    return format_decimal(Decimal(fen) / FEN_PER_YUAN, format=pattern)


# What an offer promises for each month.


@dataclass(frozen=True, slots=True)
class CapacityWords:
    """Label and hint of an offer's monthly amount."""

    label: LazyString
    hint: LazyString


CAPACITY_WORDS: Mapping[tuple[OfferKind, Unit], CapacityWords] = {
    (OfferKind.PEOPLE, Unit.VISIT): CapacityWords(
        _l("Visits a month"),
        _l("At most this many. Each volunteer's own limit counts as well."),
    ),
    (OfferKind.SERVICE, Unit.SLOT): CapacityWords(
        _l("Slots a month"), _l("How many people can be served in a month.")
    ),
    (OfferKind.GOODS, Unit.ITEM): CapacityWords(
        _l("Items a month"), _l("How many pieces you can hand over in a month.")
    ),
    (OfferKind.FUNDS, Unit.FEN): CapacityWords(
        _l("Money a month"), _l("In yuan, at most this much in a month.")
    ),
    (OfferKind.PLACE, Unit.PLACE): CapacityWords(
        _l("Places a month"), _l("How many people can have a place for the month.")
    ),
    (OfferKind.PLACE, Unit.NIGHT): CapacityWords(
        _l("Nights a month"), _l("Beds times nights in a month.")
    ),
    (OfferKind.PLACE, Unit.SESSION): CapacityWords(
        _l("Sessions a month"), _l("How often the room can be used in a month.")
    ),
}


def get_capacity_words(kind: OfferKind, unit: str) -> CapacityWords:
    """The label and hint of an offer's monthly amount, for this kind and unit."""
    return CAPACITY_WORDS[kind, Unit(unit)]


# Counts in public.

SMALLEST_CELL = 5  # a smaller group could identify a person


def is_small(number: int) -> bool:
    """Whether a count other than 0 is so small that it could identify a person.

    Public pages hide such counts.
    """
    return 0 < number < SMALLEST_CELL


def is_telling(part: int, whole: int) -> bool:
    """Whether the part, the rest or the whole is so small that it could identify a person."""
    return any(is_small(number) for number in (part, whole - part, whole))


def format_share(part: int, whole: int, *, is_public: bool = False) -> str:
    """A part of a whole as ``803 of 1127``; ``is_public`` hides it if ``is_telling``."""
    if is_public and is_telling(part, whole):
        return _("hidden")
    return _("%(met)s of %(asked)s", met=part, asked=whole)


def format_share_sum(shares: Sequence[tuple[int, int]], *, is_public: bool = False) -> str:
    """The sum of several (part, whole), as ``format_share`` shows it.

    ``is_public`` hides it if it hides any of them, which a reader could compute from the sum.
    """
    if is_public and any(is_telling(part, whole) for part, whole in shares):
        return _("hidden")
    parts, wholes = zip(*shares, strict=True)
    return format_share(sum(parts), sum(wholes), is_public=is_public)
