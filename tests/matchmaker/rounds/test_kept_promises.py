"""A run held against the present: what can no longer be kept is neither published nor forgotten."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.promises.present import list_broken
from matchmaker.rounds.pages import promise_views, review_views, room, room_views, step_views
from matchmaker.rounds.publish import publication
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.volunteers import absence_views
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.states import VolunteerStep
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.matchmaker.rounds.whole_month import assert_ledger_is_whole, read_broken

pytestmark = pytest.mark.both_databases


def leave(month) -> None:
    """Volunteer 1, who has a visit, leaves."""
    actor = month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    volunteer_service.move_volunteer(
        actor=actor,
        now=NOW,
        volunteer_id=month.volunteers[1].id,
        step=VolunteerStep.LEAVE,
        known_breaks=1,
    )


def list_reasons(run) -> list[str]:
    return [row.reason.value for row in read_broken(run, NOW)]


def test_who_left_after_the_lock_is_promised_to_nobody(context, month):
    run = month.solve()
    assert list_reasons(run) == []
    leave(month)
    assert list_reasons(run) == ["volunteer_left"]
    with pytest.raises(ConflictError, match=r"run\.promises_broken"):
        publication.publish_run(run, actor=month.two, now=NOW)


def test_a_revoked_promise_lets_the_month_be_published_without_it(context, month):
    run = month.solve()
    leave(month)
    (broken,) = list_broken(run, NOW)
    revoke_broken(run, {broken.promise.id}, actor=month.one, now=NOW)
    assert list_reasons(run) == []
    publication.publish_run(run, actor=month.two, now=NOW)
    row = db.session.get_one(m.Promise, broken.promise.id)
    assert (row.state, row.revoked_reason.value) == (m.PromiseState.REVOKED, "volunteer_left")
    assert (row.need.state, row.need.waiting_rounds) == (m.NeedState.OPEN, 1)
    outcome = db.session.scalar(select(m.NeedOutcome).where(m.NeedOutcome.need_id == row.need_id))
    assert (outcome.is_met, outcome.ground) == (False, "promise_revoked")
    publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    assert row.state is m.PromiseState.REVOKED


def test_revoked_after_the_publication_the_need_waits_as_passed_over(context, month):
    coordinator = month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    run = month.publish()
    leave(month)
    (broken,) = list_broken(run, NOW)
    revoke_broken(run, {broken.promise.id}, actor=month.one, now=NOW)
    need = db.session.get_one(m.Need, broken.promise.need_id)
    assert (need.state, need.waiting_rounds) == (m.NeedState.OPEN, 1)
    rows = select(m.Notice).where(m.Notice.kind.contains("revoked"))
    informed = [(row.user_id, row.resident_id) for row in db.session.scalars(rows)]
    assert informed.count((coordinator.id, None)) == 1
    assert [row for row in informed if row[1]] == [(None, need.resident_id)]
    events = select(m.AuditEvent.details).where(m.AuditEvent.action == "promise.revoke")
    details = {"reason": "volunteer_left", "number": run.number}
    assert list(db.session.scalars(events)) == [details]


def test_the_ledger_forgets_help_that_never_came(context, month):
    run = month.publish()
    before = read_ledger()
    leave(month)
    (broken,) = list_broken(run, NOW)
    revoke_broken(run, {broken.promise.id}, actor=month.one, now=NOW)
    need = db.session.get_one(m.Need, broken.promise.need_id)
    changed = {key: (before[key], now) for key, now in read_ledger().items() if before[key] != now}
    home, place = need.resident.household.reference, need.committee.code
    assert changed == {
        ("household", home, ""): ((1, 0), (0, 0)),
        ("committee", place, ""): ((2, 0), (1, 0)),
        ("organisation", "O01", "visits"): ((0, 2), (0, 1)),
    }
    assert_ledger_is_whole(run)


@pytest.mark.parametrize(
    ("day", "over"),
    [(7, set()), (30, {"visit"}), (31, {"visit"}), (32, {"visit", "goods"})],
)
def test_what_is_over_before_the_publication_is_not_promised(context, month, day, over):
    """Two visits have their last day on the 25th; goods come on any day of July."""
    run, now = month.solve(), NOW + timedelta(days=day - 6)
    for row in db.session.scalars(select(m.Promise).where(m.Promise.slot.is_not(None))):
        row.slot, row.days = "W4-SAT-AM", ["2026-07-25"]
    db.session.flush()
    broken = list_broken(run, now)
    assert {row.reason.value for row in broken} == ({"days_over"} if over else set())
    kinds = {"visit" if row.promise.slot else "goods" for row in broken}
    assert kinds == over
    if over:
        with pytest.raises(ConflictError, match=r"run\.promises_broken"):
            publication.publish_run(run, actor=month.two, now=now)
        revoke_broken(run, {row.promise.id for row in broken}, actor=month.one, now=now)
    publication.publish_run(run, actor=month.two, now=now)
    assert list_broken(run, NOW + timedelta(days=40)) == [], "it may have been given by then"
    publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=now)
    assert list_broken(run, NOW + timedelta(days=40)) == []


def read_ledger() -> dict[tuple, tuple]:
    rows = db.session.scalars(select(m.FairnessLedger))
    return {(row.scope, row.reference, row.measure): (row.received, row.given) for row in rows}


def test_what_can_be_kept_is_not_revoked(context, month):
    run = month.solve()
    ids = list(db.session.scalars(select(m.Promise.id)))
    with pytest.raises(ConflictError, match=r"promise\.can_be_kept"):
        revoke_broken(run, {ids[0]}, actor=month.one, now=NOW)
    with pytest.raises(NotFoundError):
        revoke_broken(run, {999}, actor=month.one, now=NOW)
    with pytest.raises(NotFoundError):
        revoke_broken(run, set(), actor=month.one, now=NOW)


@pytest.fixture
def in_july(monkeypatch):
    """The pages of the round are read on the day on which the month was locked."""
    for views in (promise_views, review_views, room_views, step_views):
        monkeypatch.setattr(views, "get_now", lambda: NOW)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_name_what_cannot_be_kept_and_revoke_it(app, month, bring, one, two, in_july):
    bring("solve")
    with app.app_context():
        leave(month)
        db.session.commit()
    values = {"month": MONTH, "number": 1}
    room, review = two.get("rounds.show", month=MONTH), two.get("rounds.review", **values)
    for page in (room, review):
        assert "1 promise of run 1 cannot be kept any more" in page.text
    assert "can be published once each" in two.get("rounds.publish", **values).text
    page = two.get("rounds.promises", **values)
    assert "The volunteer has left" in page.text
    sent = {
        name: re.findall(rf'name="{name}"[^>]*value="([^"]+)"', page.text)
        for name in ("idempotency_key", "chosen")
    }
    sheet = two.get_url("rounds.promises", **values)
    answer = two.submit("rounds.revoke_promises", sent, on=sheet, **values)
    assert answer.status_code == 303
    page = two.get("rounds.promises", **values)
    assert "Every promise can be kept" in page.text
    assert "The volunteer has left" in page.text
    assert "Found, then revoked" in two.get("rounds.list_lines", **values).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_compare_promises_again_only_after_an_event(
    app, month, bring, two, in_july, monkeypatch
):
    bring("solve")
    compared = []
    monkeypatch.setattr(
        room, "list_broken", lambda *given: compared.append(1) or list_broken(*given)
    )
    values = {"month": MONTH, "number": 1}

    def read_pages() -> str:
        pages = [two.get("rounds.review", **values), two.get("rounds.promises", **values)]
        return "".join(page.text for page in pages)

    assert "The volunteer has left" not in read_pages() + read_pages()
    assert len(compared) == 1
    with app.app_context():
        leave(month)
        db.session.commit()
    found = read_pages()
    assert "1 promise of run 1 cannot be kept any more" in found
    assert "The volunteer has left" in found
    assert len(compared) == 2


def test_what_was_said_before_a_step_is_what_it_breaks(context, month):
    run_id = month.publish().id
    db.session.commit()
    values = {"volunteer_id": month.volunteers[1].id, "step": VolunteerStep.PAUSE, "now": NOW}
    actor = month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    with pytest.raises(ConflictError, match=r"promise\.breaks_more"):
        volunteer_service.move_volunteer(actor=actor, known_breaks=0, **values)
    db.session.rollback()
    leave(month)
    event = db.session.scalars(
        select(m.AuditEvent).where(m.AuditEvent.action == "volunteer.leave")
    ).one()
    assert event.details["promises_broken"] == 1
    informed = select(m.Notice.user_id).where(m.Notice.kind == "round.promises_broken")
    assert set(db.session.scalars(informed)) == {month.first.id, month.second.id}
    assert list_reasons(db.session.get_one(m.RoundRun, run_id)) == ["volunteer_left"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_goes_away_reads_first_which_promises_break(app, month, bring, monkeypatch):
    bring("publish")
    monkeypatch.setattr(absence_views, "get_now", lambda: NOW)
    volunteer = Browser(app).sign_in(
        month.make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteers[1].id)
    )
    volunteer.use_language("en")
    days = {"first_day": "2026-07-01", "last_day": "2026-07-31"}
    key = {"idempotency_key": "8" * 32}
    refused = volunteer.submit("volunteers.own_away", {**key, **days})
    assert (refused.status_code, "that this breaks: 1." in refused.text) == (422, True)
    sent = {**key, **days, "accepts_breaks": "y"}
    assert volunteer.submit("volunteers.own_away", sent).status_code == 303
    with app.app_context():
        events = select(m.AuditEvent.details).where(m.AuditEvent.action == "volunteer.go_away")
        assert [row["promises_broken"] for row in db.session.scalars(events)] == [1]
        informed = select(m.Notice.user_id).where(m.Notice.kind == "round.promises_broken")
        assert set(db.session.scalars(informed)) == {month.first.id, month.second.id}
