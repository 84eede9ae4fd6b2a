"""Photos as a proof of help: encoded again on arrival, kept encrypted, seen by few, deleted.

Flushes; the caller commits.
"""

import io
from datetime import datetime, timedelta

from PIL import Image, ImageOps
from sqlalchemy import Select, delete, func, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.base.errors import InvalidError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, DeliveryPhoto, Promise, User
from matchmaker.models.limits import MOST_PHOTO_BYTES
from matchmaker.scopes import is_in_scope
from matchmaker.states import lock_rows

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600  # pixels, of what is kept
KEPT_FOR = timedelta(days=90)
LOOKS_PER_DAY = 60  # by one account, in Shanghai time
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 80


def encode_anew(sent: bytes) -> bytes:
    """Decode a photo and encode it as JPEG, upright, at most ``LONGEST_SIDE``, without metadata.

    Raises ``InvalidError`` for more than ``MOST_PHOTO_BYTES`` or ``MOST_PIXELS``, and for anything
    that is not a whole photo of a known format.
    """
    if not sent:
        raise InvalidError("photo.missing", field="photo")
    if len(sent) > MOST_PHOTO_BYTES:
        raise InvalidError("photo.bytes", field="photo", most=MOST_PHOTO_BYTES // 1024**2)
    try:
        with Image.open(io.BytesIO(sent), formats=_FORMATS) as found:
            if found.width * found.height <= MOST_PIXELS:
                return _shrink(found)
    except Image.DecompressionBombError:
        pass  # so many pixels that the library does not open it
    except Exception as fault:  # a decoder may fail in any way on a broken file
        raise InvalidError("photo.unreadable", field="photo") from fault
    raise InvalidError("photo.pixels", field="photo", most=MOST_PIXELS // 1_000_000)


def _shrink(found: Image.Image) -> bytes:
    found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded small at once
    found.thumbnail((LONGEST_SIDE * 2, LONGEST_SIDE * 2))
    upright = ImageOps.exif_transpose(found).convert("RGBA")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright)
    kept = io.BytesIO()
    plain.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()


def keep_photo(row: Promise, content: bytes, actor: User, now: datetime) -> None:
    """Store the encoded photo of a promise that is reported as given."""
    photo = DeliveryPhoto(
        subdistrict_id=row.run.match_round.subdistrict_id,
        promise_id=row.id,
        content=content,
        uploaded_by_id=actor.id,
        uploaded_at=now,
    )
    db.session.add(photo)
    db.session.flush()


def forget_photo(row: Promise) -> None:
    """Delete the photo of a promise whose report is undone."""
    db.session.execute(delete(DeliveryPhoto).where(DeliveryPhoto.promise_id == row.id))


def forget_old_photos(now: datetime) -> int:
    """Delete the photos older than ``KEPT_FOR``; return how many. The reports stay."""
    old = select(DeliveryPhoto).where(DeliveryPhoto.uploaded_at <= now - KEPT_FOR)
    rows = db.session.scalars(old.order_by(DeliveryPhoto.id)).all()
    for row in rows:
        record_event(actor=None, action="photo.remove", subject=row, now=now)
        db.session.delete(row)
    db.session.flush()
    return len(rows)


def has_photo(actor: User, promise: Promise) -> bool:
    """Whether there is a photo of the promise that the actor may look at."""
    return (
        db.session.scalar(_select_one(actor, promise.id).with_only_columns(DeliveryPhoto.id))
        is not None
    )


def look(*, actor: User, promise_id: int, now: datetime) -> bytes:
    """Return the photo of a promise as JPEG, and record who looked.

    Raises ``NotFoundError`` outside the actor's scope, ``ThrottledError`` beyond the daily limit.
    """
    found = lock_rows(_select_one(actor, promise_id))
    if not found:
        raise NotFoundError("photo.unknown")
    [row] = found
    day = get_instant(get_local_date(now), 0)
    looks = select(func.count(AuditEvent.id)).where(
        AuditEvent.actor_id == actor.id, AuditEvent.action == "photo.look", AuditEvent.at >= day
    )
    if (db.session.scalar(looks) or 0) >= LOOKS_PER_DAY:
        raise ThrottledError(int((day + timedelta(days=1) - now).total_seconds()))
    resident = row.promise.asked.resident
    record_event(actor=actor, action="photo.look", subject=row, now=now, on_behalf_of=resident)
    return row.content


def _select_one(actor: User, promise_id: int) -> Select[DeliveryPhoto]:
    is_of_promise = DeliveryPhoto.promise_id == promise_id
    return select(DeliveryPhoto).where(is_of_promise, is_in_scope(DeliveryPhoto, actor))
