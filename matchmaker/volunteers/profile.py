"""The profile of a volunteer: what it holds, whether it is valid, and how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.kinds import KINDS_WITH_VOLUNTEERS
from matchmaker.models import (
    Committee,
    Organisation,
    Qualification,
    ServiceCategory,
    Volunteer,
    VolunteerQualification,
    Window,
)
from matchmaker.models.limits import LONGEST_PERSON_NAME, LONGEST_VOLUNTEER_SORT_KEY
from matchmaker.words.names import get_person_sort_key
from matchmaker.words.phone_numbers import get_line

# Limits of a profile.

MOST_VISITS_PER_MONTH = 24  # one in each slot of a month


@dataclass(frozen=True, slots=True)
class VolunteerProfile:
    """The profile of a volunteer, as typed and as stored.

    categories       codes of ``list_skills``
    windows          times of the week at which the volunteer is free
    committees       codes; empty: all committees
    qualifications   qualification -> its last day; None: it has no end
    phone            as ``normalise_phone`` keeps it; None: none is known
    """

    name: str
    visits_per_month: int
    categories: tuple[str, ...]
    windows: tuple[str, ...]
    committees: tuple[str, ...] = ()
    qualifications: Mapping[Qualification, date | None] = field(default_factory=dict)
    phone: str | None = None


def check_profile(profile: VolunteerProfile, organisation: Organisation) -> None:
    """Raise ``InvalidError`` naming the first field that is not valid."""
    if not 0 < len(profile.name) <= LONGEST_PERSON_NAME:
        raise InvalidError("volunteer.name_length", "name", most=LONGEST_PERSON_NAME)
    if not 1 <= profile.visits_per_month <= MOST_VISITS_PER_MONTH:
        raise InvalidError(
            "volunteer.visits_out_of_range", "visits_per_month", most=MOST_VISITS_PER_MONTH
        )
    if not profile.categories or not set(profile.categories) <= {
        category.code for category in list_skills()
    }:
        raise InvalidError("volunteer.categories_unknown", "categories")
    if not profile.windows or not set(profile.windows) <= set(Window):
        raise InvalidError("volunteer.windows_unknown", "windows")
    known = select(Committee.code).where(Committee.subdistrict_id == organisation.subdistrict_id)
    if not set(profile.committees) <= set(db.session.scalars(known)):
        raise InvalidError("volunteer.committees_unknown", "committees")


def list_skills() -> list[ServiceCategory]:
    """The second-level categories in which volunteers can serve, in the catalogue's order."""
    return list(
        db.session.scalars(
            select(ServiceCategory)
            .where(
                ServiceCategory.parent_id.is_not(None),
                ServiceCategory.kind.in_(KINDS_WITH_VOLUNTEERS),
            )
            .order_by(ServiceCategory.position, ServiceCategory.id)
        )
    )


def write_profile(volunteer: Volunteer, profile: VolunteerProfile) -> None:
    """Write ``profile`` to the row, with sorted lists; qualifications it lacks are removed."""
    volunteer.name = profile.name
    volunteer.sort_key = get_person_sort_key(profile.name)[:LONGEST_VOLUNTEER_SORT_KEY]
    volunteer.phone = profile.phone
    line = get_line(profile.phone) if profile.phone else None
    volunteer.phone_index = contact_cipher.get_index(line) if line else None
    volunteer.visits_per_month = profile.visits_per_month
    volunteer.categories = sorted(set(profile.categories))
    volunteer.windows = sorted(set(profile.windows))
    volunteer.committees = sorted(set(profile.committees))
    _write_qualifications(volunteer, profile.qualifications)


def _write_qualifications(
    volunteer: Volunteer, wanted: Mapping[Qualification, date | None]
) -> None:
    present = {row.qualification: row for row in volunteer.qualifications}
    for qualification, row in present.items():
        if qualification not in wanted:
            volunteer.qualifications.remove(row)
    for qualification, expires_on in wanted.items():
        if qualification in present:
            present[qualification].expires_on = expires_on
        else:
            volunteer.qualifications.append(
                VolunteerQualification(qualification=qualification, expires_on=expires_on)
            )
