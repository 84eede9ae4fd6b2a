"""Days and months as the reader writes them."""

from datetime import date, datetime

from flask_babel import format_date, format_datetime, get_locale


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
