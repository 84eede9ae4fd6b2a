"""Maintain the places where help is given, and the phones of an office. Flushes; the view commits.

A social worker maintains the places of the office and of its organisations, a coordinator those of
the coordinator's organisation. A closed place is not deleted, as help given there refers to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import Committee, Organisation, Place, Subdistrict, User
from matchmaker.models.limits import (
    LONGEST_OPENING_HOURS,
    LONGEST_PLACE_ADDRESS,
    LONGEST_PLACE_NAME,
)
from matchmaker.promises.seats import list_coming_to, notify_recipients
from matchmaker.scopes import get_in_scope, is_in_scope, lock_in_scope
from matchmaker.words.places import MICRODEGREES


@dataclass(frozen=True, slots=True)
class PlaceTerms:
    """The data of a place. ``point``: millionths of a degree north and east; None: not known."""

    name_zh: str
    name_en: str
    address: str
    hours_zh: str = ""
    hours_en: str = ""
    is_step_free: bool = False
    has_lift: bool = False
    point: tuple[int, int] | None = None


def select_places(actor: User) -> Select[Place]:
    """The query for places in the actor's scope: open ones first, the office's before others."""
    return (
        select(Place)
        .where(is_in_scope(Place, actor))
        .options(joinedload(Place.organisation))
        .order_by(
            Place.closed_at.is_not(None),
            case((Place.organisation_id.is_(None), 0), else_=1),
            Place.organisation_id,
            Place.id,
        )
    )


def get_place(place_id: int, actor: User, *, is_locked: bool = False) -> Place:
    """The place, locked if ``is_locked``. Raises ``NotFoundError`` outside the actor's scope."""
    if is_locked:
        return lock_in_scope(Place, place_id, actor, "place.unknown")
    return get_in_scope(Place, place_id, actor, "place.unknown")


def add_place(*, actor: User, terms: PlaceTerms, now: datetime) -> Place:
    """Add a place of the actor's organisation, or else of the actor's office.

    Raises ``InvalidError`` naming a field, ``ConflictError`` if the actor has neither.
    """
    organisation = db.session.get(Organisation, actor.organisation_id or 0)
    subdistrict_id = organisation.subdistrict_id if organisation else actor.subdistrict_id
    if subdistrict_id is None:
        raise ConflictError("account.no_organisation")
    place = Place(subdistrict_id=subdistrict_id, organisation_id=actor.organisation_id)
    _write(place, terms)
    db.session.add(place)
    db.session.flush()
    record_event(actor=actor, action="place.add", subject=place, now=now)
    return place


def edit_place(*, actor: User, place_id: int, terms: PlaceTerms, now: datetime) -> Place:
    """Change the data of a place.

    A new Chinese name or address is notified to the recipients of accepted promises that are to be
    given there. Raises ``InvalidError`` naming a field, ``NotFoundError`` outside the scope.
    """
    place = get_place(place_id, actor, is_locked=True)
    fields = _write(place, terms)
    if fields:
        db.session.flush()
        record_event(
            actor=actor, action="place.edit", subject=place, now=now, details={"fields": fields}
        )
    if _LEADS_THERE.intersection(fields):
        notify_recipients(list_coming_to(place, now), "help.day_moved", actor, now)
    return place


def close_place(*, actor: User, place_id: int, now: datetime) -> Place:
    """Close a place: no other offer or session can choose it. Those that have it keep it.

    Raises ``ConflictError`` if the place is closed already.
    """
    place = get_place(place_id, actor, is_locked=True)
    if place.closed_at is not None:
        raise ConflictError("place.closed")
    place.closed_at = now
    record_event(actor=actor, action="place.close", subject=place, now=now)
    db.session.flush()
    return place


def reopen_place(*, actor: User, place_id: int, now: datetime) -> Place:
    """Open a closed place again, so that offers and sessions can choose it.

    Raises ``ConflictError`` if it is open.
    """
    place = get_place(place_id, actor, is_locked=True)
    if place.closed_at is None:
        raise ConflictError("place.open")
    place.closed_at = None
    record_event(actor=actor, action="place.reopen", subject=place, now=now)
    db.session.flush()
    return place


def list_offices(
    actor: User, *, is_locked: bool = False
) -> tuple[Subdistrict, Sequence[Committee]]:
    """The actor's street office and the committees in the actor's scope, in order of code.

    ``is_locked``: the rows are read again and locked. Raises ``ConflictError`` if the actor has no
    office.
    """
    office = db.session.get(Subdistrict, actor.subdistrict_id or 0)
    if office is None:
        raise ConflictError("account.scope_missing")
    query = select(Committee).where(is_in_scope(Committee, actor)).order_by(Committee.code)
    if not is_locked:
        return office, db.session.scalars(query).all()
    # Not the keys: who adds a need to a committee after an event must not wait for who holds the
    # committee and waits for the chain of events.
    db.session.refresh(office, with_for_update={"key_share": True})
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return office, db.session.scalars(locked).all()


def keep_phones(
    *, actor: User, office: str | None, committees: Mapping[int, str | None], now: datetime
) -> None:
    """Store the phones of the actor's office and its committees, and record what changed.

    ``committees`` is keyed by id; the phone of a committee without an entry is deleted.
    """
    own, rows = list_offices(actor, is_locked=True)
    changes: list[tuple[Subdistrict | Committee, str | None]] = [(own, office)]
    changes += [(row, committees.get(row.id)) for row in rows]
    for row, phone in changes:
        if row.phone != phone:
            row.phone = phone
            details = {"fields": ["phone"]}
            action = f"{row.__tablename__}.edit"
            record_event(actor=actor, action=action, subject=row, now=now, details=details)
    db.session.flush()


_LEADS_THERE = frozenset({"name_zh", "address"})
_LIMITS = {
    "name_zh": LONGEST_PLACE_NAME,
    "name_en": LONGEST_PLACE_NAME,
    "address": LONGEST_PLACE_ADDRESS,
    "hours_zh": LONGEST_OPENING_HOURS,
    "hours_en": LONGEST_OPENING_HOURS,
}


def _write(place: Place, terms: PlaceTerms) -> list[str]:
    """Write terms to the place; return the sorted names of the changed columns.

    Raises ``InvalidError`` naming a field.
    """
    _check(terms)
    north, east = terms.point or (None, None)
    values = {name: getattr(terms, name) for name in (*_LIMITS, "is_step_free", "has_lift")}
    values["name_en"] = terms.name_en or terms.name_zh
    values |= {"latitude_microdegrees": north, "longitude_microdegrees": east}
    changed = sorted(name for name, value in values.items() if getattr(place, name) != value)
    for name in changed:
        setattr(place, name, values[name])
    return changed


def _check(terms: PlaceTerms) -> None:
    for name, most in _LIMITS.items():
        is_needed = name in ("name_zh", "address")
        if not is_needed <= len(getattr(terms, name)) <= most:
            raise InvalidError("place.text_length", name, most=most)
    north, east = terms.point or (0, 0)
    if abs(north) > 90 * MICRODEGREES or abs(east) > 180 * MICRODEGREES:
        raise InvalidError("place.point_outside", "point")
