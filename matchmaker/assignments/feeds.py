"""Make, find and end the address from which a calendar program reads its owner's promises.

The caller commits.
"""

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from matchmaker.accounts.sessions import get_digest
from matchmaker.audit.service import record_event
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import CalendarFeed, User
from matchmaker.scopes import is_in_scope

_BYTES = 24


def make_feed(*, actor: User, now: datetime) -> str:
    """Make a new address for the account, delete its earlier one, and return the new secret."""
    _end(actor)
    token = secrets.token_urlsafe(_BYTES)
    row = CalendarFeed(user_id=actor.id, token_sha256=get_digest(token), made_at=now)
    db.session.add(row)
    db.session.flush()
    record_event(actor=actor, action="feed.make", subject=row, now=now)
    return token


def end_feed(*, actor: User, now: datetime) -> None:
    """Delete the actor's address. Raises ``NotFoundError`` if there is none."""
    row = find_own(actor)
    if row is None:
        raise NotFoundError("feed.unknown")
    record_event(actor=actor, action="feed.end", subject=row, now=now)
    _end(actor)


def find_own(actor: User) -> CalendarFeed | None:
    """The actor's calendar feed; None if the actor has none."""
    return db.session.scalar(select(CalendarFeed).where(is_in_scope(CalendarFeed, actor)))


def find_reader(token: str) -> User | None:
    """The account that the address with this secret belongs to; None if no active one has it."""
    query = select(CalendarFeed).where(CalendarFeed.token_sha256 == get_digest(token))
    row = db.session.scalar(query.options(joinedload(CalendarFeed.user)))
    return row.user if row is not None and row.user.is_active else None


def _end(actor: User) -> None:
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == actor.id))
