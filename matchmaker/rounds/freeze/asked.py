"""What a round has to decide: the open needs, and the due visits of long-term pairings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from matchmaker.kinds import KINDS_WITH_VOLUNTEERS
from matchmaker.models import (
    Committee,
    Household,
    Need,
    NeedState,
    Organisation,
    Pairing,
    PairingAgreement,
    RecipientStatus,
    Resident,
    ServiceCategory,
    VisitFrequency,
)
from matchmaker.promises.falls import list_lost
from matchmaker.rounds.freeze.days import Days, cut_days, keep_valid, lasts, list_dated
from matchmaker.rounds.question.snapshot import DueVisit, FrozenNeed
from matchmaker.slots import get_week, list_days

_MONTHS_PER_QUARTER = 3


def select_open_needs(subdistrict_id: int, month: date, after: date | None = None) -> Select[Any]:
    """Select the needs that a freeze of the month takes: open, of a committee of the subdistrict.

    Help for each of them is still of use on the first day of the month later than ``after``.
    """
    first = month if after is None else max(month, after + timedelta(days=1))
    return (
        select(Need)
        .join(Need.committee)
        .where(Need.state == NeedState.OPEN, Committee.subdistrict_id == subdistrict_id)
        .where(or_(Need.useful_until.is_(None), Need.useful_until >= first))
    )


def freeze_needs(
    subdistrict_id: int, month: date, after: date | None = None
) -> tuple[FrozenNeed, ...]:
    """The open needs, in order of reference, with the statuses that hold on some day of the month.

    ``after``: only days after this one count, for each status, too.
    """
    found = select_open_needs(subdistrict_id, month, after)
    query = found.options(
        joinedload(Need.committee),
        joinedload(Need.category),
        joinedload(Need.resident).options(
            joinedload(Resident.household), selectinload(Resident.statuses)
        ),
    )
    days = list_days(month, after)
    lost = list_lost(found.with_only_columns(Need.id))
    rows = [_freeze_need(need, days, need.id in lost) for need in db.session.scalars(query)]
    return tuple(sorted(rows, key=lambda row: row.reference))


def map_statuses(resident: Resident, days: list[date]) -> dict[str, Days]:
    """Map each verified status that holds on any of the days to its days, in order of code."""
    found = ((row.kind.value, _cut_status(row, days)) for row in resident.statuses)
    return dict(sorted(keep_valid(found).items()))


def _cut_status(row: RecipientStatus, days: list[date]) -> Days | None:
    return None if row.verified_at is None else cut_days(days, lasts(None, row.valid_until))


def freeze_due_visits(
    subdistrict_id: int,
    month: date,
    after: date | None = None,
    missed: Mapping[str, int] | None = None,
) -> tuple[DueVisit, ...]:
    """The visits that pairings must make in ``month``, in order of pairing and number.

    ``after``: only days after this one count. ``missed``: the visits of the month before that were
    not made, keyed by pairing; as many of this month's visits are marked as missed, the first ones.
    """
    query = select_pairings(subdistrict_id, month).options(
        joinedload(Pairing.volunteer),
        joinedload(Pairing.category),
        joinedload(Pairing.resident).options(
            joinedload(Resident.household).joinedload(Household.committee),
            selectinload(Resident.statuses),
        ),
    )
    owed = missed or {}
    rows = [
        replace(
            _freeze_visit(pairing, number, weeks, list_days(month, after)),
            missed=number <= owed.get(_name_owing(pairing, month), 0),
        )
        for pairing in db.session.scalars(query)
        for number, weeks in enumerate(list_due_weeks(pairing, month, after), start=1)
    ]
    return tuple(sorted(rows, key=lambda row: (row.pairing, row.number)))


def _name_owing(pairing: Pairing, month: date) -> str:
    """The reference of the pairing that was to make these visits in the month before."""
    is_first = pairing.starts_on == month and pairing.continues is not None
    return pairing.continues.reference if is_first and pairing.continues else pairing.reference


def select_pairings(subdistrict_id: int, month: date) -> Select[Pairing]:
    """Select the pairings whose visits may be due in ``month``, with the giver's agreements."""
    return (
        select(Pairing)
        .join(Pairing.organisation)
        .join(Pairing.category)
        .where(Organisation.subdistrict_id == subdistrict_id)
        .where(ServiceCategory.kind.in_(KINDS_WITH_VOLUNTEERS))
        .where(Pairing.starts_on < add_months(month, 1))
        .where(or_(Pairing.ended_on.is_(None), Pairing.ended_on >= month))
        .where(Pairing.resident.has(Resident.contact_ended_on.is_(None)))
        .options(joinedload(Pairing.organisation).selectinload(Organisation.agreements))
        .options(selectinload(Pairing.continues, recursion_depth=-1))
    )


def list_due_weeks(
    pairing: Pairing, month: date, after: date | None = None
) -> list[tuple[int, ...]]:
    """For each visit due in ``month``, list the weeks (1 to 4) in which it may take place.

    A week counts if it has a day after ``after`` on which the pairing holds. For a giver with
    pairing agreements, one of them must hold on that same day.
    """
    days = (day for day in list_days(month, after) if _lasts_on(pairing, day))
    weeks = tuple(sorted({get_week(day) for day in days}))
    if pairing.frequency is VisitFrequency.WEEKLY:
        return [(week,) for week in weeks]
    since = month.month - _find_first_day(pairing).month  # a year is four whole quarters
    if pairing.frequency is VisitFrequency.QUARTERLY and since % _MONTHS_PER_QUARTER:
        return []
    return [weeks] if weeks else []


def _find_first_day(pairing: Pairing) -> date:
    """The day from which its visits are counted: a change that leaves the frequency keeps it."""
    first = pairing
    while first.continues is not None and first.continues.frequency is pairing.frequency:
        first = first.continues
    return first.starts_on


def _lasts_on(pairing: Pairing, day: date) -> bool:
    """Whether the pairing lasts on a day and, if the giver signed agreements, one of them does."""
    agreements = pairing.organisation.agreements if pairing.organisation else []
    return lasts(pairing.starts_on, pairing.ended_on)(day) and (
        not agreements or any(_binds_on(row, day) for row in agreements)
    )


def _binds_on(agreement: PairingAgreement, day: date) -> bool:
    return lasts(agreement.starts_on, None if agreement.renews else agreement.ends_on)(day)


def _freeze_need(need: Need, days: list[date], has_lost: bool) -> FrozenNeed:
    statuses = map_statuses(need.resident, days)
    return FrozenNeed(
        reference=need.reference,
        form=need.type,
        resident=need.resident.reference,
        household=need.resident.household.reference,
        committee=need.committee.code,
        category=need.category.code,
        statuses=tuple(statuses),
        status_days=list_dated(statuses),
        quantity=need.quantity,
        windows=tuple(sorted(need.windows)),
        tier=need.tier,
        waiting=need.waiting_rounds,
        lot=need.lot,
        household_lot=need.resident.household.lot,
        lost=has_lost,
        days=cut_days(days, lasts(None, need.useful_until)) or (),
    )


def _freeze_visit(
    pairing: Pairing, number: int, weeks: tuple[int, ...], days: list[date]
) -> DueVisit:
    household, statuses = pairing.resident.household, map_statuses(pairing.resident, days)
    return DueVisit(
        pairing=pairing.reference,
        number=number,
        weeks=weeks,
        resident=pairing.resident.reference,
        committee=household.committee.code,
        category=pairing.category.code,
        statuses=tuple(statuses),
        status_days=list_dated(statuses),
        days=cut_days(days, partial(_lasts_on, pairing)) or (),
        organisation=pairing.organisation.code,
        volunteer=pairing.volunteer.reference if pairing.volunteer else None,
        tier=pairing.tier,
        household=household.reference,
        lot=f"{pairing.lot}#{number}",
        household_lot=household.lot,
    )
