"""The last day on which help is of use: said in each form, kept by the list, and then over."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.needs import corrections, desk_service, resident_service, useful
from matchmaker.needs.corrections import Terms
from matchmaker.needs.desk_service import Answers
from matchmaker.needs.words import list_corrected
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.reach import reach
from tests.run_factories import publish_month

TODAY = get_local_date(NOW)
YESTERDAY, SOON = TODAY - timedelta(days=1), TODAY + timedelta(days=20)
CHANNEL = m.ConsentChannel.SPOKEN_AT_COUNTER
S = m.NeedState


def load(row):
    return db.session.get(type(row), row.id)


# Naming it.


def enter(place, **values: Any) -> m.Need:
    answers = Answers(place.rice.id, 2, (), "两袋米", **values)
    keys: dict[str, Any] = {"resident_id": place.resident.id, "channel": CHANNEL, "now": NOW}
    return desk_service.post_on_behalf(actor=load(place.worker), answers=answers, **keys)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("day", [None, TODAY, SOON, date(TODAY.year + 1, TODAY.month, 1)])
def test_a_last_day_is_optional_and_may_be_today(place, day):
    assert enter(place, useful_until=day).useful_until == day


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("day", [YESTERDAY, date(TODAY.year + 1, TODAY.month, 2), date.max])
def test_a_day_that_is_past_or_far_away_is_refused_at_its_field(place, day):
    with pytest.raises(InvalidError) as refused:
        enter(place, useful_until=day)
    assert (refused.value.code, refused.value.field) == ("need.useful_day", "useful_until")


@pytest.mark.usefixtures("context")
def test_what_comes_back_every_month_has_no_last_day(place, post):
    with pytest.raises(InvalidError) as refused:
        enter(place, useful_until=SOON, repeats_until=date(TODAY.year, TODAY.month + 1, 1))
    assert refused.value.code == "need.repeats_with_day"
    draft = post(state=S.DRAFT)
    keys: dict[str, Any] = {"actor": load(place.account), "need_id": draft.id, "now": NOW}
    resident_service.answer_last_day(day=SOON, **keys)
    with pytest.raises(InvalidError) as refused:
        resident_service.answer_repeats(until=date(TODAY.year, TODAY.month + 1, 1), **keys)
    assert (refused.value.code, refused.value.field) == ("need.repeats_with_day", "answer")


@pytest.mark.usefixtures("context")
def test_a_draft_whose_day_has_come_and_gone_is_not_sent(place, post):
    draft = post(state=S.DRAFT, description="rice", useful_until=YESTERDAY)
    keys: dict[str, Any] = {"actor": load(place.account), "need_id": draft.id, "now": NOW}
    with pytest.raises(InvalidError):
        resident_service.submit_need(**keys)
    resident_service.answer_last_day(day=None, **keys)
    assert resident_service.submit_need(**keys).state is S.SUBMITTED


@pytest.mark.usefixtures("context")
def test_the_office_corrects_it_until_the_lock_and_the_resident_reads_it(app, place, post):
    need = load(post(useful_until=SOON, tier=2, reply_promised_on=SOON))
    terms = Terms(2, need.quantity, tuple(map(m.Window, need.windows)), SOON, None)
    keys: dict[str, Any] = {"need_id": need.id, "reason": "哪天都行", "now": NOW}
    row = corrections.correct_need(actor=load(place.worker), terms=terms, **keys)
    assert (row.before, row.after) == (
        {"useful_until": SOON.isoformat()},
        {"useful_until": None},
    )
    assert need.useful_until is None
    with app.test_request_context(headers={"Cookie": "language=en"}):
        [(name, before, after)] = list_corrected(row, "item")
    assert (name, before, after) == (
        "Last day on which it is of use",
        "26 July 2026",
        "No last day",
    )


# Expiring.


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("state", [S.SUBMITTED, S.RETURNED, S.OPEN])
@pytest.mark.parametrize(("day", "is_over"), [(YESTERDAY, True), (TODAY, False), (None, False)])
def test_a_need_expires_on_the_day_after_its_last(place, post, state, day, is_over):
    need = post(state=state, useful_until=day)
    assert useful.expire_needs(NOW) == int(is_over)
    assert load(need).state is (S.EXPIRED if is_over else state)
    assert useful.expire_needs(NOW) == 0
    query = select(m.AuditEvent).where(m.AuditEvent.action == "need.expire")
    assert [row.subject_id for row in db.session.scalars(query)] == [need.id] * is_over
    heard = select(m.Notice.resident_id).where(m.Notice.kind == "need.expired")
    assert list(db.session.scalars(heard)) == [place.resident.id] * is_over


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "state", [S.DRAFT, S.IN_ROUND, S.MATCHED, S.SERVED, S.PARTLY_SERVED, S.CLOSED, S.WITHDRAWN]
)
def test_a_locked_list_found_help_and_what_is_over_stay_as_they_are(make, place, post, state):
    need = post(state=state, category=place.rice)
    load(need).useful_until = YESTERDAY
    assert useful.expire_needs(NOW) == 0
    assert load(need).state is state


@pytest.mark.usefixtures("context")
def test_two_workers_expire_a_need_once(app, place, post):
    post(useful_until=YESTERDAY)
    step = partial(useful.expire_needs, NOW)
    assert act_at_once(app, step, step) == [None, None]
    query = select(m.AuditEvent).where(m.AuditEvent.action == "need.expire")
    assert len(list(db.session.scalars(query))) == 1


def test_the_end_of_the_consent_comes_with_it(app, place):
    with app.app_context():
        need = enter(place, useful_until=TODAY)
        useful.expire_needs(NOW + timedelta(days=1))
        assert need.state is S.EXPIRED
        assert need.consent.ended_at is not None


# The list of a month takes the day into account.


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("day", "gets"),
    [(TODAY, False), (TODAY + timedelta(days=1), True), (SOON, True)],
)
def test_help_is_found_for_days_on_which_it_is_of_use(make, place, post, day, gets):
    giver = make.organisation(place.subdistrict)
    make.offer(giver, place.rice)
    kept = post(category=place.rice)
    need = post(category=place.rice, useful_until=day)
    publish_month(make, place.subdistrict.id, date(2026, 7, 1))
    rows = list(db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)))
    assert load(kept).state is S.MATCHED
    assert [row.days[-1] for row in rows if row.days] == [day.isoformat()] * gets
    assert load(need).state is (S.MATCHED if gets else S.OPEN)


# Asking again.


def test_who_asks_again_sends_the_same_words(app, make, place, post):
    need = post(category=place.rice, quantity=3, useful_until=SOON, description="Three bags")
    reach(make, need, S.EXPIRED)
    resident = Browser(app).use_language("en").sign_in(place.account)
    page = resident.get("needs.follow", need_id=need.id).text
    assert "The time for this is over. You can ask again." in page
    on = resident.get_url("needs.follow", need_id=need.id)
    answer = resident.submit("needs.ask_once_more", {}, on=on, need_id=need.id)
    check = resident.client.get(answer.location).text
    assert "Three bags" in check
    assert "Any day" in check
    with app.app_context():
        draft = db.session.scalars(select(m.Need).where(m.Need.state == S.DRAFT)).one()
        assert (draft.quantity, draft.useful_until) == (3, None)
        keys: dict[str, Any] = {"actor": load(place.account), "need_id": draft.id, "now": NOW}
        with pytest.raises(ConflictError):
            useful.ask_once_more(**keys)


def test_the_counter_asks_again_with_the_answers_filled_in(app, make, place, post):
    need = post(category=place.rice, quantity=3, useful_until=SOON, description="Three bags")
    reach(make, need, S.EXPIRED)
    worker = Browser(app).use_language("en").sign_in(place.worker)
    keys: dict[str, Any] = {"resident_id": place.resident.id, "again": need.id}
    assert (
        worker.get_url("needs.create_for", **keys).replace("&", "&amp;")
        in worker.get("needs.show", need_id=need.id).text
    )
    page = worker.get("needs.create_for", **keys)
    assert "Three bags" in page.text
    stranger = make.resident(make.household(place.committee))
    keys = {"resident_id": stranger.id, "again": need.id}
    assert worker.get("needs.create_for", **keys).status_code == 404


# The page of the question.


def test_a_day_that_cannot_be_is_said_at_the_field_and_kept(app, place, post):
    draft = post(state=S.DRAFT, description="rice")
    resident = Browser(app).use_language("en").sign_in(place.account)
    for typed, sentence in (
        ("1999-01-01", "Choose a day between"),
        ("someday", "Enter a day, for example"),
    ):
        page = resident.submit("needs.ask_last_day", {"answer": typed}, need_id=draft.id)
        assert page.status_code == 422
        assert sentence in page.text
        assert typed in page.text
    day = (get_local_date(get_now()) + timedelta(days=9)).isoformat()
    answer = resident.submit("needs.ask_last_day", {"answer": day}, need_id=draft.id)
    assert answer.status_code == 303
    answer = resident.submit("needs.ask_last_day", {"answer": ""}, need_id=draft.id)
    assert answer.status_code == 303
