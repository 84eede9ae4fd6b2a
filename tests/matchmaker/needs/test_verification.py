from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service, queue_service
from matchmaker.needs.desk_service import Answers
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.reach import reach

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]
REPLY_ON = date(2026, 8, 31)


@pytest.fixture
def worker(place):
    return db.session.get(m.User, place.worker.id)


def verify(actor, need, **values):
    version = db.session.get(m.Need, need.id).version
    decision = {"tier": 2, "reply_promised_on": REPLY_ON, "version": version, **values}
    return queue_service.verify_need(actor=actor, need_id=need.id, now=NOW, **decision)


def test_the_usual_reply_comes_by_the_end_of_next_month():
    assert queue_service.get_usual_reply_day(NOW) == REPLY_ON


def test_a_verified_need_is_open_at_once(worker, post):
    need = verify(worker, post(state=m.NeedState.SUBMITTED))
    assert (need.state, need.tier, need.reply_promised_on) == (m.NeedState.OPEN, 2, REPLY_ON)
    assert need.verified_by_id == worker.id
    event = db.session.scalars(select(m.AuditEvent)).one()
    assert (event.action, event.details["tier"]) == ("need.verify", 2)
    assert event.on_behalf_of_id is None, "the committee decides in its own name"


def test_a_need_is_verified_once(worker, post):
    need = post(state=m.NeedState.SUBMITTED)
    verify(worker, need)
    with pytest.raises(ConflictError):
        verify(worker, need)


def post_own(make, place):
    """A need that the resident sent, not the committee."""
    keys = {"state": m.NeedState.SUBMITTED}
    return make.need(place.resident, place.visit, place.account, place.committee.id, **keys)


def test_nobody_outside_the_committee_verifies(make, place, post):
    for name, need in (
        ("stranger", post(state=m.NeedState.SUBMITTED)),
        ("social", post_own(make, place)),
    ):
        with pytest.raises(NotFoundError):
            verify(db.session.get(m.User, getattr(place, name).id), need)


def test_who_entered_a_need_does_not_make_it_a_danger_alone(make, place, worker, post):
    need = post(state=m.NeedState.SUBMITTED)
    with pytest.raises(InvalidError, match=r"^need\.second_person$") as refusal:
        verify(worker, need, tier=1)
    assert refusal.value.field == "tier"
    colleague = make.user(m.Role.COMMITTEE_WORKER, committee_id=place.committee.id)
    assert verify(colleague, need, tier=1).verified_by_id == colleague.id
    assert verify(worker, post_own(make, place), tier=1).tier == 1


def test_in_a_small_committee_a_social_worker_checks_the_danger(place, post):
    social = db.session.get(m.User, place.social.id)
    need = verify(social, post(state=m.NeedState.SUBMITTED), tier=1)
    assert (need.state, need.tier, need.verified_by_id) == (m.NeedState.OPEN, 1, social.id)


@pytest.mark.parametrize("tier", [0, 4])
def test_there_are_three_tiers(worker, post, tier):
    with pytest.raises(InvalidError):
        verify(worker, post(state=m.NeedState.SUBMITTED), tier=tier)


@pytest.mark.parametrize("day", [date(2026, 7, 5), date(2027, 1, 2)])
def test_a_reply_is_promised_neither_for_yesterday_nor_for_next_year(worker, post, day):
    with pytest.raises(InvalidError):
        verify(worker, post(state=m.NeedState.SUBMITTED), reply_promised_on=day)


def test_a_returned_need_carries_the_reason(worker, post):
    need = post(state=m.NeedState.SUBMITTED)
    returned = queue_service.return_need(
        actor=worker, need_id=need.id, reason="请写明哪几天方便", now=NOW
    )
    assert (returned.state, returned.return_reason) == (m.NeedState.RETURNED, "请写明哪几天方便")
    assert "请写明" not in str(db.session.scalars(select(m.AuditEvent)).one().details)


def test_several_are_verified_together_or_none(worker, post):
    good, wrong = post(state=m.NeedState.SUBMITTED), post(state=m.NeedState.OPEN)
    values = {"actor": worker, "tier": 3, "reply_promised_on": REPLY_ON, "now": NOW}
    versions = {need.id: need.version for need in (good, wrong)}
    with pytest.raises(ConflictError):
        queue_service.verify_needs(versions=versions, **values)
    db.session.rollback()
    assert db.session.get(m.Need, good.id).state is m.NeedState.SUBMITTED
    assert queue_service.verify_needs(versions={good.id: good.version}, **values) == (1, 0)


def test_what_changed_since_it_was_read_is_not_verified(worker, place, post):
    need, other = (post(state=m.NeedState.SUBMITTED) for _ in range(2))
    seen = {row.id: row.version for row in (need, other)}
    answers = Answers(place.visit.id, None, (), "请星期六来")
    account = db.session.get(m.User, place.account.id)
    desk_service.change_sent(actor=account, need_id=need.id, answers=answers, now=NOW)
    with pytest.raises(ConflictError, match=r"^need\.changed_meanwhile$"):
        verify(worker, need, version=seen[need.id])
    values = {"actor": worker, "tier": 3, "reply_promised_on": REPLY_ON, "now": NOW}
    assert queue_service.verify_needs(versions=seen, **values) == (1, 1)
    states = [db.session.get(m.Need, row.id).state for row in (need, other)]
    assert states == [m.NeedState.SUBMITTED, m.NeedState.OPEN]


def test_who_sent_it_again_on_behalf_does_not_make_it_a_danger_alone(make, place, worker):
    need = reach(make, post_own(make, place), m.NeedState.RETURNED)
    keys = {"answers": Answers(place.visit.id, None, (), "请快来"), "now": NOW}
    keys["channel"] = m.ConsentChannel.SPOKEN_BY_PHONE
    desk_service.correct_on_behalf(actor=worker, need_id=need.id, **keys)
    with pytest.raises(InvalidError, match=r"^need\.second_person$"):
        verify(worker, need, tier=1)


def test_merging_keeps_one_need_and_the_longer_wait(worker, post):
    kept = post(state=m.NeedState.SUBMITTED)
    duplicate = post(state=m.NeedState.OPEN, waiting_rounds=2)
    values = {"kept_id": kept.id, "duplicate_id": duplicate.id}
    merged = queue_service.merge_duplicate(actor=worker, now=NOW, **values)
    assert (merged.state, merged.waiting_rounds) == (m.NeedState.SUBMITTED, 2)
    assert db.session.get(m.Need, duplicate.id).state is m.NeedState.CLOSED
    actions = db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id)).all()
    assert actions == ["need.merge", "need.keep"]


def test_needs_of_different_kinds_are_no_duplicates(worker, place, post):
    one, other = post(), post(category=place.rice)
    with pytest.raises(ConflictError):
        queue_service.merge_duplicate(actor=worker, kept_id=one.id, duplicate_id=other.id, now=NOW)


def test_a_need_being_decided_is_not_merged(worker, post):
    other = post(state=m.NeedState.IN_ROUND)
    one = post()  # after the freeze, which would take it too
    with pytest.raises(ConflictError):
        queue_service.merge_duplicate(actor=worker, kept_id=one.id, duplicate_id=other.id, now=NOW)


def test_two_who_merge_the_same_pair_both_ways_leave_one_need_open(app, place, post):
    one, other = (post(state=m.NeedState.OPEN).id for _ in range(2))
    worker_id = place.worker.id

    def merge(kept_id, duplicate_id):
        actor = db.session.get(m.User, worker_id)
        values = {"kept_id": kept_id, "duplicate_id": duplicate_id}
        queue_service.merge_duplicate(actor=actor, now=NOW, **values)

    outcomes = act_at_once(app, lambda: merge(one, other), lambda: merge(other, one))
    assert outcomes == [None, "need.not_mergeable"]
    states = sorted(db.session.scalars(select(m.Need.state)))
    assert states == [m.NeedState.CLOSED, m.NeedState.OPEN]
