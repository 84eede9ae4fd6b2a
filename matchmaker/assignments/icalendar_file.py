"""Write promises as a calendar file (iCalendar, RFC 5545) with category, time, place or block.

It has no name, door, phone or reference of a need, as a calendar program passes its entries on.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext
from icalendar import Calendar, Event

from matchmaker.assignments.queries import GivenFilters, Line, list_lines, list_published_months
from matchmaker.base.clock import add_months, get_instant, get_month
from matchmaker.models import Actor, PromiseState
from matchmaker.words.labels import get_name

CONTENT_TYPE = "text/calendar; charset=utf-8"
_MINUTES = 60  # length of a visit whose category has no usual length
# States of sure promises; those that the recipient has not agreed to are tentative.
_SURE = frozenset({PromiseState.CONFIRMED, PromiseState.DELIVERED, PromiseState.FED_BACK})
_TENTATIVE = frozenset({PromiseState.AWAITING_RECIPIENT})


def list_dated(actor: Actor, now: datetime) -> list[Line]:
    """The accepted promises of the actor that have a day, from the previous month on."""
    first = add_months(get_month(now), -1)
    months = [month for month in list_published_months(actor) if month >= first]
    return [line for month in months for line in list_dated_of(actor, month)]


def list_dated_of(actor: Actor, month: date) -> list[Line]:
    """The accepted or delivered promises of the actor in a month that have a day."""
    lines = list_lines(actor, month, GivenFilters())
    return [line for line in lines if line.state in _SURE | _TENTATIVE and _has_day(line)]


def make_calendar(lines: Iterable[Line], host: str, now: datetime) -> bytes:
    """The file, with one entry for each session and for each promise without a session.

    ``host`` makes the ids of the entries unique. They stay the same, so a program that reads the
    file again moves an entry whose day has changed.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Leshan//Promised help//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Help we promised"))
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    ordered = sorted(lines, key=_name)
    for name, group in groupby(ordered, key=_name):
        calendar.add_component(_make_event(name, list(group), host, now))
    made: bytes = calendar.to_ical()
    return made


def _name(line: Line) -> str:
    """The name of the line's entry: one for all numbers of a session, else one for the promise."""
    return f"session-{line.session.id}" if line.session else f"promise-{line.id}"


def _make_event(name: str, lines: list[Line], host: str, now: datetime) -> Event:
    line = lines[0]
    start, end = _find_times(line)
    event = Event()
    event.add("uid", f"{name}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", _describe(lines))
    event.add("location", _find_place(line))
    event.add("class", "PRIVATE")
    is_sure = any(row.state in _SURE for row in lines)
    event.add("status", "CONFIRMED" if is_sure else "TENTATIVE")
    event.add("transp", "OPAQUE" if is_sure and line.minute is not None else "TRANSPARENT")
    return event


def _describe(lines: list[Line]) -> str:
    what = get_name(lines[0].category)
    if lines[0].session:
        people = ngettext("%(num)s person", "%(num)s people", len(lines))
        return _("%(what)s, %(people)s", what=what, people=people)
    if lines[0].state in _TENTATIVE:
        return _("%(what)s (not agreed yet)", what=what)
    return what


def _find_place(line: Line) -> str:
    if line.session and line.session.place:
        return get_name(line.session.place)
    return _("%(committee)s, %(block)s", committee=get_name(line.committee), block=line.block)


def _find_times(line: Line) -> tuple[date, date]:
    """Start and end: two instants; or two days, the end being the day after the last."""
    if line.session:
        first, last = line.session.first_day, line.session.last_day
        starts, ends = line.session.starts_minute, line.session.ends_minute
        if first == last:
            return get_instant(first, starts), get_instant(first, ends)
        return first, last + timedelta(days=1)
    if line.day is not None and line.minute is not None:
        start = get_instant(line.day, line.minute)
        return start, start + timedelta(minutes=line.category.usual_minutes or _MINUTES)
    days = [day for day in (line.first_day, line.last_day, line.day) if day is not None]
    return min(days), max(days) + timedelta(days=1)


def _has_day(line: Line) -> bool:
    return any((line.session, line.last_day, line.day))
