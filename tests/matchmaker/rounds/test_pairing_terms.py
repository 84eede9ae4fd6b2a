"""A due visit rests on the agreement of whose pairing it is, not on that of who makes it."""

from datetime import date
from itertools import product

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.promises.present import list_broken
from tests.factories import NOW, make_lot
from tests.matchmaker.rounds.small_month import SmallMonth

# First and last day, whether it renews, and whether it binds in July 2026.
TERMS = {
    "none": None,
    "over": (date(2024, 6, 1), date(2026, 5, 31), False, False),
    "renewed": (date(2024, 6, 1), date(2026, 5, 31), True, True),
    "in force": (date(2026, 1, 1), date(2026, 12, 31), False, True),
    "later": (date(2026, 9, 1), date(2028, 8, 31), False, False),
}


class PairedMonth(SmallMonth):
    """The first organisation has a pairing; the visits may be made by the second alone."""

    def _write_offer(self, name: str) -> m.Offer:
        organisation = self.organisations[1 if name == "goods" else 2]
        capacity = {"visit": 8, "goods": 2, "money": 100_000}[name]
        return self.make.offer(organisation, getattr(self, name), capacity_per_month=capacity)

    def _write_volunteer(self, number: int) -> m.Volunteer:
        return self.make.volunteer(
            self.organisations[2],
            reference=f"V000{number}",
            visits_per_month=8,
            categories=["elder_visit"],
            windows=[m.Window.WEEKDAY_AM.value],
        )

    def sign(self, number: int, terms: tuple | None) -> None:
        if terms is not None:
            starts_on, ends_on, renews, _ = terms
            row = m.PairingAgreement(
                organisation_id=self.organisations[number].id, signed_on=starts_on,
                starts_on=starts_on, ends_on=ends_on, renews=renews, scope="探访",
            )  # fmt: skip
            self.make.add(row)

    def pair(self) -> None:
        row = m.Pairing(
            reference="P0001", organisation_id=self.organisations[1].id,
            resident_id=self.residents[1].id, category_id=self.visit.id,
            programme=m.Programme.ELDER_VISIT, frequency=m.VisitFrequency.WEEKLY, tier=1,
            starts_on=date(2026, 1, 1), review_on=date(2027, 1, 1), lot=make_lot("P0001"),
        )  # fmt: skip
        self.make.add(row)


@pytest.mark.parametrize(("whose", "visitor"), product(TERMS, TERMS))
@pytest.mark.one_in(5)
def test_what_is_decided_of_a_pairing_can_be_kept(context, make, whose, visitor):
    month = PairedMonth(make)
    month.pair()
    month.sign(1, TERMS[whose])
    month.sign(2, TERMS[visitor])
    run = month.solve()
    visits = db.session.scalars(db.select(m.Promise).where(m.Promise.pairing_id.is_not(None))).all()
    assert bool(visits) is (TERMS[whose] is None or TERMS[whose][3])
    assert {row.organisation_id for row in visits} <= {month.organisations[2].id}
    assert list_broken(run, NOW) == []


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        (date(2026, 6, 30), 0),
        (date(2026, 7, 7), 1),  # the last day of the first week
        (date(2026, 7, 8), 2),
        (date(2026, 7, 31), 4),
    ],
)
def test_visits_after_the_last_day_of_the_agreement_cannot_be_kept(context, make, last, kept):
    """There is a visit in each of the four weeks."""
    month = PairedMonth(make)
    month.pair()
    month.sign(1, TERMS["in force"])
    run = month.solve()
    assert list_broken(run, NOW) == []
    agreement = db.session.scalars(db.select(m.PairingAgreement)).one()
    agreement.ends_on = last
    db.session.flush()
    visits = db.session.scalars(
        db.select(m.Promise).where(m.Promise.pairing_id.is_not(None)).order_by(m.Promise.slot)
    ).all()
    broken = list_broken(run, NOW)
    assert {row.reason for row in broken} <= {m.RevokeReason.AGREEMENT_OVER}
    assert {row.promise.id for row in broken} == {row.id for row in visits[kept:]}
