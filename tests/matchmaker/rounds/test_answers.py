"""The page of what givers answered: who has most to answer first, each promise counted once."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering
from matchmaker.base.extensions import db
from matchmaker.promises.answers import GiverAnswers, list_answers
from tests.factories import NOW


@pytest.fixture
def run(context, month):
    return month.publish()


def list_promises(run: m.RoundRun) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    return list(db.session.scalars(query.order_by(m.Promise.id)))


def test_each_promise_is_counted_once_whatever_became_of_it(make, run):
    total = len(list_promises(run))
    assert sum(row.asked for row in list_answers(run)) == total
    assert sum(row.waiting for row in list_answers(run)) == total
    taken, refused, unwanted = list_promises(run)[:3]
    for row in (taken, unwanted):
        giver = make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id)
        answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
    giver = make.user(m.Role.COORDINATOR, organisation_id=refused.organisation_id)
    answering.decline(actor=giver, promise_id=refused.id, now=NOW)
    place = unwanted.asked.resident.household.committee_id
    counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=place)
    reason = m.DeclineReason.AWAY
    agreeing.refuse(actor=counter, promise_id=unwanted.id, reason=reason, now=NOW)
    rows = list_answers(run)
    assert sum(row.asked for row in rows) == total
    assert sum(row.said_yes for row in rows) == 1
    assert sum(row.counts[m.PromiseState.DECLINED] for row in rows) == 1
    assert sum(row.not_wanted for row in rows) == 1
    assert [row.waiting for row in rows] == sorted((row.waiting for row in rows), reverse=True)


def test_the_page_names_who_has_not_answered_and_gives_a_text(app, month, one):
    with app.app_context():
        run = month.publish()
        names = {row.organisation.name_en for row in list_promises(run)}
        when = run.match_round.month
        db.session.commit()
    page = one.get("rounds.answers", month=when).text
    assert all(name in page for name in names)
    assert "Please sign in and say yes or no by " in page


def test_a_month_that_is_not_published_has_no_answers(app, month, one):
    with app.app_context():
        when = month.solve().match_round.month
        db.session.commit()
    assert one.get("rounds.answers", month=when).status_code == 404


@pytest.mark.parametrize("state", sorted(set(m.PromiseState) - {m.PromiseState.PROPOSED}))
def test_each_promise_is_counted_in_one_column(make, state):
    found = GiverAnswers(make.organisation(), {state: 1}, 0, 0, None)
    ended = (m.PromiseState.DECLINED, m.PromiseState.EXPIRED, m.PromiseState.REVOKED)
    columns = [found.waiting, found.said_yes, *(found.counts.get(row, 0) for row in ended)]
    assert sum(columns) == found.asked == 1
