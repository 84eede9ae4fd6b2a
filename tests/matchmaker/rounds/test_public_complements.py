"""No small number follows from the public page of a month: tables, tiles, picture, sentences.

A reader who adds up and subtracts knows every number that is a sum of multiples of shown ones. Of
drawn months the page is read, and what follows from it is compared with the month.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from matchmaker.models import StatusKind
from matchmaker.rounds.freeze.entries import EntryShares
from matchmaker.rounds.pages import figures as figure_rows
from matchmaker.rounds.pages import results_views
from matchmaker.rounds.question.snapshot import FrozenNeed
from matchmaker.rounds.solve.figures import Figures, compute_figures
from matchmaker.rounds.words.names import Names
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import is_small
from optimizer.solution import Assignment, Level, Solution
from tests.browser import Browser
from tests.figures import Page
from tests.matchmaker.rounds.small_month import MONTH
from tests.matchmaker.rounds.small_snapshot import DUE, GOODS, GOODS_NEED, SECOND, make_snapshot
from tests.matchmaker.rounds.test_figures import make_solution, make_stage

HIDDEN = "hidden"
COMMITTEES = {f"C{k}": f"Place {k}" for k in range(1, 7)}
CATEGORIES = {row.code: row.code for row in SECOND.categories[:5]}
TILES = {"Needs met": "needs", "People helped": "people", "Due visits kept": "visits"}
SHARE = re.compile(r"(\d+) of (\d+)")
Sum = dict[str, int]  # the number of each variable in a sum


class Reader:
    """What is shown, as sums of variables with their values, and what follows from it."""

    def __init__(self) -> None:
        self.sums: list[Sum] = []

    def learn(self, found: Sum) -> None:
        self.sums.append(found)

    def can_compute(self, wanted: list[Sum]) -> list[bool]:
        """Whether each of the sums is a sum of multiples of those that are known."""
        names = sorted({name for row in (*self.sums, *wanted) for name in row})

        def make(rows: list[Sum]) -> np.ndarray:
            return np.array([[row.get(name, 0) for name in names] for row in rows], dtype=float)

        _left, sizes, right = np.linalg.svd(make(self.sums))
        basis = right[: int((sizes > 1e-9).sum())]
        rest = make(wanted) - make(wanted) @ basis.T @ basis
        return [bool(np.abs(row).max() < 1e-6) for row in rest]


def draw_month(draw: random.Random) -> tuple[Figures, list[EntryShares]]:
    """The figures of needs of drawn groups; most groups are small, many shares nearly whole."""
    weights = [draw.choice((1, 2, 6, 15)) for _ in COMMITTEES]
    kinds = [draw.choice((1, 2, 6, 15)) for _ in CATEGORIES]
    chance = {code: draw.choice((0.05, 0.5, 0.95)) for code in COMMITTEES}
    needs = tuple(
        replace(
            GOODS_NEED,
            reference=f"N{k}",
            resident=f"R{k - k % draw.choice((1, 2))}",
            committee=draw.choices(list(COMMITTEES), weights)[0],
            category=draw.choices(list(CATEGORIES), kinds)[0],
            statuses=tuple(draw.choices([(), ("disabled",), ("destitute",)], (6, 2, 1))[0]),
            tier=draw.choice((1, 2, 3)),
        )
        for k in range(draw.choice((12, 30, 70)))
    )
    met = {row.reference for row in needs if draw.random() < chance[row.committee]}
    visits = tuple(replace(DUE, number=k) for k in range(draw.choice((0, 3, 8))))
    kept = [row.id for row in visits if draw.random() < 0.7]
    month = make_snapshot(needs=needs, offers=(GOODS,), due_visits=visits, policy="community/2")
    found = compute_figures(month, make_answer(draw, needs, met, kept))
    return found, list(draw_entries(draw, found))


def make_answer(
    draw: random.Random, needs: tuple[FrozenNeed, ...], met: set[str], kept: list[str]
) -> Solution:
    """Some of the needs are contested; the stage of neighbourhoods counts them."""
    contested = [row for row in needs if draw.random() < 0.6]
    open_ = Counter(row.committee for row in contested)
    got = Counter(row.committee for row in contested if row.reference in met)
    levels = (Level(code, got[code], number) for code, number in sorted(open_.items()))
    lines = [Assignment(name, GOODS.name) for name in (*kept, *sorted(met))]
    return make_solution(*lines, stages=(make_stage("ranks", *levels),))


def draw_entries(draw: random.Random, found: Figures) -> Iterator[EntryShares]:
    for code, row in found.by_committee.items():
        parts = (draw.choice((0, row.asked, draw.randint(0, row.asked))) for _ in range(2))
        yield EntryShares(code, row.asked, *parts)


def list_truths(found: Figures, entries: list[EntryShares]) -> dict[str, int]:
    """The value of every variable: asked and met of each group, and what tiles and picture say."""
    truths = {
        "needs asked": found.asked,
        "needs met": found.met,
        "people asked": found.residents,
        "people met": found.residents_helped,
        "visits asked": found.due_visits,
        "visits met": found.due_visits_met,
    }
    groups = {**found.by_committee, **found.by_category, **found.by_status}
    for code, row in groups.items():
        truths |= {f"{code} asked": row.asked, f"{code} met": row.met}
    for code, contest in found.contests.items():
        truths |= {f"{code} open asked": contest.open, f"{code} open met": contest.met}
    for entry in entries:
        truths |= {f"{entry.group} urgent": entry.urgent, f"{entry.group} staff": entry.on_behalf}
    return truths


def list_sensitive(truths: dict[str, int]) -> Iterator[Sum]:
    """Every count, the rest of every share, and what only the table counts beyond the picture."""
    for name in truths:
        yield {name: 1}
        group, _blank, what = name.rpartition(" ")
        if what in ("met", "urgent", "staff"):
            yield {f"{group} asked": 1, name: -1}
        if group.endswith(" open"):
            yield {f"{group.removesuffix(' open')} {what}": 1, name: -1}
        if group.endswith(" open") and what == "met":
            every = group.removesuffix(" open")
            yield {f"{every} asked": 1, f"{every} met": -1, f"{group} asked": -1, name: 1}


def read_page(html: str, truths: dict[str, int], codes: dict[str, str]) -> Reader:
    """Know what the page shows, and that groups that part all needs add up to them."""
    reader, page = Reader(), Page(html)
    read_tiles(reader, truths, page)
    for table in page.tables:
        for row in table.rows:
            if row and HIDDEN not in row and row[0] in codes:
                learn_row(reader, truths, table.caption, codes[row[0]], row[1:])
    for column in (COMMITTEES, CATEGORIES):
        for what in ("asked", "met"):
            names = {f"{code} {what}" for code in column} & truths.keys()
            reader.learn(dict.fromkeys(names, 1) | {f"needs {what}": -1})
    return reader


def read_tiles(reader: Reader, truths: dict[str, int], page: Page) -> None:
    """What the tiles show, and the sentence beneath that adds two of them up."""
    tiles = {name: value for _part, name, value in page.pairs}
    for tile, group in TILES.items():
        if tiles[tile] != HIDDEN:
            learn_share(reader, truths, tiles[tile], group)
    for _part, text in page.sentences:
        if text.startswith("Due visits of long-term pairings") and SHARE.search(text):
            for what in ("asked", "met"):
                reader.learn({f"needs {what}": 1, f"visits {what}": 1})


def learn_share(reader: Reader, truths: dict[str, int], text: str, group: str) -> None:
    found = SHARE.match(text)
    assert found, text
    learn(reader, truths, {f"{group} met": int(found[1]), f"{group} asked": int(found[2])})


def learn_row(
    reader: Reader, truths: dict[str, int], caption: str, code: str, cells: list[str]
) -> None:
    if caption.startswith("How requests came in"):
        names = (f"{code} asked", f"{code} urgent", f"{code} staff")
        learn(reader, truths, dict(zip(names, map(int, cells), strict=True)))
    elif caption.startswith("Needs met by"):
        learn(reader, truths, {f"{code} asked": int(cells[0]), f"{code} met": int(cells[1])})
    else:
        met, asked = (int(text) for text in cells[1].split(" / "))
        learn(reader, truths, {f"{code} open asked": asked, f"{code} open met": met})


def learn(reader: Reader, truths: dict[str, int], found: dict[str, int]) -> None:
    for name, value in found.items():
        assert truths[name] == value, name
        reader.learn({name: 1})


@pytest.fixture
def show(app, month, bring, monkeypatch):
    """The public page of drawn figures: ``show(figures, entries)``."""
    bring("publish")
    names = Names(COMMITTEES, CATEGORIES)
    monkeypatch.setattr(figure_rows, "read_names", lambda _office: names)
    browser = Browser(app).use_language("en")

    def render(found: Figures, entries: list[EntryShares]) -> str:
        monkeypatch.setattr(results_views, "get_figures", lambda _run: found)
        monkeypatch.setattr(results_views, "list_shares_of_run", lambda _run: entries)
        return browser.get("results.show", month=MONTH).text

    return render


@pytest.fixture
def codes(app) -> dict[str, str]:
    """The code of each group by its name on an English page."""
    named = {name: code for code, name in (COMMITTEES | CATEGORIES).items()}
    with app.test_request_context("/", headers={"Cookie": "language=en"}):
        named |= {str(get_label(kind)): kind.value for kind in StatusKind}
    return named | {"No verified status": "none"}


def test_no_small_number_follows_from_what_is_shown(show, codes):
    seen, faults = Counter[bool](), []
    for seed in range(40):
        found, entries = draw_month(random.Random(seed))
        html = show(found, entries)
        truths = list_truths(found, entries)
        reader, wanted = read_page(html, truths, codes), list(list_sensitive(truths))
        for row, is_known in zip(wanted, reader.can_compute(wanted), strict=True):
            value = sum(truths[name] * count for name, count in row.items())
            seen[is_known] += 1
            if is_known and is_small(value):
                faults.append((seed, row, value))
    assert faults == []
    assert min(seen.values()) > 500, seen
