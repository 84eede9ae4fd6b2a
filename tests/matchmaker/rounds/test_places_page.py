"""The page of free places: searched, read, and kept by one tap."""

import re

import pytest
from werkzeug.test import TestResponse

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.pages import places_views, room_views
from matchmaker.rounds.solve import jobs, repairs
from optimizer import codec
from optimizer.report import Ruling, Verdict
from tests.browser import Browser
from tests.matchmaker.rounds.free_places import JULY, LATER, FreePlaces, solve_repair

MONTH = {"month": JULY}


def read(browser: Browser, endpoint: str = "places") -> str:
    answer = browser.get(f"rounds.{endpoint}", **MONTH)
    assert answer.status_code == 200
    return answer.text


def tap(browser: Browser, step: str, number: int | None = None) -> TestResponse:
    """Press a button of the page."""
    values = MONTH if number is None else {**MONTH, "number": number}
    on = browser.get_url("rounds.places", **MONTH)
    return browser.submit(f"rounds.{step}", {}, on=on, **values)


@pytest.fixture
def world(app, make, monkeypatch):
    for module in (places_views, room_views):
        monkeypatch.setattr(module, "get_now", lambda: LATER)
    world = FreePlaces(make)
    need = world.ask()
    world.publish()
    with app.app_context():
        [row] = world.list_promises(need)
        world.decline(row, m.DeclineReason.NO_CAPACITY)
        db.session.commit()
    return world


@pytest.fixture
def worker(app, world):
    return Browser(app).sign_in(world.worker).use_language("en")


@pytest.fixture
def second(app, world):
    return Browser(app).sign_in(world.second).use_language("en")


def finish(app, world) -> None:
    """What the worker does with the search."""
    with app.app_context():
        repair = repairs.find_latest(world.run)
        jobs.take_job(repairs.get_repair_job(repair).id, lease_seconds=60, now=LATER)
        repairs.finish_repair(repair, solve_repair(repair), now=LATER)
        db.session.commit()


def search(app, world, browser) -> None:
    assert tap(browser, "search_places").status_code == 303
    finish(app, world)


def test_the_room_says_how_many_places_are_free(worker):
    page = read(worker, "show")
    assert "1 place is free." in page
    assert worker.get_url("rounds.places", **MONTH) in page


def test_a_search_is_started_and_followed(app, world, worker):
    assert "Declined: We cannot manage it this month" in read(worker)
    assert tap(worker, "search_places").status_code == 303
    assert "Waiting for a worker" in read(worker)
    assert "Waiting for a worker" in read(worker, "places_progress")
    finish(app, world)
    assert "data-done" in read(worker, "places_progress")


def test_what_is_found_is_read_and_kept_by_one_tap(app, world, worker, second):
    search(app, world, worker)
    page = read(second)
    assert "Instead of: " in page
    assert "Now: " in page
    assert tap(second, "keep_places", 1).status_code == 303
    assert "place is free" not in read(second, "show")
    assert "No place is free" in read(second)


def test_who_comes_instead_is_named_with_what_they_bring_and_nothing_else_is_said(
    app, make, monkeypatch, shown
):
    for module in (places_views, room_views):
        monkeypatch.setattr(module, "get_now", lambda: LATER)
    world = FreePlaces(make)
    rice, visit = world.ask(world.goods, quantity=1), world.ask()
    world.publish()
    with app.app_context():
        for need in (rice, visit):
            world.decline(world.list_promises(need)[0], m.DeclineReason.NO_CAPACITY)
        db.session.commit()
    worker = Browser(app).sign_in(world.worker).use_language("en")
    read(worker)
    assert [(line.after, line.nobody) for line in shown["lost"]] == [((), "")] * 2
    search(app, world, worker)
    read(worker)
    assert [line.nobody for line in shown["lost"]] == ["", ""]
    [goods], [coming] = (line.after for line in shown["lost"])
    assert re.fullmatch(r"Giver \d · 1 item", goods)
    assert re.match(r"Giver (\d) · Visitor \1\d · 1 visit · ", coming)


def test_who_cannot_be_served_by_others_reads_why(app, make, monkeypatch):
    for module in (places_views, room_views):
        monkeypatch.setattr(module, "get_now", lambda: LATER)
    world = FreePlaces(make, rice=1)
    rice, visit = world.ask(world.goods, quantity=2), world.ask()
    world.publish()
    with app.app_context():
        world.decline(world.list_promises(rice)[0], m.DeclineReason.NO_CAPACITY)
        [refused] = world.list_promises(visit)
        world.accept(refused)
        world.refuse(refused, m.DeclineReason.NO_LONGER_NEEDED)
        db.session.commit()
    worker = Browser(app).sign_in(world.worker).use_language("en")
    search(app, world, worker)
    page = read(worker)
    assert page.count("Nobody waits for this help any more in this month.") == 1
    with app.app_context():
        assert repairs.read_proposal(repairs.find_latest(world.run)).lines == ()


def test_who_gets_what_became_free_is_named_beside_those_who_lost(app, make, monkeypatch):
    for module in (places_views, room_views):
        monkeypatch.setattr(module, "get_now", lambda: LATER)
    world = FreePlaces(make, visitors=1)
    needs = [world.ask(tier=tier) for tier in (2, 2, 3)]
    world.publish()
    with app.app_context():
        [row] = world.list_promises(needs[0])
        world.accept(row)
        world.refuse(row, m.DeclineReason.NO_LONGER_NEEDED)
        db.session.commit()
    worker = Browser(app).sign_in(world.worker).use_language("en")
    search(app, world, worker)
    others = read(worker).partition('aria-labelledby="others-title"')[2].partition("</section>")[0]
    named = [need.reference in others for need in needs]
    assert named == [False, False, True]


def test_a_proposal_that_is_old_says_so(app, world, worker, second):
    search(app, world, worker)
    with app.app_context():
        [line] = repairs.read_proposal(repairs.find_latest(world.run)).lines
        world.make_away(line.person)
        db.session.commit()
    answer = tap(second, "keep_places", 1)
    assert answer.status_code == 409
    assert "Search again, so that nothing is promised twice." in answer.text


def test_a_search_can_be_cancelled(world, worker):
    tap(worker, "search_places")
    assert tap(worker, "cancel_search", 1).status_code == 303
    assert "Search for others" in read(worker)


def test_what_is_not_proved_is_accepted_before_it_is_kept(app, world, worker, second):
    search(app, world, worker)
    with app.app_context():
        repair = repairs.find_latest(world.run)
        repair.verdict = codec.to_json(Verdict(Ruling.FEASIBLE))
        db.session.commit()
    assert "1 aim is not proved" in read(second)
    on = worker.get_url("rounds.places", **MONTH)
    for step, more in (("search_places", {}), ("cancel_search", {"number": 1})):
        torn = worker.submit(f"rounds.{step}", {"idempotency_key": ""}, on=on, **MONTH, **more)
        assert torn.status_code == 422
        assert "1 aim is not proved" in torn.text, "what another form asks is asked still"
    assert tap(second, "keep_places", 1).status_code == 422
    on = second.get_url("rounds.places", **MONTH)
    answer = second.submit(
        "rounds.keep_places", {"accepts_unproved": "y"}, on=on, **MONTH, number=1
    )
    assert answer.status_code == 303


def test_an_auditor_reads_and_does_nothing(app, make, world, worker):
    search(app, world, worker)
    user = make.user(m.Role.AUDITOR, subdistrict_id=world.subdistrict.id)
    auditor = Browser(app).sign_in(user).use_language("en")
    page = read(auditor)
    assert "It can be kept by: Wu One, Wu Two, " in page
    assert "/keep" not in page
    assert "/search" not in page
    for step, number in (("search_places", None), ("keep_places", 1), ("cancel_search", 1)):
        assert tap(auditor, step, number).status_code == 403


@pytest.mark.parametrize("role", ["coordinator", "committee_worker", "administrator"])
def test_nobody_else_reads_it(app, make, world, role):
    values = {
        "coordinator": {"organisation_id": world.organisations[0].id},
        "committee_worker": {"committee_id": world.committee.id},
    }
    browser = Browser(app).sign_in(make.user(m.Role(role), **values.get(role, {})))
    assert browser.get("rounds.places", **MONTH).status_code == 403


def test_another_office_finds_nothing(app, make, world):
    other = make.subdistrict(code="OTHER")
    user = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=other.id)
    assert Browser(app).sign_in(user).get("rounds.places", **MONTH).status_code == 404


def test_a_search_that_is_not_there_is_not_found(world, worker):
    assert tap(worker, "keep_places", 7).status_code == 404
