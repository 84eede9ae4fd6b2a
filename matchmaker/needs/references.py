"""References of needs: N2612-0001 is the first of December 2026."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from matchmaker.clock import get_month
from matchmaker.errors import ConflictError
from matchmaker.extensions import db
from matchmaker.models import Need

MOST_TRIES = 8


def add_need(need: Need, now: datetime) -> None:
    """Store a new need under the next free reference of its month.

    Two people may draw the same number at once: the database's constraint decides, the other
    draws again. Raises ``ConflictError`` when that fails eight times.
    """
    prefix = f"N{get_month(now):%y%m}-"
    for _ in range(MOST_TRIES):
        need.reference = f"{prefix}{_find_last_number(prefix) + 1:04d}"
        try:
            with db.session.begin_nested():
                db.session.add(need)
        except IntegrityError:
            continue
        return
    raise ConflictError("reference_taken")


def _find_last_number(prefix: str) -> int:
    longest_first = (func.length(Need.reference).desc(), Need.reference.desc())
    query = select(Need.reference).where(Need.reference.startswith(prefix, autoescape=True))
    last: str | None = db.session.scalar(query.order_by(*longest_first).limit(1))
    return int(last.removeprefix(prefix)) if last else 0
