"""The only code that shows contact data; each time it writes a row that says so.

Residents see their own and offices those of their residents. The volunteer of a visit, and their
coordinator, see the contact from the moment that the recipient agreed until it is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import SHANGHAI, get_local_date
from matchmaker.base.errors import ForbiddenError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Disclosure,
    Promise,
    PromiseState,
    Resident,
    ResidentContact,
    Role,
    User,
)
from matchmaker.residents.scope import get_resident
from matchmaker.scopes import lock_in_scope


class Ground(StrEnum):
    """Why contact data may be shown."""

    SELF = "self"
    OWN_COMMITTEE = "own_committee"
    OWN_SUBDISTRICT = "own_subdistrict"
    AGREED_VISIT = "agreed_visit"


_GROUND_OF_ROLE = {
    Role.RESIDENT: Ground.SELF,
    Role.COMMITTEE_WORKER: Ground.OWN_COMMITTEE,
    Role.SOCIAL_WORKER: Ground.OWN_SUBDISTRICT,
}
# Most disclosures to one person in one day, in Shanghai time.
DISCLOSURES_PER_DAY = {
    Role.RESIDENT: 20,
    Role.VOLUNTEER: 20,
    Role.COORDINATOR: 60,
    Role.COMMITTEE_WORKER: 60,
    Role.SOCIAL_WORKER: 60,
}
FULL_FIELDS = ["full_name", "phone", "address"]
PHONE_FIELDS = ["phone"]


@dataclass(frozen=True, slots=True)
class Contact:
    """What is shown, as it was at that moment."""

    full_name: str
    phone: str
    address: str


def reveal_contact(resident_id: int, actor: User, now: datetime) -> Contact:
    """The contact of a resident; records who saw it and why in the same transaction.

    Raises ``ForbiddenError`` for a role that has no ground, ``NotFoundError`` for a resident
    outside the actor's scope, ``ThrottledError`` beyond the daily limit.
    """
    ground = _GROUND_OF_ROLE.get(actor.role)
    if ground is None:
        raise ForbiddenError("contact.ground_not_yours")
    return _reveal(get_resident(resident_id, actor), ground, actor, now)


def may_visit(promise: Promise) -> bool:
    """Whether who comes may see the contact: the recipient agreed, and it is not done."""
    return promise.slot is not None and promise.state is PromiseState.CONFIRMED


def reveal_visited(promise_id: int, actor: User, now: datetime) -> Contact:
    """The contact of who is visited; recorded as ``reveal_contact`` does.

    Raises ``NotFoundError`` for a visit that is not the actor's, or at any other time than
    ``may_visit`` says, ``ThrottledError`` beyond the daily limit.
    """
    promise = lock_in_scope(Promise, promise_id, actor, "promise.unknown")
    if not may_visit(promise):
        raise NotFoundError("promise.unknown")
    return _reveal(promise.asked.resident, Ground.AGREED_VISIT, actor, now)


def reveal_phones(residents: Sequence[Resident], actor: User, now: datetime) -> dict[int, str]:
    """The phones of residents of the actor's committee, by id, as many as the day's limit allows.

    Each is recorded as by ``reveal_contact``. Raises ``ForbiddenError`` for another role.
    """
    if actor.role is not Role.COMMITTEE_WORKER:
        raise ForbiddenError("contact.ground_not_yours")
    phones: dict[int, str] = {}
    for resident in residents:
        if resident.id in phones:
            continue
        try:
            shown = _reveal(
                get_resident(resident.id, actor), Ground.OWN_COMMITTEE, actor, now, PHONE_FIELDS
            )
        except ThrottledError:
            break
        phones[resident.id] = shown.phone
    return phones


def _reveal(
    resident: Resident,
    ground: Ground,
    actor: User,
    now: datetime,
    fields: list[str] = FULL_FIELDS,
) -> Contact:
    _check_daily_limit(actor, now)
    db.session.add(
        Disclosure(
            at=now,
            user_id=actor.id,
            resident_id=resident.id,
            fields=fields,
            ground=ground.value,
        )
    )
    db.session.flush()
    record_event(
        actor=actor,
        action="contact.reveal",
        subject=resident,
        now=now,
        details={"fields": fields, "ground": ground.value},
    )
    contact = db.session.get_one(ResidentContact, resident.id)
    return Contact(contact.full_name, contact.phone, contact.address)


def _check_daily_limit(actor: User, now: datetime) -> None:
    """Raise ``ThrottledError`` at the limit; the row lock makes parallel requests count in turn."""
    db.session.scalar(select(User.id).where(User.id == actor.id).with_for_update())
    day_start = datetime.combine(get_local_date(now), time(), SHANGHAI)
    seen = db.session.scalar(
        select(func.count(Disclosure.id)).where(
            Disclosure.user_id == actor.id, Disclosure.at >= day_start
        )
    )
    if (seen or 0) >= DISCLOSURES_PER_DAY[actor.role]:
        raise ThrottledError(int((day_start + timedelta(days=1) - now).total_seconds()))
