"""A consent says for whom it was given, ends with its request, or says why it goes on."""

from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.endings import service as endings
from matchmaker.needs import desk_service, queue_service
from matchmaker.needs import resident_service as drafts
from matchmaker.needs.desk_service import Answers
from matchmaker.residents.consents import list_consents
from matchmaker.words.labels import describe_consent, describe_purpose
from tests.factories import NOW
from tests.reach import NEEDS_STAY_IN, reach

pytestmark = pytest.mark.usefixtures("context")

# What the page says of the consent to a request, by the state in which the request stays.
SAID = {
    m.NeedState.SUBMITTED: "In force as long as request",
    m.NeedState.RETURNED: "In force as long as request",
    m.NeedState.OPEN: "In force as long as request",
    m.NeedState.IN_ROUND: "In force as long as request",
    m.NeedState.REFERRED: "In force as long as request",
    m.NeedState.MATCHED: "In force: help is promised",
    m.NeedState.SERVED: "In force until the month is closed: request",
    m.NeedState.PARTLY_SERVED: "In force until the month is closed: request",
    m.NeedState.WITHDRAWN: "Ended on 6 July 2026: request",
    m.NeedState.CLOSED: "Ended on 6 July 2026: request",
    m.NeedState.EXPIRED: "Ended on 6 July 2026: the time for request",
}
OVER = {m.NeedState.WITHDRAWN, m.NeedState.CLOSED, m.NeedState.EXPIRED}


@pytest.fixture
def enter(place):
    """Enter a request at the counter, with the resident's consent."""

    def enter_need() -> m.Need:
        return desk_service.post_on_behalf(
            actor=load(place.worker),
            resident_id=place.resident.id,
            answers=Answers(place.visit.id, None, (), "请来看看我"),
            channel=m.ConsentChannel.SIGNED_PAPER,
            now=NOW,
        )

    return enter_need


def load(row):
    return db.session.get(type(row), row.id)


def say(app, consent: m.Consent, need: m.Need | None, language: str = "en") -> str:
    with app.test_request_context(), force_locale(language):
        return describe_consent(consent, need)


def verify(need: m.Need, actor: m.User) -> None:
    day = queue_service.get_usual_reply_day(NOW)
    keys: dict[str, Any] = {"tier": 2, "reply_promised_on": day, "version": need.version}
    queue_service.verify_need(actor=actor, need_id=need.id, now=NOW, **keys)
    db.session.commit()


def bring(make, place, need: m.Need, state: m.NeedState) -> m.Need:
    if state in {m.NeedState.SUBMITTED, m.NeedState.RETURNED}:
        return reach(make, need, state)
    verify(need, load(place.worker))
    return reach(make, need, state)


def test_who_asks_is_the_purpose(app, place, enter):
    account = load(place.account)
    draft = drafts.start_draft(actor=account, category_id=place.visit.id, now=NOW)
    drafts.answer_description(actor=account, need_id=draft.id, description="来看看我", now=NOW)
    drafts.submit_need(actor=account, need_id=draft.id, now=NOW)
    assert draft.consent.purpose == "own_request"
    assert enter().consent.purpose == "request_on_behalf"
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert str(describe_purpose("own_request")) == "为自己求助"


@pytest.mark.parametrize("state", [s for s in NEEDS_STAY_IN if s is not m.NeedState.DRAFT])
def test_in_every_state_of_a_request_its_consent_says_whether_it_is_in_force(
    app, make, place, enter, state
):
    need = bring(make, place, enter(), state)
    line = next(row for row in list_consents(load(place.resident)) if row.need.id == need.id)
    assert (line.consent.ended_at is not None) is (state in OVER)
    sentence = say(app, line.consent, line.need)
    assert sentence.startswith(SAID[state])
    assert need.reference in sentence
    assert say(app, line.consent, line.need, "zh_Hans_CN") != sentence, "not translated"


def test_a_request_sent_again_has_a_newer_consent(app, make, place, enter):
    need = reach(make, enter(), m.NeedState.RETURNED)
    answers = Answers(place.visit.id, None, (), "请下午来")
    desk_service.correct_on_behalf(
        actor=load(place.worker), need_id=need.id, answers=answers,
        channel=m.ConsentChannel.SPOKEN_BY_PHONE, now=NOW,
    )  # fmt: skip
    newer, older = list_consents(load(place.resident))
    assert (newer.need.id, older.need) == (need.id, None)
    assert (newer.consent.ended_at, older.consent.ended_at) == (None, NOW)
    assert say(app, older.consent, None) == "Ended on 6 July 2026: agreed to anew after a change."


def test_who_stops_the_contact_takes_back_what_has_not_ended(app, make, place, enter):
    reach(make, bring(make, place, enter(), m.NeedState.OPEN), m.NeedState.WITHDRAWN)
    enter()
    values: dict[str, Any] = {"resident_id": place.resident.id, "reason": m.ContactEnd.WISH}
    endings.stop_contact(actor=load(place.social), now=NOW, **values)
    first, second = db.session.scalars(select(m.Consent).order_by(m.Consent.id))
    assert (first.withdrawn_at, second.withdrawn_at) == (None, NOW)
    assert say(app, second, None) == "Taken back on 6 July 2026."


def test_what_was_agreed_to_before_it_was_kept_when_it_ended_says_so_too(app, place):
    values: dict[str, Any] = {"resident_id": place.resident.id, "text_version": "1"}
    values["given_at"] = NOW
    values |= {"channel": m.ConsentChannel.ONLINE, "recorded_by_id": place.worker.id}
    sentences = {
        purpose: say(app, m.Consent(purpose=purpose, **values), None)
        for purpose in ("keep_contact", "own_request")
    }
    assert sentences == {
        "keep_contact": "In force until it is taken back.",
        "own_request": "Ended: agreed to anew after a change.",
    }
