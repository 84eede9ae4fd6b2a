"""Rows to the findings of readiness: one row in, counted or not; the first are named."""

from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.rounds.freeze.findings import Finding
from matchmaker.rounds.freeze.readiness import (
    MOST_NAMED,
    ReadinessLine,
    Weight,
    check_readiness,
    is_ready,
)
from tests.factories import NOW, Factory
from tests.reach import NEEDS_STAY_IN, get_start, list_reachable, reach
from tests.worlds import kept

F = Finding
GOOD, WARNING, BLOCKING = Weight.GOOD, Weight.WARNING, Weight.BLOCKING
JULY = date(2026, 7, 1)

pytestmark = pytest.mark.usefixtures("context")


class Office:
    """A street office in whose month nothing is wrong, and another one beside it."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.subdistrict, self.elsewhere = make.subdistrict(), make.subdistrict()
        self.committee = make.committee(self.subdistrict)
        self.worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        self.resident = make.resident(make.household(self.committee))
        self.goods = make.category(code="rice_oil", kind=m.OfferKind.GOODS)
        self.visit = make.category(code="elder_visit", kind=m.OfferKind.PEOPLE)
        self.giver = make.organisation(self.subdistrict)
        self.stranger = make.organisation(self.elsewhere)

    def need(self, category: m.ServiceCategory | None = None, **values) -> m.Need:
        place = values.pop("place", self.committee)
        category = category or self.goods
        return self.make.need(self.resident, category, self.worker, place.id, **values)

    def offer(self, category: m.ServiceCategory | None = None, **values) -> m.Offer:
        giver = values.pop("giver", self.giver)
        return self.make.offer(giver, category or self.goods, **values)

    def agree(self, giver: m.Organisation, ends_on: date, renews: bool = False) -> None:
        self.make.add(
            m.PairingAgreement(
                organisation_id=giver.id,
                signed_on=date(2025, 1, 1),
                starts_on=date(2025, 1, 1),
                ends_on=ends_on,
                renews=renews,
                scope="visits",
            )
        )

    def check(self) -> list[ReadinessLine]:
        values = {"subdistrict_id": self.subdistrict.id, "month": JULY}
        return check_readiness(m.MatchRound(**values))

    def count(self) -> dict[Finding, int]:
        """The findings that count anything."""
        return {line.finding: line.count for line in self.check() if line.count}


@pytest.fixture
@kept
def office(make):
    return Office(make)


def list_empty_lines(needs: ReadinessLine, offers: ReadinessLine) -> list[ReadinessLine]:
    rest = [finding for finding in Finding if finding not in (F.OPEN_NEEDS, F.OPEN_OFFERS)]
    return [needs, offers, *(ReadinessLine(finding, 0, GOOD) for finding in rest)]


def test_a_month_without_needs_and_offers_is_blocked_and_shows_all_that_was_looked_at(office):
    lines = office.check()
    assert lines == list_empty_lines(
        ReadinessLine(F.OPEN_NEEDS, 0, BLOCKING), ReadinessLine(F.OPEN_OFFERS, 0, WARNING)
    )
    assert not is_ready(lines)


def test_a_month_in_order_is_good_in_every_line(office):
    office.need()
    office.need()
    office.offer()
    lines = office.check()
    assert lines == list_empty_lines(
        ReadinessLine(F.OPEN_NEEDS, 2, GOOD), ReadinessLine(F.OPEN_OFFERS, 1, GOOD)
    )
    assert is_ready(lines)


def test_a_month_may_be_frozen_with_warnings(office):
    office.need()
    lines = office.check()
    assert [line.weight for line in lines[:2]] == [GOOD, WARNING]
    assert ReadinessLine(F.UNSERVED_CATEGORIES, 1, WARNING, (office.goods,)) in lines
    assert is_ready(lines)


@pytest.mark.parametrize("state", NEEDS_STAY_IN)
def test_needs_count_that_wait_to_be_checked(office, state):
    reach(office.make, office.need(state=get_start(state)), state)
    # Joined needs are closed in favour of one that waits.
    waits = state in (m.NeedState.SUBMITTED, m.NeedState.CLOSED)
    assert office.count().get(F.UNVERIFIED_NEEDS) == (1 if waits else None)


def test_needs_of_another_street_office_do_not_count(office):
    elsewhere = office.make.committee(office.elsewhere)
    for state in (m.NeedState.SUBMITTED, m.NeedState.OPEN):
        office.need(state=state, place=elsewhere)
    assert office.count() == {}


@pytest.mark.parametrize(
    ("verified_at", "valid_until", "is_found"),
    [
        (NOW, None, False),
        (NOW, JULY, False),  # still valid when the month begins
        (NOW, date(2026, 6, 30), True),
        (None, None, True),
        (None, date(2027, 1, 1), True),
    ],
)
@pytest.mark.parametrize("state", [m.NeedState.OPEN, m.NeedState.SUBMITTED])
def test_statuses_of_residents_with_open_needs_that_would_not_count(
    office, state, verified_at, valid_until, is_found
):
    office.offer()
    office.need(state=state)
    office.make.add(
        m.RecipientStatus(
            resident_id=office.resident.id,
            kind=m.StatusKind.DISABLED,
            evidence="seen",
            verified_at=verified_at,
            valid_until=valid_until,
        )
    )
    is_expected = is_found and state is m.NeedState.OPEN
    assert office.count().get(F.UNVERIFIED_STATUSES) == (1 if is_expected else None)


@pytest.mark.parametrize("state", list_reachable(m.OrganisationState))
def test_organisations_that_applied_are_named(office, state):
    found, _other = (
        reach(office.make, office.make.organisation(place, state=get_start(state)), state)
        for place in (office.subdistrict, office.elsewhere)
    )
    line = next(row for row in office.check() if row.finding is F.UNAPPROVED_ORGANISATIONS)
    expected = (1, WARNING, (found,)) if state is m.OrganisationState.APPLIED else (0, GOOD, ())
    assert (line.count, line.weight, line.rows) == expected


@pytest.mark.parametrize("state", list_reachable(m.OfferState))
def test_offers_that_wait_for_approval_are_named(office, state):
    days = {"valid_from": date(2026, 7, 7), "valid_until": date(2026, 7, 9)}
    found, _other = (
        reach(office.make, office.offer(state=get_start(state), giver=giver, **days), state)
        for giver in (office.giver, office.stranger)
    )
    line = next(row for row in office.check() if row.finding is F.UNAPPROVED_OFFERS)
    expected = (1, WARNING, (found,)) if state is m.OfferState.SUBMITTED else (0, GOOD, ())
    assert (line.count, line.weight, line.rows) == expected


@pytest.mark.parametrize(
    ("agreements", "is_found"),
    [
        ([], False),  # never had one
        ([(date(2026, 7, 30), False)], True),
        ([(date(2026, 7, 31), False)], False),  # the last day counts, and it is the month's
        ([(date(2026, 6, 30), True)], False),  # renews itself
        ([(date(2026, 6, 30), False), (date(2027, 6, 30), False)], False),
        ([(date(2026, 6, 30), False), (date(2026, 7, 1), False)], True),
    ],
)
def test_enterprises_are_named_whose_every_agreement_ends_before_the_month(
    office, agreements, is_found
):
    for agreement in agreements:
        office.agree(office.giver, *agreement)
        office.agree(office.stranger, *agreement)  # another street office's business
    office.agree(office.make.organisation(office.subdistrict), date(2026, 8, 1))
    line = next(row for row in office.check() if row.finding is F.EXPIRED_AGREEMENTS)
    assert (line.count, line.rows) == ((1, (office.giver,)) if is_found else (0, ()))


@pytest.mark.parametrize("kind", m.OrganisationKind)
def test_agreements_are_looked_for_among_enterprises(office, kind):
    giver = office.make.organisation(office.subdistrict, kind=kind)
    office.agree(giver, date(2026, 6, 30))
    is_found = kind is m.OrganisationKind.ENTERPRISE
    assert office.count() == ({F.EXPIRED_AGREEMENTS: 1} if is_found else {})


@pytest.mark.parametrize(
    ("is_own", "categories", "state", "is_staffed"),
    [
        (True, ["errands", "elder_visit"], m.VolunteerState.ACTIVE, True),
        (True, ["errands"], m.VolunteerState.ACTIVE, False),
        (True, ["elder_visit"], m.VolunteerState.PAUSED, False),
        (False, ["elder_visit"], m.VolunteerState.ACTIVE, False),  # works for somebody else
    ],
)
def test_an_offer_of_time_needs_a_volunteer_of_the_own_organisation(
    office, is_own, categories, state, is_staffed
):
    offer = office.offer(office.visit)
    other = office.make.organisation(office.subdistrict)
    giver = office.giver if is_own else other
    reach(office.make, office.make.volunteer(giver, categories=categories), state)
    line = next(row for row in office.check() if row.finding is F.STAFFLESS_OFFERS)
    assert (line.count, line.rows) == ((0, ()) if is_staffed else (1, (offer,)))


def test_only_open_offers_of_time_ask_for_volunteers(office):
    office.offer(office.goods)
    office.offer(office.visit, state=m.OfferState.SUBMITTED)
    office.offer(office.visit, giver=office.stranger)
    assert office.count() == {F.OPEN_OFFERS: 1, F.UNAPPROVED_OFFERS: 1}


def test_categories_that_nobody_offers_are_named_in_the_order_of_lists(office):
    late, soon = (office.make.category(position=position) for position in (2, 1))
    for category in (late, soon, office.goods):
        office.need(category)
    office.offer()
    office.offer(late, giver=office.stranger)
    office.offer(soon, state=m.OfferState.SUBMITTED)
    line = next(row for row in office.check() if row.finding is F.UNSERVED_CATEGORIES)
    assert line == ReadinessLine(F.UNSERVED_CATEGORIES, 2, WARNING, (soon, late))


def test_the_first_rows_are_named_and_all_are_counted(office):
    rows = [office.offer(state=m.OfferState.SUBMITTED) for _ in range(MOST_NAMED + 1)]
    line = next(row for row in office.check() if row.finding is F.UNAPPROVED_OFFERS)
    assert MOST_NAMED == 8
    assert (line.count, line.rows) == (9, tuple(rows[:8]))


def test_a_year_without_a_known_notice_is_warned_of(office):
    lines = check_readiness(
        m.MatchRound(subdistrict_id=office.subdistrict.id, month=date(2027, 2, 1))
    )
    assert ReadinessLine(F.GUESSED_CALENDAR, 1, WARNING) in lines


def test_due_visits_of_a_week_that_lies_in_a_break_are_warned_of(office):
    """In February 2026 the third week is a break from its first day to its last."""
    office.make.add(
        m.Pairing(
            reference="P0001",
            organisation_id=office.giver.id,
            resident_id=office.resident.id,
            category_id=office.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.WEEKLY,
            starts_on=date(2026, 1, 1),
            review_on=date(2027, 1, 1),
        )
    )
    assert F.SLOTLESS_DUTIES not in office.count()
    february = m.MatchRound(subdistrict_id=office.subdistrict.id, month=date(2026, 2, 1))
    for today in (None, date(2026, 1, 20), date(2026, 2, 20)):
        assert ReadinessLine(F.SLOTLESS_DUTIES, 1, WARNING) in check_readiness(february, today)
    over = check_readiness(february, date(2026, 2, 21))  # the last day of the closed week
    assert ReadinessLine(F.SLOTLESS_DUTIES, 0, GOOD) in over
