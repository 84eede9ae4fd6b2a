"""Limits on attempts, counted in the database so that all processes share them."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from matchmaker.base.database import HASTY_MS, writing_if_free
from matchmaker.base.errors import ThrottledError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import ThrottleCounter

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


class Counted(StrEnum):
    """The kinds of attempts that are counted; each has its own limit in ``TRIES_PER_WINDOW``."""

    SIGN_IN_PHONE = "sign_in_phone"
    SIGN_IN_ADDRESS = "sign_in_address"
    INVITATION_ADDRESS = "invitation_address"
    PASSWORD_CHANGE = "password_change"  # noqa: S105
    APPLICATION_ADDRESS = "application_address"
    LINK_ADDRESS = "link_address"
    LINK_STEP = "link_step"
    PHONE_CHECK_PERSON = "phone_check_person"
    PHONE_CHECK_OFFICE = "phone_check_office"


TRIES_PER_WINDOW = {
    Counted.SIGN_IN_PHONE: 10,
    Counted.SIGN_IN_ADDRESS: 100,  # a counter or an office shares one address
    Counted.INVITATION_ADDRESS: 30,
    Counted.PASSWORD_CHANGE: 10,
    Counted.APPLICATION_ADDRESS: 10,
    Counted.LINK_ADDRESS: 30,  # tries of links that do not exist
    Counted.LINK_STEP: 150,  # by one link: fifty promises one by one, each with its reason
    Counted.PHONE_CHECK_PERSON: 30,  # searches and registrations
    Counted.PHONE_CHECK_OFFICE: 200,  # of a street office with all its committees
}


def count_try(kind: Counted, key: str, now: datetime) -> None:
    """Count one attempt; the caller commits the count before doing any work.

    Raises ``ThrottledError`` beyond the limit, with the seconds until the window ends. The caller
    then rolls back, so that the count stays at the limit.
    """
    start = _get_window_start(now)
    digest = contact_cipher.get_index(f"{kind.value}:{key}")
    tries = _add_one(digest, start, now)
    if tries > TRIES_PER_WINDOW[kind]:
        raise _refuse(start, now)


def check_tries(kind: Counted, key: str, now: datetime) -> None:
    """Raise ``ThrottledError`` if one more attempt would be refused; count nothing."""
    start = _get_window_start(now)
    digest = contact_cipher.get_index(f"{kind.value}:{key}")
    tries = db.session.scalar(
        select(ThrottleCounter.tries).where(
            ThrottleCounter.key_sha256 == digest, ThrottleCounter.window_start_at == start
        )
    )
    if (tries or 0) >= TRIES_PER_WINDOW[kind]:
        raise _refuse(start, now)


def count_try_if_free(kind: Counted, key: str, now: datetime) -> None:
    """Count one attempt and commit, for a page that is only read; rolls back what was begun.

    Counts nothing if the database is still busy after ``HASTY_MS``, so that readers hardly wait.
    Raises ``ThrottledError`` beyond the limit.
    """
    db.session.rollback()  # a transaction that began by reading holds no write lock
    try:
        with writing_if_free(HASTY_MS):
            count_try(kind, key, now)
            db.session.commit()
    except OperationalError:
        db.session.rollback()


def forget_tries(kind: Counted, key: str) -> None:
    """Reset the count of ``key`` to zero, as after a success."""
    digest = contact_cipher.get_index(f"{kind.value}:{key}")
    db.session.execute(delete(ThrottleCounter).where(ThrottleCounter.key_sha256 == digest))


def _add_one(digest: str, start: datetime, now: datetime) -> int:
    """Add one attempt to the count and return it; its row is locked until the transaction ends."""
    if not _increment(digest, start):
        db.session.execute(
            delete(ThrottleCounter).where(ThrottleCounter.window_start_at < now - KEPT)
        )
        try:
            with db.session.begin_nested():
                db.session.add(ThrottleCounter(key_sha256=digest, window_start_at=start, tries=1))
        except IntegrityError:  # another process was first
            _increment(digest, start)
    return db.session.scalars(
        select(ThrottleCounter.tries).where(
            ThrottleCounter.key_sha256 == digest, ThrottleCounter.window_start_at == start
        )
    ).one()


def _refuse(start: datetime, now: datetime) -> ThrottledError:
    left = start + WINDOW - now
    return ThrottledError(max(1, int(left.total_seconds())))


def _increment(digest: str, start: datetime) -> bool:
    result = db.session.execute(
        update(ThrottleCounter)
        .where(ThrottleCounter.key_sha256 == digest, ThrottleCounter.window_start_at == start)
        .values(tries=ThrottleCounter.tries + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _get_window_start(now: datetime) -> datetime:
    length = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)
