"""Time: instants are aware UTC; months, days and deadlines are those of Asia/Shanghai."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class _Offset:
    """How far the clock of this process is from the machine's."""

    by = timedelta()


def get_now() -> datetime:
    """The current instant, aware, in UTC. The only place that reads the machine's clock."""
    return datetime.now(UTC) + _Offset.by


@contextmanager
def moved_to(instant: datetime) -> Iterator[None]:
    """Let the clock of the whole process go on from ``instant`` inside the block.

    The demo lives the days before today with it. Nothing that serves people may use it.
    """
    before, _Offset.by = _Offset.by, instant - datetime.now(UTC)
    try:
        yield
    finally:
        _Offset.by = before


def get_local_date(instant: datetime) -> date:
    """Return the calendar day in Shanghai at ``instant``."""
    return instant.astimezone(SHANGHAI).date()


def get_month(instant: datetime) -> date:
    """Return the first day of the Shanghai month that ``instant`` is in."""
    return get_local_date(instant).replace(day=1)


def get_instant(day: date, minute: int) -> datetime:
    """Return the instant, in UTC, ``minute`` minutes after midnight of a day in Shanghai."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def add_months(month: date, count: int) -> date:
    """Return the first day of the month ``count`` months after ``month`` (negative: before)."""
    years, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(years, index + 1, 1)


def parse_month(text: str) -> date:
    """Return the first day of a month written ``YYYY-MM``. Raises ``ValueError`` for other text."""
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=SHANGHAI).date()


def get_month_start(month: date) -> datetime:
    """Return the instant, in UTC, at which ``month`` begins in Shanghai."""
    return datetime(month.year, month.month, 1, tzinfo=SHANGHAI).astimezone(UTC)
