"""What a round does to needs, with a month that is really solved."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service
from matchmaker.rounds.publish import publication
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def month(make):
    return SmallMonth(make)


def test_a_need_taken_back_during_the_review_stays_taken_back(make, month):
    run = month.solve()
    outcome = db.session.scalars(select(m.NeedOutcome).where(m.NeedOutcome.is_met)).first()
    resident = make.user(m.Role.RESIDENT, resident_id=outcome.need.resident_id)
    desk_service.withdraw_need(actor=resident, need_id=outcome.need_id, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    assert outcome.need.state is m.NeedState.WITHDRAWN
    of_need = select(m.Assignment.state).where(m.Assignment.need_id == outcome.need_id)
    assert set(db.session.scalars(of_need)) == {m.AssignmentState.REVOKED}
    told = select(m.Notice).where(m.Notice.user_id == resident.id)
    assert db.session.scalars(told).all() == []


def test_a_published_month_settles_every_need(month):
    month.publish()
    needs = db.session.scalars(
        select(m.Need).join(m.NeedOutcome, m.NeedOutcome.need_id == m.Need.id)
    )
    states = {need.state for need in needs}
    assert states == {m.NeedState.MATCHED, m.NeedState.OPEN}
