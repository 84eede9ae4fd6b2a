"""Rows to the frozen needs and due visits: one row in, one row out."""

from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.rounds.freeze.asked import freeze_due_visits, freeze_needs
from matchmaker.rounds.question.snapshot import DueVisit, FrozenNeed
from tests.factories import NOW, Factory, make_lot
from tests.reach import get_start, reach
from tests.worlds import kept

JULY = date(2026, 7, 1)
ALL_WEEKS = (1, 2, 3, 4)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


class Office:
    """A street office with one resident, one category of visits and who may enter needs."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.subdistrict = make.subdistrict()
        self.home = make.committee(self.subdistrict, code="C01")
        self.household = make.household(self.home, reference="H1")
        self.resident = make.resident(self.household, reference="R1")
        self.worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        self.visit = make.category(code="elder_visit")
        self.organisation = make.organisation(self.subdistrict, code="O01")

    def need(self, committee: m.Committee | None = None, **values) -> m.Need:
        place = committee or self.home
        return self.make.need(self.resident, self.visit, self.worker, place.id, **values)

    def pairing(self, **values) -> m.Pairing:
        defaults = {
            "reference": "P0001",
            "organisation_id": self.organisation.id,
            "resident_id": self.resident.id,
            "category_id": self.visit.id,
            "programme": m.Programme.ELDER_VISIT,
            "frequency": m.VisitFrequency.MONTHLY,
            "starts_on": date(2026, 1, 15),
            "review_on": date(2027, 1, 15),
        }
        return self.make.add(m.Pairing(**{**defaults, **values}))

    def status(self, kind: m.StatusKind, **values) -> None:
        row = {"resident_id": self.resident.id, "evidence": "seen", "verified_at": NOW, **values}
        self.make.add(m.RecipientStatus(kind=kind, **row))

    def freeze_needs(self, month: date = JULY) -> tuple[FrozenNeed, ...]:
        return freeze_needs(self.subdistrict.id, month)

    def freeze_visits(self, month: date = JULY) -> tuple[DueVisit, ...]:
        return freeze_due_visits(self.subdistrict.id, month)


@pytest.fixture
@kept
def office(make):
    return Office(make)


def test_a_need_is_frozen_with_every_field(office):
    raised_in = office.make.committee(office.subdistrict, code="C02")
    office.status(m.StatusKind.LOW_INCOME)
    office.need(
        raised_in,
        reference="N1",
        type=m.NeedType.MICRO_WISH,
        quantity=7,
        windows=["WD-PM", "SAT-AM"],
        tier=2,
        waiting_rounds=4,
    )
    assert office.freeze_needs() == (
        FrozenNeed(
            reference="N1",
            form=m.NeedType.MICRO_WISH,
            resident="R1",
            household="H1",
            committee="C02",  # where it was raised, not where the household lives
            category="elder_visit",
            statuses=("low_income",),
            quantity=7,
            windows=("SAT-AM", "WD-PM"),
            tier=2,
            waiting=4,
            lot=make_lot("N1"),
            household_lot=make_lot("H1"),
        ),
    )


@pytest.mark.parametrize(
    ("state", "is_taken"),
    [
        (m.NeedState.DRAFT, False),
        (m.NeedState.SUBMITTED, False),
        (m.NeedState.RETURNED, False),
        (m.NeedState.OPEN, True),
        (m.NeedState.IN_ROUND, False),
        (m.NeedState.MATCHED, False),
        (m.NeedState.WITHDRAWN, False),
        (m.NeedState.CLOSED, False),
    ],
)
def test_only_open_needs_are_taken(office, state, is_taken):
    reach(office.make, office.need(state=get_start(state)), state)
    assert bool(office.freeze_needs()) is is_taken


def test_needs_of_another_street_office_stay_outside(office):
    office.need(office.make.committee())
    assert office.freeze_needs() == ()


def test_needs_are_ordered_by_reference(office):
    for reference in ("N2", "N3", "N1"):
        office.need(reference=reference)
    assert [row.reference for row in office.freeze_needs()] == ["N1", "N2", "N3"]


@pytest.mark.parametrize(
    ("verified_at", "valid_until", "counts"),
    [
        (NOW, None, True),
        (NOW, date(2026, 7, 2), True),
        (NOW, date(2026, 7, 1), True),  # still valid when the month begins
        (NOW, date(2026, 6, 30), False),
        (None, None, False),
        (None, date(2027, 1, 1), False),
    ],
)
def test_a_status_counts_when_verified_and_valid_at_the_month_s_beginning(
    office, verified_at, valid_until, counts
):
    office.status(m.StatusKind.DISABLED, verified_at=verified_at, valid_until=valid_until)
    office.need()
    office.pairing()
    expected = ("disabled",) if counts else ()
    assert office.freeze_needs()[0].statuses == expected
    assert office.freeze_visits()[0].statuses == expected


def test_statuses_are_sorted(office):
    for kind in (m.StatusKind.LOW_INCOME, m.StatusKind.DISABLED, m.StatusKind.LIVING_ALONE):
        office.status(kind)
    office.need()
    assert office.freeze_needs()[0].statuses == ("disabled", "living_alone", "low_income")


def test_a_due_visit_is_frozen_with_every_field(office):
    volunteer = office.make.volunteer(office.organisation, reference="V1")
    office.status(m.StatusKind.LOW_INCOME)
    office.pairing(reference="P0009", volunteer_id=volunteer.id, tier=1, lot="0123456789abcdef")
    assert office.freeze_visits() == (
        DueVisit(
            pairing="P0009",
            number=1,
            weeks=ALL_WEEKS,
            resident="R1",
            committee="C01",
            category="elder_visit",
            statuses=("low_income",),
            organisation="O01",
            volunteer="V1",
            tier=1,
            household="H1",
            lot="0123456789abcdef#1",
            household_lot=make_lot("H1"),
        ),
    )
    assert office.freeze_visits()[0].id == "P0009#1"


def test_a_due_visit_keeps_the_days_of_a_status_that_ends_within_the_month(office):
    office.status(m.StatusKind.LOW_INCOME, valid_until=date(2026, 7, 16))
    office.status(m.StatusKind.DISABLED, valid_until=date(2026, 8, 16))
    office.pairing()
    (visit,) = office.freeze_visits()
    assert visit.statuses == ("disabled", "low_income")
    assert visit.status_days == {"low_income": tuple(range(1, 17))}


def test_a_pairing_without_a_usual_visitor_owes_visits_all_the_same(office):
    office.pairing(volunteer_id=None)
    assert [row.volunteer for row in office.freeze_visits()] == [None]


WEEKLY, MONTHLY, QUARTERLY = m.VisitFrequency


@pytest.mark.parametrize(
    ("frequency", "starts_on", "weeks"),
    [
        (WEEKLY, date(2026, 1, 15), [(1,), (2,), (3,), (4,)]),
        (MONTHLY, date(2026, 1, 15), [ALL_WEEKS]),
        (QUARTERLY, date(2026, 7, 31), [(4,)]),  # the week in which it starts
        (QUARTERLY, date(2026, 6, 1), []),
        (QUARTERLY, date(2026, 5, 31), []),
        (QUARTERLY, date(2026, 4, 30), [ALL_WEEKS]),
        (QUARTERLY, date(2026, 1, 1), [ALL_WEEKS]),
        (QUARTERLY, date(2025, 12, 1), []),
        (QUARTERLY, date(2025, 11, 1), []),
        (QUARTERLY, date(2025, 10, 1), [ALL_WEEKS]),
        (QUARTERLY, date(2024, 7, 1), [ALL_WEEKS]),
    ],
)
def test_a_pairing_owes_visits_by_its_frequency(office, frequency, starts_on, weeks):
    office.pairing(frequency=frequency, starts_on=starts_on)
    visits = office.freeze_visits()
    assert [row.weeks for row in visits] == weeks
    assert [row.number for row in visits] == list(range(1, len(weeks) + 1))


@pytest.mark.parametrize(
    ("starts_on", "ended_on", "is_due"),
    [
        (date(2026, 7, 31), None, True),
        (date(2026, 8, 1), None, False),
        (date(2026, 1, 1), date(2026, 7, 1), True),
        (date(2026, 1, 1), date(2026, 6, 30), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_a_pairing_owes_visits_while_it_lasts(office, starts_on, ended_on, is_due):
    office.pairing(starts_on=starts_on, ended_on=ended_on)
    assert bool(office.freeze_visits()) is is_due


@pytest.mark.parametrize("kind", [m.OfferKind.GOODS, m.OfferKind.FUNDS, m.OfferKind.SERVICE])
def test_only_people_visit(office, kind):
    category = office.make.category(kind=kind)
    office.pairing(category_id=category.id)
    assert office.freeze_visits() == ()


def test_pairings_of_another_street_office_stay_outside(office):
    office.pairing(organisation_id=office.make.organisation().id)
    assert office.freeze_visits() == ()


def test_due_visits_are_ordered_by_pairing_and_number(office):
    for reference in ("P0002", "P0001"):
        office.pairing(reference=reference, frequency=WEEKLY)
    assert [row.id for row in office.freeze_visits()] == [
        *(f"P0001#{number}" for number in ALL_WEEKS),
        *(f"P0002#{number}" for number in ALL_WEEKS),
    ]
