"""A line of the workbench: one query for its count, its rows and its file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, false

from matchmaker.assignments import agreeing
from matchmaker.assignments.open_help import OpenHelp
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.models import User


class WorkKind(StrEnum):
    """What the rows of a line are; the word is part of an address."""

    # Promises.
    ANSWERS = "answers"
    WITHOUT_DAY = "without-day"
    OTHER_DAY = "other-day"
    WITHOUT_SESSION = "without-session"
    RECIPIENTS = "recipients"
    REPORTS = "reports"
    FREE_PLACES = "free-places"
    PROPOSALS = "proposals"
    BEFORE_CLOSE = "before-close"
    CALLS = "calls"
    CAME = "came"
    COMING = "coming"
    GIVEN = "given"
    MISSED = "missed"
    # What people ask, show and offer.
    NEEDS = "needs"
    STATUSES = "statuses"
    REVIEWS = "reviews"
    NEWS = "news"
    COMPLAINTS = "complaints"
    QUESTIONS = "questions"
    OFFERS = "offers"
    OFFERS_RETURNED = "offers-returned"
    ORGANISATIONS = "organisations"
    PROOFS = "proofs"
    INVITATIONS = "invitations"
    NEEDS_RETURNED = "needs-returned"
    DRAFTS = "drafts"


class Reader:
    """Who reads the workbench, and when; what several lines look up is looked up once."""

    def __init__(self, actor: User, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.today = get_local_date(now)

    @cached_property
    def helps(self) -> list[OpenHelp]:
        """All help that waits for recipients in the reader's scope, or comes to them."""
        return agreeing.list_helps(self.actor, self.now)

    @cached_property
    def questions(self) -> list[int]:
        """The first promises of help about which recipients are asked."""
        return [row.first.id for row in self.helps if row.is_question]


def _never(_now: datetime) -> ColumnElement[bool]:
    return false()


@dataclass(frozen=True, kw_only=True)
class CountedRows:
    """Rows that somebody counts and opens.

    select   the rows that concern the reader, joined with their committee where they have one
    order    after the late ones, which come first
    is_late  the condition for rows whose day is over
    is_new   the condition for rows that came since an instant
    get_day  the day of a row, for its page: until when, or since when
    """

    select: Callable[[Reader], Select[Any]]
    order: Sequence[Any]
    is_late: Callable[[datetime], ColumnElement[bool]] = _never
    is_new: Callable[[datetime], ColumnElement[bool]] = _never
    get_day: Callable[[Any], date | None] = lambda _row: None


@dataclass(frozen=True, kw_only=True)
class WorkLine(CountedRows):
    """What concerns a person of a role; ``waits``: somebody has to act, else it is to know."""

    kind: WorkKind
    waits: bool = True


def get_yesterday(now: datetime) -> datetime:
    """The instant at which yesterday began, by the office's calendar."""
    return get_days_ago(now, 1)


def get_days_ago(now: datetime, days: int) -> datetime:
    """The instant at which a day of the past began, by the office's calendar."""
    return get_instant(get_local_date(now) - timedelta(days=days), 0)
