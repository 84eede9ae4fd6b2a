"""Needs that are handed to an office that does not take part: to whom, meanwhile, and what came."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.endings import service as endings
from matchmaker.needs import desk_service, referrals
from matchmaker.needs.desk_service import Answers
from matchmaker.needs.referrals import MOST_DAYS_BACK, ReferralTerms
from matchmaker.rounds.freeze.asked import freeze_needs
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.reach import NEEDS_STAY_IN

S, E = m.NeedState, m.ReferralEnd
TODAY = get_local_date(NOW)
TERMS = ReferralTerms("区法律援助中心", "12348，周一至周五", "要律师帮忙", TODAY)


def load(row):
    return db.session.get(type(row), row.id)


def refer(actor, need, now=NOW, **changes: Any) -> m.Referral:
    keys: dict[str, Any] = {"need_id": need.id, "version": load(need).version, "now": now}
    return referrals.refer_need(actor=load(actor), terms=replace(TERMS, **changes), **keys)


def end(actor, need, outcome: m.ReferralEnd, answer: str = "") -> m.Need:
    keys: dict[str, Any] = {"need_id": need.id, "version": load(need).version, "now": NOW}
    keys |= {"end": outcome, "answer": answer}
    return referrals.end_referral(actor=load(actor), **keys)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("state", NEEDS_STAY_IN)
def test_what_waits_can_be_handed_on_and_nothing_else(place, post, state):
    need = post(state=state)
    actor = place.account if state is S.DRAFT else place.worker
    if state in {S.SUBMITTED, S.OPEN}:
        row = refer(actor, need)
        assert (load(need).state, row.office, row.referred_on) == (S.REFERRED, TERMS.office, TODAY)
        return
    with pytest.raises(ConflictError):
        refer(actor, need)
    assert load(need).state is state


@pytest.mark.usefixtures("context")
def test_meanwhile_no_list_takes_it_and_it_keeps_its_place(place, post):
    need, office, month = post(), place.subdistrict.id, date(2026, 8, 1)
    load(need).waiting_rounds, load(need).verified_by_id = 2, place.worker.id
    assert [row.reference for row in freeze_needs(office, month)] == [need.reference]
    refer(place.social, need)
    assert freeze_needs(office, month) == ()
    end(place.worker, need, E.COULD_NOT_HELP, "他们只办刑事")
    [row] = freeze_needs(office, month)
    assert (row.reference, row.waiting, load(need).state) == (need.reference, 2, S.OPEN)
    [referral] = referrals.list_referrals(load(need))
    assert (referral.ended_as, referral.answer) == (E.COULD_NOT_HELP, "他们只办刑事")
    assert referral.ended_by_id == place.worker.id
    refer(place.worker, need, office="市民热线")
    assert [row.office for row in referrals.list_referrals(load(need))] == [
        TERMS.office,
        "市民热线",
    ]


@pytest.mark.usefixtures("context")
def test_what_was_not_checked_comes_back_to_be_checked(place, post):
    need = post(state=S.SUBMITTED)
    refer(place.worker, need)
    assert end(place.worker, need, E.COULD_NOT_HELP).state is S.SUBMITTED


@pytest.mark.usefixtures("context")
def test_what_was_helped_elsewhere_is_closed_with_its_consent(place):
    keys: dict[str, Any] = {"resident_id": place.resident.id, "now": NOW}
    keys |= {
        "answers": Answers(place.rice.id, 1, (), "米"),
        "channel": m.ConsentChannel.SIGNED_PAPER,
    }
    need = desk_service.post_on_behalf(actor=load(place.worker), **keys)
    refer(place.worker, need)
    assert end(place.worker, need, E.HELPED).state is S.CLOSED
    assert need.consent.ended_at == NOW
    with pytest.raises(ConflictError) as refused:
        end(place.worker, need, E.HELPED)
    assert refused.value.code == "need.not_referred"


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("step", ["withdraw", "stop"])
def test_it_ends_meanwhile_when_nobody_waits_for_it(place, post, step):
    need = post()
    referral = refer(place.worker, need)
    notice = db.session.scalars(select(m.Notice).filter_by(kind="referral.made")).one()
    notice.read_at = NOW
    if step == "withdraw":
        desk_service.withdraw_need(actor=load(place.account), need_id=need.id, now=NOW)
        assert load(need).state is S.WITHDRAWN
    else:
        keys: dict[str, Any] = {"resident_id": place.resident.id, "reason": m.ContactEnd.WISH}
        endings.stop_contact(actor=load(place.social), now=NOW, **keys)
        assert load(need).state is S.CLOSED
    db.session.expire(notice)
    assert (notice.void_at, referral.ended_at, referral.ended_as) == (NOW, NOW, None)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("office", ""),
        ("office", "长" * 121),
        ("reach", ""),
        ("reach", "长" * 161),
        ("reason", ""),
        ("reason", "长" * 301),
        ("day", TODAY + timedelta(days=1)),
        ("day", TODAY - timedelta(days=MOST_DAYS_BACK + 1)),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(place, post, field, value):
    with pytest.raises(InvalidError) as refused:
        refer(place.worker, post(), **{field: value})
    assert refused.value.field == field


@pytest.mark.usefixtures("context")
def test_another_committee_does_not_know_of_it(place, post):
    need = post()
    with pytest.raises(NotFoundError):
        refer(place.stranger, need)


@pytest.mark.usefixtures("context")
def test_of_two_colleagues_one_hands_it_on(app, place, post):
    need = post()
    need_id, version, worker_id = need.id, need.version, place.worker.id

    def step() -> None:
        actor = db.session.get_one(m.User, worker_id)
        keys: dict[str, Any] = {"need_id": need_id, "version": version, "now": NOW}
        referrals.refer_need(actor=actor, terms=TERMS, **keys)

    assert act_at_once(app, step, step) == [None, "need.changed_meanwhile"]


@pytest.mark.usefixtures("context")
def test_how_they_are_reached_and_what_was_said_are_stored_encrypted(place, post):
    need = post()
    refer(place.worker, need)
    end(place.worker, need, E.HELPED, "已派律师")
    query = "SELECT reach, reason, answer FROM referral"
    [(reach, reason, answer)] = db.session.connection().exec_driver_sql(query)
    assert "12348" not in reach
    assert TERMS.reason not in reason
    assert "律师" not in answer


# The pages.


def test_it_is_handed_on_read_by_the_resident_and_taken_back(app, place, post):
    need = post()
    worker = Browser(app).use_language("en").sign_in(place.worker)
    resident = Browser(app).use_language("en").sign_in(place.account)
    keys: dict[str, Any] = {"need_id": need.id}
    assert worker.get_url("needs.refer", **keys) in worker.get("needs.show", **keys).text
    typed = {
        "version": str(need.version),
        "office": "Legal aid",
        "reach": "12348",
        "reason": "A lawyer is needed",
        "day": get_local_date(get_now()).isoformat(),
    }
    for name, sentence in (
        ("office", "Enter to whom it is handed."),
        ("reach", "Enter how the resident reaches it."),
        ("reason", "Write one sentence."),
        ("day", "Enter a day."),
    ):
        refused = worker.submit("needs.refer", typed | {name: ""}, **keys)
        assert refused.status_code == 422
        assert sentence in refused.text
        assert ("Legal aid" in refused.text) is (name != "office")
    assert worker.submit("needs.refer", typed, **keys).status_code == 303
    assert worker.get("needs.refer", **keys).status_code == 409
    page = resident.get("needs.follow", **keys).text
    for words in ("Below is to whom", "Legal aid", "12348", "A lawyer is needed"):
        assert words in page
    listed = worker.get("needs.index", state="referred").text
    assert need.reference in listed
    assert worker.get_url("needs.end_referral", **keys) in worker.get("needs.show", **keys).text
    shown = find_version(worker, need)
    lacking = {"version": shown, "answer": "No lawyer free"}
    refused = worker.submit("needs.end_referral", lacking, **keys)
    assert refused.status_code == 422
    assert "No lawyer free" in refused.text
    typed = {"version": shown, "end": "could_not_help", "answer": "No lawyer free"}
    assert worker.submit("needs.end_referral", typed, **keys).status_code == 303
    page = resident.get("needs.follow", **keys).text
    assert "They could not help" in page
    assert "No lawyer free" in page
    assert need.reference not in worker.get("needs.index", state="referred").text


def find_version(browser: Browser, need) -> str:
    page = browser.get("needs.end_referral", need_id=need.id).text
    [version] = re.findall(r'name="version"[^>]* value="(\d+)"', page)
    return version


def test_an_answer_to_an_earlier_referral_closes_no_later_one(app, place, post):
    need = post()
    with app.app_context():
        refer(place.worker, need)
        db.session.commit()
    worker = Browser(app).use_language("en").sign_in(place.worker)
    shown = find_version(worker, need)
    with app.app_context():
        end(place.worker, need, E.COULD_NOT_HELP)
        refer(place.worker, need, office="市民热线")
        db.session.commit()
    typed = {"version": shown, "end": "helped", "answer": "They sent a lawyer"}
    late = worker.submit("needs.end_referral", typed, need_id=need.id)
    assert late.status_code == 409
    assert "They sent a lawyer" in late.text
    without = worker.submit("needs.end_referral", {"end": "helped"}, need_id=need.id)
    assert without.status_code == 422
    with app.app_context():
        assert load(need).state is S.REFERRED
        assert referrals.list_referrals(load(need))[-1].ended_at is None


def test_residents_hand_nothing_on(app, place, post):
    need = post()
    resident = Browser(app).sign_in(place.account)
    assert resident.get("needs.refer", need_id=need.id).status_code == 403
    with app.app_context():
        refer(place.worker, need)
        db.session.commit()
        query = select(m.Notice.kind).where(m.Notice.resident_id == place.resident.id)
        assert list(db.session.scalars(query)) == ["referral.made"]
    page = Browser(app).use_language("en").sign_in(place.account).get("accounts.own").text
    assert f"to {TERMS.office}, {TERMS.reach}" in page
    with app.app_context():
        end(place.worker, need, E.COULD_NOT_HELP)
        query = select(m.Notice.kind).where(m.Notice.void_at.is_(None))
        assert list(db.session.scalars(query)) == ["need.came_back"]
