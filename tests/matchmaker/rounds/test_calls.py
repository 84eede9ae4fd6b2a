"""The call to givers: what more help would meet, on a page and in texts that name nobody."""

import re

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import OfferKind
from matchmaker.rounds.solve.shortages import ShortRow, read_shortages
from matchmaker.rounds.words.calls import (
    describe_calls,
    describe_rows,
    list_shown_committees,
)
from matchmaker.rounds.words.names import Names
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
    assert 'class="to-copy"' in page


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


def test_texts_name_no_place_and_no_small_number(english):
    rows = [
        ShortRow("rice", None, 12, 6, {"C1": 6}),
        ShortRow("walk", "W1-WD-AM", 3, 3, {"C1": 3}),
    ]
    texts = {row.kind: row.text for row in describe_calls(rows, NAMES, KINDS, MONTH)}
    assert set(texts) == {OfferKind.GOODS, OfferKind.PEOPLE}
    assert "12 items more would be enough for 6 requests" in texts[OfferKind.GOODS]
    assert "Weekday mornings): a little more" in texts[OfferKind.PEOPLE]
    assert "3" not in texts[OfferKind.PEOPLE]
    assert not any(name in text for text in texts.values() for name in NAMES.committees.values())


def test_slots_of_a_category_are_one_line_of_the_text(english):
    rows = [
        ShortRow("walk", "W1-WD-AM", 4, 4, {}),
        ShortRow("walk", "W2-WD-AM", 3, 2, {}),
    ]
    (text,) = describe_calls(rows, NAMES, KINDS, MONTH)
    assert "7 visits more would be enough for 6 requests" in text.text
    assert [row.requests for row in describe_rows(rows, NAMES, MONTH)] == [4, 2]
