from datetime import UTC, date, datetime

import pytest
from markupsafe import escape
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.words.outcomes import explain_outcome
from tests.factories import NOW


@pytest.fixture
def resident(browser, place):
    return browser.use_language("en").sign_in(place.account)


@pytest.fixture
def publish(make, place):
    """Publish a round of July 2026 with one outcome for the need."""

    def publish_outcome(need, is_met, ground, numbers=None):
        opened = {"opened_by_id": place.social.id, "opened_at": NOW}
        match_round = make.add(
            m.MatchRound(
                subdistrict_id=place.subdistrict.id,
                month=date(2026, 7, 1),
                policy="p",
                seed_rule="r",
                state=m.RoundState.PUBLISHED,
                published_at=datetime(2026, 7, 3, tzinfo=UTC),
                **opened,
            )
        )
        run = make.add(
            m.RoundRun(
                match_round_id=match_round.id,
                number=1,
                status=m.RunStatus.PROVEN,
                limit_seconds=1,
                problem_json="{}",
                problem_sha256="0",
                started_by_id=place.social.id,
                created_at=NOW,
            )
        )
        match_round.published_run_id = run.id
        make.add(match_round)
        make.add(
            m.NeedOutcome(
                round_run_id=run.id,
                need_id=need.id,
                is_met=is_met,
                received_units=int(is_met),
                ground=ground,
                numbers=numbers or {},
            )
        )
        return run

    return publish_outcome


def test_an_empty_list_says_what_to_do_next(resident):
    page = resident.get("needs.mine")
    assert page.status_code == 200
    assert resident.get_url("needs.start") in page.text


def test_the_list_says_in_plain_words_where_each_need_is(resident, post):
    post(state=m.NeedState.SUBMITTED)
    assert "committee has it and will check it" in resident.get("needs.mine").text


def test_every_state_has_a_page(resident, post):
    for state in m.NeedState:
        need = post(state=state, return_reason="请写明几个人")
        page = resident.get("needs.follow", need_id=need.id)
        assert page.status_code == 200, state
        assert ("请写明几个人" in page.text) is (state is m.NeedState.RETURNED), state


def test_the_promised_day_is_shown_while_waiting(resident, post):
    need = post(reply_promised_on=date(2026, 8, 31))
    assert "31 August 2026" in resident.get("needs.follow", need_id=need.id).text


def test_what_was_found_names_the_organisation_the_time_and_the_amount(
    resident, post, publish, make, place
):
    need = post(state=m.NeedState.MATCHED)
    run = publish(need, True, "met")
    giver = make.organisation(place.subdistrict, name_en="Lotus Hospital")
    make.add(
        m.Assignment(
            round_run_id=run.id,
            need_id=need.id,
            organisation_id=giver.id,
            slot="W2-WD-AM",
            units=1,
        )
    )
    text = resident.get("needs.follow", need_id=need.id).text
    assert "Lotus Hospital" in text
    assert "Weekday mornings, between 8 July 2026 and 14 July 2026" in text
    assert "1 visit" in text


def test_nothing_found_says_on_what_ground(app, resident, post, publish):
    need = post()
    publish(need, False, "lost_lottery")
    with app.test_request_context(headers={"Cookie": "language=en"}):
        ground = explain_outcome(db.session.scalars(select(m.NeedOutcome)).one())
    text = resident.get("needs.follow", need_id=need.id).text
    assert escape(ground) in text
    assert "found nothing this time" in text


def test_results_under_review_are_told_to_nobody(app, resident, post, publish):
    need = post(state=m.NeedState.IN_ROUND)
    publish(need, True, "met")
    with app.app_context():
        match_round = db.session.scalars(select(m.MatchRound)).one()
        match_round.published_run_id = match_round.published_at = None
        db.session.commit()
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
