"""Register, decide on and change a street office's organisations. Flushes; the view commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.errors import InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Organisation, OrganisationKind, OrganisationState, Subdistrict, User
from matchmaker.models.limits import (
    LONGEST_ORGANISATION_NAME_EN,
    LONGEST_ORGANISATION_NAME_ZH,
    LONGEST_ORGANISATION_SORT_KEY,
    LONGEST_PERSON_NAME,
    LONGEST_PLACE_ADDRESS,
    LONGEST_REASON,
)
from matchmaker.notices.service import notify_coordinators
from matchmaker.organisations.states import ORGANISATION_STATES, OrganisationStep
from matchmaker.promises.breaking import NO_BREAKS, Breaks, find_breaks_of_organisation
from matchmaker.scopes import get_in_scope, lock_in_scope
from matchmaker.words.folding import fold
from matchmaker.words.names import get_sort_key

_CODE_DIGITS = 3


@dataclass(frozen=True, slots=True)
class OrganisationContact:
    """The address of an organisation and the person who answers its phone; None: not given."""

    address: str | None
    name: str | None
    phone: str | None


def get_organisation(organisation_id: int, actor: User, *, is_locked: bool = False) -> Organisation:
    """The organisation, locked if ``is_locked``. Raises ``NotFoundError`` outside the scope."""
    if is_locked:
        return lock_in_scope(Organisation, organisation_id, actor, "organisation.unknown")
    return get_in_scope(Organisation, organisation_id, actor, "organisation.unknown")


def register_organisation(
    *, actor: User, now: datetime, name_zh: str, name_en: str, kind: OrganisationKind
) -> Organisation:
    """Store an organisation that the social worker knows, as approved.

    Raises ``InvalidError`` if a name is too long, or the Chinese name missing or taken in the
    subdistrict.
    """
    organisation = add_organisation(
        subdistrict_id=actor.subdistrict_id or 0,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        state=OrganisationState.APPROVED,
    )
    record_event(
        actor=actor,
        action="organisation.register",
        subject=organisation,
        now=now,
        details={"code": organisation.code, "kind": kind.value},
    )
    return organisation


def add_organisation(
    *,
    subdistrict_id: int,
    name_zh: str,
    name_en: str,
    kind: OrganisationKind,
    state: OrganisationState,
) -> Organisation:
    """Store an organisation under the next code of its subdistrict.

    Raises ``InvalidError`` for a name as ``register_organisation`` does, ``NotFoundError`` for an
    unknown subdistrict.
    """
    subdistrict = _lock_subdistrict(subdistrict_id)
    _check_names(subdistrict, name_zh, name_en)
    organisation = Organisation(
        subdistrict_id=subdistrict.id,
        code=_get_next_code(subdistrict),
        name_zh=name_zh,
        name_en=name_en or name_zh,
        kind=kind,
        state=state,
        sort_key=get_sort_key(name_zh)[:LONGEST_ORGANISATION_SORT_KEY],
    )
    db.session.add(organisation)
    db.session.flush()
    return organisation


def set_answers(*, actor: User, now: datetime, are_volunteers: bool) -> None:
    """Store whether the volunteers of the actor's organisation answer for their own visits."""
    key = actor.organisation_id
    organisation = lock_in_scope(Organisation, key, actor, "organisation.unknown")
    organisation.volunteers_answer = are_volunteers
    db.session.flush()
    details = {"allowed": are_volunteers}
    record_event(
        actor=actor,
        action="organisation.set_answers",
        subject=organisation,
        now=now,
        details=details,
    )


def approve_organisation(*, actor: User, now: datetime, organisation_id: int) -> Organisation:
    """Approve an organisation that applied or was returned, so that it can submit offers.

    Raises ``ConflictError`` in other states.
    """
    return _move(organisation_id, OrganisationStep.APPROVE, actor, now, reason=None)


def return_organisation(
    *, actor: User, now: datetime, organisation_id: int, reason: str
) -> Organisation:
    """Send an organisation's application back to it, with the reason.

    Raises ``ConflictError`` unless it is in the state applied, ``InvalidError`` for an empty reason
    or one that is too long.
    """
    return _move(organisation_id, OrganisationStep.RETURN, actor, now, reason=reason)


def suspend_organisation(
    *, actor: User, now: datetime, organisation_id: int, reason: str, known_breaks: int = 0
) -> Organisation:
    """Suspend an approved organisation: later rounds leave it out. Informs the office of breaks.

    Raises ``ConflictError`` in other states, and if this breaks more than ``known_breaks``
    promises, the number that the actor was shown; ``InvalidError`` for the reason.
    """
    breaks = find_breaks_of_organisation(organisation_id, now)
    organisation = _move(
        organisation_id, OrganisationStep.SUSPEND, actor, now, reason=reason, breaks=breaks
    )
    breaks.require_known(known_breaks)
    breaks.inform_office(actor, now)
    return organisation


def reinstate_organisation(*, actor: User, now: datetime, organisation_id: int) -> Organisation:
    """End a suspension. Raises ``ConflictError`` if the organisation is not suspended."""
    return _move(organisation_id, OrganisationStep.REINSTATE, actor, now, reason=None)


def keep_contact(
    *, actor: User, now: datetime, organisation_id: int, contact: OrganisationContact
) -> None:
    """Store address and contact person, and record which changed; ``InvalidError`` if too long."""
    if len(contact.address or "") > LONGEST_PLACE_ADDRESS:
        raise InvalidError("organisation.address_length", "address", most=LONGEST_PLACE_ADDRESS)
    if len(contact.name or "") > LONGEST_PERSON_NAME:
        raise InvalidError("organisation.contact_name_length", "name", most=LONGEST_PERSON_NAME)
    row = get_organisation(organisation_id, actor, is_locked=True)
    fields = _write_contact(row, contact)
    if fields:
        db.session.flush()
        details = {"fields": fields}
        record_event(actor=actor, action="organisation.edit", subject=row, now=now, details=details)


def _write_contact(row: Organisation, contact: OrganisationContact) -> list[str]:
    """Write the contact to the row; return the names of the changed columns, sorted."""
    values = {
        "address": contact.address or None,
        "contact_name": contact.name or None,
        "contact_phone": contact.phone or None,
    }
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _move(
    organisation_id: int,
    step: OrganisationStep,
    actor: User,
    now: datetime,
    *,
    reason: str | None,
    breaks: Breaks = NO_BREAKS,
) -> Organisation:
    if reason is not None and not 0 < len(reason) <= LONGEST_REASON:
        raise InvalidError("organisation.reason_length", "reason", most=LONGEST_REASON)
    organisation = lock_in_scope(Organisation, organisation_id, actor, "organisation.unknown")
    ORGANISATION_STATES.take(organisation, step)
    organisation.return_reason = reason
    db.session.flush()
    record_event(
        actor=actor,
        action=f"organisation.{step}",
        subject=organisation,
        now=now,
        details=breaks.to_details(),
    )
    notify_coordinators(organisation.id, actor, f"organisation.{step}", organisation, now)
    return organisation


def _lock_subdistrict(subdistrict_id: int) -> Subdistrict:
    """Lock the row until the transaction ends, so that two organisations cannot get one code.

    Raises ``NotFoundError`` for an unknown subdistrict.
    """
    subdistrict = db.session.get(
        Subdistrict,
        subdistrict_id,
        with_for_update={"key_share": True},
        populate_existing=True,
    )
    if subdistrict is None:
        raise NotFoundError("subdistrict.unknown")
    return subdistrict


def _check_names(subdistrict: Subdistrict, name_zh: str, name_en: str) -> None:
    if not 0 < len(name_zh) <= LONGEST_ORGANISATION_NAME_ZH:
        raise InvalidError("organisation.name_length", "name_zh", most=LONGEST_ORGANISATION_NAME_ZH)
    if len(name_en) > LONGEST_ORGANISATION_NAME_EN:
        raise InvalidError("organisation.name_length", "name_en", most=LONGEST_ORGANISATION_NAME_EN)
    names = select(Organisation.name_zh).where(Organisation.subdistrict_id == subdistrict.id)
    if fold(name_zh) in {fold(name) for name in db.session.scalars(names)}:
        raise InvalidError("organisation.name_taken", "name_zh")


def _get_next_code(subdistrict: Subdistrict) -> str:
    prefix = f"{subdistrict.code}-"
    codes = db.session.scalars(
        select(Organisation.code).where(Organisation.code.startswith(prefix, autoescape=True))
    )
    tails = (code.removeprefix(prefix) for code in codes)
    numbers = [int(tail) for tail in tails if tail.isascii() and tail.isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:0{_CODE_DIGITS}d}"
