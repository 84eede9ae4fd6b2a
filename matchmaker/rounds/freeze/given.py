"""What a round may give: approved offers and active volunteers of approved organisations."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
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
from matchmaker.rounds.snapshot import FrozenOffer, FrozenVolunteer


def select_open_offers(subdistrict_id: int, month: date) -> Select[Any]:
    """The offers that a freeze takes: approved and valid in the month, of approved organisations.

    An approved offer whose first day is still to come is included, because a month may be frozen
    before it begins.
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


def freeze_offers(
    subdistrict_id: int, month: date
) -> tuple[tuple[FrozenOffer, ...], dict[str, int]]:
    """The open offers ordered by name, and the id of the row behind each name.

    An offer has no reference of its own. Its name is organisation, category and a number, assigned
    in the order of content: offers that could swap numbers do not differ in anything a round reads.
    """
    query = select_open_offers(subdistrict_id, month).options(
        joinedload(Offer.organisation), joinedload(Offer.category)
    )
    alike: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in db.session.scalars(query):
        alike[offer.organisation.code, offer.category.code].append(offer)
    rows, ids = [], {}
    for (organisation, category), found in sorted(alike.items()):
        for number, offer in enumerate(sorted(found, key=_list_content), start=1):
            row = _freeze_offer(f"{organisation}/{category}/{number}", offer)
            rows.append(row)
            ids[row.name] = offer.id
    return tuple(rows), ids


def freeze_volunteers(subdistrict_id: int, month: date) -> tuple[FrozenVolunteer, ...]:
    """The active volunteers, with the qualifications that are valid until the month's last day."""
    last_day = add_months(month, 1) - timedelta(days=1)
    query = (
        select(Volunteer)
        .join(Volunteer.organisation)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Organisation.state == OrganisationState.APPROVED)
        .where(Volunteer.state == VolunteerState.ACTIVE)
        .options(joinedload(Volunteer.organisation), selectinload(Volunteer.qualifications))
    )
    found = db.session.scalars(query).all()
    persons = _name_persons(found)
    rows = [
        replace(_freeze_volunteer(row, last_day), person=persons.get(row.person_id, ""))
        for row in found
    ]
    return tuple(sorted(rows, key=lambda row: row.reference))


def _name_persons(volunteers: Sequence[Volunteer]) -> dict[int, str]:
    """The first reference of each person who is a volunteer here more than once."""
    references: dict[int, list[str]] = defaultdict(list)
    for row in volunteers:
        references[row.person_id].append(row.reference)
    return {person: min(names) for person, names in references.items() if len(names) > 1}


def _list_content(offer: Offer) -> tuple[object, ...]:
    """The sort key of offers with the same organisation and category; the lot breaks ties."""
    return (
        offer.capacity_per_month,
        sorted(offer.windows),
        sorted(offer.committees),
        sorted(offer.statuses),
        offer.lot,
    )


def _freeze_offer(name: str, offer: Offer) -> FrozenOffer:
    return FrozenOffer(
        name=name,
        organisation=offer.organisation.code,
        category=offer.category.code,
        capacity=offer.capacity_per_month,
        windows=tuple(sorted(offer.windows)),
        committees=tuple(sorted(offer.committees)),
        statuses=tuple(sorted(offer.statuses)),
        lot=offer.lot,
    )


def _freeze_volunteer(volunteer: Volunteer, last_day: date) -> FrozenVolunteer:
    return FrozenVolunteer(
        reference=volunteer.reference,
        organisation=volunteer.organisation.code,
        categories=tuple(sorted(volunteer.categories)),
        qualifications=tuple(
            sorted(
                held.qualification.value
                for held in volunteer.qualifications
                if held.expires_on is None or held.expires_on >= last_day
            )
        ),
        committees=tuple(sorted(volunteer.committees)),
        windows=tuple(sorted(volunteer.windows)),
        visits=volunteer.visits_per_month,
        lot=volunteer.lot,
    )
