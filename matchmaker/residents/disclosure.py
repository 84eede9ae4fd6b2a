"""The only code that shows contact data; it stores a row for each disclosure.

Contacts on lists are stored once a day for each resident and ground. Residents see their own
contact, offices those of their residents. The volunteer of a visit, and the coordinator, see the
contact once the recipient agreed, until the visit is done or its day is long past.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import SHANGHAI, get_local_date
from matchmaker.base.errors import ForbiddenError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Disclosure,
    Need,
    Pairing,
    Promise,
    Resident,
    ResidentContact,
    Role,
    User,
)
from matchmaker.promises.days import is_shown
from matchmaker.residents.scope import get_resident
from matchmaker.scopes import is_in_scope, lock_in_scope
from matchmaker.states import lock_rows


class Ground(StrEnum):
    """The grounds on which contact data may be shown."""

    SELF = "self"
    OWN_COMMITTEE = "own_committee"
    OWN_SUBDISTRICT = "own_subdistrict"
    AGREED_VISIT = "agreed_visit"
    CALL_LIST = "call_list"
    VISIT_LIST = "visit_list"


_OF_LISTS = frozenset({Ground.CALL_LIST, Ground.VISIT_LIST})


_GROUND_OF_ROLE = {
    Role.RESIDENT: Ground.SELF,
    Role.COMMITTEE_WORKER: Ground.OWN_COMMITTEE,
    Role.SOCIAL_WORKER: Ground.OWN_SUBDISTRICT,
}
# The most single disclosures to one account in one day, in Shanghai time, keyed by role.
DISCLOSURES_PER_DAY = {
    Role.RESIDENT: 20,
    Role.VOLUNTEER: 20,
    Role.COORDINATOR: 60,
    Role.COMMITTEE_WORKER: 60,
    Role.SOCIAL_WORKER: 60,
}
LISTED_PER_DAY = 300  # residents whose contact one account gets in a day by lists of one ground
FULL_FIELDS = ["full_name", "phone", "address"]
PHONE_FIELDS = ["phone"]


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact data of a resident at the moment when it is shown."""

    full_name: str
    phone: str
    address: str


def reveal_contact(resident_id: int, actor: User, now: datetime) -> Contact:
    """Return the contact of a resident, and record who saw it and why in the same transaction.

    Raises ``ForbiddenError`` for a role that has no ground, ``NotFoundError`` for a resident
    outside the actor's scope, ``ThrottledError`` beyond the daily limit.
    """
    ground = _GROUND_OF_ROLE.get(actor.role)
    if ground is None:
        raise ForbiddenError("contact.ground_not_yours")
    return _reveal(get_resident(resident_id, actor), ground, actor, now)


def may_visit(promise: Promise, now: datetime) -> bool:
    """Whether the giver of a promised visit may see the recipient's contact; see ``is_shown``."""
    return promise.slot is not None and is_shown(promise, now)


def reveal_visited(promise_id: int, actor: User, now: datetime) -> Contact:
    """Return the contact of the recipient of a visit, recorded as by ``reveal_contact``.

    Raises ``NotFoundError`` for a visit outside the actor's scope or for which ``may_visit`` is
    False, ``ThrottledError`` beyond the daily limit.
    """
    promise = lock_in_scope(Promise, promise_id, actor, "promise.unknown")
    if not may_visit(promise, now):
        raise NotFoundError("promise.unknown")
    return _reveal(promise.asked.resident, Ground.AGREED_VISIT, actor, now)


def reveal_phones(residents: Iterable[Resident], actor: User, now: datetime) -> dict[int, str]:
    """Return the phones for a call list, keyed by resident id, for a committee worker.

    Each disclosure is recorded once a day. Left out are residents outside the actor's scope and,
    in the order of ``residents``, those beyond ``LISTED_PER_DAY``. Raises ``ForbiddenError`` for
    another role.
    """
    if actor.role is not Role.COMMITTEE_WORKER:
        raise ForbiddenError("contact.ground_not_yours")
    asked = list(dict.fromkeys(row.id for row in residents))
    query = select(Resident).where(Resident.id.in_(asked), is_in_scope(Resident, actor))
    own = sorted(db.session.scalars(query), key=lambda row: asked.index(row.id))
    shown = _reveal_listed(own, Ground.CALL_LIST, PHONE_FIELDS, actor, now)
    return {key: contact.phone for key, contact in shown.items()}


def reveal_doors(promise_ids: Iterable[int], actor: User, now: datetime) -> dict[int, Contact]:
    """Return the recipients' contacts for a list of visits, keyed by promise id.

    Recorded and limited as by ``reveal_phones``. Left out are promises outside the actor's scope
    and those for which ``may_visit`` is False.
    """
    query = (
        select(Promise)
        .where(Promise.id.in_(list(promise_ids)), is_in_scope(Promise, actor))
        .order_by(Promise.id)
        .options(
            joinedload(Promise.need).joinedload(Need.resident),
            joinedload(Promise.pairing).joinedload(Pairing.resident),
        )
    )
    visited = {row.id: row.asked.resident for row in lock_rows(query) if may_visit(row, now)}
    shown = _reveal_listed(visited.values(), Ground.VISIT_LIST, FULL_FIELDS, actor, now)
    return {key: shown[row.id] for key, row in visited.items() if row.id in shown}


def _reveal_listed(
    residents: Iterable[Resident], ground: Ground, fields: list[str], actor: User, now: datetime
) -> dict[int, Contact]:
    """Return contacts keyed by resident id, and record those that are new today.

    New ones are left out once ``LISTED_PER_DAY`` is reached.
    """
    _lock(actor)
    query = select(Disclosure.resident_id).where(
        *_is_of_today(actor, now), Disclosure.ground == ground.value
    )
    seen = set(db.session.scalars(query))
    wanted = {resident.id: resident for resident in residents}
    for row in wanted.values():
        if row.id not in seen and len(seen) < LISTED_PER_DAY:
            _record(row, ground, fields, actor, now)
            seen.add(row.id)
    contacts = select(ResidentContact).where(ResidentContact.resident_id.in_(wanted.keys() & seen))
    return {row.resident_id: _read(row) for row in db.session.scalars(contacts)}


def _reveal(resident: Resident, ground: Ground, actor: User, now: datetime) -> Contact:
    _lock(actor)
    _check_daily_limit(actor, now)
    _record(resident, ground, FULL_FIELDS, actor, now)
    return _read(db.session.get_one(ResidentContact, resident.id))


def _record(
    resident: Resident, ground: Ground, fields: list[str], actor: User, now: datetime
) -> None:
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


def _read(contact: ResidentContact) -> Contact:
    return Contact(contact.full_name, contact.phone, contact.address)


def _lock(actor: User) -> None:
    """Lock the actor's account, so that simultaneous disclosures are counted one by one."""
    db.session.scalar(select(User.id).where(User.id == actor.id).with_for_update())


def _check_daily_limit(actor: User, now: datetime) -> None:
    """Raise ``ThrottledError`` if the day's single disclosures are used up; lists do not count."""
    single = Disclosure.ground.not_in([ground.value for ground in _OF_LISTS])
    query = select(func.count(Disclosure.id)).where(*_is_of_today(actor, now), single)
    if (db.session.scalar(query) or 0) >= DISCLOSURES_PER_DAY[actor.role]:
        end = _get_day_start(now) + timedelta(days=1)
        raise ThrottledError(int((end - now).total_seconds()))


def _is_of_today(actor: User, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Disclosure.user_id == actor.id, Disclosure.at >= _get_day_start(now))


def _get_day_start(now: datetime) -> datetime:
    return datetime.combine(get_local_date(now), time(), SHANGHAI)
