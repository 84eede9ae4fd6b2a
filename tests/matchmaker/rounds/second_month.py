"""A month after a published one, with every kind of row that a freeze reads."""

from datetime import date

from matchmaker import models as m
from tests.factories import NOW, Factory, make_lot
from tests.matchmaker.rounds.small_month import SmallMonth

SECOND_MONTH = date(2026, 10, 1)  # its first week has the National Day holidays


def freeze_second_month(make: Factory, policy: str = "") -> m.MatchRound:
    """July is published; October is frozen with pairings, statuses, windows and a memory."""
    first = SmallMonth(make, policy=policy)
    first.publish()
    nursing = make.category(
        code="nurse_visit",
        points=12,
        people_per_visit=2,
        qualification=m.Qualification.MEDICAL,
        parent_id=first.visit.parent_id,
    )
    _write_givers(first, nursing)
    _write_residents(first, nursing)
    return first.freeze(SECOND_MONTH)


def _write_givers(first: SmallMonth, nursing: m.ServiceCategory) -> None:
    make, organisation = first.make, first.organisations[2]
    make.offer(
        organisation, nursing, windows=["WD-PM", "WD-AM"], committees=["C02"], capacity_per_month=6
    )
    make.offer(organisation, first.goods, statuses=["low_income", "disabled"], capacity_per_month=1)
    make.offer(organisation, first.goods, windows=["SUN-AM"], capacity_per_month=3)
    for number, expires_on in ((3, None), (4, date(2026, 10, 31)), (5, date(2026, 10, 30))):
        volunteer = make.volunteer(
            organisation,
            reference=f"V000{number}",
            categories=["nurse_visit", "elder_visit"],
            windows=["WD-PM", "SAT-AM"],
            committees=["C02"] if number == 4 else [],
        )
        make.add(
            m.VolunteerQualification(
                volunteer_id=volunteer.id,
                qualification=m.Qualification.MEDICAL,
                expires_on=expires_on,
            )
        )


def _write_residents(first: SmallMonth, nursing: m.ServiceCategory) -> None:
    make = first.make
    frail = m.RecipientStatus(
        resident_id=first.residents[1].id,
        kind=m.StatusKind.LOW_INCOME,
        evidence="seen",
        verified_at=NOW,
    )
    make.add(frail)
    frequencies = (m.VisitFrequency.WEEKLY, m.VisitFrequency.MONTHLY, m.VisitFrequency.QUARTERLY)
    for number, frequency in enumerate(frequencies, start=1):
        pairing = m.Pairing(
            reference=f"P000{number}",
            organisation_id=first.organisations[1].id,
            volunteer_id=first.volunteers[1].id if number == 1 else None,
            resident_id=first.residents[number].id,
            category_id=first.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=frequency,
            tier=number,
            starts_on=date(2026, 7, 15),
            review_on=date(2027, 7, 15),
            lot=make_lot(number),
        )
        make.add(pairing)
    for number in (1, 2):
        make.need(
            first.residents[number],
            nursing,
            first.first,
            first.committees[1 + number % 2].id,
            reference=f"N2610-000{number}",
            type=m.NeedType.MICRO_WISH if number == 1 else m.NeedType.NEED,
            windows=["WD-PM"] if number == 1 else [],
            tier=number,
        )
    first.goods.least_quantity = 1
    make.add(first.goods)
    for number in (3, 4):  # two asks of one home, with what is left of July
        make.need(
            first.residents[5],
            first.goods,
            first.first,
            first.committees[2].id,
            reference=f"N2610-000{number}",
            quantity=number,
            waiting_rounds=4 - number,
        )
