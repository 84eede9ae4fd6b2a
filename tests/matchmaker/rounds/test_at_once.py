"""Two people of the office at one round in one moment."""

import json

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import hands, keeping, pricing, publication
from matchmaker.rounds.solve import repairs
from optimizer import codec
from optimizer.report import Ruling, Verdict
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.free_places import LATER, FreePlaces
from tests.matchmaker.two_at_once import act_at_once
from tests.pricing import ask_price, finish_here
from tests.worlds import kept

pytestmark = pytest.mark.both_databases(is_quick=True)


@pytest.fixture
@kept
def run_id(app, month):
    with app.app_context():
        run_id = month.solve().id
        db.session.commit()
    return run_id


def publish(month, run_id):
    publication.publish_run(db.session.get_one(m.RoundRun, run_id), actor=month.two, now=NOW)


def forbid(month, run_id):
    pins.add_override(
        db.session.get_one(m.RoundRun, run_id).match_round,
        kind=m.OverrideKind.FORBID,
        need=db.session.get_one(m.Need, month.needs[1].id),
        offer_id=None,
        volunteer_id=None,
        reason="away",
        actor=month.one,
        now=NOW,
    )


def forbid_as(month, run_id, who: str) -> None:
    """What the page does: nobody forbids who would leave nobody to publish."""
    match_round = db.session.get_one(m.RoundRun, run_id).match_round
    actor, need = getattr(month, who), db.session.get_one(m.Need, month.needs[1].id)
    hands.require_publisher_left(match_round, actor, [need.id])
    pins.add_override(
        match_round,
        kind=m.OverrideKind.FORBID,
        need=need,
        offer_id=None,
        volunteer_id=month.volunteers[1 if who == "one" else 2].id,
        reason="away",
        actor=actor,
        now=NOW,
    )


def test_two_who_forbid_at_once_do_not_leave_the_office_without_a_publisher(app, month, run_id):
    acts = [lambda who=who: forbid_as(month, run_id, who) for who in ("one", "two")]
    assert act_at_once(app, *acts) == [None, "round.nobody_left"]


def test_of_two_who_open_a_month_one_is_refused(app, month):
    assert act_at_once(app, month.open, month.open) == [None, "round.exists"]


def test_a_month_that_another_opens_after_the_look_is_refused(app, month, monkeypatch):
    with app.app_context():
        month.open()
        db.session.commit()
        monkeypatch.setattr(freeze_service, "find_round", lambda *_: None)
        with pytest.raises(ConflictError) as refusal:
            month.open()
        assert (refusal.value.code, refusal.value.numbers) == ("round.exists", {})


def test_of_two_who_publish_one_is_refused(app, month, run_id):
    acts = [lambda: publish(month, run_id)] * 2
    assert act_at_once(app, *acts) == [None, "round.state"]
    with app.app_context():
        assert db.session.query(m.MatchRound).one().publication == 1


def test_what_two_requests_accept_at_once_is_accepted_once(app, month, run_id):
    with app.app_context():
        run = db.session.get_one(m.RoundRun, run_id)
        run.verdict = codec.to_json(Verdict(Ruling.FEASIBLE, labels={"search": 1}))
        db.session.commit()

    def accept() -> None:
        run = db.session.get_one(m.RoundRun, run_id)
        publication.accept_unproved(run, actor=month.one, now=NOW)

    assert act_at_once(app, accept, accept) == [None, None]
    with app.app_context():
        assert db.session.query(m.AuditEvent).filter_by(action="round.accept").count() == 1


def test_a_forbid_made_in_the_moment_of_publishing_is_not_passed_by(app, month, run_id):
    outcomes = act_at_once(app, lambda: forbid(month, run_id), lambda: publish(month, run_id))
    assert outcomes == [None, "run.overrides_changed"]


def test_a_forbid_comes_too_late_once_somebody_publishes(app, month, run_id):
    outcomes = act_at_once(app, lambda: publish(month, run_id), lambda: forbid(month, run_id))
    assert outcomes == [None, "round.not_open_to_overrides"]


def test_the_same_forbid_made_twice_at_once_holds_once(app, month, run_id):
    acts = [lambda: forbid(month, run_id)] * 2
    assert act_at_once(app, *acts) == [None, "round.override_exists"]


def test_a_priced_wish_that_is_kept_twice_at_once_is_kept_once(app, month, run_id):
    with app.app_context():
        match_round = db.session.get_one(m.RoundRun, run_id).match_round
        need = db.session.get_one(m.Need, month.needs[1].id)
        wish = {"kind": m.OverrideKind.FORBID, "need": need}
        price_id = finish_here(ask_price(match_round, month.one, **wish)).id
        db.session.commit()

    def keep_price() -> None:
        price = db.session.get_one(m.RoundPrice, price_id)
        pricing.keep_price(price, actor=month.one, now=NOW)

    assert act_at_once(app, keep_price, keep_price) == [None, "price.kept_already"]
    with app.app_context():
        assert db.session.query(m.RoundOverride).count() == 1


@pytest.fixture
@kept
def place(app, make):
    """A free place of a published month, and the search that found somebody for it."""
    world = FreePlaces(make)
    need = world.ask()
    world.publish()
    with app.app_context():
        [row] = world.list_promises(need)
        world.decline(row, m.DeclineReason.NO_CAPACITY)
        world.repair_id, world.need_id = world.search().id, need.id
        db.session.commit()
    return world


def keep_as(place, user: m.User) -> None:
    repair = db.session.get_one(m.RoundRepair, place.repair_id)
    keeping.keep_repair(repair, actor=place.act(user), now=LATER)


def count_open(app, place) -> int:
    with app.app_context():
        rows = place.list_promises(db.session.get_one(m.Need, place.need_id))
        return sum(row.state is m.PromiseState.AWAITING_GIVER for row in rows)


def test_of_two_keepers_the_second_is_refused(app, place):
    outcomes = act_at_once(
        app, lambda: keep_as(place, place.worker), lambda: keep_as(place, place.second)
    )
    assert outcomes == [None, "repair.kept_already"]
    assert count_open(app, place) == 1


def test_a_search_started_while_another_is_kept_asks_what_is_so_then(app, place):
    def search() -> None:
        repairs.start_repair(place.month, limit_seconds=9, actor=place.act(place.worker), now=LATER)

    outcomes = act_at_once(app, lambda: keep_as(place, place.second), search)
    assert outcomes == [None, None]
    with app.app_context():
        query = select(m.RoundRepair).order_by(m.RoundRepair.number.desc())
        latest = db.session.scalars(query.limit(1)).one()
        assert json.loads(latest.facts_json)["wanted"] == {}
