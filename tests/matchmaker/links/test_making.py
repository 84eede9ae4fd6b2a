"""The office makes links for organisations, coordinators for their volunteers; each once shown."""

import re

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from tests.browser import Browser
from tests.run_factories import JULY

pytestmark = pytest.mark.usefixtures("clock")

ADDRESS = re.compile(r"http://localhost/l/([2-9a-z]{26})/")
KEY = {"idempotency_key": "a" * 32}


@pytest.fixture
def office(app, links):
    return Browser(app).sign_in(links.worker).use_language("en")


@pytest.fixture
def coordinator(app, links):
    return Browser(app).sign_in(links.coordinator).use_language("en")


@pytest.fixture
def visitor(app, links, make):
    user = make.user(m.Role.VOLUNTEER, volunteer_id=links.world.volunteer.id)
    return Browser(app).sign_in(user).use_language("en")


def make_link(office: Browser, links, key: str = "a" * 32):
    on = office.get_url("rounds.answers", month=JULY)
    values = {"month": JULY, "organisation_id": links.organisation.id}
    return office.submit("rounds.make_link", {"idempotency_key": key}, on=on, **values)


def list_ids(links) -> list[int]:
    with links.make.context():
        return list(db.session.scalars(select(m.SignedLink.id).order_by(m.SignedLink.id)))


def test_one_tap_makes_a_link_with_its_text_shown_once(office, links, phone):
    assert make_link(office, links).status_code == 303
    page = office.get("rounds.answers", month=JULY).text
    token = ADDRESS.search(page)[1]
    assert "3 promises of Silver Companions wait for your answer" in page
    assert "with this link, there is nothing to sign in" in page
    assert phone.client.get(f"/l/{token}/").status_code == 200
    page = office.get("rounds.answers", month=JULY).text
    assert token not in page
    assert "Links that are open" in page
    assert links.worker.name in page


def test_the_office_ends_a_link(office, links, phone):
    token = links.make_link()
    on = office.get_url("rounds.answers", month=JULY)
    values = {"month": JULY, "link_id": list_ids(links)[0]}
    assert office.submit("rounds.revoke_link", KEY, on=on, **values).status_code == 303
    assert phone.client.get(f"/l/{token}/").status_code == 404
    page = office.get("rounds.answers", month=JULY).text
    assert "This link opens nothing any more." in page
    assert "Links that are open" not in page


def test_a_button_pressed_twice_makes_one_link(office, links):
    for _ in range(2):
        make_link(office, links)
    assert len(list_ids(links)) == 1
    make_link(office, links, "b" * 32)
    assert len(list_ids(links)) == 2


def test_an_auditor_reads_the_answers_and_makes_no_link(app, links, make):
    links.make_link()
    auditor = Browser(app).sign_in(make.user(m.Role.AUDITOR)).use_language("en")
    page = auditor.get("rounds.answers", month=JULY).text
    assert "Silver Companions" in page
    assert "Make a link" not in page
    assert "Links that are open" not in page


def test_the_coordinator_lets_volunteers_answer_and_makes_them_links(coordinator, links, phone):
    page = coordinator.get("assignments.links").text
    assert "Your volunteers do not answer themselves so far" in page
    on = coordinator.get_url("organisations.own")
    coordinator.submit("organisations.set_answers", KEY, on=on, who="volunteers")
    assert "Each volunteer says yes or no" in coordinator.get("organisations.own").text
    on = coordinator.get_url("assignments.links")
    values = {"month": JULY, "volunteer_id": links.world.volunteer.id}
    coordinator.submit("assignments.make_volunteer_link", KEY, on=on, **values)
    page = coordinator.get("assignments.links").text
    token = ADDRESS.search(page)[1]
    assert "Link for Ann Li" in page
    assert phone.client.get(f"/l/{token}/").status_code == 200
    values = {"month": JULY, "link_id": list_ids(links)[0]}
    coordinator.submit("assignments.revoke_giver_link", KEY, on=on, **values)
    assert phone.client.get(f"/l/{token}/").status_code == 404
    [event] = links.list_events("organisation.set_answers")
    assert event.details == {"allowed": True}


def test_a_link_before_leave_is_refused(coordinator, links):
    links.let_volunteers_answer()
    page = coordinator.client.get(coordinator.get_url("assignments.links")).text
    form_token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    links.let_volunteers_answer(allowed=False)
    values = {"month": JULY, "volunteer_id": links.world.volunteer.id}
    address = coordinator.get_url("assignments.make_volunteer_link", **values)
    answer = coordinator.client.post(address, data={**KEY, "csrf_token": form_token})
    assert answer.status_code == 409
    assert "Say first" in answer.text


# A volunteer answers, signed in.


def answer_visit(visitor: Browser, endpoint: str, **values):
    on = visitor.get_url("assignments.answer_visits")
    data = {**KEY, "reason": "person_ill", "chosen": values.pop("chosen", "")}
    return visitor.submit(f"assignments.visits_{endpoint}", data, on=on, month=JULY, **values)


def test_a_volunteer_answers_where_the_organisation_lets_them(visitor, links):
    page = visitor.get("assignments.visits").text
    assert "for your answer" not in page
    assert visitor.get("assignments.answer_visits").status_code == 404
    links.let_volunteers_answer()
    assert "2 visits wait for your answer" in visitor.get("assignments.visits").text
    assert "Yes to all 2" in visitor.get("assignments.answer_visits").text
    number = links.list_promises()[0].id
    answer_visit(visitor, "answer_one", promise_id=number, step="decline")
    assert "Why can you not do it?" in visitor.get("assignments.answer_visits").text
    answer_visit(visitor, "say_why", promise_id=number)
    assert links.list_promises()[0].decline_reason is m.DeclineReason.PERSON_ILL
    answer_visit(visitor, "answer_one", promise_id=number, step="take-back")
    answer_visit(visitor, "answer_several", which="ticked", chosen=number)
    states = links.list_states()
    assert states[0] is m.PromiseState.AWAITING_RECIPIENT
    assert states[1:] == [m.PromiseState.AWAITING_GIVER] * 2


def test_a_volunteer_answers_for_no_other(visitor, links):
    links.let_volunteers_answer()
    rice = links.list_promises()[2].id
    assert answer_visit(visitor, "answer_one", promise_id=rice, step="accept").status_code == 404
    answer_visit(visitor, "answer_several", which="all")
    assert links.list_states()[2] is m.PromiseState.AWAITING_GIVER


def test_leave_that_is_taken_away_meanwhile_is_said(visitor, links):
    links.let_volunteers_answer()
    page = visitor.get("assignments.answer_visits").text
    form_token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    links.let_volunteers_answer(allowed=False)
    number = links.list_promises()[0].id
    values = {"month": JULY, "promise_id": number, "step": "accept"}
    address = visitor.get_url("assignments.visits_answer_one", **values)
    answer = visitor.client.post(address, data={**KEY, "csrf_token": form_token})
    assert (answer.status_code, answer.location) == (303, "/assignments/visits?month=2026-07")
    assert "the coordinator answers" in visitor.get("assignments.visits").text
    assert set(links.list_states()) == {m.PromiseState.AWAITING_GIVER}
