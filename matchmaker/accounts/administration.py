"""List, disable, enable and change accounts. Administrators find residents by reference only."""

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
    """The query for accounts in order of role and id; a None or empty argument does not filter."""
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
    """The query for the accounts in the actor's scope, in order of role and id.

    A coordinator sees those of the organisation's coordinators and volunteers, a committee worker
    those of the committee's residents.
    """
    return _select_with_scope().where(is_in_scope(User, actor))


def get_account(user_id: int, *, is_locked: bool = False) -> User:
    """The account with this id. Raises ``NotFoundError`` if there is none.

    With ``is_locked`` it is read again and locked until the transaction ends.
    """
    user = db.session.get(User, user_id, with_for_update=is_locked, populate_existing=is_locked)
    if user is None:
        raise NotFoundError("account.unknown")
    return user


def disable_account(*, actor: User, user_id: int, now: datetime) -> User:
    """Disable an account, and end its sessions, unused invitations and calendar feed.

    A sign-in may open several accounts of one person; the sessions of all of them end. The
    invitations are those that the account's user made. Raises ``ConflictError`` for the actor's own
    account and for a disabled one, ``NotFoundError`` for an unknown id.
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
    """Let a disabled account sign in again, and notify its user.

    Raises ``ConflictError`` for the actor's own account and for an enabled one, ``NotFoundError``
    for an unknown id.
    """
    user = _get_other(actor, user_id)
    if user.disabled_at is None:
        raise ConflictError("account.not_disabled")
    user.disabled_at = None
    db.session.flush()
    record_event(actor=actor, action="account.enable", subject=user, now=now)
    notify_user(user.id, actor, "account.enable", user, now)
    return user


def change_role(*, actor: User, user_id: int, role: Role, scope: Scope, now: datetime) -> User:
    """Set an account's role and scope; notify the user.

    Ends the sessions of its sign-in, its unused invitations and calendar feed. Raises
    ``ConflictError`` for the actor's own account, and for a guarded role that is new to the
    account: a guarded role takes an invitation, which a second person confirms.
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
    """End the sessions of the user's sign-in, the user's unused invitations and calendar feed.

    A calendar program that has the feed's address would go on reading the account's promises.
    """
    revoke_all_sessions(user, now)
    lapse_invitations(user, now)
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user.id))


def _get_other(actor: User, user_id: int) -> User:
    """The account with this id. Raises ``ConflictError`` if it is the actor's own.

    So an administrator always remains.
    """
    if user_id == actor.id:
        raise ConflictError("account.own")
    return get_account(user_id)


def _select_with_scope() -> Select[User]:
    scope = (User.resident, User.organisation, User.committee, User.subdistrict)
    parts = [joinedload(part) for part in scope]
    return select(User).options(*parts).order_by(User.role, User.id)


def _matches(search: str) -> ColumnElement[bool]:
    """The condition that staff match by name and residents by reference.

    Names must not reveal which residents have an account.
    """
    return or_(
        and_(User.role != Role.RESIDENT, User.name.icontains(search, autoescape=True)),
        User.resident.has(Resident.reference.icontains(search, autoescape=True)),
    )
