"""What a round may give: approved offers and active volunteers of approved organisations."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
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
    VolunteerAbsence,
    VolunteerState,
)
from matchmaker.promises.stock import count_left
from matchmaker.rounds.freeze.days import Days, cut_days, keep_valid, lasts, list_dated
from matchmaker.rounds.question.snapshot import FrozenOffer, FrozenVolunteer
from matchmaker.slots import list_days


def select_open_offers(subdistrict_id: int, month: date) -> Select[Any]:
    """Select the offers of approved organisations from which a freeze takes its own.

    They are approved or open, and valid on at least one day of the month. Approved ones count
    although they are not open yet, because a month may be frozen before it begins.
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
    subdistrict_id: int, month: date, after: date | None = None
) -> tuple[tuple[FrozenOffer, ...], dict[str, int]]:
    """The offers open on a day of the month later than ``after``, and the row id of each by name.

    An offer with a stock gives at most what other months leave of it, and is left out without any.

    An offer has no reference of its own. Its name is organisation, category and a number. Numbers
    follow the order of content, so offers that could swap numbers do not differ in anything a round
    reads. Offers are in order of organisation, category and number.
    """
    query = select_open_offers(subdistrict_id, month).options(
        joinedload(Offer.organisation), joinedload(Offer.category)
    )
    alike: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    days = list_days(month, after)
    found = db.session.scalars(query).all()
    left = count_left(found, month)
    for offer in found:
        if left.get(offer.id) != 0 and cut_days(days, _is_open_on(offer)) is not None:
            alike[offer.organisation.code, offer.category.code].append(offer)
    rows, ids = [], {}
    for (organisation, category), offers in sorted(alike.items()):
        dated = [(cut_days(days, _is_open_on(offer)) or (), offer) for offer in offers]
        ordered = sorted(dated, key=lambda pair: _list_content(*pair))
        for number, (open_days, offer) in enumerate(ordered, start=1):
            capacity = min(offer.capacity_per_month, left.get(offer.id, offer.capacity_per_month))
            name = f"{organisation}/{category}/{number}"
            row = _freeze_offer(name, offer, open_days, capacity)
            rows.append(row)
            ids[row.name] = offer.id
    return tuple(rows), ids


def _is_open_on(offer: Offer) -> Callable[[date], bool]:
    return lasts(offer.valid_from, offer.valid_until)


def freeze_volunteers(
    subdistrict_id: int, month: date, after: date | None = None
) -> tuple[FrozenVolunteer, ...]:
    """The active volunteers who are there on a day after ``after``, in order of reference.

    Qualifications are those that hold on any of these days. A person who is away under one entry as
    a volunteer is away under every other entry, too.
    """
    days = list_days(month, after)
    query = (
        select(Volunteer)
        .join(Volunteer.organisation)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Organisation.state == OrganisationState.APPROVED)
        .where(Volunteer.state == VolunteerState.ACTIVE)
        .options(joinedload(Volunteer.organisation), selectinload(Volunteer.qualifications))
        .options(selectinload(Volunteer.absences))
    )
    found = db.session.scalars(query).all()
    persons = _name_persons(found)
    away: dict[int, list[VolunteerAbsence]] = defaultdict(list)
    for row in found:
        away[row.person_id].extend(row.absences)
    rows = (
        replace(_freeze_volunteer(row, days, there), person=persons.get(row.person_id, ""))
        for row in found
        if (there := cut_days(days, partial(_is_there, away[row.person_id]))) is not None
    )
    return tuple(sorted(rows, key=lambda row: row.reference))


def _is_there(absences: Sequence[VolunteerAbsence], day: date) -> bool:
    return not any(day in away for away in absences)


def _name_persons(volunteers: Sequence[Volunteer]) -> dict[int, str]:
    """The first reference of each person with more than one entry, keyed by the person's id."""
    references: dict[int, list[str]] = defaultdict(list)
    for row in volunteers:
        references[row.person_id].append(row.reference)
    return {person: min(names) for person, names in references.items() if len(names) > 1}


def _list_content(days: Days, offer: Offer) -> tuple[object, ...]:
    """The sort key of offers with the same organisation and category; the lot breaks ties."""
    return (
        offer.capacity_per_month,
        sorted(offer.windows),
        sorted(offer.committees),
        sorted(offer.statuses),
        days,
        offer.lot,
    )


def _freeze_offer(name: str, offer: Offer, days: Days, capacity: int) -> FrozenOffer:
    return FrozenOffer(
        name=name,
        organisation=offer.organisation.code,
        category=offer.category.code,
        capacity=capacity,
        windows=tuple(sorted(offer.windows)),
        committees=tuple(sorted(offer.committees)),
        statuses=tuple(sorted(offer.statuses)),
        lot=offer.lot,
        days=days,
    )


def _freeze_volunteer(volunteer: Volunteer, days: list[date], there: Days) -> FrozenVolunteer:
    held = keep_valid(
        (row.qualification.value, cut_days(days, lasts(None, row.expires_on)))
        for row in volunteer.qualifications
    )
    return FrozenVolunteer(
        reference=volunteer.reference,
        organisation=volunteer.organisation.code,
        categories=tuple(sorted(volunteer.categories)),
        qualifications=tuple(sorted(held)),
        committees=tuple(sorted(volunteer.committees)),
        windows=tuple(sorted(volunteer.windows)),
        visits=volunteer.visits_per_month,
        lot=volunteer.lot,
        days=there,
        qualification_days=list_dated(held),
    )
