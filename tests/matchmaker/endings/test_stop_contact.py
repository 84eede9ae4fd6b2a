"""Stopping the contact with a resident ends everything open at once, whatever its state."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.accounts import invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.endings import service
from matchmaker.needs import desk_service, follow_ups
from matchmaker.needs.desk_service import Answers
from matchmaker.notices.service import is_new
from matchmaker.promises.present import list_broken
from matchmaker.residents import consents
from matchmaker.rounds.freeze.asked import freeze_due_visits
from matchmaker.rounds.publish import publication
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth
from tests.worlds import kept

REASON = m.ContactEnd.DIED


@pytest.fixture
@kept
def month(make):
    return SmallMonth(make)


def add_pairing(month: SmallMonth) -> m.Pairing:
    return month.make.add(
        m.Pairing(
            reference="P0001",
            organisation_id=month.organisations[1].id,
            resident_id=month.residents[1].id,
            category_id=month.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.MONTHLY,
            starts_on=date(2026, 1, 1),
            review_on=date(2027, 1, 1),
        )
    )


def stop(month: SmallMonth) -> service.OpenThings:
    """Stop the contact with resident 1, who needs a visit."""
    actor, resident_id = month.one, month.residents[1].id
    return service.stop_contact(actor=actor, resident_id=resident_id, reason=REASON, now=NOW)


def list_states(month: SmallMonth) -> list[m.NeedState]:
    query = select(m.Need.state).where(m.Need.resident_id == month.residents[1].id)
    return list(db.session.scalars(query))


@pytest.mark.both_databases
def test_after_the_publication_the_giver_hears_of_it_and_the_resident_does_not(context, month):
    resident = month.make.user(m.Role.RESIDENT, resident_id=month.residents[1].id)
    giver = month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    pairing = add_pairing(month)
    run = month.publish()
    heard_of = (m.Notice.user_id == resident.id) | (m.Notice.resident_id == month.residents[1].id)
    before = db.session.scalar(select(func.count()).select_from(m.Notice).where(heard_of))
    ended = stop(month)
    assert (ended.needs, ended.pairings) == (1, 1)
    assert ended.promises >= 1
    assert list_states(month) == [m.NeedState.CLOSED]
    assert db.session.get_one(m.Pairing, pairing.id).ended_on == date(2026, 7, 6)
    needs, reasons = select(m.Need.id).where(m.Need.state == m.NeedState.CLOSED), m.Promise
    found = db.session.execute(
        select(reasons.state, reasons.revoked_reason).where(
            reasons.need_id.in_(needs) | reasons.pairing_id.is_not(None)
        )
    )
    assert set(found) == {(m.PromiseState.REVOKED, m.RevokeReason.CONTACT_ENDED)}
    assert list_broken(run, NOW) == []
    heard = select(m.Notice.user_id).where(m.Notice.kind == "promise.revoked")
    assert set(db.session.scalars(heard)) == {giver.id}
    after = select(func.count()).select_from(m.Notice).where(heard_of)
    assert db.session.scalar(after) == before
    assert db.session.scalar(after.where(is_new())) == 0
    events = select(m.AuditEvent.details).where(m.AuditEvent.action == "resident.stop_contact")
    (details,) = db.session.scalars(events)
    assert details["reason"] == "died"


@pytest.mark.parametrize("stage", ["written", "freeze", "solve", "publish"])
def test_it_is_refused_at_no_stage_and_the_month_goes_on(context, month, stage):
    add_pairing(month)
    found = getattr(month, stage)() if stage != "written" else None
    stop(month)
    assert list_states(month) == [m.NeedState.CLOSED]
    if stage == "freeze":
        found = month.solve(found)
    if stage in ("freeze", "solve"):
        publication.publish_run(found, actor=month.two, now=NOW)
    open_ones = select(m.Promise).where(m.Promise.state == m.PromiseState.AWAITING_GIVER)
    rows = list(db.session.scalars(open_ones))
    assert [row.id for row in rows if row.pairing_id] == []
    assert month.needs[1].id not in {row.need_id for row in rows}
    assert freeze_due_visits(month.subdistrict.id, MONTH) == ()


def test_a_second_time_changes_nothing_and_a_mistake_is_undone(context, month):
    stop(month)
    assert stop(month) == service.OpenThings(0, 0, 0)
    answers = Answers(month.goods.id, 1, (), "rice")
    values = {"answers": answers, "channel": m.ConsentChannel.SPOKEN_AT_COUNTER, "now": NOW}
    resident_id = month.residents[1].id
    with pytest.raises(ConflictError, match=r"resident\.contact_ended"):
        desk_service.post_on_behalf(actor=month.one, resident_id=resident_id, **values)
    service.resume_contact(actor=month.one, resident_id=resident_id, now=NOW)
    assert desk_service.post_on_behalf(actor=month.one, resident_id=resident_id, **values)
    with pytest.raises(ConflictError, match=r"resident\.contact_not_ended"):
        service.resume_contact(actor=month.one, resident_id=resident_id, now=NOW)


@pytest.mark.parametrize("times", [1, 2])
def test_after_a_mistake_the_contact_is_kept_with_the_consent_of_before(context, month, times):
    """What is kept of a person rests on a consent in force, or nothing may be kept."""
    resident = db.session.get_one(m.Resident, month.residents[1].id)
    spoken = m.ConsentChannel.SPOKEN_AT_COUNTER
    kept = consents.add_consent(resident, month.one, consents.KEEP_CONTACT, spoken, NOW)
    asked = consents.add_consent(resident, month.one, consents.OWN_REQUEST, spoken, NOW)
    for _time in range(times):
        stop(month)
        db.session.expire_all()
        assert (kept.withdrawn_at, asked.withdrawn_at) == (NOW, NOW)
        service.resume_contact(actor=month.one, resident_id=resident.id, now=NOW)
        db.session.expire_all()
        assert (kept.withdrawn_at, asked.withdrawn_at) == (None, NOW)


def test_the_page_says_what_ends_and_the_persons_page_shows_it(app, month):
    desk = Browser(app).sign_in(month.first).use_language("en")
    values = {"resident_id": month.residents[1].id}
    page = desk.get("endings.stop", **values)
    assert "1 open need is closed" in page.text
    assert desk.submit("endings.stop", {}, **values).status_code == 422
    key = page.text.split('name="idempotency_key"')[1].split('value="')[1].split('"')[0]
    sent = {"reason": "moved", "idempotency_key": key}
    assert desk.submit("endings.stop", sent, **values).status_code == 303
    page = desk.get("residents.show", **values)
    assert "The person has moved away" in page.text
    assert "Post a need for this person" not in page.text
    sheet = desk.get_url("residents.show", **values)
    key = page.text.split('name="idempotency_key"')[1].split('value="')[1].split('"')[0]
    answer = desk.submit("endings.resume", {"idempotency_key": key}, on=sheet, **values)
    assert answer.status_code == 303
    assert "Stop the contact" in desk.get("residents.show", **values).text


def test_no_code_opens_an_account_and_no_question_is_owed_after_the_end(context, month):
    question = month.make.follow_up(month.needs[1])
    scope = Scope(resident_id=month.residents[1].id)
    worker = month.make.user(m.Role.COMMITTEE_WORKER, committee_id=month.needs[1].committee_id)
    code = invitations.invite(
        actor=worker, role=m.Role.RESIDENT, scope=scope, lasts=timedelta(days=7), now=NOW
    )
    owed = follow_ups.select_owed(month.one, is_answered=False)
    assert invitations.find_open_invitation(code, NOW)
    assert db.session.scalars(owed).all() == [db.session.get_one(m.FollowUp, question.id)]
    stop(month)
    assert invitations.find_open_invitation(code, NOW) is None
    assert db.session.scalars(owed).all() == []
    service.resume_contact(actor=month.one, resident_id=month.residents[1].id, now=NOW)
    assert len(db.session.scalars(owed).all()) == 1
