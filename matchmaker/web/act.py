"""A form sent twice acts once: its key is claimed in the transaction of its effect.

The second sending waits for the first (a unique constraint makes it), then is led to the same
page. If the first is rolled back, so is its claim.
"""

from collections.abc import Callable
from datetime import datetime

from flask import redirect
from flask_login import current_user
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
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


# --- The end of every view that changes something: act, commit once, go on to the next page.


def act_once(key: str, effect: Callable[[], str]) -> Response:
    """Answer 303 to the address that ``effect`` gives; a form sent again only goes there.

    Whatever ``effect`` raises passes through, with nothing committed.
    """
    earlier = claim_key(actor=current_user, key=key, now=get_now())
    if earlier:
        db.session.rollback()
        return redirect(earlier, 303)
    location = keep_location(actor=current_user, key=key, location=effect())
    db.session.commit()
    return redirect(location, 303)
