"""Two months of a tiny street under the second policy; and the checks notice what is wrong."""

import json
from datetime import date

import pytest
from sqlalchemy import select, update

from matchmaker import models as m
from matchmaker.base.extensions import db
from tests.quarter import anew, news, remembering, replay, sums
from tests.quarter.life import Life
from tests.quarter.office import get_round
from tests.quarter.town import open_town

pytestmark = pytest.mark.slow
FIRST, SECOND = date(2026, 9, 1), date(2026, 10, 1)
TODAY = date(2026, 11, 4)
_S = m.PromiseState


@pytest.fixture(scope="module")
def life():
    with open_town("sqlite", 3) as town:
        life = Life(town, 24, FIRST, 2, "community/2")
        life.live()
        yield life


def test_two_months_of_a_tiny_street_add_up(life):
    assert life.checks.faults == []
    assert life.checks.compared == life.checks.searches > 0
    assert life.town.taken_on_pages > 0
    for row in life.checks.figures.values():
        steps = (row.promised, row.accepted, row.confirmed, row.delivered, row.fed_back)
        assert sorted(steps, reverse=True) == list(steps)
        assert row.fed_back > 0


@pytest.fixture
def run(life):
    """The published run of the first month; whatever a test plants is gone afterwards."""
    with life.town.app.app_context():
        yield get_round(FIRST).published_run
        db.session.rollback()


def find_given(run: m.RoundRun) -> list[m.Promise]:
    given = m.Promise.state.in_((_S.DELIVERED, _S.FED_BACK))
    query = select(m.Promise).where(m.Promise.round_run_id == run.id, given)
    return list(db.session.scalars(query.order_by(m.Promise.id)))


def test_a_person_in_two_places_is_noticed(run):
    one, other = [row for row in find_given(run) if row.volunteer_id][:2]
    assert not list(sums.find_twice(run.id))
    other.volunteer_id, other.slot = one.volunteer_id, one.slot
    db.session.flush()
    db.session.expire_all()
    assert any("comes 2 times" in fault for fault in sums.find_twice(run.id))


def test_units_above_an_offer_and_a_need_are_noticed(run):
    row = find_given(run)[0]
    row.units = row.offer.capacity_per_month + 1
    db.session.flush()
    assert len(list(sums.find_twice(run.id))) >= 2


def test_a_ledger_that_counts_more_than_was_given_is_noticed(run):
    assert not list(sums.find_ledger_faults(run))
    line = db.session.scalars(
        select(m.FairnessLedger).where(m.FairnessLedger.month == FIRST, m.FairnessLedger.given > 0)
    ).first()
    line.given += 1
    db.session.flush()
    assert len(list(sums.find_ledger_faults(run))) == 1


def test_a_promise_whose_events_are_gone_is_noticed(run):
    walks = replay.walk_all(run.id)
    assert not list(replay.find_walk_faults(run, walks))
    row = find_given(run)[0]
    walks[row.id] = replay.Walk()  # as if no event were written
    assert len(list(replay.find_walk_faults(run, walks))) == 1
    assert list(sums.find_funnel_faults(run, walks, TODAY))


def test_a_need_that_is_served_without_help_is_noticed(run):
    assert not list(sums.find_state_faults(run))
    for row in find_given(run):
        row.delivered_units = 0
    db.session.flush()
    assert list(sums.find_state_faults(run))


def test_a_notice_that_should_be_void_is_noticed(run):
    assert not list(news.find_news_faults())
    db.session.execute(update(m.Notice).values(void_at=None))
    assert list(news.find_news_faults())


def test_a_list_that_forgets_a_wait_is_noticed(run):
    stored = get_round(SECOND).snapshot
    assert not list(remembering.find_memory_faults(SECOND))
    frozen = json.loads(stored.canonical_json)
    for row in frozen["needs"]:
        row["waiting"] = 0
    stored.canonical_json = json.dumps(frozen)
    db.session.flush()
    assert list(remembering.find_memory_faults(SECOND))


def test_a_month_asked_anew_has_the_answer_that_was_published(run):
    question = json.loads(run.problem_json)
    published = anew.count_units(json.loads(run.solution_json)["assignments"])
    assert anew.solve_anew(question).units == published
    gone = next(line["stock"] for line in json.loads(run.solution_json)["assignments"])
    for row in question["stocks"]:
        row["capacity"] *= row["id"] != gone
    assert anew.solve_anew(question).units != published
