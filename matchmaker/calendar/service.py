"""Enter and correct the yearly notice of an office's public holidays. Flushes; the view commits.

A frozen month keeps the calendar of its freeze (``Snapshot.slot_days``); a correction counts only
for months that are frozen after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import HolidayNotice, User
from matchmaker.models.limits import LONGEST_NOTICE_NUMBER
from matchmaker.scopes import is_in_scope
from matchmaker.slots import Break, YearCalendar, is_weekend

LONGEST_BREAK_DAYS = 15  # a longer one is a mistyped day
MOST_BREAKS = 10
LONGEST_BREAK_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """A notice as typed."""

    number: str
    breaks: tuple[Break, ...]
    make_up_days: tuple[date, ...]


def list_years(now: datetime) -> tuple[int, int]:
    """The years whose notice can be entered: this year and the next, as later months cannot be
    opened yet."""
    year = get_local_date(now).year
    return year, year + 1


def find_notice(year: int, actor: User, now: datetime) -> HolidayNotice | None:
    """The notice of the actor's office for a year; None if it is not entered yet.

    Raises ``NotFoundError`` for a year that is not one of ``list_years``.
    """
    if year not in list_years(now):
        raise NotFoundError("calendar.unknown")
    return db.session.scalar(
        select(HolidayNotice).where(HolidayNotice.year == year, is_in_scope(HolidayNotice, actor))
    )


def load_calendars(subdistrict_id: int) -> tuple[YearCalendar, ...]:
    """The calendars that an office has entered, in order of year."""
    query = select(HolidayNotice).where(HolidayNotice.subdistrict_id == subdistrict_id)
    return tuple(read_notice(row) for row in db.session.scalars(query.order_by(HolidayNotice.year)))


def read_notice(row: HolidayNotice) -> YearCalendar:
    """Make the calendar of a year from its notice."""
    breaks = (
        Break(name, date.fromisoformat(first), date.fromisoformat(last))
        for name, first, last in row.breaks
    )
    return YearCalendar(row.year, tuple(breaks), tuple(map(date.fromisoformat, row.make_up_days)))


def save_notice(
    *, year: int, version: int, terms: NoticeTerms, actor: User, now: datetime
) -> HolidayNotice:
    """Enter the notice of a year (``version`` 0) or correct it.

    Raises ``InvalidError`` naming a field, ``NotFoundError`` as ``find_notice``,
    ``ConflictError`` if the stored notice is not of ``version``, as somebody changed it meanwhile.
    """
    row = find_notice(year, actor, now)
    if (row.version if row else 0) != version:
        raise ConflictError("calendar.changed_meanwhile")
    _check_terms(year, terms)
    is_new = row is None
    if row is None:
        row = HolidayNotice(subdistrict_id=actor.subdistrict_id, year=year)
    row.number, row.changed_at, row.changed_by_id = terms.number, now, actor.id
    row.breaks = [
        [found.name, found.first.isoformat(), found.last.isoformat()] for found in terms.breaks
    ]
    row.make_up_days = [day.isoformat() for day in terms.make_up_days]
    _store(row)
    details = {
        "year": year,
        "notice": row.number,
        "breaks": [f"{first}/{last}" for _name, first, last in row.breaks],
        "make_up_days": row.make_up_days,
    }
    action = "holiday_notice.enter" if is_new else "holiday_notice.correct"
    record_event(actor=actor, action=action, subject=row, now=now, details=details)
    return row


def _store(row: HolidayNotice) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:  # a colleague entered the year at the same time
        raise ConflictError("calendar.changed_meanwhile") from error


def _check_terms(year: int, terms: NoticeTerms) -> None:
    if not 0 < len(terms.number) <= LONGEST_NOTICE_NUMBER:
        raise InvalidError("calendar.number_length", "number", most=LONGEST_NOTICE_NUMBER)
    if not 0 < len(terms.breaks) <= MOST_BREAKS:
        raise InvalidError("calendar.no_break", "first_1", most=MOST_BREAKS)
    for k, found in enumerate(terms.breaks, start=1):
        _check_break(year, found, terms.breaks[: k - 1], k)
    for day in terms.make_up_days:
        if not _is_about(year, day):
            raise InvalidError("calendar.other_year", "make_up_days", year=year)
        if not is_weekend(day) or any(day in found for found in terms.breaks):
            raise InvalidError("calendar.not_made_up", "make_up_days", day=day)


def _check_break(year: int, found: Break, earlier: Sequence[Break], number: int) -> None:
    if not 0 < len(found.name) <= LONGEST_BREAK_NAME:
        raise InvalidError("calendar.break_name", f"name_{number}", most=LONGEST_BREAK_NAME)
    if not _is_about(year, found.first) or not _is_about(year, found.last):
        raise InvalidError("calendar.other_year", f"first_{number}", year=year)
    if not 0 <= (found.last - found.first).days < LONGEST_BREAK_DAYS:
        raise InvalidError("calendar.break_length", f"last_{number}", most=LONGEST_BREAK_DAYS)
    if _overlaps(found, earlier):
        raise InvalidError("calendar.overlap", f"first_{number}")


def _overlaps(found: Break, others: Iterable[Break]) -> bool:
    return any(found.first <= other.last and other.first <= found.last for other in others)


def _is_about(year: int, day: date) -> bool:
    """Whether a notice of ``year`` may name the day: from December of the year before, when the
    New Year's break may begin."""
    return date(year - 1, 12, 1) <= day <= date(year, 12, 31)
