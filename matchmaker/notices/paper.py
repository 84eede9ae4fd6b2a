"""News for residents without an account, on lists and letters of their committee.

A notice of such a resident is new until the committee reports that the resident heard it. A
resident who gets an account before that reads it there, and the lists leave it out. Flushes; the
view commits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from matchmaker.audit.service import record_event
from matchmaker.base.extensions import db
from matchmaker.models import Committee, Household, Notice, Resident, Role, User
from matchmaker.notices.service import is_new, select_active
from matchmaker.notices.things import Read, load_things
from matchmaker.scopes import get_in_scope, is_in_scope
from matchmaker.states import lock_rows


@dataclass(frozen=True, slots=True)
class News:
    """One notice that a resident has not heard yet, with its thing."""

    resident: Resident
    read: Read


@dataclass(frozen=True, slots=True)
class Waiting:
    """A committee, and how many of its residents have notices to hear."""

    committee: Committee
    residents: int


def count_waiting(actor: User) -> list[Waiting]:
    """Each committee in the actor's scope, in order of code, with how many residents wait."""
    counts = select_waiting(actor).with_only_columns(
        Household.committee_id, func.count(Resident.id.distinct())
    )
    rows = db.session.execute(counts.group_by(Household.committee_id))
    found: dict[int, int] = {row[0]: row[1] for row in rows}
    committees = select(Committee).where(is_in_scope(Committee, actor)).order_by(Committee.code)
    return [Waiting(row, found.get(row.id, 0)) for row in db.session.scalars(committees)]


def get_committee(committee_id: int, actor: User) -> Committee:
    """A committee in the actor's scope. Raises ``NotFoundError``."""
    return get_in_scope(Committee, committee_id, actor, "committee.unknown")


def list_news(actor: User, of: Committee | Resident) -> list[News]:
    """The news of ``select_news``, with what they are about."""
    return read_news(db.session.execute(select_news(actor, of)).all())


def select_news(actor: User, of: Committee | Resident) -> Select[Any]:
    """The query for the news for one resident, or for residents of a committee in order of name.

    Rows are notice and resident. The oldest notice of a resident comes first.
    """
    return (
        select_waiting(actor)
        .add_columns(Resident)
        .where(_is_of(of))
        .options(contains_eager(Resident.household))
        .order_by(Resident.sort_key, Resident.id, Notice.id)
    )


def read_news(rows: Sequence[Any]) -> list[News]:
    """Load what the rows of ``select_news`` are about."""
    reads = load_things(row[0] for row in rows)
    return [News(row[1], read) for row, read in zip(rows, reads, strict=True)]


def count_residents(actor: User, committee: Committee) -> int:
    """How many residents of the committee have news to hear."""
    counted = select_waiting(actor).where(_is_of(committee))
    query = counted.with_only_columns(func.count(Resident.id.distinct()))
    return db.session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Shown:
    """The notices that a page showed: those with ``ids``, and all with an id up to ``last_id``."""

    last_id: int = 0
    ids: Collection[int] = ()


def mark_reported(of: Committee | Resident, shown: Shown, *, actor: User, now: datetime) -> int:
    """Mark the notices of ``of`` that a page showed as heard; return how many were new.

    A second call with the same notices changes nothing and returns 0.
    """
    is_shown = (Notice.id <= shown.last_id) | Notice.id.in_(shown.ids)
    query = select_waiting(actor).where(_is_of(of), is_shown)
    rows = lock_rows(query)
    for row in rows:
        row.read_at = now
    db.session.flush()
    if rows:
        details = {"notices": len(rows)}
        action = f"{of.__tablename__}.inform"
        record_event(actor=actor, action=action, subject=of, now=now, details=details)
    return len(rows)


def _is_of(of: Committee | Resident) -> ColumnElement[bool]:
    return Household.committee_id == of.id if isinstance(of, Committee) else Resident.id == of.id


def select_waiting(actor: User) -> Select[Any]:
    """The query for new notices of residents in the actor's scope who have no enabled account.

    Residents whose contact has ended are left out. The query is joined to resident and household.
    """
    return (
        select(Notice)
        .join(Resident, Resident.id == Notice.resident_id)
        .join(Household, Household.id == Resident.household_id)
        .where(is_in_scope(Resident, actor), is_new(), hears_on_paper())
    )


def hears_on_paper() -> ColumnElement[bool]:
    """The condition for residents with contact who have no enabled account."""
    account = select_active(Role.RESIDENT).where(User.resident_id == Resident.id)
    return ~account.exists() & Resident.contact_ended_on.is_(None)
