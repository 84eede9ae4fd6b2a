"""Rows to the frozen offers and volunteers: one row in, one row out."""

from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze.given import freeze_offers, freeze_volunteers
from matchmaker.rounds.question.snapshot import FrozenOffer, FrozenVolunteer
from tests.factories import Factory
from tests.reach import get_start, list_reachable, reach
from tests.worlds import kept

JULY = date(2026, 7, 1)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


class Office:
    """A street office with one organisation and one category of goods."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.subdistrict = make.subdistrict()
        self.organisation = make.organisation(self.subdistrict, code="O01")
        self.goods = make.category(code="rice_oil", kind=m.OfferKind.GOODS, unit="item")

    def offer(self, organisation: m.Organisation | None = None, **values) -> m.Offer:
        return self.make.offer(organisation or self.organisation, self.goods, **values)

    def volunteer(self, organisation: m.Organisation | None = None, **values) -> m.Volunteer:
        return self.make.volunteer(organisation or self.organisation, **values)

    def freeze_offers(self) -> tuple[FrozenOffer, ...]:
        return freeze_offers(self.subdistrict.id, JULY)[0]

    def freeze_volunteers(self) -> tuple[FrozenVolunteer, ...]:
        return freeze_volunteers(self.subdistrict.id, JULY)


@pytest.fixture
@kept
def office(make):
    return Office(make)


def test_an_offer_is_frozen_with_every_field(office):
    row = office.offer(
        capacity_per_month=9,
        windows=["WD-PM", "SAT-AM"],
        committees=["C02", "C01"],
        statuses=["low_income", "disabled"],
    )
    assert freeze_offers(office.subdistrict.id, JULY) == (
        (
            FrozenOffer(
                name="O01/rice_oil/1",
                organisation="O01",
                category="rice_oil",
                capacity=9,
                windows=("SAT-AM", "WD-PM"),
                committees=("C01", "C02"),
                statuses=("disabled", "low_income"),
                lot=row.lot,
            ),
        ),
        {"O01/rice_oil/1": row.id},
    )


@pytest.mark.parametrize(
    ("state", "is_taken"),
    [
        (m.OfferState.SUBMITTED, False),
        (m.OfferState.APPROVED, True),
        (m.OfferState.OPEN, True),
        (m.OfferState.PAUSED, False),
        (m.OfferState.WITHDRAWN, False),
        (m.OfferState.EXPIRED, False),
    ],
)
def test_only_approved_and_open_offers_are_taken(office, state, is_taken):
    values = {"valid_from": date(2026, 7, 7), "valid_until": date(2026, 7, 9)}
    reach(office.make, office.offer(state=get_start(state), **values), state)
    assert bool(office.freeze_offers()) is is_taken


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_taken"),
    [
        (date(2026, 7, 31), None, True),
        (date(2026, 8, 1), None, False),
        (date(2026, 1, 1), date(2026, 7, 1), True),
        (date(2026, 1, 1), date(2026, 6, 30), False),
        (date(2026, 7, 10), date(2026, 7, 11), True),
    ],
)
def test_an_offer_is_taken_when_it_is_valid_on_a_day_of_the_month(
    office, valid_from, valid_until, is_taken
):
    office.offer(valid_from=valid_from, valid_until=valid_until)
    assert bool(office.freeze_offers()) is is_taken


@pytest.mark.parametrize("state", list_reachable(m.OrganisationState))
def test_only_approved_organisations_give(office, state):
    organisation = office.make.organisation(office.subdistrict, state=get_start(state))
    office.offer(organisation)
    office.volunteer(organisation)
    reach(office.make, organisation, state)
    is_taken = state is m.OrganisationState.APPROVED
    assert bool(office.freeze_offers()) is is_taken
    assert bool(office.freeze_volunteers()) is is_taken


def test_givers_of_another_street_office_stay_outside(office):
    elsewhere = office.make.organisation()
    office.offer(elsewhere)
    office.volunteer(elsewhere)
    assert office.freeze_offers() == ()
    assert office.freeze_volunteers() == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"capacity_per_month": 2}, {"capacity_per_month": 10}),  # as numbers, not as text
        ({"windows": []}, {"windows": ["SAT-AM"]}),
        ({"windows": ["WD-PM", "SAT-AM"]}, {"windows": ["SAT-PM"]}),
        ({"committees": ["C01"]}, {"committees": ["C02"]}),
        ({"statuses": ["disabled"]}, {"statuses": ["low_income"]}),
        ({"capacity_per_month": 1, "windows": ["WD-PM"]}, {"capacity_per_month": 2, "windows": []}),
        ({"windows": [], "committees": ["C02"]}, {"windows": ["SAT-AM"], "committees": ["C01"]}),
        ({"committees": [], "statuses": ["b"]}, {"committees": ["C01"], "statuses": ["a"]}),
    ],
)
def test_alike_offers_are_numbered_by_their_content_whatever_the_order_of_rows(
    office, first, second
):
    later, sooner = office.offer(**second), office.offer(**first)
    _rows, ids = freeze_offers(office.subdistrict.id, JULY)
    assert ids == {"O01/rice_oil/1": sooner.id, "O01/rice_oil/2": later.id}


def test_equal_offers_are_numbered_by_their_lots(office):
    first, second = office.offer(lot="b" * 16), office.offer(lot="a" * 16)
    _rows, ids = freeze_offers(office.subdistrict.id, JULY)
    assert ids == {"O01/rice_oil/1": second.id, "O01/rice_oil/2": first.id}


def test_offers_are_ordered_by_organisation_and_category_and_numbered_in_each(office):
    other = office.make.organisation(office.subdistrict, code="O00")
    bread = office.make.category(code="bread", kind=m.OfferKind.GOODS, unit="item")
    office.offer()
    office.make.offer(office.organisation, bread)
    office.offer(other)
    names = [row.name for row in office.freeze_offers()]
    assert names == ["O00/rice_oil/1", "O01/bread/1", "O01/rice_oil/1"]


def test_a_volunteer_is_frozen_with_every_field(office):
    volunteer = office.volunteer(
        reference="V1",
        categories=["elder_visit", "errands"],
        windows=["WD-PM", "SAT-AM"],
        committees=["C02", "C01"],
        visits_per_month=3,
    )
    for qualification in (m.Qualification.TEACHING, m.Qualification.DRIVING):
        row = {"volunteer_id": volunteer.id, "qualification": qualification}
        office.make.add(m.VolunteerQualification(**row))
    db.session.expire_all()
    assert office.freeze_volunteers() == (
        FrozenVolunteer(
            reference="V1",
            organisation="O01",
            categories=("elder_visit", "errands"),
            qualifications=("driving", "teaching"),
            committees=("C01", "C02"),
            windows=("SAT-AM", "WD-PM"),
            visits=3,
            lot=volunteer.lot,
        ),
    )


@pytest.mark.parametrize("state", list_reachable(m.VolunteerState))
def test_only_active_volunteers_are_taken(office, state):
    reach(office.make, office.volunteer(), state)
    assert bool(office.freeze_volunteers()) is (state is m.VolunteerState.ACTIVE)


@pytest.mark.parametrize(
    ("expires_on", "is_held"),
    [
        (None, True),
        (date(2026, 8, 1), True),
        (date(2026, 7, 31), True),  # the month's last day
        (date(2026, 7, 30), True),
        (date(2026, 7, 1), True),
        (date(2026, 6, 30), False),
        (date(2025, 7, 31), False),
    ],
)
def test_a_qualification_counts_when_it_holds_on_a_day_of_the_month(office, expires_on, is_held):
    volunteer = office.volunteer()
    office.make.add(
        m.VolunteerQualification(
            volunteer_id=volunteer.id,
            qualification=m.Qualification.MEDICAL,
            expires_on=expires_on,
        )
    )
    db.session.expire_all()
    (frozen,) = office.freeze_volunteers()
    assert frozen.qualifications == (("medical",) if is_held else ())


def test_volunteers_are_ordered_by_reference(office):
    for reference in ("V2", "V3", "V1"):
        office.volunteer(reference=reference)
    assert [row.reference for row in office.freeze_volunteers()] == ["V1", "V2", "V3"]
