"""Keep a form that arrived after its session had ended, encrypted, for the person who sent it.

Its action is not carried out: if the person signs in within half an hour, the page shows the form
filled in as it was sent, and the person sends it again. Passwords are never kept.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import KeptForm, LoginSession, User
from matchmaker.models.limits import MOST_KEPT_CHARACTERS

KEPT_FOR = timedelta(minutes=30)
NEVER_KEPT = ("csrf_token", "form_owner")
HIDDEN_WORDS = ("password",)  # in the name of a field
CARRIED = ("idempotency_key", "seen", "version", "next")  # hidden fields: nobody typed them

Fields = list[tuple[str, str]]


def get_owner_mark(user_id: int) -> str:
    """The mark by which a form says who filled it in: 16 hex digits that do not reveal the id."""
    return contact_cipher.get_index(f"form:{user_id}")[:16]


def find_writer(token_sha256: str) -> User | None:
    """The user whose session has this token, ended sessions too; None if disabled or unknown."""
    return db.session.scalar(
        select(User)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(LoginSession.token_sha256 == token_sha256, User.disabled_at.is_(None))
    )


def keep_form(writer: User, fields: Iterable[tuple[str, str]], now: datetime) -> KeptForm | None:
    """Store the fields for ``writer`` and delete an earlier form; flushes, the caller commits.

    Returns None, and stores nothing, if nothing was typed or the fields are too long to keep.
    """
    kept = [(name, text) for name, text in fields if _may_be_kept(name)]
    content = json.dumps(kept, ensure_ascii=False)
    is_typed = any(text.strip() for name, text in kept if not name.endswith(CARRIED))
    forget_forms(writer, now)
    if not is_typed or len(content) > MOST_KEPT_CHARACTERS:
        return None
    row = KeptForm(user_id=writer.id, content=content, kept_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def find_form(row_id: int, reader: User, now: datetime) -> Fields:
    """The fields of a kept form that ``reader`` sent in the last half hour; empty if none."""
    row = db.session.scalar(
        select(KeptForm).where(
            KeptForm.id == row_id, KeptForm.user_id == reader.id, KeptForm.kept_at > now - KEPT_FOR
        )
    )
    return [] if row is None else [(name, text) for name, text in json.loads(row.content)]


def forget_forms(writer: User, now: datetime) -> None:
    """Delete the form kept for ``writer``, and every form whose half hour is over."""
    forget_old_forms(now)
    db.session.execute(delete(KeptForm).where(KeptForm.user_id == writer.id))


def forget_old_forms(now: datetime) -> None:
    """Delete every form whose half hour is over; called at each sign-in."""
    db.session.execute(delete(KeptForm).where(KeptForm.kept_at <= now - KEPT_FOR))


def _may_be_kept(name: str) -> bool:
    return name not in NEVER_KEPT and not any(word in name for word in HIDDEN_WORDS)
