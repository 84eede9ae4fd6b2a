"""Accounts for the people who manage them. Residents are shown by reference only."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.accounts.invitations import GUARDED, lapse_invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.accounts.sessions import revoke_all_sessions
from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import CalendarFeed, Resident, Role, User
from matchmaker.notices.service import notify_user
from matchmaker.scopes import is_in_scope


def select_accounts(*, role: Role | None, search: str, disabled: bool | None) -> Select[User]:
    """Accounts by role, then oldest first; an argument that is None or empty does not filter."""
    query = _select_with_scope()
    if role is not None:
        query = query.where(User.role == role)
    if search:
        query = query.where(_matches(search))
    if disabled is not None:
        is_disabled = User.disabled_at.is_not(None)
        query = query.where(is_disabled if disabled else ~is_disabled)
    return query


def select_members(actor: User) -> Select[User]:
    """Accounts that the actor may see: of their organisation, or of their committee's residents."""
    return _select_with_scope().where(is_in_scope(User, actor))


def get_account(user_id: int, *, is_locked: bool = False) -> User:
    """The account, ``is_locked`` to be changed. Raises ``NotFoundError`` when there is none."""
    user = db.session.get(User, user_id, with_for_update=is_locked, populate_existing=is_locked)
    if user is None:
        raise NotFoundError("account.unknown")
    return user


def disable_account(*, actor: User, user_id: int, now: datetime) -> User:
    """Disable an account, sign it out everywhere and end its invitations and calendar address.

    Raises ``ConflictError`` for the actor's own account.
    """
    user = _get_other(actor, user_id)
    if user.disabled_at is not None:
        raise ConflictError("account.already_disabled")
    user.disabled_at = now
    _end_ways_in(user, now)
    db.session.flush()
    record_event(actor=actor, action="account.disable", subject=user, now=now)
    return user


def enable_account(*, actor: User, user_id: int, now: datetime) -> User:
    """Let a disabled account sign in again."""
    user = _get_other(actor, user_id)
    if user.disabled_at is None:
        raise ConflictError("account.not_disabled")
    user.disabled_at = None
    db.session.flush()
    record_event(actor=actor, action="account.enable", subject=user, now=now)
    notify_user(user.id, actor, "account.enable", user, now)
    return user


def change_role(*, actor: User, user_id: int, role: Role, scope: Scope, now: datetime) -> User:
    """Give an account another role or scope, sign it out everywhere and end what it gave away.

    Raises ``ConflictError`` for a guarded role that the account has not yet: that takes an
    invitation, which a second person confirms.
    """
    user = _get_other(actor, user_id)
    if role in GUARDED and user.role is not role:
        raise ConflictError("account.role_by_invitation")
    details = {"from": user.role.value, "to": role.value}
    user.role = role
    scope.apply_to(user)
    _end_ways_in(user, now)
    db.session.flush()
    record_event(actor=actor, action="account.change_role", subject=user, now=now, details=details)
    notify_user(user.id, actor, "account.change_role", user, now)
    return user


def _end_ways_in(user: User, now: datetime) -> None:
    """End the sessions, the invitations that wait, and the address of a calendar: who reads it
    was given what the account promised as it was."""
    revoke_all_sessions(user, now)
    lapse_invitations(user, now)
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user.id))


def _get_other(actor: User, user_id: int) -> User:
    """An account other than the actor's, so that an administrator always remains."""
    if user_id == actor.id:
        raise ConflictError("account.own")
    return get_account(user_id)


def _select_with_scope() -> Select[User]:
    scope = (User.resident, User.organisation, User.committee, User.subdistrict)
    parts = [joinedload(part) for part in scope]
    return select(User).options(*parts).order_by(User.role, User.id)


def _matches(search: str) -> ColumnElement[bool]:
    """Match staff by name, residents by reference only: names must not reveal residents."""
    return or_(
        and_(User.role != Role.RESIDENT, User.name.icontains(search, autoescape=True)),
        User.resident.has(Resident.reference.icontains(search, autoescape=True)),
    )
