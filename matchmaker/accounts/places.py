"""The places and organisations that an account can be about, for lists to choose from."""

from dataclasses import dataclass

from sqlalchemy import select

from matchmaker.extensions import db
from matchmaker.models import Committee, Organisation, Resident, Subdistrict, User, Volunteer


@dataclass(frozen=True, slots=True)
class Places:
    subdistricts: list[Subdistrict]
    committees: list[Committee]
    organisations: list[Organisation]


def list_places() -> Places:
    """Every street office, committee and organisation."""
    return Places(
        subdistricts=list(db.session.scalars(select(Subdistrict).order_by(Subdistrict.code))),
        committees=list(db.session.scalars(select(Committee).order_by(Committee.code))),
        organisations=list(db.session.scalars(select(Organisation).order_by(Organisation.code))),
    )


def list_volunteers_without_account(actor: User) -> list[Volunteer]:
    """The volunteers of the actor's organisation who cannot sign in yet."""
    taken = select(User.volunteer_id).where(User.volunteer_id.is_not(None))
    query = (
        select(Volunteer)
        .where(Volunteer.organisation_id == actor.organisation_id, Volunteer.id.not_in(taken))
        .order_by(Volunteer.sort_key, Volunteer.id)
    )
    return list(db.session.scalars(query))


def get_typed_scope(user: User) -> dict[str, str]:
    """An account's present role and scope, as first values of the form that changes them."""
    volunteer = db.session.get(Volunteer, user.volunteer_id) if user.volunteer_id else None
    resident = db.session.get(Resident, user.resident_id) if user.resident_id else None
    return {
        "role": user.role.value,
        "subdistrict_id": str(user.subdistrict_id or ""),
        "committee_id": str(user.committee_id or ""),
        "organisation_id": str(user.organisation_id or ""),
        "resident_reference": resident.reference if resident else "",
        "volunteer_reference": volunteer.reference if volunteer else "",
    }
