"""The office's lists of pairings and of agreements: how each is on a day, whose it is, the file."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.organisations.forms import AGREEMENT_WORDS, PAIRING_WORDS
from matchmaker.organisations.long_term import (
    DAYS_BEFORE_LAPSE,
    AgreementStanding,
    PairingStanding,
)
from tests.browser import Browser
from tests.worlds import kept

TODAY = date(2026, 7, 15)
DAY = timedelta(days=1)
NEXT_YEAR = date(2027, 7, 15)
_P, _A = PairingStanding, AgreementStanding
# First day, day of the review, last day; and how it is on the fifteenth of July.
PAIRINGS = {
    "P0001": (TODAY, TODAY + DAY, None, _P.GOES_ON),
    "P0002": (TODAY, TODAY, None, _P.TO_REVIEW),
    "P0003": (TODAY + DAY, NEXT_YEAR, None, _P.NOT_BEGUN),
    "P0004": (date(2026, 1, 1), date(2026, 6, 1), TODAY - DAY, _P.ENDED),
    "P0005": (date(2026, 1, 1), NEXT_YEAR, TODAY, _P.GOES_ON),  # its last day is today
}
SOON = TODAY + DAYS_BEFORE_LAPSE * DAY
# First day, last day, whether it renews itself; and how it is.
AGREEMENTS = {
    "lessons": (TODAY, SOON + DAY, False, _A.IN_FORCE),
    "visits": (TODAY, SOON, False, _A.LAPSING),
    "meals": (TODAY - DAY, TODAY - DAY, False, _A.LAPSED),
    "rides": (TODAY - DAY, TODAY - DAY, True, _A.IN_FORCE),
    "repairs": (TODAY + DAY, NEXT_YEAR, False, _A.NOT_BEGUN),
}


class Office:
    """A street office with a pairing and an agreement of every kind, and another one beside it."""

    def __init__(self, make) -> None:
        self.make = make
        self.place, elsewhere = make.subdistrict(), make.subdistrict()
        self.committee, self.other = make.committee(self.place), make.committee(self.place)
        self.visits = make.category(kind=m.OfferKind.PEOPLE)
        self.giver, self.twin = make.organisation(self.place), make.organisation(self.place)
        self.worker = make.user(Role.SOCIAL_WORKER, subdistrict_id=self.place.id)
        for reference, (first, review, last, _standing) in PAIRINGS.items():
            self.pair(reference, first, review, last)
        stranger = make.organisation(elsewhere)
        self.pair("P0009", TODAY, NEXT_YEAR, None, giver=stranger, at=make.committee(elsewhere))
        for scope, (first, last, renews, _agreed) in AGREEMENTS.items():
            self.agree(self.giver, scope, first, last, renews)
        self.agree(stranger, "dancing", TODAY, NEXT_YEAR, renews=False)

    def pair(self, reference, first, review, last, *, giver=None, at=None, **values) -> m.Pairing:
        resident = self.make.resident(self.make.household(at or self.committee))
        keys = {"programme": m.Programme.ELDER_VISIT, **values}
        row = m.Pairing(
            reference=reference,
            organisation_id=(giver or self.giver).id,
            resident_id=resident.id,
            category_id=self.visits.id,
            frequency=m.VisitFrequency.MONTHLY,
            starts_on=first,
            review_on=review,
            ended_on=last,
            **keys,
        )
        return self.make.add(row)

    def agree(self, giver, scope, first, last, renews) -> None:
        self.make.add(
            m.PairingAgreement(
                organisation_id=giver.id,
                signed_on=first,
                starts_on=first,
                ends_on=last,
                renews=renews,
                scope=scope,
            )
        )


@pytest.fixture
@kept
def office(make):
    return Office(make)


@pytest.fixture
def browser(app, office, monkeypatch):
    monkeypatch.setattr("matchmaker.organisations.long_term_views.get_local_date", lambda _: TODAY)
    return Browser(app).sign_in(office.worker).use_language("en")


def find(text: str, names) -> set[str]:
    return {name for name in names if name in text}


def test_the_lists_have_what_is_of_the_office(browser):
    pairings = browser.get("organisations.pairings").text
    assert find(pairings, [*PAIRINGS, "P0009"]) == set(PAIRINGS)
    agreements = browser.get("organisations.agreements").text
    assert find(agreements, [*AGREEMENTS, "dancing"]) == set(AGREEMENTS)


@pytest.mark.both_databases
@pytest.mark.parametrize("standing", PairingStanding)
def test_pairings_are_narrowed_to_how_they_are_today(browser, standing):
    expected = {name for name, row in PAIRINGS.items() if row[-1] is standing}
    file = browser.take("organisations.download_pairings", file_format="csv", state=standing.value)
    assert find(file.text, PAIRINGS) == expected
    assert file.text.count(str(PAIRING_WORDS[standing])) == len(expected)


@pytest.mark.both_databases
@pytest.mark.parametrize("standing", AgreementStanding)
def test_agreements_are_narrowed_to_how_they_are_today(browser, standing):
    expected = {name for name, row in AGREEMENTS.items() if row[-1] is standing}
    keys = {"file_format": "csv", "state": standing.value}
    file = browser.get("organisations.download_agreements", **keys).text
    assert find(file, AGREEMENTS) == expected
    assert file.count(str(AGREEMENT_WORDS[standing])) == len(expected)


def test_pairings_are_narrowed_by_programme_organisation_and_committee(office, browser):
    keys = {"programme": m.Programme.STUDENT_AID, "giver": office.twin, "at": office.other}
    office.pair("P0007", TODAY, NEXT_YEAR, None, **keys)
    for filters in (
        {"programme": m.Programme.STUDENT_AID.value},
        {"organisation_id": office.twin.id},
        {"committee_id": office.other.id},
    ):
        page = browser.get("organisations.pairings", **filters).text
        assert find(page, [*PAIRINGS, "P0007"]) == {"P0007"}, filters
    page = browser.get("organisations.pairings", programme="x", state="?", committee_id="-").text
    assert find(page, PAIRINGS) == set(PAIRINGS)


def test_agreements_are_narrowed_by_organisation(office, browser):
    office.agree(office.twin, "singing", TODAY, NEXT_YEAR, renews=False)
    page = browser.get("organisations.agreements", organisation_id=office.twin.id).text
    assert find(page, [*AGREEMENTS, "singing"]) == {"singing"}


def test_who_took_the_pairings_is_recorded_with_the_residents_in_it(app, office, browser):
    browser.take("organisations.download_pairings", file_format="xlsx")
    with app.app_context():
        record = db.session.scalars(
            select(m.ListDisclosure).where(m.ListDisclosure.way == m.ListWay.FILE)
        ).one()
        assert (record.kind, record.persons) == (m.ListKind.PAIRINGS, len(PAIRINGS))
        assert record.user_id == office.worker.id


def test_the_list_of_organisations_leads_to_all_lists(browser):
    page = browser.get("organisations.index").text
    urls = {"/offers/office", "/volunteers/office", "/organisations/pairings"}
    assert find(page, urls | {"/organisations/agreements"}) == urls | {"/organisations/agreements"}
