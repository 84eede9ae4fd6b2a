"""Find residents by phone: counted, within the actor's scope, recorded, never in an address."""

import re
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from matchmaker.accounts.throttling import Counted, count_try
from matchmaker.audit.service import record_event
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import Committee, Resident, ResidentContact, User
from matchmaker.residents.scope import select_residents
from matchmaker.words.phone_numbers import get_line, normalise_phone

TAIL_DIGITS = 4
_TYPED_TAIL = re.compile(r"[0-9]{4}", re.ASCII)


def is_phone(typed: str) -> bool:
    """Whether a typed search is a phone number or four digits, the end of one."""
    return _find_condition(typed) is not None


def count_check(actor: User, now: datetime) -> None:
    """Count one phone that the actor tries; the caller commits before anything is looked up.

    Raises ``ThrottledError`` beyond the limit of one account or of the whole street office.
    """
    office_id = db.session.scalar(select(get_office_id(actor)))
    count_try(Counted.PHONE_CHECK_PERSON, str(actor.id), now)
    count_try(Counted.PHONE_CHECK_OFFICE, str(office_id), now)


def search_phone(*, actor: User, typed: str, now: datetime) -> list[int]:
    """Return the ids of the residents in the actor's scope with this phone, or this end of it.

    The ids are in ascending order; the list is empty for a text that is not a phone number or its
    end. Records that the actor searched and how many were found, but not the phone.
    """
    condition = _find_condition(typed)
    if condition is None:
        return []
    query = select_residents(actor).where(condition).with_only_columns(Resident.id)
    found = list(db.session.scalars(query.order_by(Resident.id)))
    record_event(
        actor=actor,
        action="resident.search_phone",
        subject=actor,
        now=now,
        details={"found": len(found)},
    )
    return found


def get_office_id(actor: User) -> ColumnElement[int]:
    """The id of the street office of a committee worker or a social worker, as SQL."""
    own = select(Committee.subdistrict_id).where(Committee.id == actor.committee_id)
    return func.coalesce(own.scalar_subquery(), actor.subdistrict_id)


def _find_condition(typed: str) -> ColumnElement[bool] | None:
    """The condition for a phone number or, for four digits, the end of one; None otherwise."""
    text = typed.strip()
    if _TYPED_TAIL.fullmatch(text):
        tail = contact_cipher.get_index(text)
        return Resident.contact.has(ResidentContact.phone_tail_index == tail)
    try:
        index = contact_cipher.get_index(get_line(normalise_phone(text)))
    except ValueError:
        return None
    return Resident.contact.has(ResidentContact.phone_index == index)
