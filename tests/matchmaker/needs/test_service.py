import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service
from matchmaker.needs.states import get_need
from tests.factories import NOW

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]


@pytest.fixture
def enter(place):
    """Post for the resident at the counter, with any value replaced."""

    def enter_need(actor=None, channel=m.ConsentChannel.SIGNED_PAPER, **values):
        defaults = {
            "category_id": place.visit.id,
            "quantity": None,
            "windows": (m.Window.WEEKDAY_PM,),
            "description": "老人独居，想有人来坐坐",
        }
        return desk_service.post_on_behalf(
            actor=db.session.get(m.User, (actor or place.worker).id),
            resident_id=place.resident.id,
            answers=desk_service.Answers(**{**defaults, **values}),
            channel=channel,
            now=NOW,
        )

    return enter_need


def test_a_need_entered_at_the_counter_says_who_entered_it_and_how_consent_was_given(enter, place):
    need = enter()
    assert need.state is m.NeedState.SUBMITTED
    assert need.entered_by_id == place.worker.id
    assert need.consent.channel is m.ConsentChannel.SIGNED_PAPER
    assert need.consent.recorded_by_id == place.worker.id
    event = db.session.scalars(select(m.AuditEvent)).one()
    assert (event.action, event.on_behalf_of_id) == ("need.submit", place.resident.id)


def test_a_social_worker_posts_for_any_committee_of_the_street(enter, place):
    assert enter(place.social).committee_id == place.committee.id


def test_residents_of_another_committee_do_not_exist(enter, place):
    with pytest.raises(NotFoundError):
        enter(place.stranger)


def test_consent_at_the_counter_is_never_given_online(enter):
    with pytest.raises(InvalidError) as refusal:
        enter(channel=m.ConsentChannel.ONLINE)
    assert refusal.value.field == "channel"


def test_money_needs_an_amount(enter, place):
    with pytest.raises(InvalidError) as refusal:
        enter(category_id=place.money.id)
    assert refusal.value.field == "quantity"


@pytest.mark.parametrize(("of_kind", "least"), [(None, 50_000), (20_000, 20_000), (50_000, 50_000)])
def test_the_least_that_helps_is_that_of_the_kind(enter, place, of_kind, least):
    db.session.get(m.ServiceCategory, place.money.id).least_quantity = of_kind
    need = enter(category_id=place.money.id, quantity=50_000)
    assert (need.quantity, need.least_quantity) == (50_000, least)


def test_nobody_may_ask_for_less_than_what_helps(enter, place):
    db.session.get(m.ServiceCategory, place.money.id).least_quantity = 60_000
    with pytest.raises(InvalidError) as refusal:
        enter(category_id=place.money.id, quantity=50_000)
    assert (refusal.value.field, refusal.value.numbers["least"].amount) == ("quantity", 60_000)


def test_each_need_gets_a_name_of_its_own_for_the_draw(enter):
    lots = {enter().lot for _ in range(3)}
    assert len(lots) == 3
    assert all(len(lot) == 16 and int(lot, 16) >= 0 for lot in lots)


def test_times_and_quantities_the_category_does_not_ask_for_are_left_out(enter, place):
    assert enter(category_id=place.rice.id, quantity=2).windows == []
    assert enter(quantity=7).quantity == 1


def test_a_returned_need_is_corrected_for_the_resident_and_sent_again(place, post):
    need = db.session.get(m.Need, post(state=m.NeedState.RETURNED, reason="多少?").id)
    answers = desk_service.Answers(place.rice.id, 2, (), "两袋米，一袋也行")
    desk_service.correct_on_behalf(
        actor=db.session.get(m.User, place.worker.id),
        need_id=need.id,
        answers=answers,
        channel=m.ConsentChannel.SPOKEN_BY_PHONE,
        now=NOW,
    )
    assert (need.state, need.category_id) == (m.NeedState.SUBMITTED, place.rice.id)
    assert (need.quantity, need.windows) == (2, [])
    assert need.consent.channel is m.ConsentChannel.SPOKEN_BY_PHONE


def test_only_a_returned_need_is_corrected(place, post):
    with pytest.raises(ConflictError):
        desk_service.get_returned(post().id, db.session.get(m.User, place.worker.id))


def test_withdrawing_leaves_an_event(place, post):
    need = db.session.get(m.Need, post(state=m.NeedState.OPEN).id)
    account = db.session.get(m.User, place.account.id)
    desk_service.withdraw_need(actor=account, need_id=need.id, now=NOW)
    assert need.state is m.NeedState.WITHDRAWN
    assert db.session.scalars(select(m.AuditEvent.action)).all() == ["need.withdraw"]


def test_a_need_for_which_help_was_found_cannot_be_withdrawn(place, post):
    need = post(state=m.NeedState.MATCHED)
    account = db.session.get(m.User, place.account.id)
    with pytest.raises(ConflictError):
        desk_service.withdraw_need(actor=account, need_id=need.id, now=NOW)


@pytest.mark.parametrize(
    ("name", "sees"), [("account", True), ("worker", True), ("social", True), ("stranger", False)]
)
def test_a_need_is_known_to_the_resident_and_their_office_alone(place, post, name, sees):
    need, actor = post(), db.session.get(m.User, getattr(place, name).id)
    if sees:
        assert get_need(need.id, actor).id == need.id
    else:
        with pytest.raises(NotFoundError):
            get_need(need.id, actor)


def test_the_office_does_not_see_what_a_resident_is_still_writing(place, post):
    draft = post(state=m.NeedState.DRAFT)
    with pytest.raises(NotFoundError):
        get_need(draft.id, db.session.get(m.User, place.worker.id))
