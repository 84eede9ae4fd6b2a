"""Every line of readiness: its count is the number of rows of the page that it opens.

Walked over two offices that lived the same month and prepare the next, so that a row of the other
one would be seen.
"""

import csv
import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.rounds.freeze.findings import ROWS, Finding
from matchmaker.rounds.freeze.readiness import check_readiness
from matchmaker.rounds.freeze.service import open_round
from matchmaker.rounds.queries import get_round
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import Factory
from tests.journeys.page_costs import count_statements
from tests.matchmaker.workbench.lived_office import JULY, LATER, MANY, LivedOffice

AUGUST = date(2026, 8, 1)
MOST_STATEMENTS = 20
# A break that closes whole weeks: no week of August has one.
EMPTY = {Finding.SLOTLESS_DUTIES}
FINDINGS = pytest.mark.parametrize("finding", list(ROWS))
_ROW = re.compile(r'<tr role="row">(.*?)</tr>', re.S)


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("readiness")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        make = Factory(app)
        offices = LivedOffice(make), LivedOffice(make)
        for office in offices:
            prepare_august(make, office)
        yield app, *offices


def prepare_august(make: Factory, office: LivedOffice) -> None:
    """Open the month, with something of everything that can be missing."""
    unserved = make.category(kind=m.OfferKind.SERVICE)
    office.ask(unserved)
    make.offer(make.organisation(office.subdistrict), office.visits)
    enterprise = make.organisation(office.subdistrict, kind=m.OrganisationKind.ENTERPRISE)
    days = {"signed_on": JULY, "starts_on": JULY, "ends_on": date(2026, 8, 30)}
    make.add(m.PairingAgreement(organisation_id=enterprise.id, scope="visits", **days))
    resident = make.resident(make.household(office.committee))
    make.need(resident, office.goods, office.worker, office.committee.id)
    evidence = {"kind": m.StatusKind.DISABLED, "evidence": "Card seen"}
    make.add(m.RecipientStatus(resident_id=resident.id, **evidence))
    with make.context():
        open_round(month=AUGUST, actor=office.load(Role.SOCIAL_WORKER), now=LATER)
        db.session.commit()


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    for module in ("workbench.month_views", "rounds.pages.room_views"):
        monkeypatch.setattr(f"matchmaker.{module}.get_now", lambda: LATER)


@pytest.fixture
def browser(site):
    app, office, _other = site
    return Browser(app).sign_in(office.users[Role.SOCIAL_WORKER]).use_language("en")


@pytest.fixture
def counts(site):
    app, office, _other = site
    with app.app_context():
        match_round = get_round(AUGUST, office.load(Role.SOCIAL_WORKER))
        lines = check_readiness(match_round, get_local_date(LATER))
        return {line.finding: line.count for line in lines}


def list_rows(browser: Browser, finding: Finding, **filters) -> list[str]:
    """The rows of all pages of a finding."""
    rows: list[str] = []
    keys = {"month": AUGUST, "finding": finding.value, **filters}
    while True:
        answer = browser.get("workbench.month_rows", page=len(rows) // 25 + 1, **keys)
        assert answer.status_code == 200, finding
        rows += _ROW.findall(answer.text)[1:]  # without the headings
        if 'rel="next"' not in answer.text:
            return rows


def test_the_world_has_rows_of_every_finding(counts):
    assert {finding for finding in ROWS if not counts[finding]} == EMPTY
    assert counts[Finding.UNVERIFIED_NEEDS] >= MANY


@FINDINGS
def test_each_count_is_the_number_of_rows_of_the_page_that_it_opens(browser, counts, finding):
    assert len(list_rows(browser, finding)) == counts[finding]


@FINDINGS
def test_the_file_has_the_same_rows(browser, counts, finding):
    keys = {"month": AUGUST, "finding": finding.value, "file_format": "csv"}
    answer = browser.take("workbench.download_month_rows", **keys)
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(lines) - 1 == counts[finding]


def test_the_room_leads_to_the_rows_of_each_line(browser, counts):
    page = browser.get("rounds.show", month=AUGUST).text
    shown = set(re.findall(r'href="/work/months/2026-08/([a-z_]+)"', page))
    assert shown == {finding.value for finding in ROWS if counts[finding]}


@FINDINGS
def test_nothing_of_another_office_is_shown(site, browser, finding):
    app, _office, other = site
    with app.app_context():
        homes = m.Resident.household.has(m.Household.committee_id == other.committee.id)
        queries = [
            select(m.Need.reference).where(m.Need.committee_id == other.committee.id),
            select(m.Resident.reference).where(homes),
            select(m.Pairing.reference).join(m.Pairing.resident).where(homes),
            select(m.Organisation.name_zh).where(
                m.Organisation.subdistrict_id == other.subdistrict.id
            ),
        ]
        foreign = {name for query in queries for name in db.session.scalars(query)}
    page = "".join(list_rows(browser, finding))
    assert [name for name in sorted(foreign) if name in page] == []


@FINDINGS
def test_no_page_asks_the_database_more_than_20_times(site, browser, finding):
    app, _office, _other = site
    list_rows(browser, finding)  # the record of who was read is of the first time
    with count_statements(app) as statements:
        list_rows(browser, finding)
    assert len(statements) <= MOST_STATEMENTS * 2  # two pages at most


def test_the_room_asks_the_database_20_times_at_most(site, browser):
    app, _office, _other = site
    with count_statements(app) as statements:
        assert browser.get("rounds.show", month=AUGUST).status_code == 200
    assert len(statements) <= MOST_STATEMENTS


def test_rows_are_narrowed_to_a_committee(site, browser, counts):
    app, office, _other = site
    finding = Finding.UNVERIFIED_NEEDS
    with app.app_context():
        committee = Factory(app).committee(office.subdistrict)
        db.session.commit()
        elsewhere = committee.id
    assert list_rows(browser, finding, committee_id=elsewhere) == []
    found = list_rows(browser, finding, committee_id=office.committee.id)
    assert len(found) == counts[finding]
    assert len(list_rows(browser, finding, committee_id="x")) == counts[finding]


def test_what_is_locked_or_unknown_has_no_such_rows(browser):
    for month in (JULY, date(2027, 1, 1)):
        keys = {"month": month, "finding": Finding.OPEN_NEEDS.value}
        assert browser.get("workbench.month_rows", **keys).status_code == 404
        answer = browser.get("workbench.download_month_rows", file_format="csv", **keys)
        assert answer.status_code == 404
