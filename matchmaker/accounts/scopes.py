"""The scope of an account: the one row to which its role must refer, such as a committee.

Administrators and auditors have none.
"""

from dataclasses import dataclass

from sqlalchemy import select

from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    Household,
    Invitation,
    Organisation,
    Resident,
    Role,
    Subdistrict,
    User,
    Volunteer,
)

# The street offices, committees and organisations that an account can have as its scope.


@dataclass(frozen=True, slots=True)
class Places:
    """Every street office, committee and organisation, as choices of a form."""

    subdistricts: list[Subdistrict]
    committees: list[Committee]
    organisations: list[Organisation]


def list_places() -> Places:
    """Every street office, committee and organisation, each list in order of code."""
    return Places(
        subdistricts=list(db.session.scalars(select(Subdistrict).order_by(Subdistrict.code))),
        committees=list(db.session.scalars(select(Committee).order_by(Committee.code))),
        organisations=list(db.session.scalars(select(Organisation).order_by(Organisation.code))),
    )


def list_volunteers_without_account(actor: User) -> list[Volunteer]:
    """The volunteers of the actor's organisation who have no account, in order of name."""
    taken = select(User.volunteer_id).where(User.volunteer_id.is_not(None))
    query = (
        select(Volunteer)
        .where(Volunteer.organisation_id == actor.organisation_id, Volunteer.id.not_in(taken))
        .order_by(Volunteer.sort_key, Volunteer.id)
    )
    return list(db.session.scalars(query))


def get_typed_scope(user: User) -> dict[str, str]:
    """An account's role and scope as initial values of the form that changes them."""
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


@dataclass(frozen=True, slots=True)
class Scope:
    """The row to which an account refers: one id is set, none for administrators and auditors."""

    subdistrict_id: int | None = None
    committee_id: int | None = None
    organisation_id: int | None = None
    resident_id: int | None = None
    volunteer_id: int | None = None

    def apply_to(self, row: User | Invitation) -> None:
        """Set all five references of ``row`` to this scope, so that an earlier one is removed."""
        row.subdistrict_id = self.subdistrict_id
        row.committee_id = self.committee_id
        row.organisation_id = self.organisation_id
        row.resident_id = self.resident_id
        row.volunteer_id = self.volunteer_id


def get_scope(row: User | Invitation) -> Scope:
    """The scope of an account or invitation."""
    return Scope(
        subdistrict_id=row.subdistrict_id,
        committee_id=row.committee_id,
        organisation_id=row.organisation_id,
        resident_id=row.resident_id,
        volunteer_id=row.volunteer_id,
    )


def resolve_scope(
    role: Role,
    *,
    subdistrict_id: int | None = None,
    committee_id: int | None = None,
    organisation_id: int | None = None,
    resident_reference: str | None = None,
    volunteer_reference: str | None = None,
) -> Scope:
    """The scope of ``role`` from the typed values; fields that belong to other roles are ignored.

    Raises ``InvalidError`` naming the role's field if it is empty or its value unknown.
    """
    if role is Role.SOCIAL_WORKER:
        return Scope(subdistrict_id=_check(Subdistrict, subdistrict_id, "subdistrict_id"))
    if role is Role.COMMITTEE_WORKER:
        return Scope(committee_id=_check(Committee, committee_id, "committee_id"))
    if role is Role.COORDINATOR:
        return Scope(organisation_id=_check(Organisation, organisation_id, "organisation_id"))
    if role is Role.RESIDENT:
        return Scope(resident_id=_find_resident_id(resident_reference))
    if role is Role.VOLUNTEER:
        return Scope(volunteer_id=_find_id(Volunteer, volunteer_reference, "volunteer_reference"))
    return Scope()


def is_in_organisation(scope: Scope, organisation_id: int | None) -> bool:
    """Whether ``scope`` is the organisation or one of its volunteers; False without an id."""
    if organisation_id is None:
        return False
    if scope.volunteer_id is not None:
        volunteer = db.session.get(Volunteer, scope.volunteer_id)
        return volunteer is not None and volunteer.organisation_id == organisation_id
    return scope.organisation_id == organisation_id


def is_in_committee(scope: Scope, committee_id: int | None) -> bool:
    """Whether ``scope`` is a resident of the committee; False without an id."""
    if committee_id is None or scope.resident_id is None:
        return False
    found = db.session.scalar(
        select(Household.committee_id)
        .join(Resident, Resident.household_id == Household.id)
        .where(Resident.id == scope.resident_id)
    )
    return found == committee_id


def is_in_subdistrict(scope: Scope, subdistrict_id: int | None) -> bool:
    """Whether ``scope`` is an organisation of the street office; False without an id."""
    if subdistrict_id is None or scope.organisation_id is None:
        return False
    organisation = db.session.get(Organisation, scope.organisation_id)
    return organisation is not None and organisation.subdistrict_id == subdistrict_id


def _check(
    model: type[Subdistrict] | type[Committee] | type[Organisation], key: int | None, field: str
) -> int:
    if key is None or db.session.get(model, key) is None:
        raise InvalidError("account.scope_missing", field)
    return key


def _find_resident_id(reference: str | None) -> int:
    """The id of the resident with the reference or, if it was merged, of the entry that was kept.

    Raises ``InvalidError`` if the reference is unknown.
    """
    row = db.session.get_one(Resident, _find_id(Resident, reference, "resident_reference"))
    return row.merged_into_id or row.id


def _find_id(model: type[Resident] | type[Volunteer], reference: str | None, field: str) -> int:
    found = db.session.scalar(select(model.id).where(model.reference == (reference or "")))
    if found is None:
        raise InvalidError("account.scope_missing", field)
    return found
