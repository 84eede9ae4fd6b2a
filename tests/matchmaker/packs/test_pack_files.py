"""What is in a pack: the figures of the pages, and nothing that its reader may not know."""

import re
from collections import Counter
from datetime import date, datetime

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.packs.contents import list_persons
from matchmaker.rounds.solve.figures import get_figures
from tests.browser import Browser
from tests.matchmaker.packs.packs_in_hand import (
    JULY,
    RICE,
    UNMET,
    VISITS,
    PackMonth,
    make_pack,
    read_book,
    take_files,
)
from tests.run_factories import publish_month
from tests.worlds import kept

AUGUST = date(2026, 8, 1)
MONTH_CELL = datetime(2026, 7, 1)  # noqa: DTZ001 (a cell of a workbook has no time zone)


@pytest.fixture
@kept
def world(make):
    return PackMonth(make)


@pytest.fixture
def worker(app, world):
    return Browser(app).sign_in(world.worker).use_language("en")


@pytest.fixture
@kept
def files(app, world):
    browser = Browser(app).sign_in(world.worker).use_language("en")
    return take_files(browser, make_pack(app, browser))


@pytest.fixture
def figures(app, world):
    with app.app_context():
        return get_figures(world.run)


def read_rows(sheet) -> list[dict]:
    headers, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headers, row, strict=True)) for row in rows]


# The workbook.


def test_the_workbook_has_the_figures_of_the_month(files, figures):
    book = read_book(files)
    [month] = read_rows(book["Month by month"])
    assert month["Month"] == MONTH_CELL
    assert (month["Needs asked for"], month["Needs met"]) == (figures.asked, figures.met)
    assert (month["People who asked"], month["People helped"]) == (
        figures.residents,
        figures.residents_helped,
    )
    for title, asked, met in (
        ("By committee", "Asked for", "Met"),
        ("By kind of help", "Needs asked for", "Needs met"),
        ("Committee and kind", "Needs asked for", "Needs met"),
    ):
        rows = read_rows(book[title])
        sums = sum(row[asked] for row in rows), sum(row[met] for row in rows)
        assert sums == (figures.asked, figures.met), title
    for title in ("Promises by organisation", "Promises by committee"):
        assert sum(row["Promised"] for row in read_rows(book[title])) == month["Promised"], title
    kinds = [row for row in read_rows(book["By kind of help"]) if row["Needs asked for"]]
    asked = {row["Kind of help"]: row["Needs asked for"] for row in kinds}
    assert asked == {"Elder visit": VISITS, "Rice": RICE}


def test_the_lines_name_people_by_number_only(files, world):
    rows = read_rows(read_book(files)["Lines"])
    assert [row["Need"] for row in rows] == sorted(row["Need"] for row in rows)
    assert len(rows) == len(world.needs)
    assert all(re.fullmatch(r"R\d+", row["Resident"]) for row in rows)
    assert Counter(row["Result"] == "Met" for row in rows)[False] == UNMET


def test_numbers_are_numbers_and_days_are_days(files):
    book = read_book(files)
    for sheet in book:
        _headers, *rows = sheet.iter_rows()
        for row in rows:
            assert row[0].is_date, sheet.title
            assert row[0].number_format == "yyyy-mm-dd"
    [_headers, row] = book["Month by month"].iter_rows()
    assert [cell.data_type for cell in row[3:]] == ["n"] * (len(row) - 3)
    assert row[2].is_date


def test_every_sheet_can_be_filtered_read_and_printed(files):
    for sheet in read_book(files):
        assert sheet.auto_filter.ref == sheet.dimensions, sheet.title
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert all(cell.font.bold for cell in sheet[1])
        assert sheet.column_dimensions["A"].width >= 10


# The report.


def test_the_report_needs_no_other_file_and_runs_nothing(files):
    page = files["report.html"].decode()
    assert re.findall(r"<script|<link|<img|<iframe|\ssrc=|url\(|https?://", page) == []
    assert re.findall(r"\shref=", page) == []
    assert "@media print" in page


def test_the_report_shows_the_figures_of_the_public_page_and_hides_as_it_does(files, worker, world):
    page = files["report.html"].decode()
    public = worker.get("results.show", month=JULY).text
    for caption in ("Needs met by committee", "Needs met by category", "Needs met by status"):
        assert find_cells(page, caption) == find_cells(public, caption) != []
    tile = r'Needs met</dt>\s*<dd class="tile__value">([^<]*)<'
    assert re.findall(tile, page) == re.findall(tile, public)
    assert find_cells(page, "Needs met by category") == ["hidden"] * 6
    found = {row.reference for row in world.needs}
    assert [name for name in found if name in page] == []


def find_cells(page: str, caption: str) -> list[str]:
    """The cells of the table with this caption, without their heading."""
    start = page.index(f"{caption}</caption>")
    table = page[start : page.index("</table>", start)]
    return re.findall(r"<td[^>]*>([^<]*)</td>", table)


def test_a_pack_is_in_the_language_that_was_chosen(app, worker):
    files = take_files(worker, make_pack(app, worker, language="zh_Hans_CN"))
    page = files["report.html"].decode()
    assert '<html lang="zh-Hans">' in page
    assert "2026年7月" in page
    assert re.findall("[A-Za-z]", "".join(read_book(files).sheetnames)) == []


# Sheets and texts.


def test_no_name_phone_or_door_is_in_a_pack(app, files):
    with app.app_context():
        contacts = db.session.scalars(select(m.ResidentContact)).all()
        names = {row.full_name for row in contacts} | {row.phone for row in contacts}
        names |= {row.address for row in contacts}
        names |= set(db.session.scalars(select(m.Resident.display_name)))
        names |= set(db.session.scalars(select(m.Volunteer.name)))
        names |= set(db.session.scalars(select(m.Household.block)))
    plain = {name: content for name, content in files.items() if name.endswith((".html", ".txt"))}
    plain["book"] = "\n".join(
        str(cell) for sheet in read_book(files) for row in sheet.values for cell in row
    ).encode()
    found = [(name, at) for at, held in plain.items() for name in names if name in held.decode()]
    assert found == []
    assert {"Lane 8", "Visitor 00", "13800000000"} < names


def test_a_sheet_has_what_its_organisation_promised_and_nothing_else(app, files, world):
    with app.app_context():
        promises = world.list_promises()
        of = {
            code: {row.asked.reference for row in promises if row.organisation.code == code}
            for code in (row.code for row in world.organisations)
        }
    everything = set().union(*of.values())
    for code, own in of.items():
        page = files[f"sheets/2026-07/organisation-{code}.html"].decode()
        assert {name for name in everything if name in page} == own
    committee = files[f"sheets/2026-07/committee-{world.committee.code}.html"].decode()
    assert all(need.reference in committee for need in world.needs)
    assert committee.count("Nothing found this month") == UNMET


def test_a_text_of_a_committee_has_the_public_numbers(files, world):
    name = f"texts/2026-07/committee-{world.committee.code}.txt"
    assert "of 22 requests, help is found for 16." in files[name].decode()


def test_a_text_of_a_committee_that_the_public_does_not_see_has_no_number(app, make):
    world = PackMonth(make, rice=13)  # one is not met
    browser = Browser(app).sign_in(world.worker).use_language("en")
    files = take_files(browser, make_pack(app, browser, parts=["texts"]))
    name = f"texts/2026-07/committee-{world.committee.code}.txt"
    assert re.findall(r"\d", files[name].decode().replace("July 2026", "")) == []


@pytest.fixture
def answered(app, make):
    """A month in which the first giver says yes to its rice only, the second nothing at all."""
    world = PackMonth(make)
    with app.app_context():
        first = world.organisations[0].id
        rows = [row for row in world.list_promises() if row.organisation_id == first]
        world.accept(*(row for row in rows if row.asked.category_id == world.goods.id))
        world.decline(next(row for row in rows if row.asked.category_id == world.visit.id))
        db.session.commit()
    return world


def test_a_text_thanks_an_organisation_for_what_it_accepted_without_amounts(app, answered):
    browser = Browser(app).sign_in(answered.worker).use_language("en")
    files = take_files(browser, make_pack(app, browser, parts=["texts"]))
    first, second = answered.organisations
    text = files[f"texts/2026-07/organisation-{first.code}.txt"].decode()
    assert first.name_en in text
    assert "you said yes to help with: Rice." in text
    assert re.findall(r"\d", text.replace("July 2026", "").replace(first.name_en, "")) == []
    assert f"texts/2026-07/organisation-{second.code}.txt" not in files


def test_a_text_does_not_thank_for_what_was_called_off(app, answered):
    with app.app_context():
        first = answered.organisations[0]
        for row in answered.list_promises():
            if row.organisation_id == first.id and row.state is m.PromiseState.AWAITING_RECIPIENT:
                answered.refuse(row, m.DeclineReason.AWAY)
        db.session.commit()
    browser = Browser(app).sign_in(answered.worker).use_language("en")
    files = take_files(browser, make_pack(app, browser, parts=["texts"]))
    assert [name for name in files if "organisation-" in name] == []


def test_the_report_has_no_number_of_answers(app, answered):
    browser = Browser(app).sign_in(answered.worker).use_language("en")
    page = take_files(browser, make_pack(app, browser, parts=["report"]))["report.html"].decode()
    tile = r'tile__value">([^<]*)<'
    public = browser.get("results.show", month=JULY).text
    assert set(re.findall(tile, page)) <= set(re.findall(tile, public))


def test_a_sheet_says_what_was_asked_and_which_answer_it_got(app, answered):
    browser = Browser(app).sign_in(answered.worker).use_language("en")
    files = take_files(browser, make_pack(app, browser, parts=["sheets"]))
    first = answered.organisations[0]
    page = files[f"sheets/2026-07/organisation-{first.code}.html"].decode()
    assert "What was asked of you, and what became of it</caption>" in page
    assert "promised" not in page.casefold()
    assert "Declined" in page


def test_who_is_visited_by_a_pairing_is_counted_too(app, make):
    world = PackMonth(make, has_pairing=True)
    browser = Browser(app).sign_in(world.worker).use_language("en")
    pack_id = make_pack(app, browser)
    page = take_files(browser, pack_id)[f"sheets/2026-07/committee-{world.committee.code}.html"]
    assert world.pairing.reference in page.decode()
    with app.app_context():
        persons = list_persons(db.session.get_one(m.MonthPack, pack_id))
        residents = {row.resident_id for row in (*world.needs, world.pairing)}
        query = select(m.Resident.person_id).where(m.Resident.id.in_(residents))
        assert persons == set(db.session.scalars(query))
        assert len(persons) == len(world.needs) + 1


def test_a_pack_of_several_months_sets_them_beside_each_other(app, make, world, worker):
    world.ask(category=world.goods, quantity=1)
    with app.app_context():
        world.accept(world.list_promises()[0])  # the month is under way, so the next may come
        db.session.commit()
    publish_month(make, world.subdistrict.id, AUGUST)
    files = take_files(worker, make_pack(app, worker, last="2026-08"))
    months = [row["Month"] for row in read_rows(read_book(files)["Month by month"])]
    assert [f"{month:%Y-%m}" for month in months] == ["2026-07", "2026-08"]
    page = files["report.html"].decode()
    assert page.index("The months beside each other") < page.index('id="coverage-2026-08"')
    assert page.count('<svg class="chart__drawing"') == 2  # of the months, and of July's committees
    assert {"proof/2026-07.zip", "proof/2026-08.zip"} <= set(files)
