"""A person's own account: sessions."""

from datetime import datetime, timedelta

from sqlalchemy import select

from matchmaker.accounts import sessions
from matchmaker.accounts.roles import get_opener_id, is_of_sign_in
from matchmaker.audit.service import record_event
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import LoginSession, User

LATEST = 50  # rows of a list on the account page


def find_user_by_phone(phone: str) -> User | None:
    """The oldest account that signs in with ``phone``, a number as ``normalise_phone`` keeps it.

    None if there is none.
    """
    return db.session.scalar(
        select(User)
        .where(User.phone_index == contact_cipher.get_index(phone), User.opened_by_id.is_(None))
        .order_by(User.id)
    )


def sign_out(*, actor: User, token: str, now: datetime) -> None:
    """End the session of ``token`` on the server, so that a copied cookie is useless.

    Does nothing if there is no such session.
    """
    row = db.session.scalar(
        select(LoginSession).where(LoginSession.token_sha256 == sessions.get_digest(token))
    )
    if row is not None:
        sessions.revoke_session(row, now)
        record_event(actor=actor, action="account.sign_out", subject=actor, now=now)


def list_sessions(
    actor: User, now: datetime, *, idle: timedelta, absolute: timedelta
) -> list[LoginSession]:
    """The sessions of the actor's sign-in that are in force, most recently seen first.

    At most ``LATEST``. ``idle`` and ``absolute`` are the longest times since a session was seen
    and since it began.
    """
    return list(
        db.session.scalars(
            select(LoginSession)
            .where(
                LoginSession.user.has(is_of_sign_in(actor)),
                LoginSession.revoked_at.is_(None),
                LoginSession.seen_at > now - idle,
                LoginSession.created_at > now - absolute,
            )
            .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
            .limit(LATEST)
        )
    )


def end_session(*, actor: User, session_id: int, now: datetime) -> None:
    """Sign the actor out of one browser.

    Raises ``NotFoundError`` for a session that is not of the actor's sign-in.
    """
    row = db.session.get(LoginSession, session_id)
    if row is None or get_opener_id(row.user) != get_opener_id(actor):
        raise NotFoundError("session.unknown")
    sessions.revoke_session(row, now)
    record_event(actor=actor, action="account.end_session", subject=row, now=now)
