"""Sign in, join and change a password, each in several short transactions.

These functions commit, as few services do: hashing takes a tenth of a second and must not hold the
write lock, and an attempt must be counted before any work is done for it.
"""

from datetime import datetime

from sqlalchemy import or_, select

from matchmaker.accounts import invitations, sessions
from matchmaker.accounts.kept_forms import forget_old_forms
from matchmaker.accounts.passwords import (
    check_acceptable,
    find_matches,
    hash_password,
    matches_password,
)
from matchmaker.accounts.throttling import Counted, count_try, forget_tries
from matchmaker.audit.service import record_event
from matchmaker.base.errors import InvalidError, NotFoundError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import Resident, User


def sign_in(*, phone: str, password: str, address: str, now: datetime, mark: str = "") -> str:
    """Open a session for the user with this phone and password; return its token. Commits.

    ``mark``, the letter of an account or the reference of a resident, chooses among the accounts
    of the phone. Raises as ``confirm_person`` does.
    """
    keys = {"phone": phone, "password": password, "address": address, "mark": mark}
    user = confirm_person(**keys, now=now)
    forget_old_forms(now)
    token = sessions.open_session(user, now)
    record_event(actor=user, action="account.sign_in", subject=user, now=now)
    db.session.commit()
    return token


def confirm_person(
    *, phone: str, password: str, address: str, now: datetime, mark: str = ""
) -> User:
    """The user with this phone and password. Commits the count of tries; the caller the rest.

    The password must fit exactly one account of the phone, or of those that ``mark`` names. Raises
    the same ``InvalidError`` (``account.sign_in_failed``), after the same time, for an unknown
    phone, a wrong password or mark and a disabled account; ``ThrottledError`` before any hashing.
    """
    count_try(Counted.SIGN_IN_ADDRESS, address, now)
    count_try(Counted.SIGN_IN_PHONE, phone, now)
    db.session.commit()
    known = _list_hashes(phone, mark)
    db.session.rollback()
    matches = find_matches([stored for _id, stored in known], password)
    user_id, stored = known[matches[0]] if len(matches) == 1 else (0, "")
    user = db.session.get(User, user_id)
    if user is None or not user.is_active or user.password_hash != stored:
        raise InvalidError("account.sign_in_failed", "password")
    forget_tries(Counted.SIGN_IN_PHONE, phone)
    return user


def accept_invitation(
    *, code: str, name: str, phone: str, password: str, address: str, now: datetime
) -> str:
    """Create the invited account and return the token of its first session. Commits.

    Raises ``InvalidError`` for the field at fault, ``ThrottledError`` if ``address`` tried too many
    codes or too many hashes are being computed.
    """
    count_code(address, now)
    invitations.check_can_accept(code=code, phone=phone, password=password, now=now)
    db.session.rollback()
    password_hash = hash_password(password, _find_beside(phone))
    user = invitations.accept(
        code=code, name=name, phone=phone, password_hash=password_hash, now=now
    )
    token = sessions.open_session(user, now)
    db.session.commit()
    return token


def count_code(address: str, now: datetime) -> None:
    """Count one try of an invitation code, right or wrong, and commit the count.

    Raises ``ThrottledError`` if the network address tried too many codes.
    """
    count_try(Counted.INVITATION_ADDRESS, address, now)
    db.session.commit()


def change_password(
    *, user_id: int, old_password: str, new_password: str, kept_token: str, now: datetime
) -> None:
    """Replace the password of the user's sign-in and end its sessions except ``kept_token``'s.

    Commits. Raises ``InvalidError`` for a wrong ``old_password`` or an unacceptable
    ``new_password``, ``ThrottledError`` after too many tries or hashes.
    """
    count_try(Counted.PASSWORD_CHANGE, str(user_id), now)
    db.session.commit()
    user = _get_opener(user_id)
    stored, role, phone = user.password_hash, user.role, user.phone
    db.session.rollback()
    if not matches_password(stored, old_password):
        raise InvalidError("password.wrong", "old_password")
    if new_password == old_password:
        raise InvalidError("password.unchanged", "new_password")
    check_acceptable(new_password, role=role, phone=phone, field="new_password")
    new_hash = hash_password(new_password, _find_beside(phone))
    user = _get_opener(user_id)
    user.password_hash = new_hash
    sessions.revoke_all_sessions(user, now, except_token=kept_token)
    record_event(actor=user, action="account.change_password", subject=user, now=now)
    db.session.commit()


def enter_as(*, user_id: int, now: datetime) -> str:
    """Open a session for an account without a password and return its token.

    Only the demo's pages call this. Raises ``NotFoundError`` for an unknown or disabled account.
    """
    user = db.session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFoundError("demo.person_unknown")
    token = sessions.open_session(user, now)
    record_event(actor=user, action="account.demo_sign_in", subject=user, now=now)
    return token


def _list_hashes(phone: str, mark: str = "") -> list[tuple[int, str]]:
    """Id and hash of each account that signs in with ``phone``, in order of id.

    With ``mark``, only of those whose letter or resident's reference it is.
    """
    query = select(User.id, User.password_hash).where(
        User.phone_index == contact_cipher.get_index(phone), User.opened_by_id.is_(None)
    )
    if mark:
        typed = mark.upper()
        query = query.where(
            or_(User.letter == typed, User.resident.has(Resident.reference == typed))
        )
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(User.id))]


def _find_beside(phone: str) -> str | None:
    """The hash whose salt the accounts of a phone share; None if the phone has no account."""
    known = _list_hashes(phone)
    db.session.rollback()
    return known[0][1] if known else None


def _get_opener(user_id: int) -> User:
    """The account whose password opens the user's account: itself or its opener."""
    user = db.session.get_one(User, user_id)
    return db.session.get_one(User, user.opened_by_id) if user.opened_by_id else user
