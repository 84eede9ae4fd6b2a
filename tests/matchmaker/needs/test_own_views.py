import re
from datetime import date

import pytest
from markupsafe import escape
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.words.grounds import explain_outcome
from tests.reach import NEEDS_STAY_IN, REASON
from tests.run_factories import publish_month, solve_month


@pytest.fixture
def resident(browser, place):
    return browser.use_language("en").sign_in(place.account)


def test_an_empty_list_says_what_to_do_next(resident):
    page = resident.get("needs.mine")
    assert page.status_code == 200
    assert resident.get_url("needs.start") in page.text


def test_the_list_says_in_plain_words_where_each_need_is(resident, post):
    post(state=m.NeedState.SUBMITTED)
    assert "committee has it and will check it" in resident.get("needs.mine").text


def test_every_state_has_a_page(resident, post):
    for state in NEEDS_STAY_IN:
        need = post(state=state)
        page = resident.get("needs.follow", need_id=need.id)
        assert page.status_code == 200, state
        assert (REASON in page.text) is (state is m.NeedState.RETURNED), state


def test_the_promised_day_is_shown_while_waiting(resident, post):
    need = post(reply_promised_on=date(2026, 8, 31))
    assert "31 August 2026" in resident.get("needs.follow", need_id=need.id).text


def test_what_was_found_names_the_organisation_the_time_and_the_amount(resident, post, make, place):
    giver = make.organisation(place.subdistrict, name_en="Lotus Hospital")
    make.offer(giver, place.visit)
    make.volunteer(giver, categories=[place.visit.code], windows=[m.Window.WEEKDAY_AM.value])
    need = post()
    publish_month(make, place.subdistrict.id)
    text = resident.get("needs.follow", need_id=need.id).text
    assert "Help was found" in text
    assert "Lotus Hospital" in text
    assert re.search(r"\w+day \d+ July 2026, 9:00", text)
    assert "1 visit" in text


def test_nothing_found_says_on_what_ground(app, resident, post, make, place):
    need = post()
    publish_month(make, place.subdistrict.id)
    with app.test_request_context(headers={"Cookie": "language=en"}):
        ground = explain_outcome(db.session.scalars(select(m.NeedOutcome)).one())
    text = resident.get("needs.follow", need_id=need.id).text
    assert escape(ground) in text
    assert "found nothing this time" in text


def test_results_under_review_are_shown_to_nobody(resident, post, make, place):
    make.offer(make.organisation(place.subdistrict), place.rice)
    need = post(category=place.rice)
    run = solve_month(make, place.subdistrict.id)
    assert run.figures["met"] == 1
    assert "Help was found" not in resident.get("needs.follow", need_id=need.id).text


def test_taking_back_asks_first_and_is_final(app, resident, post):
    need = post(state=m.NeedState.OPEN)
    own = resident.get_url("needs.follow", need_id=need.id)
    answer = resident.submit("needs.withdraw", {}, on=own, need_id=need.id)
    assert (answer.status_code, answer.location) == (303, own)
    assert resident.submit("needs.withdraw", {}, on=own, need_id=need.id).status_code == 409


def test_a_draft_can_be_thrown_away(app, resident, post):
    need = post(state=m.NeedState.DRAFT)
    own = resident.get_url("needs.follow", need_id=need.id)
    assert resident.submit("needs.discard", {}, on=own, need_id=need.id).status_code == 303
    assert resident.get("needs.follow", need_id=need.id).status_code == 404


@pytest.mark.parametrize("endpoint", ["needs.follow", "needs.check", "needs.start"])
def test_a_neighbours_need_does_not_exist(resident, make, place, post, endpoint):
    neighbour = make.resident(make.household(place.committee), phone="13800000001")
    need = post(resident=neighbour, state=m.NeedState.DRAFT)
    assert resident.get(endpoint, need_id=need.id).status_code == 404
