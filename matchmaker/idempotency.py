"""A form sent twice acts once: its key is claimed in the transaction of its effect.

The second sending waits for the first (a unique constraint makes it), then is led to the same
page. If the first is rolled back, so is its claim.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from matchmaker.extensions import db
from matchmaker.models import IdempotencyKey, User

LONGEST_LOCATION = 300  # characters that the column holds


def claim_key(*, actor: User, key: str, now: datetime) -> str | None:
    """Claim ``key`` for this transaction: None when it is new, else where it led before."""
    row = IdempotencyKey(user_id=actor.id, key=key, location="", created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return db.session.scalar(
            select(IdempotencyKey.location).where(
                IdempotencyKey.user_id == actor.id, IdempotencyKey.key == key
            )
        )
    return None


def keep_location(*, actor: User, key: str, location: str) -> str:
    """Remember where the claimed ``key`` leads; gives the location back.

    An address whose filters are too long for the row leads to the same page without them.
    """
    if len(location) > LONGEST_LOCATION:
        location = location.partition("?")[0]
    db.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.user_id == actor.id, IdempotencyKey.key == key)
        .values(location=location)
    )
    return location
