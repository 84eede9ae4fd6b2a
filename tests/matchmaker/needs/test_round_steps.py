"""What a round does to needs, with a month that is really solved."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service, states
from matchmaker.rounds.publish import publication
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth
from tests.worlds import kept

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


@pytest.fixture
@kept
def month(make):
    return SmallMonth(make)


def test_a_need_taken_back_during_the_review_stays_taken_back(make, month):
    run = month.solve()
    outcome = db.session.scalars(select(m.NeedOutcome).where(m.NeedOutcome.is_met)).first()
    resident = make.user(m.Role.RESIDENT, resident_id=outcome.need.resident_id)
    desk_service.withdraw_need(actor=resident, need_id=outcome.need_id, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    assert outcome.need.state is m.NeedState.WITHDRAWN
    of_need = select(m.Promise.state).where(m.Promise.need_id == outcome.need_id)
    assert set(db.session.scalars(of_need)) == {m.PromiseState.REVOKED}
    notices = select(m.Notice).where(m.Notice.resident_id == resident.resident_id)
    assert db.session.scalars(notices).all() == []


def test_a_published_month_settles_every_need(month):
    month.publish()
    needs = db.session.scalars(
        select(m.Need).join(m.NeedOutcome, m.NeedOutcome.need_id == m.Need.id)
    )
    found = {need.state for need in needs}
    assert found == {m.NeedState.MATCHED, m.NeedState.OPEN}


def test_only_the_open_needs_named_enter_a_round_and_their_version_rises(month):
    named, unnamed = (db.session.get_one(m.Need, month.needs[k].id) for k in (1, 2))
    place = month.committees[1].id
    other = month.make.need(
        month.residents[3], month.goods, month.first, place, state=m.NeedState.SUBMITTED
    )
    before = [need.version for need in (named, unnamed, other)]
    states.enter_round([named.reference, other.reference])
    db.session.expire_all()
    found = [(need.state, need.version) for need in (named, unnamed, other)]
    assert found == [
        (m.NeedState.IN_ROUND, before[0] + 1),
        (m.NeedState.OPEN, before[1]),
        (m.NeedState.SUBMITTED, before[2]),
    ]


def test_more_needs_than_one_statement_takes_enter_a_round(month):
    references = [f"N2607-9{number:04d}" for number in range(600)]
    resident, category = month.residents[1], month.goods
    for reference in references:
        need = m.Need(
            reference=reference,
            resident_id=resident.id,
            category_id=category.id,
            committee_id=month.committees[1].id,
            entered_by_id=month.first.id,
            description="Rice",
            windows=[],
            state=m.NeedState.OPEN,
            created_at=NOW,
        )
        db.session.add(need)
    db.session.flush()
    states.enter_round(references)
    taken = select(m.Need.reference).where(m.Need.state == m.NeedState.IN_ROUND)
    assert sorted(db.session.scalars(taken)) == references
