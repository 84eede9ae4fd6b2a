"""Apply for an organisation without an account; invite its coordinator once approved."""

from datetime import datetime, timedelta

from sqlalchemy import select

from matchmaker.accounts import invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.accounts.throttling import Counted, count_try
from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Organisation,
    OrganisationApplication,
    OrganisationKind,
    OrganisationState,
    Role,
    Subdistrict,
    User,
)
from matchmaker.models.limits import LONGEST_PERSON_NAME
from matchmaker.organisations.service import add_organisation, get_organisation


def list_subdistricts() -> list[Subdistrict]:
    """All street offices, in order of code; an organisation can apply to each."""
    return list(db.session.scalars(select(Subdistrict).order_by(Subdistrict.code)))


def count_application(*, address: str, now: datetime) -> None:
    """Count an attempt from a network address; the caller commits before any other work.

    Raises ``ThrottledError`` beyond the limit.
    """
    count_try(Counted.APPLICATION_ADDRESS, address, now)


def apply(
    *,
    now: datetime,
    subdistrict_id: int,
    name_zh: str,
    name_en: str,
    kind: OrganisationKind,
    contact_name: str,
    contact_phone: str,
) -> Organisation:
    """Store an organisation that waits for approval, with the person who applied.

    Raises ``InvalidError`` naming a field, ``NotFoundError`` for an unknown street office.
    """
    if not 0 < len(contact_name) <= LONGEST_PERSON_NAME:
        raise InvalidError(
            "organisation.contact_name_length", "contact_name", most=LONGEST_PERSON_NAME
        )
    organisation = add_organisation(
        subdistrict_id=subdistrict_id,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        state=OrganisationState.APPLIED,
    )
    organisation.application = OrganisationApplication(
        contact_name=contact_name, contact_phone=contact_phone, applied_at=now
    )
    db.session.flush()
    details = {"code": organisation.code, "kind": kind.value}
    record_event(
        actor=None, action="organisation.apply", subject=organisation, now=now, details=details
    )
    return organisation


def invite_coordinator(
    *, actor: User, now: datetime, organisation_id: int, lasts: timedelta
) -> str:
    """Invite a coordinator of an approved organisation and return the code.

    Only the code's digest is stored. Raises ``ConflictError`` if the organisation is not approved,
    ``NotFoundError`` outside the actor's scope.
    """
    organisation = get_organisation(organisation_id, actor)
    if organisation.state is not OrganisationState.APPROVED:
        raise ConflictError("organisation.not_approved")
    return invitations.invite(
        actor=actor,
        role=Role.COORDINATOR,
        scope=Scope(organisation_id=organisation.id),
        lasts=lasts,
        now=now,
    )


def has_coordinator(organisation: Organisation) -> bool:
    """Whether the organisation has a coordinator with an enabled account."""
    return (
        db.session.scalar(
            select(User.id)
            .where(
                User.organisation_id == organisation.id,
                User.role == Role.COORDINATOR,
                User.disabled_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )
