"""A line of the workbench: one query for its count, its rows and its file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, false

from matchmaker.assignments import agreeing
from matchmaker.assignments.open_help import Helps
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.models import User


class WorkKind(StrEnum):
    """What the rows of a line are; the value is part of an address."""

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
    REFERRALS = "referrals"
    STATUSES = "statuses"
    REVIEWS = "reviews"
    NEWS = "news"
    COMPLAINTS = "complaints"
    QUESTIONS = "questions"
    THANKS = "thanks"
    OFFERS = "offers"
    OFFERS_RETURNED = "offers-returned"
    ORGANISATIONS = "organisations"
    PROOFS = "proofs"
    INVITATIONS = "invitations"
    NEEDS_RETURNED = "needs-returned"
    DRAFTS = "drafts"


class Reader:
    """The reader of the workbench, and the time. What several lines need is looked up once."""

    def __init__(self, actor: User, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.today = get_local_date(now)

    @cached_property
    def helps(self) -> Helps:
        """All help for recipients in the reader's scope: they are asked about it, or it comes."""
        return agreeing.list_helps(self.actor, self.now, is_brief=True)

    @cached_property
    def questions(self) -> list[int]:
        """The ids of the first promise of each help about which a recipient is asked."""
        return [row.first.id for row in self.helps.list_questions()]


def _never(_now: datetime) -> ColumnElement[bool]:
    return false()


@dataclass(frozen=True, kw_only=True)
class CountedRows:
    """Rows that somebody counts and opens.

    select   the rows that concern the reader, joined with their committee if they have one
    order    the order among late rows, and among the others, which follow them
    is_late  the condition for rows whose day is over
    is_new   the condition for rows that came since an instant
    get_day  the day of a row, for its page: the day until which, or since which, it waits
    """

    select: Callable[[Reader], Select[Any]]
    order: Sequence[Any]
    is_late: Callable[[datetime], ColumnElement[bool]] = _never
    is_new: Callable[[datetime], ColumnElement[bool]] = _never
    get_day: Callable[[Any], date | None] = lambda _row: None


@dataclass(frozen=True, kw_only=True)
class WorkLine(CountedRows):
    """A kind of work that concerns the persons of a role.

    ``waits``: somebody has to act; otherwise the line only informs.
    """

    kind: WorkKind
    waits: bool = True


def get_yesterday(now: datetime) -> datetime:
    """Return the instant at which yesterday began in Shanghai."""
    return get_days_ago(now, 1)


def get_days_ago(now: datetime, days: int) -> datetime:
    """Return the instant at which the day ``days`` days before ``now`` began in Shanghai."""
    return get_instant(get_local_date(now) - timedelta(days=days), 0)
