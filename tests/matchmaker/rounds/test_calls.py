"""The call to givers: what more help would meet, on a page and in texts that name nobody."""

import re
from types import SimpleNamespace

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import OfferKind
from matchmaker.rounds.solve import shortages
from matchmaker.rounds.solve.shortages import ShortRow, read_shortages
from matchmaker.rounds.words.calls import (
    describe_calls,
    describe_rows,
    list_shown_committees,
)
from matchmaker.rounds.words.names import Names
from optimizer.report import Shortage
from tests.browser import Browser
from tests.matchmaker.notices.office import Office
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth
from tests.worlds import kept

NAMES = Names(
    committees={"C1": "First", "C2": "Second", "C3": "Third"},
    categories={"rice": "Rice", "walk": "Walks"},
    units={"rice": "item", "walk": "visit"},
)
KINDS = {"rice": OfferKind.GOODS, "walk": OfferKind.PEOPLE}


@pytest.fixture
@kept
def office(app, make):
    return Office(make)


def test_a_run_keeps_what_more_would_meet_without_needs(app, office):
    with app.app_context():
        rows = read_shortages(office.run)
        unmet = [row for row in db.session.scalars(db.select(m.NeedOutcome)) if not row.is_met]
    assert rows
    assert sum(row.requests for row in rows) <= len(unmet) + len(rows)
    assert all(sum(row.committees.values()) == row.requests for row in rows)
    assert not re.search(r"N\d{4}-\d{4}", str(rows))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_room_leads_to_the_table_and_the_texts(app, office, language):
    with app.app_context():
        month = office.run.match_round.month
        rows = read_shortages(office.run)
    browser = Browser(app).use_language(language).sign_in(office.first)
    room = browser.get("rounds.show", month=month).text
    assert browser.get_url("rounds.call", month=month) in room
    page = browser.get("rounds.call", month=month).text
    assert page.count("<tr") == len(rows) + 1
    assert 'class="to-copy"' not in page, "so few lack anything here that a text would point at one"
    assert 'id="texts-title"' in page


def test_a_run_of_before_has_no_counts(app, office):
    with app.app_context():
        month = office.run.match_round.month
        office.run.shortages = None
        db.session.commit()
    page = Browser(app).use_language("en").sign_in(office.first).get("rounds.call", month=month)
    assert "before such counts were kept" in page.text


def test_a_month_without_a_result_has_no_call(app, make):
    small = SmallMonth(make)
    with app.app_context():
        small.open()
        db.session.commit()
    browser = Browser(app).use_language("en").sign_in(small.first)
    assert browser.get("rounds.show", month=MONTH).status_code == 200
    assert browser.get("rounds.call", month=MONTH).status_code == 404
    assert browser.client.get("/rounds/2026-13/call").status_code == 404


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"C1": 9, "C2": 4}, []),  # the rest would be the one hidden count
        ({"C1": 9, "C2": 2, "C3": 2}, []),  # the rest is small
        ({"C1": 9, "C2": 4, "C3": 4}, ["C1"]),
        ({"C1": 9, "C2": 5}, ["C1", "C2"]),
        ({"C1": 4}, []),
        ({"": 9, "C1": 9}, []),  # those without a committee are no place
    ],
)
def test_a_small_count_cannot_be_worked_out(counts, shown):
    assert list_shown_committees(counts) == shown


def test_texts_name_no_place_no_number_and_nothing_that_few_lack(english):
    rows = [
        ShortRow("rice", None, 12, 6, {"C1": 6}),
        ShortRow("walk", "W1-WD-AM", 3, 3, {"C1": 3}),
    ]
    (call,) = describe_calls(rows, NAMES, KINDS, MONTH)
    assert (call.kind, call.text.splitlines()[1:-1]) == (OfferKind.GOODS, ["Rice"])
    assert not re.search(r"\d", call.text.replace("2026", ""))


def test_a_time_that_few_lack_is_not_named(english):
    rows = [
        ShortRow("walk", "W1-WD-AM", 4, 4, {}),
        ShortRow("walk", "W2-WD-AM", 3, 2, {}),
        ShortRow("walk", "W2-SUN-PM", 1, 1, {}),
    ]
    (call,) = describe_calls(rows, NAMES, KINDS, MONTH)
    assert call.text.splitlines()[1:-1] == ["Walks (Weekday mornings)"]
    assert [row.requests for row in describe_rows(rows, NAMES, MONTH)] == [4, 2, 1]


def test_a_month_that_is_not_published_has_no_texts(app, make):
    small = SmallMonth(make)
    with app.app_context():
        small.solve()
        db.session.commit()
    browser = Browser(app).use_language("en").sign_in(small.first)
    page = browser.get("rounds.call", month=MONTH).text
    assert "once the month is published" in page or "No request was found" in page
    assert 'class="to-copy"' not in page


def test_each_need_of_a_joined_ask_counts_as_one_request(monkeypatch):
    needs = [SimpleNamespace(id=name, groups={"committee": "C1"}) for name in ("A+B", "C")]
    monkeypatch.setattr(shortages, "read_rows", lambda _text: SimpleNamespace(needs=needs))
    found = shortages.count_shortages("", [Shortage("rice", None, 9, ("A+B", "C"), (6, 3))])
    assert [(row.requests, row.committees) for row in found] == [(3, {"C1": 3})]
