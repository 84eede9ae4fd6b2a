import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.needs import resident_service as drafts
from tests.factories import NOW

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


@pytest.fixture
def account(place):
    return db.session.get(m.User, place.account.id)


def list_actions() -> list[str]:
    return list(db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id)))


def start(account, category) -> m.Need:
    return drafts.start_draft(actor=account, category_id=category.id, now=NOW)


def test_a_draft_belongs_to_the_resident_and_their_committee(account, place):
    draft = start(account, place.visit)
    assert (draft.resident_id, draft.committee_id) == (place.resident.id, place.committee.id)
    assert draft.state is m.NeedState.DRAFT
    assert draft.reference == "N2607-0001"
    assert list_actions() == ["need.draft"]


def test_references_count_within_the_month(account, place, post):
    post(reference="N2607-0041")
    assert start(account, place.visit).reference == "N2607-0042"


def test_choosing_twice_does_not_leave_two_empty_drafts(account, place):
    assert start(account, place.visit).id == start(account, place.visit).id


def test_things_under_the_wishes_are_micro_wishes(account, place):
    assert start(account, place.wish).type is m.NeedType.MICRO_WISH
    assert start(account, place.rice).type is m.NeedType.NEED


def test_a_heading_is_no_category_to_ask_for(account, place):
    with pytest.raises(InvalidError):
        drafts.start_draft(actor=account, category_id=place.visit.parent_id, now=NOW)


def test_answers_are_kept_one_by_one(account, place):
    draft = start(account, place.rice)
    values = {"actor": account, "need_id": draft.id, "now": NOW}
    drafts.answer_quantity(**values, quantity=4)
    drafts.answer_windows(**values, windows=[m.Window.SUNDAY_AM, m.Window.WEEKDAY_AM])
    drafts.answer_description(**values, description="大米和油")
    assert draft.quantity == 4
    assert draft.windows == ["WD-AM", "SUN-AM"]
    assert list_actions() == ["need.draft"] + ["need.edit"] * 3


@pytest.mark.parametrize("quantity", [0, -1, 51, 2**31])
def test_a_quantity_out_of_range_names_its_field(account, place, quantity):
    draft = start(account, place.rice)
    with pytest.raises(InvalidError) as refusal:
        drafts.answer_quantity(actor=account, need_id=draft.id, quantity=quantity, now=NOW)
    assert refusal.value.field == "quantity"


def test_a_resident_is_not_asked_for_the_least_that_helps(account, place):
    draft = start(account, place.rice)
    drafts.answer_quantity(actor=account, need_id=draft.id, quantity=3, now=NOW)
    assert drafts.list_questions(draft) == [drafts.Question.QUANTITY, drafts.Question.DESCRIPTION]


def test_another_kind_of_help_asks_its_questions_again(account, place):
    draft = start(account, place.rice)
    drafts.answer_quantity(actor=account, need_id=draft.id, quantity=3, now=NOW)
    drafts.change_category(actor=account, need_id=draft.id, category_id=place.visit.id, now=NOW)
    assert (draft.category_id, draft.quantity) == (place.visit.id, 1)


def test_sending_records_consent_online(account, place):
    draft = start(account, place.visit)
    drafts.answer_description(actor=account, need_id=draft.id, description="来看看我", now=NOW)
    drafts.submit_need(actor=account, need_id=draft.id, now=NOW)
    consent = db.session.scalars(select(m.Consent)).one()
    assert draft.state is m.NeedState.SUBMITTED
    assert draft.consent_id == consent.id
    assert (consent.purpose, consent.channel) == ("own_request", m.ConsentChannel.ONLINE)
    assert consent.text_version
    assert list_actions()[-1] == "need.submit"


def test_the_chain_of_events_never_holds_the_residents_words(account, place):
    draft = start(account, place.visit)
    drafts.answer_description(actor=account, need_id=draft.id, description="心里难受", now=NOW)
    drafts.submit_need(actor=account, need_id=draft.id, now=NOW)
    details = [event.details for event in db.session.scalars(select(m.AuditEvent))]
    assert "心里难受" not in str(details)


def test_an_unfinished_draft_cannot_be_sent(account, place):
    draft = start(account, place.visit)
    with pytest.raises(ConflictError):
        drafts.submit_need(actor=account, need_id=draft.id, now=NOW)


def test_a_sent_need_cannot_be_changed(account, post):
    need = post(state=m.NeedState.SUBMITTED)
    with pytest.raises(ConflictError):
        drafts.answer_description(actor=account, need_id=need.id, description="x", now=NOW)


def test_a_returned_need_is_corrected_and_sent_again(account, post):
    need = db.session.get(m.Need, post(state=m.NeedState.RETURNED, reason="几个人?").id)
    drafts.answer_description(actor=account, need_id=need.id, description="两个人", now=NOW)
    drafts.submit_need(actor=account, need_id=need.id, now=NOW)
    assert (need.state, need.return_reason) == (m.NeedState.SUBMITTED, None)


def test_another_residents_draft_does_not_exist(account, make, place, post):
    neighbour = make.resident(make.household(place.committee), phone="13800000001")
    foreign = post(resident=neighbour, state=m.NeedState.DRAFT)
    with pytest.raises(NotFoundError):
        drafts.get_draft(foreign.id, account)


def test_a_draft_thrown_away_is_gone_but_its_event_stays(account, place):
    draft = start(account, place.visit)
    drafts.discard_draft(actor=account, need_id=draft.id, now=NOW)
    assert db.session.scalars(select(m.Need)).all() == []
    assert list_actions() == ["need.draft", "need.discard"]


def test_a_returned_need_is_withdrawn_not_thrown_away(account, post):
    need = post(state=m.NeedState.RETURNED)
    with pytest.raises(ConflictError):
        drafts.discard_draft(actor=account, need_id=need.id, now=NOW)
