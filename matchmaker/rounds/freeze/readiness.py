"""What is unchecked, missing or about to lapse before the freeze, as codes and numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union_all

from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.kinds import KINDS_WITH_VOLUNTEERS
from matchmaker.models import (
    Committee,
    MatchRound,
    Need,
    NeedState,
    Offer,
    OfferState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    PairingAgreement,
    RecipientStatus,
    Resident,
    ServiceCategory,
    Volunteer,
    VolunteerState,
)
from matchmaker.rounds.freeze.asked import list_due_weeks, select_open_needs, select_pairings
from matchmaker.rounds.freeze.given import select_open_offers
from matchmaker.rounds.missed import count_missed, find_last_round
from matchmaker.slots import YearCalendar, get_slot_week, is_guessed, list_days, list_slots


class Finding(StrEnum):
    """What readiness checks, in the order of the page."""

    OPEN_NEEDS = auto()
    OPEN_OFFERS = auto()
    UNVERIFIED_NEEDS = auto()
    UNVERIFIED_STATUSES = auto()
    UNAPPROVED_ORGANISATIONS = auto()
    UNAPPROVED_OFFERS = auto()
    EXPIRED_AGREEMENTS = auto()
    STAFFLESS_OFFERS = auto()
    UNSERVED_CATEGORIES = auto()
    MISSED_DUTIES = auto()
    SLOTLESS_DUTIES = auto()
    GUESSED_CALENDAR = auto()


class Weight(StrEnum):
    GOOD = auto()
    WARNING = auto()  # the freeze is allowed without what is missing
    BLOCKING = auto()  # the freeze would leave nothing to decide


Named = Organisation | Offer | ServiceCategory
MOST_NAMED = 8  # rows; the page that the line links to has the rest


@dataclass(frozen=True, slots=True)
class ReadinessLine:
    """One finding: how many rows, how serious, and the first rows if naming them helps.

    Rows are named where everybody here may read the name; residents' needs and statuses are not.
    """

    finding: Finding
    count: int
    weight: Weight
    rows: tuple[Named, ...] = ()


def check_readiness(match_round: MatchRound, today: date | None = None) -> list[ReadinessLine]:
    """Every finding, also those without a fault, so that the page shows what was checked.

    ``today``: a lock of this day takes no duty of a day gone, so none is looked for.
    """
    subdistrict_id, month = match_round.subdistrict_id, match_round.month
    needs, offers = _count(
        select_open_needs(subdistrict_id), select_open_offers(subdistrict_id, month)
    )
    lines = [
        _weigh_supply(Finding.OPEN_NEEDS, needs),
        _weigh_supply(Finding.OPEN_OFFERS, offers),
    ]
    found = {finding: list_ids(subdistrict_id, month) for finding, list_ids in _CHECKS.items()}
    found |= _list_waiting(subdistrict_id)
    found[Finding.MISSED_DUTIES] = _list_missed_duties(subdistrict_id, month)
    calendars = load_calendars(subdistrict_id)
    found[Finding.SLOTLESS_DUTIES] = _list_slotless_duties(subdistrict_id, month, calendars, today)
    found[Finding.GUESSED_CALENDAR] = _list_guessed_years(month, calendars)
    rows = _load_named(found)
    for finding, ids in sorted(found.items(), key=lambda item: list(Finding).index(item[0])):
        weight = Weight.WARNING if ids else Weight.GOOD
        lines.append(ReadinessLine(finding, len(ids), weight, rows.get(finding, ())))
    return lines


def is_ready(lines: list[ReadinessLine]) -> bool:
    """Whether nothing blocks the freeze."""
    return all(line.weight is not Weight.BLOCKING for line in lines)


def _weigh_supply(finding: Finding, count: int) -> ReadinessLine:
    blocking = finding is Finding.OPEN_NEEDS and count == 0
    weight = Weight.BLOCKING if blocking else Weight.GOOD if count else Weight.WARNING
    return ReadinessLine(finding, count, weight)


def _list_unverified_statuses(subdistrict_id: int, month: date) -> tuple[int, ...]:
    """Statuses of residents with open needs that will not count in the month."""
    residents = select_open_needs(subdistrict_id).with_only_columns(Need.resident_id)
    return _list_ids(
        select(RecipientStatus.id)
        .join(Resident, Resident.id == RecipientStatus.resident_id)
        .where(Resident.id.in_(residents))
        .where(or_(RecipientStatus.verified_at.is_(None), RecipientStatus.valid_until < month))
    )


_WAITING = (Finding.UNVERIFIED_NEEDS, Finding.UNAPPROVED_ORGANISATIONS, Finding.UNAPPROVED_OFFERS)


def _list_waiting(subdistrict_id: int) -> dict[Finding, tuple[int, ...]]:
    """Needs, organisations and offers that nobody has checked yet, in one statement."""
    needs = (
        select(literal(Finding.UNVERIFIED_NEEDS.value), Need.id)
        .join(Need.committee)
        .where(Committee.subdistrict_id == subdistrict_id)
        .where(Need.state.in_((NeedState.SUBMITTED, NeedState.VERIFIED)))
    )
    organisations = (
        select(literal(Finding.UNAPPROVED_ORGANISATIONS.value), Organisation.id)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Organisation.state == OrganisationState.APPLIED)
    )
    offers = (
        select(literal(Finding.UNAPPROVED_OFFERS.value), Offer.id)
        .join(Offer.organisation)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Offer.state == OfferState.SUBMITTED)
    )
    found = db.session.execute(union_all(needs, organisations, offers)).all()
    return {
        finding: tuple(sorted(row_id for name, row_id in found if name == finding.value))
        for finding in _WAITING
    }


def _list_expired_agreements(subdistrict_id: int, month: date) -> tuple[int, ...]:
    """Enterprises whose agreements all end before the last day of the month."""
    holding = select(PairingAgreement.organisation_id).where(
        or_(PairingAgreement.renews, PairingAgreement.ends_on >= list_days(month)[-1])
    )
    once_held = select(PairingAgreement.organisation_id)
    return _list_ids(
        select(Organisation.id)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Organisation.kind == OrganisationKind.ENTERPRISE)
        .where(Organisation.id.in_(once_held), Organisation.id.not_in(holding))
    )


def _list_staffless_offers(subdistrict_id: int, month: date) -> tuple[int, ...]:
    """Offers of volunteers' time whose organisation has no volunteer for the category."""
    offers = (
        select_open_offers(subdistrict_id, month)
        .join(Offer.category)
        .where(ServiceCategory.kind.in_(KINDS_WITH_VOLUNTEERS))
        .with_only_columns(Offer.id, Offer.organisation_id, ServiceCategory.code)
    )
    volunteers = (
        select(Volunteer.organisation_id, Volunteer.categories)
        .join(Organisation, Organisation.id == Volunteer.organisation_id)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(Volunteer.state == VolunteerState.ACTIVE)
    )
    able = {
        (organisation_id, code)
        for organisation_id, codes in db.session.execute(volunteers)
        for code in codes
    }
    return tuple(
        offer_id
        for offer_id, organisation_id, code in db.session.execute(offers)
        if (organisation_id, code) not in able
    )


def _list_unserved_categories(subdistrict_id: int, month: date) -> tuple[int, ...]:
    """Categories with open needs and no offer this month."""
    asked = select_open_needs(subdistrict_id).with_only_columns(Need.category_id)
    offered = select_open_offers(subdistrict_id, month).with_only_columns(Offer.category_id)
    return _list_ids(
        select(ServiceCategory.id)
        .where(ServiceCategory.id.in_(asked), ServiceCategory.id.not_in(offered))
        .order_by(ServiceCategory.position)
    )


def _list_missed_duties(subdistrict_id: int, month: date) -> tuple[int, ...]:
    """The due visits of the last published month that were not made: one number for each."""
    missed = count_missed(find_last_round(subdistrict_id, month))
    return tuple(number for count in missed.values() for number in range(1, count + 1))


def _list_slotless_duties(
    subdistrict_id: int, month: date, calendars: tuple[YearCalendar, ...], after: date | None
) -> tuple[int, ...]:
    """A pairing's due visits whose weeks have no day for visits: one number for each visit."""
    weeks = {get_slot_week(slot) for slot in list_slots(month, calendars, after)}
    return tuple(
        number
        for pairing in db.session.scalars(select_pairings(subdistrict_id, month))
        for number, due in enumerate(list_due_weeks(pairing, month, after), start=1)
        if weeks.isdisjoint(due)
    )


def _list_guessed_years(month: date, calendars: tuple[YearCalendar, ...]) -> tuple[int, ...]:
    """The month's year, if nobody knows its breaks and make-up days yet."""
    return (month.year,) if is_guessed(month.year, calendars) else ()


_CHECKS: dict[Finding, Callable[[int, date], tuple[int, ...]]] = {
    Finding.UNVERIFIED_STATUSES: _list_unverified_statuses,
    Finding.EXPIRED_AGREEMENTS: _list_expired_agreements,
    Finding.STAFFLESS_OFFERS: _list_staffless_offers,
    Finding.UNSERVED_CATEGORIES: _list_unserved_categories,
}


_NAMED: dict[type[Named], tuple[Finding, ...]] = {
    Organisation: (Finding.UNAPPROVED_ORGANISATIONS, Finding.EXPIRED_AGREEMENTS),
    Offer: (Finding.UNAPPROVED_OFFERS, Finding.STAFFLESS_OFFERS),
    ServiceCategory: (Finding.UNSERVED_CATEGORIES,),
}


def _load_named(found: dict[Finding, tuple[int, ...]]) -> dict[Finding, tuple[Named, ...]]:
    """The first rows of each finding that names rows, with one statement for each table."""
    named: dict[Finding, tuple[Named, ...]] = {}
    for model, findings in _NAMED.items():
        first = {finding: found[finding][:MOST_NAMED] for finding in findings}
        wanted = {row_id for ids in first.values() for row_id in ids}
        if wanted:
            query: Select[Any] = select(model).where(model.id.in_(wanted))
            rows = {row.id: row for row in db.session.scalars(query)}
            named |= {
                finding: tuple(rows[row_id] for row_id in ids) for finding, ids in first.items()
            }
    return named


def _count(*queries: Select[Any]) -> tuple[int, ...]:
    """The number of rows of each query, in one statement."""
    counts = (select(func.count()).select_from(of.subquery()).scalar_subquery() for of in queries)
    return tuple(db.session.execute(select(*counts)).one())


def _list_ids(query: Select[Any]) -> tuple[int, ...]:
    return tuple(db.session.scalars(query))
