"""One sign-in with several roles: a coordinator of an organisation may be a resident too.

Each role is an account of its own with its scope, notices and acts. One of them, the opener, has
the password; the other accounts refer to it and cannot be signed in to directly. A browser works in
one role at a time. The functions flush; the view commits.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from matchmaker.accounts.invitations import find_open_invitation, use_up
from matchmaker.accounts.passwords import SHORTEST
from matchmaker.accounts.scopes import get_scope
from matchmaker.accounts.sessions import get_digest, open_session, revoke_token
from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Invitation, LoginSession, Role, User, Volunteer
from matchmaker.people.joining import join_persons

# Roles that one sign-in can have together. Roles that steer, check or record a decision have a
# sign-in of their own, so that one sign-in never takes both parts of what takes two persons.
BESIDE = frozenset({Role.RESIDENT, Role.VOLUNTEER, Role.COORDINATOR})
NO_PASSWORD = "!"  # noqa: S105 (matches nothing: another account opens this one)


def get_opener_id(user: User) -> int:
    """The id of the account with whose phone and password the user signed in."""
    return user.opened_by_id or user.id


def is_of_sign_in(user: User) -> ColumnElement[bool]:
    """The SQL condition for the accounts that the user's sign-in opens, this one included."""
    opener_id = get_opener_id(user)
    return or_(User.id == opener_id, User.opened_by_id == opener_id)


def list_roles(user: User) -> list[User]:
    """The enabled accounts that the user's sign-in opens, the opener first, then in order of id."""
    query = select(User).where(is_of_sign_in(user), User.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(User.opened_by_id.is_not(None), User.id)))


def has_several(token: str) -> bool:
    """Whether the sign-in to which the session of ``token`` belongs opens several accounts."""
    held = select(User).join(LoginSession, LoginSession.user_id == User.id)
    user = db.session.scalar(held.where(LoginSession.token_sha256 == get_digest(token)))
    return user is not None and len(list_roles(user)) > 1


def switch_role(*, actor: User, user_id: int, token: str, now: datetime) -> str:
    """End the session of ``token``, open one as another account of the sign-in, return its token.

    Raises ``NotFoundError`` for an account that this sign-in does not open or that is disabled.
    """
    chosen = next((row for row in list_roles(actor) if row.id == user_id), None)
    if chosen is None:
        raise NotFoundError("account.unknown")
    revoke_token(token, now)
    record_event(actor=chosen, action="account.switch_role", subject=chosen, now=now)
    return open_session(chosen, now)


def add_role(*, actor: User, code: str, now: datetime) -> User:
    """Use an invitation to add an account, without a password of its own, to the actor's sign-in.

    Raises ``InvalidError`` if the code cannot be used, ``ConflictError`` if the role of the opener
    or of the invitation needs a sign-in of its own or the new role needs a longer password.
    """
    invitation = find_open_invitation(code, now)
    if invitation is None or not use_up(invitation, now):
        raise InvalidError("invitation.unusable", "code")
    if not _can_hold(actor, invitation):
        raise ConflictError("account.role_apart")
    opener = db.session.get_one(User, get_opener_id(actor))
    user = User(
        phone=opener.phone,
        phone_index=opener.phone_index,
        letter=opener.letter,
        opened_by_id=opener.id,
        person_id=opener.person_id,
        name=opener.name,
        password_hash=NO_PASSWORD,
        role=invitation.role,
        created_at=now,
    )
    get_scope(invitation).apply_to(user)
    db.session.add(user)
    db.session.flush()
    details = {"invitation": invitation.id, "role": user.role.value, "opened_by": opener.id}
    record_event(actor=actor, action="account.add_role", subject=user, now=now, details=details)
    if user.volunteer_id is not None:  # the user of a volunteer's invitation is that person
        join_persons(opener.person_id, db.session.get_one(Volunteer, user.volunteer_id).person_id)
    return user


def _can_hold(user: User, invitation: Invitation) -> bool:
    opener = db.session.get_one(User, get_opener_id(user))
    roles = {opener.role, invitation.role}
    return roles <= BESIDE and SHORTEST[opener.role] >= SHORTEST[invitation.role]
