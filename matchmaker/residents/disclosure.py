"""The only code that shows contact data; each time it writes a row that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import SHANGHAI, get_local_date
from matchmaker.base.errors import ForbiddenError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    AssignmentState,
    Disclosure,
    Household,
    Need,
    Resident,
    ResidentContact,
    Role,
    User,
)
from matchmaker.residents.scope import get_resident


class Ground(StrEnum):
    """Why contact data may be shown."""

    SELF = "self"
    OWN_COMMITTEE = "own_committee"
    OWN_SUBDISTRICT = "own_subdistrict"
    ASSIGNMENT = "assignment"  # a giver, while a match is confirmed


# Most disclosures to one person in one day, in Shanghai time.
DISCLOSURES_PER_DAY = {
    Role.RESIDENT: 20,
    Role.VOLUNTEER: 20,
    Role.COORDINATOR: 30,
    Role.COMMITTEE_WORKER: 60,
    Role.SOCIAL_WORKER: 60,
}
FULL_FIELDS = ["full_name", "phone", "address"]
GIVER_FIELDS = ["display_name", "phone", "block"]


@dataclass(frozen=True, slots=True)
class Contact:
    """What is shown; givers see surname with title and the estate, but no door number."""

    full_name: str
    phone: str
    address: str


def reveal_contact(resident_id: int, actor: User, ground: str, now: datetime) -> Contact:
    """The contact of a resident; records who saw it and why in the same transaction.

    Raises ``NotFoundError`` when ``ground`` does not apply to this resident, ``ForbiddenError`` for
    a ground that the role may not use, ``ThrottledError`` beyond the daily limit.
    """
    given = Ground(ground)
    if actor.role not in _ROLES[given]:
        raise ForbiddenError("contact.ground_not_yours")
    resident = _FINDERS[given](resident_id, actor)
    _check_daily_limit(actor, now)
    is_full = given is not Ground.ASSIGNMENT
    fields = FULL_FIELDS if is_full else GIVER_FIELDS
    db.session.add(
        Disclosure(
            at=now, user_id=actor.id, resident_id=resident.id, fields=fields, ground=given.value
        )
    )
    db.session.flush()
    record_event(
        actor=actor,
        action="contact.reveal",
        subject=resident,
        now=now,
        details={"fields": fields, "ground": given.value},
    )
    contact = db.session.get_one(ResidentContact, resident.id)
    if is_full:
        return Contact(contact.full_name, contact.phone, contact.address)
    return Contact(resident.display_name, contact.phone, resident.household.block)


def get_own_ground(actor: User) -> Ground:
    """The ground on which a role sees the contacts in its own scope."""
    return _GROUND_OF_ROLE[actor.role]


def _find_assigned(resident_id: int, actor: User) -> Resident:
    """A resident who has a confirmed match with the actor or the actor's organisation."""
    query = (
        select(Resident)
        .join(Need, Need.resident_id == Resident.id)
        .join(Assignment, Assignment.need_id == Need.id)
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.id == resident_id, Assignment.state == AssignmentState.CONFIRMED)
    )
    if actor.role is Role.COORDINATOR:
        query = query.where(Assignment.organisation_id == actor.organisation_id)
    else:
        query = query.where(Assignment.volunteer_id == actor.volunteer_id)
    resident = db.session.scalars(query.limit(1)).first()
    if resident is None:
        raise NotFoundError("resident.unknown")
    return resident


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


_ROLES = {
    Ground.SELF: {Role.RESIDENT},
    Ground.OWN_COMMITTEE: {Role.COMMITTEE_WORKER},
    Ground.OWN_SUBDISTRICT: {Role.SOCIAL_WORKER},
    Ground.ASSIGNMENT: {Role.COORDINATOR, Role.VOLUNTEER},
}
_GROUND_OF_ROLE = {
    Role.RESIDENT: Ground.SELF,
    Role.COMMITTEE_WORKER: Ground.OWN_COMMITTEE,
    Role.SOCIAL_WORKER: Ground.OWN_SUBDISTRICT,
}
_FINDERS: dict[Ground, Callable[[int, User], Resident]] = {
    Ground.SELF: get_resident,
    Ground.OWN_COMMITTEE: get_resident,
    Ground.OWN_SUBDISTRICT: get_resident,
    Ground.ASSIGNMENT: _find_assigned,
}
