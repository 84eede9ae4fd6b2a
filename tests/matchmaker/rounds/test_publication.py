"""Publication, whole and by a second person; its withdrawal; what the next month remembers."""

import json

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.audit.service import verify_chain
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import publication
from tests.draws import make_draw
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH

pytestmark = pytest.mark.both_databases


def count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def list_actions() -> list[str]:
    return list(db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id)))


def test_publishing_is_one_whole(context, month):
    resident = month.make.user(m.Role.RESIDENT, resident_id=month.residents[1].id)
    month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    run = month.publish()
    assert run.match_round.state is m.RoundState.PUBLISHED
    assert count(m.Need, m.Need.state == m.NeedState.MATCHED) == 4
    passed_over = select(m.Need.waiting_rounds).where(m.Need.state == m.NeedState.OPEN)
    assert set(db.session.scalars(passed_over)) == {1}
    assert set(db.session.scalars(select(m.Promise.state))) == {m.PromiseState.AWAITING_GIVER}
    lines = select(m.FairnessLedger).where(m.FairnessLedger.scope == m.LedgerScope.COMMITTEE)
    assert sum(line.received for line in db.session.scalars(lines)) == 4
    assert count(m.Notice, m.Notice.resident_id == resident.resident_id) == 1
    assert count(m.Notice, m.Notice.kind == "round.published") == 1
    assert list_actions()[-1] == "round.publish"
    assert verify_chain() == []


def test_who_started_a_run_cannot_publish_it(context, month):
    run = month.solve()
    with pytest.raises(ConflictError, match=r"round\.second_person"):
        publication.publish_run(run, actor=month.one, now=NOW)


def test_a_withdrawn_publication_comes_back_as_a_new_version(context, month):
    run = month.publish()
    match_round = run.match_round
    with pytest.raises(ConflictError, match=r"second_person_to_withdraw"):
        publication.withdraw_publication(match_round, reason="wrong", actor=month.two, now=NOW)
    publication.withdraw_publication(match_round, reason="wrong", actor=month.one, now=NOW)
    db.session.flush()
    assert match_round.state is m.RoundState.REVIEW
    assert count(m.Need, m.Need.state == m.NeedState.IN_ROUND) == 6
    assert set(db.session.scalars(select(m.Need.waiting_rounds))) == {0}
    assert count(m.FairnessLedger) == 0
    assert set(db.session.scalars(select(m.Promise.state))) == {m.PromiseState.PROPOSED}
    publication.publish_run(run, actor=month.two, now=NOW)
    assert match_round.publication == 2


def test_a_publication_stays_once_a_later_month_builds_on_it(context, month):
    run = month.publish()
    later = freeze_service.open_round(month=MONTH.replace(month=8), actor=month.one, now=NOW)
    freeze_service.freeze_round(later, draw=make_draw(NOW), actor=month.one, now=NOW)
    with pytest.raises(ConflictError, match=r"round\.later_month_frozen"):
        publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)


def test_a_need_that_went_its_own_way_is_promised_to_nobody(context, month):
    run = month.solve()
    promised = db.session.scalars(select(m.Promise).where(m.Promise.need_id.is_not(None)))
    row = promised.first()
    desk_service.withdraw_need(actor=month.one, need_id=row.need_id, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    assert row.state is m.PromiseState.REVOKED
    publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)
    assert row.state is m.PromiseState.REVOKED
    publication.publish_run(run, actor=month.two, now=NOW)
    assert row.state is m.PromiseState.REVOKED


def test_the_ledger_of_a_month_is_the_history_of_the_next(context, month):
    """The first policy remembers all that was received, the second what was contested."""
    month.policy = "community/1"
    month.publish()
    later = freeze_service.open_round(
        month=MONTH.replace(month=8), actor=month.one, now=NOW, policy=month.policy
    )
    freeze_service.freeze_round(later, draw=make_draw(NOW), actor=month.one, now=NOW)
    history = json.loads(later.snapshot.canonical_json)["history"]
    assert sum(row["received"] for row in history) == 4
    assert all(row["possible"] >= row["received"] for row in history)
