"""No figure has two values, and none two names: all pages, prints and files of a lived month.

The month has another number for each thing that is counted, so that equal numbers are one thing.
"""

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import moved_to
from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.promises.board import Grouping
from matchmaker.promises.memory import Group
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import Factory
from tests.figures import (
    Figure,
    Page,
    Table,
    find_two_names,
    find_two_values,
    list_month_figures,
    list_table_figures,
)
from tests.journeys.inventory import list_addresses, list_files
from tests.matchmaker.figures_month import ASKED_FEN, PLEDGED_FEN, FiguresMonth
from tests.matchmaker.workbench.lived_office import LATER

LANGUAGES = ("zh_Hans_CN", pytest.param("en", marks=pytest.mark.slow))
READERS = (None, Role.COORDINATOR, Role.COMMITTEE_WORKER, Role.SOCIAL_WORKER)
GROUPS: tuple[Any, ...] = (m.Committee, m.Organisation, m.ServiceCategory)
KINDS = {"month", *(model.__name__ for model in GROUPS)}
SUMS_FEN = (*ASKED_FEN, sum(ASKED_FEN), PLEDGED_FEN)
_OF_A_MONTH = re.compile(r"^/(rounds|results)/2026-07/")
_OF_ONE_THING = re.compile(r"/(\d+|own|[NP]\d{4})($|[/?])")
_FEN = re.compile("|".join(rf"(?<![\d.]){fen}(?!\d)|{fen:,}" for fen in SUMS_FEN))
_YUAN = re.compile(
    "|".join(re.escape(f"{fen / 100:{mark}}") for fen in SUMS_FEN for mark in ("", ","))
)
_UNIT = re.compile(r" ?(yuan|元)")


@dataclass(frozen=True)
class File:
    """A file as somebody gets it: its table, or its texts by name."""

    address: str
    table: Table | None
    texts: dict[str, str]


@dataclass(frozen=True)
class Site:
    app: Flask
    office: FiguresMonth

    def browse(self, role: Role | None, language: str) -> Browser:
        browser = Browser(self.app).use_language(language)
        return browser.sign_in(self.office.users[role]) if role else browser

    def read(self, role: Role | None, language: str) -> Iterator[tuple[str, str]]:
        """Address and text of one page of each route; boards and memories by every group.

        What is public is read by the visitor alone.
        """
        browser, user_id = self.browse(role, language), self._find_id(role)
        found = set(dict(reversed(list_addresses(self.app, user_id))).values())
        if role:
            found -= {address for _route, address in list_addresses(self.app, None)}
        if role is Role.SOCIAL_WORKER:
            found |= {f"/rounds/2026-07/board?by={by.value}" for by in Grouping}
            found |= {f"/rounds/memory?by={by.value}" for by in Group}
        for address in sorted(found):
            yield address, browser.open(address).text

    def load(self, role: Role | None, language: str) -> Iterator[File]:
        """Every file of a role, workbooks of one list of an endpoint; the memory by kind of help.

        What is public is read by the visitor alone.
        """
        browser = self.browse(role, language)
        public = list_files(self.app, None) if role else []
        files = [row for row in list_files(self.app, self._find_id(role)) if row not in public]
        first = {(endpoint, values["file_format"]): values for endpoint, values in reversed(files)}
        for endpoint, values in files:
            if values["file_format"] == "xlsx" and values is not first[endpoint, "xlsx"]:
                continue
            more = {"by": "category"} if endpoint == "rounds.download_memory" else {}
            answer = browser.open(browser.get_url(endpoint, **values, **more))
            if answer.status_code == 200:
                address = f"{endpoint} {values['file_format']}"
                yield File(address, *read_file(answer.data, values["file_format"]))

    def name_groups(self, language: str) -> dict[str, str]:
        """The name of each group and of the month, as pages in the language have it."""
        column = "name_en" if language == "en" else "name_zh"
        with self.app.app_context():
            rows = [row for model in GROUPS for row in db.session.scalars(select(model))]
            named = {getattr(row, column): f"{type(row).__name__} {row.id}" for row in rows}
        return named | dict.fromkeys(("July 2026", "2026年7月"), "month")

    def _find_id(self, role: Role | None) -> int | None:
        return self.office.users[role].id if role else None


def read_file(content: bytes, file_format: str) -> tuple[Table | None, dict[str, str]]:
    if file_format == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.endswith((".txt", ".json"))]
            return None, {name: archive.read(name).decode() for name in names}
    if file_format == "ics":
        return None, {"ics": content.decode()}
    if file_format == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    return Table("", rows[0], rows[1:]), {}


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        yield Site(app, FiguresMonth(Factory(app)))


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def pages(site, language):
    with moved_to(LATER):
        return {role: dict(site.read(role, language)) for role in READERS}


@pytest.fixture(scope="module")
def files(site, language):
    with moved_to(LATER):
        return {role: list(site.load(role, language)) for role in READERS}


@pytest.fixture(scope="module")
def figures(site, language, pages, files):
    groups = site.name_groups(language)
    found: list[Figure] = []
    for role, read in pages.items():
        for address, html in read.items():
            found += list_figures(html, address, role, groups)
    for role, loaded in files.items():
        for file in loaded:
            if file.table:
                found += list_table_figures(file.table, groups, find_scope(role), file.address)
    return found


def find_scope(role: Role | None) -> str:
    return "office" if role in (None, Role.SOCIAL_WORKER) else role.value


def list_figures(
    html: str, address: str, role: Role | None, groups: dict[str, str]
) -> Iterator[Figure]:
    """The figures of a page, each of the office, of what the reader sees, or of one thing."""
    page, scope = Page(html), find_scope(role)
    if _OF_ONE_THING.search(address.replace("/runs/1", "")):
        scope = address
    for table in page.tables:
        yield from list_table_figures(table, groups, scope, address)
    if _OF_A_MONTH.match(address):
        yield from list_month_figures(page, f"{scope}: month", address)


def test_no_figure_has_two_values(figures):
    two = find_two_values(figures)
    assert not two, "\n".join(f"{key}: {values}" for key, values in two.items())


# What is found later in place of what ended is promised too; here nothing was.
AS_DECIDED = ({"Amount matched", "Amount promised"}, {"安排数量", "约好多少"})


def test_no_figure_of_groups_has_two_names(figures):
    kinds = tuple(f"office: {kind}" for kind in KINDS - {"month"})
    found = find_two_names(row for row in figures if row.scope.startswith(kinds))
    assert [pair for pair in found if pair not in AS_DECIDED] == []


def test_there_are_figures_of_each_kind_of_group_and_of_the_month(figures):
    """So many that what the other tests compare is not nothing."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in figures:
        names[row.scope.split(" ")[1]].add(row.name)
    assert {kind for kind in KINDS if len(names[kind]) >= 15} == KINDS


def test_every_print_is_read_and_not_the_question_what_it_is_for(pages):
    for read in pages.values():
        assert [address for address, html in read.items() if 'name="purpose"' in html] == []


def test_sums_of_money_are_in_yuan_and_say_so(pages):
    faults, seen = [], 0
    for read in pages.values():
        for address, html in read.items():
            text = re.sub(r"<[^>]*>", "", html)
            faults += [(address, found) for found in _FEN.findall(html)]
            for found in _YUAN.finditer(text):
                seen += 1
                if not _UNIT.match(text, found.end()):
                    faults.append((address, text[found.start() - 20 : found.end() + 20]))
    assert faults == []
    assert seen > 40


def test_sums_of_money_in_files_are_in_yuan_and_say_so(files):
    """In a sentence the unit follows; in a table it may be in the heading or in its own column."""
    faults, seen = [], set()
    for file in (file for loaded in files.values() for file in loaded):
        for name, text in file.texts.items():
            is_question = name.endswith(".json")  # its readme says in what unit
            faults += [] if is_question else [(file.address, name, f) for f in _FEN.findall(text)]
        for row in file.table.rows if file.table else ():
            cells = list(zip(file.table.heads, row, strict=True))
            faults += [(file.address, head, cell) for head, cell in cells if _FEN.search(cell)]
            for head, cell in cells:
                if _YUAN.search(cell):
                    seen.add(file.address)
                    is_said = any(_UNIT.search(text) for text in (head, cell, *row))
                    faults += [] if is_said else [(file.address, head, cell)]
    assert faults == []
    assert len(seen) >= 8, seen


def test_files_that_a_program_reads_say_in_what_unit_money_is(files):
    questions = [file for loaded in files.values() for file in loaded if "README.txt" in file.texts]
    assert questions
    for file in questions:
        assert any(_FEN.search(text) for text in file.texts.values())
        assert re.search("100 fen are one\\syuan", file.texts["README.txt"])
