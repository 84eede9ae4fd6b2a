"""The round room in a browser: the whole path by two people, and what it refuses."""

import csv
import io
import re

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.offers.service import edit_offer
from matchmaker.offers.terms import OfferTerms
from matchmaker.rounds.solve.worker import Worker
from tests.browser import Browser
from tests.draws import fill_lock_form, lock_and_draw_on_pages
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.pricing import finish_prices
from tests.worlds import kept

ROOM = "/rounds/2026-07/"
PRICE = {"month": MONTH, "number": 1}


def key(number: int) -> dict[str, str]:
    return {"idempotency_key": f"{number:032x}"}


@pytest.fixture
@kept
def reviewed(app, month):
    """A round under review; its first run was started by the first social worker."""
    with app.app_context():
        month.solve()
        db.session.commit()


def test_a_month_goes_from_opening_to_the_public_page_by_two_people(
    app, month, one, two, browser, monkeypatch
):
    assert "Open the first month" in one.get("rounds.index").text
    opened = one.submit("rounds.open_round", {**key(1), "month": "2026-07"})
    assert (opened.status_code, opened.location) == (303, ROOM)
    lock_and_draw_on_pages(one, two, MONTH, key(2), monkeypatch)
    assert one.submit("rounds.solve", key(3), on=ROOM, month=MONTH).status_code == 303
    assert "You may close this page" in one.get("rounds.show", month=MONTH).text
    assert "data-done" not in one.get("rounds.progress", month=MONTH).text
    Worker(app).run_job(1)
    assert "data-done" in one.get("rounds.progress", month=MONTH).text
    assert two.submit("rounds.publish", key(4), month=MONTH, number=1).status_code == 303
    public = browser.use_language("en").get("results.show", month=MONTH)
    assert public.status_code == 200
    assert "is reached as far as the published order allows" in public.text
    assert "R00001" not in public.text
    with app.app_context():
        events = db.session.query(m.AuditEvent).order_by(m.AuditEvent.id)
        taken = [(event.action, event.actor_id) for event in events]
    first, second = month.first.id, month.second.id
    steps = {"open": first, "freeze": first, "draw": second, "solve": first, "finish": None}
    steps["publish"] = second
    assert taken == [(f"round.{step}", actor) for step, actor in steps.items()]


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("index", {}),
        ("show", {"month": MONTH}),
        ("review", {"month": MONTH, "number": 1}),
        ("print_review", {"month": MONTH, "number": 1}),
        ("list_lines", {"month": MONTH, "number": 1}),
        ("show_line", {"month": MONTH, "number": 1, "reference": "N2607-0001"}),
        ("download_lines", {"month": MONTH, "number": 1, "file_format": "xlsx"}),
        ("download_proof", {"month": MONTH, "number": 1, "file_format": "zip"}),
    ],
)
def test_an_auditor_reads_everything_and_a_stranger_finds_nothing(
    app, month, reviewed, endpoint, values
):
    auditor = Browser(app).sign_in(month.auditor)
    assert auditor.get(f"rounds.{endpoint}", **values).status_code == 200
    if values:
        stranger = Browser(app).sign_in(month.stranger)
        assert stranger.get(f"rounds.{endpoint}", **values).status_code == 404


@pytest.mark.parametrize(
    "endpoint", ["open_round", "freeze", "replace_draw", "draw", "publish", "withdraw", "override"]
)
def test_an_auditor_changes_nothing(app, month, reviewed, endpoint):
    values = {
        "open_round": {},
        "publish": {"month": MONTH, "number": 1},
        "override": {"month": MONTH, "reference": "N2607-0001"},
    }.get(endpoint, {"month": MONTH})
    auditor = Browser(app).sign_in(month.auditor)
    assert auditor.get(f"rounds.{endpoint}", **values).status_code == 403


def test_an_incomplete_form_keeps_what_was_typed(one):
    one.submit("rounds.open_round", {**key(1), "month": "2026-07"})
    typed = {**fill_lock_form(), "number": "20269"}
    answer = one.submit("rounds.freeze", {**key(2), **typed}, month=MONTH)
    assert answer.status_code == 422
    assert 'value="20269"' in answer.text
    assert "the year, then three digits" in answer.text


def test_the_reason_of_a_withdrawal_is_kept(app, bring, one):
    bring("publish")
    one.submit("rounds.withdraw", {**key(1), "reason": "wrong list"}, month=MONTH)
    with app.app_context():
        event = db.session.query(m.AuditEvent).order_by(m.AuditEvent.id.desc()).first()
        assert (event.action, event.details["reason"]) == ("round.withdraw", "wrong list")


def test_a_month_that_has_no_round_yet_is_proposed(one):
    proposed = []
    for number in range(3):
        page = one.get("rounds.open_round").text
        proposed.append(re.search(r'name="month"[^>]*value="([\d-]+)"', page)[1])
        data = {**key(number), "month": proposed[-1]}
        assert one.submit("rounds.open_round", data).status_code == 303
    assert len(set(proposed)) == 3


def test_a_form_sent_twice_opens_one_round(app, one):
    data = {**key(1), "month": "2026-07"}
    first = one.submit("rounds.open_round", data)
    second = one.submit("rounds.open_round", data)
    assert first.location == second.location == ROOM
    with app.app_context():
        assert len(db.session.scalars(db.select(m.MatchRound)).all()) == 1


def test_a_step_out_of_turn_says_why(reviewed, one, two):
    assert one.get("rounds.freeze", month=MONTH).status_code == 409
    mine = one.get("rounds.publish", month=MONTH, number=1)
    assert mine.status_code == 409
    assert "Somebody else in the office must publish it" in mine.text
    assert two.get("rounds.publish", month=MONTH, number=1).status_code == 200
    assert two.get("rounds.withdraw", month=MONTH).status_code == 409


def test_lines_are_filtered_by_the_address(reviewed, one):
    def count(**filters) -> int:
        page = one.get("rounds.list_lines", month=MONTH, number=1, **filters).text
        return int(re.search(r"(\d+) lines?\b", page)[1])

    assert count() == 6
    assert count(result="met") == 4
    assert count(result="unmet", category="hardship_money") == 1
    assert count(ground="no_eligible_offer") + count(ground="outranked") <= 2
    assert count(organisation="O01") == 4
    assert count(organisation="O02") == 0
    assert count(committee="C01") + count(committee="C02") == 6
    assert sum(count(tier=tier) for tier in (1, 2, 3)) == 6
    assert count(reference="n2607-0003") == 1
    assert count(result="nonsense") == 6


def test_a_file_holds_the_same_lines_and_no_person(reviewed, one):
    answer = one.take(
        "rounds.download_lines", month=MONTH, number=1, file_format="csv", result="met"
    )
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 1 + 4
    assert "王阿婆" not in answer.data.decode("utf-8-sig")


def test_a_pin_is_made_with_a_reason_and_lifted_again(app, month, reviewed, one):
    address = {"month": MONTH, "reference": "N2607-0005"}
    offer = f'value="offer:{month.offers["goods"].id}"'
    assert offer in one.get("rounds.override", **address).text
    empty = one.submit("rounds.override", {**key(1), "kind": "pin", "reason": ""}, **address)
    assert empty.status_code == 422
    data = {**key(2), "kind": "pin", "giver": "", "reason": "promised at the counter"}
    undeclared = one.submit("rounds.override", data, **address)
    assert (undeclared.status_code, "Tick the box if this is so" in undeclared.text) == (422, True)
    data["no_interest"] = "y"
    asked = one.submit("rounds.override", data, **address)
    assert (asked.status_code, asked.location) == (303, "/rounds/2026-07/prices/1/")
    finish_prices(app)
    assert one.submit("rounds.keep_price", key(5), on=asked.location, **PRICE).status_code == 303
    page = one.get("rounds.show", month=MONTH).text
    assert "promised at the counter" in page
    said = "It takes effect from the next run. Solve again to see what it changes."
    assert said in page.split('data-flash="success"')[1].split("</p>")[0]
    assert one.submit("rounds.override", {**data, **key(3)}, **address).status_code == 409
    lifted = one.submit("rounds.lift_override", key(4), on=ROOM, month=MONTH, override_id=1)
    assert lifted.status_code == 303
    assert "Lifted from the next run on." in one.get("rounds.show", month=MONTH).text


def test_a_published_month_has_no_page_for_another_pin(app, month, one):
    with app.app_context():
        month.publish()
        db.session.commit()
    assert one.get("rounds.override", month=MONTH, reference="N2607-0005").status_code == 409


def test_unknown_runs_lines_and_months_are_not_found(reviewed, one):
    assert one.get("rounds.review", month=MONTH, number=9).status_code == 404
    assert one.get("rounds.show", month=MONTH.replace(month=9)).status_code == 404
    unknown = {"month": MONTH, "number": 1, "reference": "N0000-0000"}
    assert one.get("rounds.show_line", **unknown).status_code == 404
    assert one.get("rounds.override", month=MONTH, reference="N0000-0000").status_code == 404


def test_nothing_is_public_before_the_publication(reviewed, browser):
    page = browser.use_language("en").get("results.index")
    assert "Nothing is published yet" in page.text
    assert "Being decided" in page.text
    public = browser.get("results.show", month=MONTH).text
    assert "R00001" not in public
    assert "Needs met" not in public


def test_readiness_names_what_would_stay_outside(app, month, one):
    with app.app_context():
        place = month.committees[1].id
        month.make.need(
            month.residents[2], month.visit, month.first, place, state=m.NeedState.SUBMITTED
        )
        coordinator = month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
        goods = db.session.get_one(m.Offer, month.offers["goods"].id)
        terms = OfferTerms(title="More rice", capacity_per_month=3, valid_from=goods.valid_from)
        keys = {"offer_id": goods.id, "version": goods.version}
        edit_offer(actor=coordinator, now=NOW, terms=terms, **keys)
        month.open()
        db.session.commit()
    page = one.get("rounds.show", month=MONTH).text
    assert "1 need waits to be checked" in page
    assert "1 offer waits for approval" in page
    assert "1 category is asked for and offered by nobody" in page
