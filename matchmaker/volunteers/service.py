"""A coordinator's actions on the organisation's volunteers. Flushes; the view commits."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import Organisation, Subdistrict, User, Volunteer, VolunteerState
from matchmaker.notices.service import notify_volunteer
from matchmaker.promises.breaking import (
    NO_BREAKS,
    Breaks,
    find_breaks_of_volunteer,
    find_fallen,
    find_visits,
)
from matchmaker.scopes import get_in_scope, lock_in_scope
from matchmaker.volunteers.profile import VolunteerProfile, check_profile, write_profile
from matchmaker.volunteers.states import VOLUNTEER_STATES, VolunteerStep

_BREAKING = frozenset({VolunteerStep.PAUSE, VolunteerStep.LEAVE})


def get_volunteer(volunteer_id: int, actor: User, *, is_locked: bool = False) -> Volunteer:
    """The volunteer with this id. Raises ``NotFoundError`` outside the actor's scope.

    With ``is_locked`` it is read again and locked until the transaction ends.
    """
    if is_locked:
        return _lock_volunteer(volunteer_id, actor)
    return get_in_scope(Volunteer, volunteer_id, actor, "volunteer.unknown")


def add_volunteer(*, actor: User, now: datetime, profile: VolunteerProfile) -> Volunteer:
    """Store an active volunteer of the actor's organisation.

    Raises ``InvalidError`` naming a field, ``ConflictError`` if the actor has no organisation.
    """
    organisation = db.session.get(Organisation, actor.organisation_id or 0)
    if organisation is None:
        raise ConflictError("account.no_organisation")
    check_profile(profile, organisation)
    volunteer = Volunteer(
        organisation_id=organisation.id,
        reference=_get_next_reference(),
        state=VolunteerState.ACTIVE,
    )
    write_profile(volunteer, profile)
    db.session.add(volunteer)
    db.session.flush()
    record_event(actor=actor, action="volunteer.add", subject=volunteer, now=now)
    return volunteer


def edit_volunteer(
    *,
    actor: User,
    now: datetime,
    volunteer_id: int,
    profile: VolunteerProfile,
    accepts_breaks: bool = False,
) -> Volunteer:
    """Change a volunteer's profile. Raises ``ConflictError`` if the volunteer has left.

    If promises cannot be kept with the new profile, raises ``InvalidError`` unless
    ``accepts_breaks``, the tick that the actor knows it, and otherwise informs the office.
    """
    volunteer = _lock_volunteer(volunteer_id, actor)
    kept = find_visits([volunteer.person_id], now)
    VOLUNTEER_STATES.take(volunteer, VolunteerStep.EDIT)
    check_profile(profile, volunteer.organisation)
    write_profile(volunteer, profile)
    db.session.flush()
    broken = find_fallen(kept, now)
    if broken.count and not accepts_breaks:
        raise InvalidError("volunteer.breaks_promises", "accepts_breaks", count=broken.count)
    return _finish(volunteer, VolunteerStep.EDIT, actor, now, broken)


def move_volunteer(
    *,
    actor: User,
    now: datetime,
    volunteer_id: int,
    step: VolunteerStep,
    known_breaks: int = 0,
) -> Volunteer:
    """Take ``step`` with a volunteer: pause, resume, leave or rejoin; inform the office of breaks.

    Raises ``ConflictError`` if the volunteer's state does not allow ``step``, or if it breaks more
    than ``known_breaks`` promises, the number that the actor was shown.
    """
    volunteer = _lock_volunteer(volunteer_id, actor)
    breaks = find_breaks_of_volunteer(volunteer, now) if step in _BREAKING else NO_BREAKS
    VOLUNTEER_STATES.take(volunteer, step)
    breaks.require_known(known_breaks)
    return _finish(volunteer, step, actor, now, breaks)


def _finish(
    volunteer: Volunteer,
    step: VolunteerStep,
    actor: User,
    now: datetime,
    breaks: Breaks,
) -> Volunteer:
    db.session.flush()
    breaks.inform_office(actor, now)
    record_event(
        actor=actor,
        action=f"volunteer.{step}",
        subject=volunteer,
        now=now,
        details={"state": volunteer.state.value, **breaks.to_details()},
    )
    notify_volunteer(volunteer, actor, f"volunteer.{step}", now)
    return volunteer


def _lock_volunteer(volunteer_id: int, actor: User) -> Volunteer:
    return lock_in_scope(Volunteer, volunteer_id, actor, "volunteer.unknown")


def _get_next_reference() -> str:
    """The next of the references ``V0001``, ``V0002``, ..., which all organisations share.

    Locks the street offices until the transaction ends, so that nobody else gets it.
    """
    order = select(Subdistrict.id).order_by(Subdistrict.id).with_for_update(key_share=True)
    db.session.scalars(order).all()
    references = db.session.scalars(select(Volunteer.reference).where(_is_numbered()))
    numbers = [int(text[1:]) for text in references if text[1:].isdecimal()]
    return f"V{max(numbers, default=0) + 1:04d}"


def _is_numbered() -> ColumnElement[bool]:
    return Volunteer.reference.startswith("V", autoescape=True)
