"""After a decision: more times, a second look by a person, and the office's list of it all."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.needs import follow_ups
from tests.browser import Browser
from tests.factories import NOW
from tests.run_factories import publish_month

WEEKEND = [m.Window.SATURDAY_AM.value]
pytestmark = pytest.mark.both_databases


@pytest.fixture
def unmet(make, place, post):
    """A need for weekends, undecided no longer: the only volunteer is free on weekday mornings."""
    giver = make.organisation(place.subdistrict)
    make.offer(giver, place.visit)
    make.volunteer(giver, categories=[place.visit.code], windows=[m.Window.WEEKDAY_AM.value])
    need = post(windows=WEEKEND)
    publish_month(make, place.subdistrict.id)
    return need


def ask(make, actor, need, **more):
    values = {"about": m.FollowUpAbout.DECISION, "status": None, "words": "", "now": NOW, **more}
    with make.context():
        row = follow_ups.ask_again(actor=actor, need_id=need.id, **values)
        db.session.commit()
        return row.id


def test_the_page_names_the_times_and_one_tap_adds_them(app, make, browser, place, unmet):
    resident = browser.use_language("en").sign_in(place.account)
    page_url = resident.get_url("needs.follow", need_id=unmet.id)
    page = resident.client.get(page_url)
    assert "at none of the times we have down for you" in page.text
    assert "Somebody is still free at other times: Weekday mornings. If one of" in page.text
    answer = resident.submit("needs.add_times", {"windows": "WD-AM"}, on=page_url, need_id=unmet.id)
    assert answer.status_code == 303
    again = resident.submit("needs.add_times", {"windows": "WD-AM"}, on=page_url, need_id=unmet.id)
    assert again.status_code == 303, "a second tap changes nothing and blames nobody"
    assert make.get(m.Need, unmet.id).windows == [m.Window.WEEKDAY_AM.value, *WEEKEND]
    with make.context():
        events = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "need.add_times")
        )
        assert [row.details for row in events] == [{"windows": [m.Window.WEEKDAY_AM.value]}]
    assert "Add: Weekday" not in resident.get("needs.follow", need_id=unmet.id).text


def test_the_counter_adds_times_for_the_resident(app, make, place, unmet):
    worker = Browser(app).use_language("en").sign_in(place.worker)
    assert "Add: Weekday mornings" in worker.get("needs.show", need_id=unmet.id).text
    page_url = worker.get_url("needs.show", need_id=unmet.id)
    worker.submit("needs.add_times_for", {"windows": "WD-AM"}, on=page_url, need_id=unmet.id)
    assert "WD-AM" in make.get(m.Need, unmet.id).windows
    with make.context():
        event = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "need.add_times")
        ).one()
        assert event.on_behalf_of_id == place.resident.id


@pytest.mark.parametrize("state", [m.NeedState.SUBMITTED, m.NeedState.WITHDRAWN])
def test_times_are_added_to_what_waits_alone(make, place, post, state):
    need = post(state=state, windows=WEEKEND)
    with make.context(), pytest.raises(ConflictError) as refused:
        follow_ups.add_times(
            actor=place.account, need_id=need.id, windows=[m.Window.WEEKDAY_PM], now=NOW
        )
    assert refused.value.code == "need.times_fixed"


def test_a_question_about_a_paper_names_it(app, make, place, unmet):
    resident = Browser(app).use_language("en").sign_in(place.account)
    refused = resident.submit("needs.ask_again", {"about": "paper"}, need_id=unmet.id)
    assert refused.status_code == 422
    assert "Please write which paper it is." in refused.text
    named = [{"words": "my disability card"}, {"status": m.StatusKind.DISABLED.value}]
    for more in named:
        sent = {"about": "paper", **more}
        assert resident.submit("needs.ask_again", sent, need_id=unmet.id).status_code == 303
    with make.context():
        assert len(db.session.scalars(select(m.FollowUp)).all()) == 2


def test_a_question_is_owed_and_its_answer_reaches_who_asked(app, make, place, unmet):
    resident = Browser(app).use_language("en").sign_in(place.account)
    office = Browser(app).use_language("en").sign_in(place.social)
    sent = {"about": "decision", "words": "My knee is worse."}
    assert resident.submit("needs.ask_again", sent, need_id=unmet.id).status_code == 303
    assert resident.submit("needs.ask_again", sent, need_id=unmet.id).status_code == 303
    with make.context():
        row = db.session.scalars(select(m.FollowUp)).one()  # asked twice, owed once
        assert (row.owner_id, row.answered_at) == (None, None)
    assert unmet.reference in office.get("needs.list_follow_ups").text
    page = office.get("needs.answer_follow_up", follow_up_id=row.id)
    assert "My knee is worse." in page.text
    key = re.search(r'name="idempotency_key" [^>]*value="([0-9a-f]+)"', page.text)[1]
    form = {"idempotency_key": key, "answer": "We ring you on Monday."}
    page_url = office.get_url("needs.answer_follow_up", follow_up_id=row.id)
    office.submit("needs.take_follow_up", form, on=page_url, follow_up_id=row.id)
    assert make.get(m.FollowUp, row.id).owner_id == place.social.id
    assert office.submit("needs.answer_follow_up", form, follow_up_id=row.id).status_code == 303
    text = resident.get("needs.follow", need_id=unmet.id).text
    assert "We ring you on Monday." in text
    assert "The office answered what was asked" in resident.get("accounts.own").text
    assert unmet.reference not in office.get("needs.list_follow_ups").text
    assert unmet.reference in office.get("needs.list_follow_ups", answered=1).text
    with make.context():
        events = db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id)).all()
        assert [e for e in events if e.startswith("follow_up")] == [
            "follow_up.ask",
            "follow_up.take",
            "follow_up.answer",
        ]


def test_what_is_late_comes_first_and_says_so(app, make, place, unmet, post):
    ask(make, place.worker, unmet)
    late = ask(make, place.worker, unmet, about=m.FollowUpAbout.PLACE, now=NOW - timedelta(days=9))
    with make.context():
        owed = db.session.scalars(follow_ups.select_owed(place.social, is_answered=False)).all()
        assert owed[0].id == late
        today = get_local_date(NOW)
        assert [follow_ups.is_late(row, today) for row in owed] == [True, False]


def test_a_paper_is_named_and_other_questions_name_none(make, place, unmet):
    status = m.StatusKind.DISABLED
    paper = ask(make, place.account, unmet, about=m.FollowUpAbout.PAPER, status=status)
    place_ = ask(make, place.account, unmet, about=m.FollowUpAbout.PLACE, status=status)
    assert make.get(m.FollowUp, paper).status == status.value
    assert make.get(m.FollowUp, place_).status is None


def test_nothing_is_asked_about_what_no_month_decided(make, place, post):
    need = post(state=m.NeedState.SUBMITTED)
    with pytest.raises(ConflictError, match="not_decided"):
        ask(make, place.account, need)


def test_an_answered_question_stays_as_it_is(make, place, unmet):
    row_id = ask(make, place.account, unmet)
    with make.context():
        answered = {"actor": place.social, "follow_up_id": row_id, "now": NOW}
        follow_ups.answer(sentence="Yes.", **answered)
        with pytest.raises(ConflictError):
            follow_ups.answer(sentence="No.", **answered)
        with pytest.raises(ConflictError):
            follow_ups.take(**answered)
        db.session.rollback()


def test_another_office_and_a_stranger_see_no_question(make, place, unmet):
    row_id = ask(make, place.account, unmet)
    other = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    for actor in (other, place.stranger, place.worker, place.account):
        with make.context(), pytest.raises(NotFoundError):
            follow_ups.get_follow_up(row_id, actor)
    with pytest.raises(NotFoundError):
        ask(make, place.stranger, unmet)
