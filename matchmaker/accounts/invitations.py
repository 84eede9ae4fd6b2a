"""Invitations, the only way to get an account. Codes are shown once and stored as digests."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.exc import IntegrityError

from matchmaker.accounts.passwords import check_acceptable
from matchmaker.accounts.scopes import (
    Scope,
    get_scope,
    is_in_committee,
    is_in_organisation,
    is_in_subdistrict,
)
from matchmaker.accounts.sessions import get_digest
from matchmaker.audit.service import record_event
from matchmaker.base.errors import ForbiddenError, InvalidError, NotFoundError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import Invitation, Resident, Role, User, Volunteer
from matchmaker.notices.service import notify_user
from matchmaker.scopes import list_same_persons

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: unambiguous when read aloud
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # typed after a phone; no I and O, which look like digits
CODE_LENGTH = 16  # characters of five bits each
GROUP_LENGTH = 4
_READ_AS = str.maketrans("ILO", "110", "- ")

# Which roles each role may invite, within what ``is_own_scope`` allows.
INVITABLE = {
    Role.ADMINISTRATOR: tuple(Role),
    Role.COORDINATOR: (Role.COORDINATOR, Role.VOLUNTEER),
    Role.COMMITTEE_WORKER: (Role.RESIDENT,),
    Role.SOCIAL_WORKER: (Role.COORDINATOR,),  # of an organisation of their street office
}


# Roles that can steer or hide a decision: it takes two persons to create an account with one.
GUARDED = frozenset({Role.SOCIAL_WORKER, Role.ADMINISTRATOR, Role.AUDITOR})


def invite(*, actor: User, role: Role, scope: Scope, lasts: timedelta, now: datetime) -> str:
    """Create an invitation and return its code; only the code's digest is stored.

    For a guarded role the code cannot be used before ``confirm_invitation``. Raises
    ``ForbiddenError`` for a role that the actor may not invite, ``NotFoundError`` for a scope for
    which the actor may not invite.
    """
    if role not in INVITABLE.get(actor.role, ()):
        raise ForbiddenError("invitation.role_not_yours")
    if not is_own_scope(actor, scope):
        raise NotFoundError("invitation.scope_unknown")
    code, row = _make(role, scope, lasts, now)
    row.created_by_id = actor.id
    db.session.flush()
    record_event(
        actor=actor, action="invitation.make", subject=row, now=now, details={"role": role.value}
    )
    return code


def is_own_scope(actor: User, scope: Scope) -> bool:
    """Whether the actor may invite for this scope; True for administrators.

    Coordinators may for their organisation, committee workers for residents of their committee,
    social workers for organisations of their street office, other roles for none.
    """
    if actor.role is Role.COORDINATOR:
        return is_in_organisation(scope, actor.organisation_id)
    if actor.role is Role.COMMITTEE_WORKER:
        return is_in_committee(scope, actor.committee_id)
    if actor.role is Role.SOCIAL_WORKER:
        return is_in_subdistrict(scope, actor.subdistrict_id)
    return actor.role is Role.ADMINISTRATOR


def invite_first(role: Role, *, lasts: timedelta, now: datetime) -> str | None:
    """Invite the first account of ``role``, administrator or auditor, and return the code.

    None if an account of the role exists. Earlier codes of this kind for the role lapse. The two
    are the first two persons of an installation: each confirms invitations that the other makes.
    """
    if db.session.scalar(select(User.id).where(User.role == role).limit(1)):
        return None
    _let_lapse(and_(Invitation.role == role, Invitation.created_by_id.is_(None)), now)
    code, row = _make(role, Scope(), lasts, now)
    row.confirmed_at = now  # by a person who may run commands on the machine
    details = {"role": role.value}
    record_event(actor=None, action="invitation.make", subject=row, now=now, details=details)
    return code


def confirm_invitation(*, actor: User, invitation_id: int, now: datetime) -> Invitation:
    """Confirm an invitation for a guarded role as the second person, and notify its maker.

    Raises ``NotFoundError`` unless the invitation is in ``list_unconfirmed`` of the actor.
    """
    waiting = {row.id: row for row in list_unconfirmed(actor, now)}
    row = waiting.get(invitation_id)
    if row is None:
        raise NotFoundError("invitation.unknown")
    row.confirmed_by_id, row.confirmed_at = actor.id, now
    db.session.flush()
    details = {"role": row.role.value}
    record_event(actor=actor, action="invitation.confirm", subject=row, now=now, details=details)
    notify_user(row.created_by_id, actor, "invitation.confirm", row, now)
    return row


def list_unconfirmed(actor: User, now: datetime) -> list[Invitation]:
    """The open invitations for guarded roles that the actor may confirm, latest first.

    The person who made an invitation may not confirm it, with any of their accounts. A social
    worker may confirm only those of their street office; roles that are not guarded confirm none.
    """
    if actor.role not in GUARDED:
        return []
    query = (
        select(Invitation)
        .where(Invitation.role.in_(GUARDED), Invitation.confirmed_at.is_(None))
        .where(Invitation.used_at.is_(None), Invitation.expires_at > now)
        .where(Invitation.created_by_id.not_in(list_same_persons([actor.id])))
        .order_by(Invitation.id.desc())
    )
    if actor.role is Role.SOCIAL_WORKER:
        query = query.where(Invitation.subdistrict_id == actor.subdistrict_id)
    return list(db.session.scalars(query))


def waits_for_confirmation(invitation: Invitation) -> bool:
    """Whether the invitation still has to be confirmed by a second person."""
    return invitation.role in GUARDED and invitation.confirmed_at is None


def find_open_invitation(code: str, now: datetime) -> Invitation | None:
    """The invitation for which ``code`` can be used now.

    None if the code is unknown, used or lapsed, or its invitation is not confirmed yet.
    """
    found = db.session.scalar(
        select(Invitation).where(
            Invitation.code_sha256 == get_digest(normalise_code(code)),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    )
    return None if found is None or waits_for_confirmation(found) else found


def check_can_accept(*, code: str, phone: str, password: str, now: datetime) -> None:
    """Raise ``InvalidError`` for the field at fault unless code and password are acceptable.

    Called before the password is hashed, which is slow.
    """
    invitation = find_open_invitation(code, now)
    if invitation is None:
        raise InvalidError("invitation.unusable", "code")
    check_acceptable(password, role=invitation.role, phone=phone, field="password")


def accept(*, code: str, name: str, phone: str, password_hash: str, now: datetime) -> User:
    """Use the invitation and create its account; of two simultaneous calls, only one succeeds.

    Raises ``InvalidError`` if the code cannot be used (see ``find_open_invitation``), or if no
    letter of the phone is free.
    """
    invitation = find_open_invitation(code, now)
    if invitation is None or not use_up(invitation, now):
        raise InvalidError("invitation.unusable", "code")
    index = contact_cipher.get_index(phone)
    user = User(
        phone=phone,
        phone_index=index,
        letter=draw_letter(index),
        name=name,
        password_hash=password_hash,
        role=invitation.role,
        created_at=now,
    )
    get_scope(invitation).apply_to(user)
    if invitation.volunteer_id is not None:  # such an account is the volunteer's own
        user.person_id = db.session.get_one(Volunteer, invitation.volunteer_id).person_id
    _add_with_free_letter(user)
    details = {"invitation": invitation.id, "role": user.role.value}
    record_event(actor=user, action="account.create", subject=user, now=now, details=details)
    return user


def draw_letter(phone_index: str) -> str:
    """A random letter that no other account of this phone has.

    It is random so that it does not reveal how many accounts the phone has. Raises
    ``InvalidError`` if every letter is taken.
    """
    taken = set(db.session.scalars(select(User.letter).where(User.phone_index == phone_index)))
    free = [letter for letter in LETTERS if letter not in taken]
    if not free:
        raise InvalidError("account.phone_full", "phone")
    return secrets.choice(free)


def _add_with_free_letter(user: User) -> None:
    """Store an account; draw another letter if a simultaneous account of the phone took it."""
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        user.letter = draw_letter(user.phone_index)
        db.session.add(user)
        db.session.flush()


def list_open_invitations(actor: User, now: datetime) -> list[Invitation]:
    """The invitations made by the actor that are neither used nor lapsed, latest first."""
    return list(
        db.session.scalars(
            select(Invitation)
            .where(
                Invitation.created_by_id == actor.id,
                Invitation.used_at.is_(None),
                Invitation.expires_at > now,
            )
            .order_by(Invitation.id.desc())
        )
    )


def withdraw_invitation(*, actor: User, invitation_id: int, now: datetime) -> None:
    """End an open invitation now.

    Raises ``NotFoundError`` unless the actor made it and it is neither used nor lapsed.
    """
    row = db.session.get(Invitation, invitation_id)
    if row is None or row.created_by_id != actor.id or row.used_at or row.expires_at <= now:
        raise NotFoundError("invitation.unknown")
    row.expires_at = now
    db.session.flush()
    record_event(actor=actor, action="invitation.withdraw", subject=row, now=now)


def lapse_invitations(maker: User, now: datetime) -> None:
    """End all unused invitations that ``maker`` made."""
    _let_lapse(Invitation.created_by_id == maker.id, now)


def lapse_invitations_to(resident: Resident, now: datetime) -> None:
    """End all unused invitations to an account for the resident."""
    _let_lapse(Invitation.resident_id == resident.id, now)


def normalise_code(text: str) -> str:
    """The typed code in the spelling from which its digest is made.

    Letters become capitals, I and L become 1, O becomes 0; dashes and blanks are removed.
    """
    return text.upper().translate(_READ_AS)


def _make(role: Role, scope: Scope, lasts: timedelta, now: datetime) -> tuple[str, Invitation]:
    plain = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    row = Invitation(
        code_sha256=get_digest(plain), role=role, created_at=now, expires_at=now + lasts
    )
    scope.apply_to(row)
    db.session.add(row)
    db.session.flush()
    groups = (plain[start : start + GROUP_LENGTH] for start in range(0, CODE_LENGTH, GROUP_LENGTH))
    return "-".join(groups), row


def _let_lapse(condition: ColumnElement[bool], now: datetime) -> None:
    is_open = (Invitation.used_at.is_(None), Invitation.expires_at > now)
    db.session.execute(update(Invitation).where(condition, *is_open).values(expires_at=now))


def use_up(invitation: Invitation, now: datetime) -> bool:
    """Mark an invitation as used; return False if it was used already."""
    result = db.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=now)
    )
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]
