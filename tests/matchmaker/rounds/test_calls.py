"""The call to givers: what more help would meet, on a page and in texts that name nobody."""

import re

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import OfferKind
from matchmaker.rounds.pages import call_views
from matchmaker.rounds.solve.shortages import ShortRow, count_shortages, read_shortages
from matchmaker.rounds.words.calls import (
    describe_calls,
    describe_enough,
    describe_rows,
    list_shown_committees,
)
from matchmaker.rounds.words.names import Names
from optimizer.codec import canonical_text
from optimizer.report import Shortage
from tests import pins
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.notices.office import Office
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth
from tests.optimizer.builders import month, visit, want
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
    assert [row.enough[0] for row in describe_rows(rows, NAMES, MONTH)] == ["4", "2", "1"]


def test_a_time_that_few_lack_is_not_named_beside_agreed_visits(english):
    rows = [
        ShortRow("walk", "W1-WD-AM", 6, 6, {}),
        ShortRow("walk", "W1-SUN-PM", 9, 2, {}, visits=7),
        ShortRow("walk", "W2-SAT-AM", 7, 0, {}, visits=7),
    ]
    (call,) = describe_calls(rows, NAMES, KINDS, MONTH)
    assert call.text.splitlines()[1:-1] == ["Walks (Weekday mornings)"]


@pytest.mark.parametrize("requests", [0, 1, 4])
def test_agreed_visits_make_no_text_of_few_requests(english, requests):
    row = ShortRow("walk", "W1-WD-AM", 9, requests, {"C1": requests}, visits=9)
    assert describe_calls([row], NAMES, KINDS, MONTH) == []


@pytest.mark.parametrize(
    ("requests", "visits", "said"),
    [
        (3, 2, "3 requests, 2 agreed visits"),
        (1, 0, "1 request"),
        (0, 1, "1 agreed visit"),
    ],
)
def test_requests_and_agreed_visits_are_counted_apart(english, requests, visits, said):
    row = ShortRow("walk", "W1-WD-AM", 9, requests, {}, visits)
    assert describe_enough([row]) == describe_rows([row], NAMES, MONTH)[0].enough == said


def show(app, monkeypatch, user, language: str = "en") -> str:
    """The page of a month in which many lack a walk and rice."""
    rows = [
        ShortRow("rice_oil", None, 9, 9, {"": 9}),
        ShortRow("elder_visit", "W1-WD-AM", 9, 6, {"": 6}),
    ]
    monkeypatch.setattr(call_views, "read_shortages", lambda _run: rows)
    browser = Browser(app).use_language(language).sign_in(user)
    return browser.get("rounds.call", month=MONTH).text


@pytest.mark.parametrize(
    ("language", "condition"), [("en", "like that of today"), ("zh", "像现在帮忙的那样")]
)
def test_a_published_month_has_texts_that_say_which_help_is_meant(
    app, make, monkeypatch, language, condition
):
    small = SmallMonth(make)
    with app.app_context():
        small.publish()
        db.session.commit()
    page = show(app, monkeypatch, small.first, language)
    texts = re.findall(r'<p class="to-copy">(.*?)</p>', page, re.DOTALL)
    assert len(texts) == 2
    assert all(condition in text for text in texts)


@pytest.mark.parametrize(
    ("language", "condition"), [("en", "like the help of today"), ("zh", "像现在的单位和志愿者")]
)
def test_the_sum_says_which_help_is_meant(app, make, monkeypatch, language, condition):
    small = SmallMonth(make)
    with app.app_context():
        small.solve()
        db.session.commit()
    assert condition in show(app, monkeypatch, small.first, language)


@pytest.mark.parametrize("step", [SmallMonth.solve, SmallMonth.publish_and_withdraw])
def test_a_month_that_is_not_published_has_no_texts_and_says_why(app, make, monkeypatch, step):
    small = SmallMonth(make)
    with app.app_context():
        step(small)
        db.session.commit()
    page = show(app, monkeypatch, small.first)
    assert "The month is still being prepared" in page
    assert 'class="to-copy"' not in page
    assert "the next run counts again" not in page


def test_the_counts_of_an_outdated_run_are_marked(app, make, monkeypatch):
    small = SmallMonth(make)
    with app.app_context():
        pins.add_override(
            small.solve().match_round,
            kind=m.OverrideKind.FORBID,
            need=db.session.get_one(m.Need, small.needs[1].id),
            offer_id=None,
            volunteer_id=None,
            reason="away",
            actor=small.one,
            now=NOW,
        )
        db.session.commit()
    assert "the next run counts again" in show(app, monkeypatch, small.first)


def test_each_need_of_a_joined_ask_counts_as_one_request_and_no_due_visit():
    here = {"committee": "C1"}
    problem = month(
        want("A+B", quantity=6, groups=here),
        want("C", quantity=3, groups=here),
        visit("P0001#1", "S1", duty=True),
    )
    report = [
        Shortage("visit", "S1", 1, ("P0001#1",), (1,)),
        Shortage("goods", None, 9, ("A+B", "C"), (6, 3)),
    ]
    found = count_shortages(canonical_text(problem.to_json()), report)
    assert [(row.category, row.requests, row.committees, row.visits) for row in found] == [
        ("goods", 3, {"C1": 3}, 0),
        ("visit", 0, {}, 1),
    ]
