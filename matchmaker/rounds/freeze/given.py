"""What a round may give: approved offers and active volunteers of approved organisations."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from matchmaker.models import (
    Offer,
    OfferState,
    Organisation,
    OrganisationState,
    Volunteer,
    VolunteerState,
)


def select_open_offers(subdistrict_id: int, month: date) -> Select[Any]:
    """The offers that a freeze takes: approved and valid in the month, of approved organisations.

    One whose first day is still to come is approved and not yet open; a month frozen before it
    begins takes it all the same.
    """
    return (
        select(Offer)
        .join(Offer.organisation)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Organisation.state == OrganisationState.APPROVED)
        .where(Offer.state.in_((OfferState.APPROVED, OfferState.OPEN)))
        .where(Offer.valid_from < add_months(month, 1))
        .where(or_(Offer.valid_until.is_(None), Offer.valid_until >= month))
    )


def describe_offers(
    subdistrict_id: int, month: date
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The open offers ordered by name, and the row of each name.

    An offer has no reference of its own. Its name is organisation, category and a number in the
    order of its content: two offers that swap numbers are alike in everything the round reads.
    """
    statement = select_open_offers(subdistrict_id, month).options(
        joinedload(Offer.organisation), joinedload(Offer.category)
    )
    alike: dict[tuple[str, str], list[tuple[dict[str, Any], int]]] = defaultdict(list)
    for offer in db.session.scalars(statement):
        key = (offer.organisation.code, offer.category.code)
        alike[key].append((_describe_offer(offer), offer.id))
    rows, ids = [], {}
    for (organisation, category), found in sorted(alike.items()):
        found.sort(key=lambda entry: (tuple(entry[0].values()), entry[1]))
        for number, (row, row_id) in enumerate(found, start=1):
            name = f"{organisation}/{category}/{number}"
            rows.append({"name": name, **row})
            ids[name] = row_id
    return rows, ids


def describe_volunteers(subdistrict_id: int, month: date) -> list[dict[str, Any]]:
    """The active volunteers, with the qualifications that hold until the month's last day."""
    last_day = add_months(month, 1) - timedelta(days=1)
    statement = (
        select(Volunteer)
        .join(Volunteer.organisation)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Organisation.state == OrganisationState.APPROVED)
        .where(Volunteer.state == VolunteerState.ACTIVE)
        .options(joinedload(Volunteer.organisation), selectinload(Volunteer.qualifications))
    )
    rows = [_describe_volunteer(row, last_day) for row in db.session.scalars(statement)]
    return sorted(rows, key=lambda row: row["reference"])


def _describe_offer(offer: Offer) -> dict[str, Any]:
    return {
        "organisation": offer.organisation.code,
        "category": offer.category.code,
        "capacity": offer.capacity_per_month,
        "windows": sorted(offer.windows),
        "committees": sorted(offer.committees),
        "statuses": sorted(offer.statuses),
    }


def _describe_volunteer(volunteer: Volunteer, last_day: date) -> dict[str, Any]:
    return {
        "reference": volunteer.reference,
        "organisation": volunteer.organisation.code,
        "categories": sorted(volunteer.categories),
        "qualifications": sorted(
            held.qualification.value
            for held in volunteer.qualifications
            if held.expires_on is None or held.expires_on >= last_day
        ),
        "committees": sorted(volunteer.committees),
        "windows": sorted(volunteer.windows),
        "visits": volunteer.visits_per_month,
    }
