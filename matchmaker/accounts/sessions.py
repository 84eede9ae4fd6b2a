"""Signed-in browsers as rows on the server, so that signing out takes effect immediately.

The browser holds a random token in its signed cookie; the row holds the token's digest. A copied
cookie is useless once its row is revoked, idle or too old.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import Response, current_app, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import contains_eager

from matchmaker.accounts import kept_forms
from matchmaker.base.clock import get_now
from matchmaker.base.database import SAFE_METHODS, writing_if_free
from matchmaker.base.extensions import db
from matchmaker.models import LoginSession, User
from matchmaker.web.addresses import LARGEST_ID, find_form_page, get_return_path

TOKEN_BYTES = 32
HELD_UNDER = "_user_id"  # the key under which Flask-Login looks for the token
HAS_ROLES = "has_roles"  # this sign-in opens several roles
KEPT = "kept"  # in the address of a page whose form is filled in again
TOUCH_AFTER = timedelta(minutes=1)


def open_session(user: User, now: datetime) -> str:
    """Store a new session of ``user`` and return its token; only the token's digest is stored."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = LoginSession(token_sha256=get_digest(token), user_id=user.id, created_at=now, seen_at=now)
    db.session.add(row)
    db.session.flush()
    return token


def find_session(
    token: str, now: datetime, *, idle: timedelta, absolute: timedelta
) -> LoginSession | None:
    """The session of ``token`` if it is in force.

    None if it is unknown, revoked, older than ``absolute`` or not seen for ``idle``, or if its
    user is disabled.
    """
    return db.session.scalar(
        select(LoginSession)
        .join(LoginSession.user)
        .options(contains_eager(LoginSession.user))
        .where(
            LoginSession.token_sha256 == get_digest(token),
            LoginSession.revoked_at.is_(None),
            LoginSession.seen_at > now - idle,
            LoginSession.created_at > now - absolute,
            User.disabled_at.is_(None),
        )
    )


def revoke_session(row: LoginSession, now: datetime) -> None:
    """End one session for good; a session that has ended is not changed."""
    if row.revoked_at is None:
        row.revoked_at = now
        db.session.flush()


def revoke_token(token: str, now: datetime) -> None:
    """End the session of ``token`` if there is one that has not ended."""
    held = LoginSession.token_sha256 == get_digest(token)
    db.session.execute(
        update(LoginSession).where(held, LoginSession.revoked_at.is_(None)).values(revoked_at=now)
    )


def revoke_all_sessions(user: User, now: datetime, *, except_token: str | None = None) -> None:
    """End every session of ``user``'s sign-in, in all its roles, except ``except_token``'s."""
    opener_id = user.opened_by_id or user.id
    accounts = select(User.id).where(or_(User.id == opener_id, User.opened_by_id == opener_id))
    conditions: list[ColumnElement[bool]] = [
        LoginSession.user_id.in_(accounts),
        LoginSession.revoked_at.is_(None),
    ]
    if except_token is not None:
        conditions.append(LoginSession.token_sha256 != get_digest(except_token))
    db.session.execute(update(LoginSession).where(*conditions).values(revoked_at=now))


def get_digest(token: str) -> str:
    """SHA-256 of a secret, 64 hex digits: tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def register(login_manager: LoginManager) -> None:
    """Let Flask-Login find users by token and send visitors without one to the sign-in page."""
    login_manager.session_protection = None  # the row protects the session
    login_manager.user_loader(_load_user)
    login_manager.unauthorized_handler(_ask_to_sign_in)


def hold_token(token: str, *, has_roles: bool = False) -> None:
    """Empty this browser's cookie session and store ``token`` in it.

    ``has_roles`` is stored with it, so that pages need not ask the database whether to offer a
    switch of roles.
    """
    session.clear()
    session[HELD_UNDER] = token
    if has_roles:
        session[HAS_ROLES] = True
    session["_fresh"] = True


def get_held_token() -> str:
    """The token of this browser; empty without one."""
    return str(session.get(HELD_UNDER, ""))


def _load_user(token: str) -> User | None:
    """The user whose session ``token`` opens; None if there is none.

    Also None if the database fails in a request that only reads, so that pages without data still
    work; views that need a user then answer 503 (see ``requires``).
    """
    try:
        return _find_user(token, get_now())
    except OperationalError:
        if request.method not in SAFE_METHODS:
            raise
        db.session.rollback()
        current_app.logger.warning("the database is away: the visitor is not known")
        return None


def _find_user(token: str, now: datetime) -> User | None:
    settings = current_app.config
    row = find_session(
        token,
        now,
        idle=timedelta(minutes=settings["SESSION_IDLE_MINUTES"]),
        absolute=timedelta(minutes=settings["SESSION_ABSOLUTE_MINUTES"]),
    )
    if row is None:
        return None
    if now - row.seen_at >= TOUCH_AFTER:
        _touch(row.id, now)
    return row.user


def _touch(session_id: int, now: datetime) -> None:
    """Store ``now`` as the time at which the browser was last seen.

    A request that only reads does this in a transaction of its own, or not if the database is busy.
    """
    statement = update(LoginSession).where(LoginSession.id == session_id).values(seen_at=now)
    if request.method not in SAFE_METHODS:  # this request already holds the write lock
        db.session.execute(statement)
        return
    try:
        with writing_if_free(), db.engine.begin() as connection:
            connection.execute(statement)
    except OperationalError:  # a busy database must not prevent reading
        current_app.logger.warning("a session could not be touched")


def _ask_to_sign_in() -> Response:
    """Redirect to the sign-in page, which leads back afterwards; keep the form that was sent."""
    if request.method in SAFE_METHODS:
        back: str | None = get_return_path()
    else:
        back = keep_sent_form(_find_writer())
    return redirect(url_for("accounts.sign_in", next=back), 303)  # type: ignore[return-value]


def _find_writer() -> User | None:
    """The user whose ended session sent this form; None if unknown or it has no owner mark."""
    if not request.form.get("form_owner"):
        return None
    return kept_forms.find_writer(get_digest(get_held_token()))


def keep_sent_form(writer: User | None) -> str | None:
    """Store and commit the form of this request; return the address that shows it filled in.

    It is kept only if it carries the owner mark of ``writer``, since a browser may change hands.
    Otherwise returns the address of the form's page, or None if that is unknown.
    """
    page = find_form_page()
    if page is None or writer is None:
        return page
    if request.form.get("form_owner") != kept_forms.get_owner_mark(writer.id):
        return page
    row = kept_forms.keep_form(writer, list(request.form.items(multi=True)), get_now())
    db.session.commit()
    if row is None:
        return page
    return f"{page}{'&' if '?' in page else '?'}{KEPT}={row.id}"


def find_sent_form() -> kept_forms.Fields:
    """The fields of the user's kept form whose id is in the address of this page; empty if none."""
    number = request.args.get(KEPT, 0, type=int)
    is_read = 0 < number <= LARGEST_ID and request.method == "GET"
    if not is_read or not current_user.is_authenticated:
        return []
    return kept_forms.find_form(number, current_user, get_now())
