"""The steps that all ways of posting a need share: row, reference, consent, sending, audit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_month
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.kinds import Quantity, find_quantity_limits, get_need_type
from matchmaker.models import (
    ConsentChannel,
    Need,
    NeedState,
    Resident,
    ServiceCategory,
    User,
    Window,
)
from matchmaker.needs.states import NEED_STATES, flush_need
from matchmaker.residents.consents import add_consent, end_consent, name_purpose


def make_need(resident: Resident, category: ServiceCategory, actor: User, now: datetime) -> Need:
    """A draft for one unit at any time; it is not stored yet.

    Raises ``ConflictError`` if the contact with the resident was stopped.
    """
    if resident.contact_ended_on is not None:
        raise ConflictError("resident.contact_ended")
    return Need(
        resident_id=resident.id,
        committee_id=resident.household.committee_id,
        category_id=category.id,
        type=get_need_type(category),
        description="",
        quantity=1,
        windows=[],
        state=NeedState.DRAFT,
        created_at=now,
        entered_by_id=actor.id,
    )


def record_consent(need: Need, channel: ConsentChannel, actor: User, now: datetime) -> None:
    """Store the resident's consent to the need, and end an earlier one."""
    end_consent(need.consent, now)
    purpose = name_purpose(need.resident, actor)
    need.consent = add_consent(need.resident, actor, purpose, channel, now)


def send_need(need: Need, actor: User, now: datetime) -> None:
    """Submit a complete need to its committee and record the step.

    Raises ``ConflictError`` if the need was sent before.
    """
    NEED_STATES.take(need, NeedState.SUBMITTED)
    need.submitted_at, need.return_reason = now, None
    flush_need()
    channel = need.consent.channel.value if need.consent else None
    until = need.repeats_until
    repeats = {} if until is None else {"repeats_until": f"{until:%Y-%m}"}
    record_step(need, actor, now, "need.submit", {"consent": channel} | repeats)


def record_step(
    need: Need, actor: User, now: datetime, action: str, details: dict[str, Any] | None = None
) -> None:
    """Record an audit event of a flushed need: by its resident or, by others, on their behalf."""
    is_own = actor.resident_id == need.resident_id
    record_event(
        actor=actor,
        action=action,
        subject=need,
        now=now,
        on_behalf_of=None if is_own else need.resident,
        details=details,
    )


def check_quantity(category: ServiceCategory, quantity: int) -> None:
    """Raise ``InvalidError`` unless a need in the category may ask for the quantity."""
    limits = find_quantity_limits(category)
    lowest, highest = (limits.least, limits.most) if limits else (1, 1)
    if not lowest <= quantity <= highest:
        raise InvalidError(
            "need.quantity_out_of_range",
            "quantity",
            least=Quantity(lowest, category.unit),
            most=Quantity(highest, category.unit),
        )


def sort_windows(windows: Sequence[Window]) -> list[str]:
    """Each window once, in the order of the week; empty means any time."""
    return [window.value for window in Window if window in windows]


# References of needs: N2612-0001 is the first of December 2026.

MOST_REFERENCE_TRIES = 8


def add_need(need: Need, now: datetime) -> None:
    """Store a new need under the next free reference of the month of ``now``.

    If two people take the same number at the same time, the database refuses the second, who then
    gets the next number. Raises ``ConflictError`` after eight attempts.
    """
    prefix = f"N{get_month(now):%y%m}-"
    for _ in range(MOST_REFERENCE_TRIES):
        need.reference = f"{prefix}{_find_last_number(prefix) + 1:04d}"
        try:
            with db.session.begin_nested():
                db.session.add(need)
        except IntegrityError:
            continue
        return
    raise ConflictError("need.no_free_reference")


def _find_last_number(prefix: str) -> int:
    longest_first = (func.length(Need.reference).desc(), Need.reference.desc())
    query = select(Need.reference).where(Need.reference.startswith(prefix, autoescape=True))
    last: str | None = db.session.scalar(query.order_by(*longest_first).limit(1))
    return int(last.removeprefix(prefix)) if last else 0
