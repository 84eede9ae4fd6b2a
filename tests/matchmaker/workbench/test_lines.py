"""Every line of every role: its count is the number of rows of its page, and late ones come first.

Walked over two offices that lived the same month, so that a row of the other one would be seen.
"""

import re
from html import unescape

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.promises.board import Grouping
from matchmaker.workbench import lines
from matchmaker.workbench.line import Reader, WorkKind
from matchmaker.workbench.lines import LINES, LineCount, WorkPart
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import Factory
from tests.journeys.page_costs import count_statements
from tests.matchmaker.workbench.lived_office import JULY, LATER, MANY, LivedOffice

MOST_STATEMENTS = 20
ROLES = pytest.mark.parametrize("role", list(Role))
# Lines that are empty at this hour: a search has to run, or the month to be over.
EMPTY = {WorkKind.PROPOSALS, WorkKind.BEFORE_CLOSE, WorkKind.WITHOUT_DAY, WorkKind.NEWS}
_ROW = re.compile(r'<tr role="row">(.*?)</tr>', re.S)
_COUNTED = re.compile(r'<a class="work__title" href="([^"]+)"><span class="work__count">(\d+)')
_CELL = re.compile(r'<a href="(/rounds/memory/promises[^"]+)">(\d+)</a>')
_TILE = re.compile(
    r'<a href="(/rounds/memory/promises[^"]+)">[^<]+</a></dt>\s*<dd class="tile__value">(\d+)'
)
_LATE = "Late"


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbench")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        make = Factory(app)
        yield app, LivedOffice(make), LivedOffice(make)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("matchmaker.workbench.views.get_now", lambda: LATER)


@pytest.fixture
def browse(site):
    app, office, _other = site
    return lambda role: Browser(app).sign_in(office.users[role]).use_language("en")


def count_all(app, user) -> dict[WorkKind, LineCount]:
    with app.app_context():
        reader = Reader(db.session.get_one(m.User, user.id), LATER)
        return {row.line.kind: row for row in lines.count_lines(reader)}


def list_rows(browser: Browser, kind: WorkKind, **filters) -> list[str]:
    """The rows of all pages of a line."""
    rows: list[str] = []
    number = 1
    while True:
        answer = browser.get("workbench.rows", kind=kind.value, page=number, **filters)
        assert answer.status_code == 200, kind
        found = _ROW.findall(answer.text)[1:]  # without the headings
        rows += found
        number += 1
        if 'rel="next"' not in answer.text:
            return rows


@ROLES
def test_each_count_is_the_number_of_rows_of_the_page_that_it_opens(site, browse, role):
    app, office, _other = site
    counts, browser = count_all(app, office.users[role]), browse(role)
    for line in LINES[role]:
        counted = counts.get(line.kind)
        expected = (counted.rows, counted.late, counted.new) if counted else (0, 0, 0)
        parts = [
            list_rows(browser, line.kind, **({"part": part} if part else {}))
            for part in (None, *WorkPart)
        ]
        assert tuple(map(len, parts)) == expected, line.kind


@ROLES
def test_late_rows_come_first(browse, role):
    browser = browse(role)
    for line in LINES[role]:
        late = [_LATE in row for row in list_rows(browser, line.kind)]
        assert late == sorted(late, reverse=True), line.kind


@ROLES
def test_the_first_page_shows_each_count_as_a_link_to_its_rows(site, browse, role):
    app, office, _other = site
    page = browse(role).get("pages.home").text
    shown = {unescape(url): int(count) for url, count in _COUNTED.findall(page)}
    counts = count_all(app, office.users[role])
    assert shown == {f"/work/{kind}": row.rows for kind, row in counts.items()}


@ROLES
def test_late_lines_come_first(site, role):
    app, office, _other = site
    late = [row.late > 0 for row in count_all(app, office.users[role]).values()]
    assert late == sorted(late, reverse=True)


@ROLES
def test_no_page_asks_the_database_more_than_20_times(site, browse, role):
    app, _office, _other = site
    browser = browse(role)
    for address in ("/", *(f"/work/{line.kind}" for line in LINES[role])):
        with count_statements(app) as statements:
            assert browser.client.get(address).status_code == 200
        assert len(statements) <= MOST_STATEMENTS, address


@ROLES
def test_nothing_of_another_office_is_shown(site, browse, role):
    app, _office, other = site
    with app.app_context():
        place = m.Household.committee_id == other.committee.id
        homes = select(m.Resident.id).join(m.Household).where(place)
        queries = [
            select(m.Resident.reference).where(m.Resident.id.in_(homes)),
            select(m.Need.reference).where(m.Need.committee_id == other.committee.id),
            select(m.Pairing.reference).where(m.Pairing.resident_id.in_(homes)),
        ]
        foreign = {name for query in queries for name in db.session.scalars(query)}
    browser = browse(role)
    pages = [browser.get("pages.home").text]
    for line in LINES[role]:
        pages += list_rows(browser, line.kind)
    assert [name for name in sorted(foreign) if any(name in page for page in pages)] == []


def test_the_world_has_rows_of_every_line(site):
    app, office, _other = site
    for role in Role:
        counts = count_all(app, office.users[role])
        lacking = {line.kind for line in LINES[role]} - set(counts) - EMPTY
        assert lacking == set(), role


def test_a_line_of_another_role_does_not_exist(browse):
    assert browse(Role.RESIDENT).get("workbench.rows", kind="answers").status_code == 404


def test_what_waits_in_each_committee_adds_up_to_the_lines(site):
    app, office, _other = site
    with app.app_context():
        reader = Reader(office.load(Role.SOCIAL_WORKER), LATER)
        [row] = lines.count_by_committee(reader)
        counts = {count.line.kind: count for count in lines.count_lines(reader)}
        assert row.committee.id == office.committee.id
        assert row.rows == {kind: counts[kind].rows for kind in row.rows}
        assert row.rows[WorkKind.NEEDS] == MANY
        assert row.late == sum(counts[kind].late for kind in row.rows)


def test_the_text_to_send_names_numbers_and_no_person(browse):
    page = browse(Role.SOCIAL_WORKER).get("pages.home").text
    [text] = re.findall(r'<p class="to-copy">(.*?)</p>', page, re.S)
    assert f"{MANY} needs to check" in text
    assert "王" not in text
    assert re.search(r"\d{5}", text) is None


def test_a_count_of_a_committee_opens_its_rows(site, browse):
    _app, office, _other = site
    browser = browse(Role.SOCIAL_WORKER)
    keys = {"committee_id": office.committee.id}
    assert len(list_rows(browser, WorkKind.NEEDS, **keys)) == MANY


def test_what_another_office_has_is_late_after_fourteen_days_and_leads_to_its_end(site, browse):
    app, office, _other = site
    count = count_all(app, office.users[Role.SOCIAL_WORKER])[WorkKind.REFERRALS]
    assert (count.rows, count.late, count.new) == (2, 1, 1)
    early, late = office.to_refer[1], office.to_refer[0]
    browser = browse(Role.SOCIAL_WORKER)
    rows = list_rows(browser, WorkKind.REFERRALS)
    assert [early.reference in row for row in rows] == [False, True]
    assert _LATE in rows[0]
    assert browser.get_url("needs.end_referral", need_id=late.id) in rows[0]
    assert "市民热线" in rows[0]


def test_the_rows_can_be_taken_as_a_file(browse):
    keys = {"kind": WorkKind.OFFERS.value, "file_format": "csv"}
    answer = browse(Role.SOCIAL_WORKER).take("workbench.download", **keys)
    assert answer.status_code == 200
    assert len(answer.text.strip().splitlines()) == 2


def test_a_month_is_proposed_that_nobody_has_opened(browse):
    page = browse(Role.SOCIAL_WORKER).get("pages.home").text
    assert "Open August 2026" in page
    assert "July 2026" in page


@pytest.mark.parametrize("by", list(Grouping))
def test_each_count_of_the_board_opens_its_promises(browse, by):
    browser = browse(Role.SOCIAL_WORKER)
    page = browser.get("rounds.board", month=JULY, by=by.value).text
    cells = _CELL.findall(page) + [(url, count) for url, count in _TILE.findall(page)]
    assert len(cells) > 8
    for url, count in cells:
        answer = browser.client.get(unescape(url)).text
        assert f"{count} promise" in answer, url
