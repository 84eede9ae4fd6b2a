"""Links are made by the office or the coordinator and live as long as they should."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.accounts.sessions import get_digest
from matchmaker.assignments import answering
from matchmaker.audit.service import verify_chain
from matchmaker.base.errors import ConflictError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.links import service
from matchmaker.volunteers.service import move_volunteer
from matchmaker.volunteers.states import VolunteerStep
from tests.factories import NOW
from tests.run_factories import JULY

pytestmark = pytest.mark.both_databases

_S = m.PromiseState
MONTH_ENDS = datetime(2026, 7, 31, 16, tzinfo=UTC)  # midnight in Shanghai


def list_rows(links) -> list[m.SignedLink]:
    with links.make.context():
        return list(db.session.scalars(select(m.SignedLink).order_by(m.SignedLink.id)))


def test_the_secret_is_kept_as_a_digest_alone(links):
    token = links.make_link()
    [row] = list_rows(links)
    assert row.token_sha256 == get_digest(token)
    assert len(token) == 26
    kept = [str(vars(row)), *(str(vars(event)) for event in links.list_events(""))]
    assert not any(token in text for text in kept)
    assert (row.made_by_id, row.publication, row.uses) == (links.worker.id, 1, 0)
    assert row.last_used_at is None


def test_a_link_expires_with_its_month(links):
    token = links.make_link()
    assert list_rows(links)[0].expires_at == MONTH_ENDS
    assert links.is_live(token, MONTH_ENDS - timedelta(seconds=1))
    assert not links.is_live(token, MONTH_ENDS)


def test_a_new_link_of_the_same_ends_the_earlier_one(links):
    first, of_volunteer = links.make_link(), links.make_volunteer_link()
    second = links.make_link()
    assert [links.is_live(token) for token in (first, second, of_volunteer)] == [False, True, True]
    actions = [event.action for event in links.list_events("link.")]
    assert actions == ["link.make", "link.make", "link.revoke", "link.make"]


@pytest.mark.parametrize("end", ["revoke", "withdraw", "publish_again", "end_promises"])
def test_a_link_ends(links, end):
    token = links.make_link()
    assert links.is_live(token)
    links.revoke(token) if end == "revoke" else getattr(links, end)()
    assert not links.is_live(token)


def test_a_link_lives_while_a_refusal_can_be_taken_back(links):
    token = links.make_link()
    for row in links.list_promises():
        links.act(links.coordinator, answering.decline, promise_id=row.id, now=NOW)
    assert links.is_live(token)


def test_one_changed_character_opens_nothing(links):
    token = links.make_link()
    for place in range(len(token)):
        other = "2" if token[place] != "2" else "3"
        assert not links.is_live(token[:place] + other + token[place + 1 :])
    assert not links.is_live("")


def test_a_link_to_a_volunteer_takes_leave_and_ends_with_it(links):
    asked = {"month": JULY, "volunteer_id": links.world.volunteer.id}
    with pytest.raises(ConflictError, match=r"link\.volunteers_do_not_answer"):
        links.act(links.coordinator, service.make_volunteer_link, now=NOW, **asked)
    token = links.make_volunteer_link()
    links.let_volunteers_answer(allowed=False)
    assert not links.is_live(token)
    links.let_volunteers_answer()
    assert links.is_live(token)
    values = {"volunteer_id": links.world.volunteer.id, "step": VolunteerStep.PAUSE}
    links.act(links.coordinator, move_volunteer, now=NOW, known_breaks=2, **values)
    assert not links.is_live(token)


def test_nothing_asked_makes_no_link(links, make):
    other = make.organisation(links.world.subdistrict)
    values = {"month": JULY, "organisation_id": other.id}
    with pytest.raises(ConflictError, match=r"link\.nothing_asked"):
        links.act(links.worker, service.make_organisation_link, now=NOW, **values)
    links.withdraw()
    with pytest.raises(NotFoundError, match=r"round\.not_published"):
        links.make_link()


def test_nobody_makes_or_ends_a_link_for_others(links, make):
    links.make_volunteer_link()
    [row] = list_rows(links)
    office = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    rival = make.user(
        m.Role.COORDINATOR, organisation_id=make.organisation(links.world.subdistrict).id
    )
    steps = [
        (service.make_organisation_link, {"organisation_id": links.organisation.id, "month": JULY}),
        (service.make_volunteer_link, {"volunteer_id": links.world.volunteer.id, "month": JULY}),
        (service.revoke_link, {"link_id": row.id}),
    ]
    for user in (office, rival):
        for step, values in steps:
            with pytest.raises(NotFoundError):
                links.act(user, step, now=NOW, **values)
    with pytest.raises(NotFoundError):  # a volunteer's link is the coordinator's business
        links.act(links.worker, service.revoke_link, link_id=row.id, now=NOW)
    links.act(links.coordinator, service.revoke_link, link_id=row.id, now=NOW)
    with pytest.raises(NotFoundError):
        links.act(links.coordinator, service.revoke_link, link_id=row.id, now=NOW)


def test_the_office_lists_live_links_to_organisations_the_coordinator_all(links):
    ended = links.make_link()
    links.make_volunteer_link()
    links.make_link()

    def count(actor) -> int:
        return len(service.list_links(actor, JULY, NOW))

    assert (links.act(links.worker, count), links.act(links.coordinator, count)) == (1, 2)
    assert not links.is_live(ended)


def test_an_answer_by_a_link_is_nobodys_and_says_which_link(links):
    link = links.find(links.make_link())
    first, second, _rice = links.list_promises()
    with links.make.context():
        actor = db.session.get_one(m.SignedLink, link.id)
        answering.accept(actor=actor, promise_ids=[first.id], now=NOW)
        answering.decline(actor=actor, promise_id=second.id, now=NOW)
        reason = m.DeclineReason.UNSAFE
        answering.say_why(actor=actor, promise_id=second.id, reason=reason, now=NOW)
        answering.take_back(actor=actor, promise_id=first.id, now=NOW)
        db.session.commit()
        assert verify_chain() == []
    events = links.list_events("promise.")
    assert [event.action.partition(".")[2] for event in events] == [
        "accept",
        "decline",
        "say_why",
        "take_back",
    ]
    assert {(event.actor_id, event.actor_role) for event in events} == {(None, None)}
    assert {event.details["link"] for event in events} == {link.id}
    assert links.list_states() == [_S.AWAITING_GIVER, _S.DECLINED, _S.AWAITING_GIVER]


def test_a_volunteers_link_opens_their_visits_alone(links):
    link = links.find(links.make_volunteer_link())
    rice = links.list_promises()[2]
    with links.make.context():
        actor = db.session.get_one(m.SignedLink, link.id)
        with pytest.raises(NotFoundError):
            answering.accept(actor=actor, promise_ids=[rice.id], now=NOW)
        visits = set(db.session.scalars(answering.select_promises(actor)))
        assert {row.volunteer_id for row in visits} == {links.world.volunteer.id}


def test_the_coordinator_hears_what_a_volunteer_answers_and_no_more_once_it_is_taken_back(links):
    link = links.find(links.make_volunteer_link())
    row = links.list_promises()[0]
    valid = select(m.Notice.kind).where(
        m.Notice.user_id == links.coordinator.id,
        m.Notice.void_at.is_(None),
        m.Notice.kind.startswith("promise.volunteer"),
    )
    with links.make.context():
        actor = db.session.get_one(m.SignedLink, link.id)
        answering.decline(actor=actor, promise_id=row.id, now=NOW)
        assert db.session.scalars(valid).all() == ["promise.volunteer_no"]
        answering.take_back(actor=actor, promise_id=row.id, now=NOW)
        assert db.session.scalars(valid).all() == []
        answering.accept(actor=actor, promise_ids=[row.id], now=NOW)
        assert db.session.scalars(valid).all() == ["promise.volunteer_yes"]


def test_a_step_is_counted_and_a_link_revoked_meanwhile_takes_none(links):
    token = links.make_link()
    link = links.find(token)
    with links.make.context():
        service.note_use(db.session.get_one(m.SignedLink, link.id), NOW)
        db.session.commit()
    [row] = list_rows(links)
    assert (row.uses, row.last_used_at) == (1, NOW)
    links.revoke(token)
    with links.make.context(), pytest.raises(NotFoundError):
        service.note_use(db.session.get_one(m.SignedLink, link.id), NOW)


def test_who_guesses_is_refused_and_who_opens_an_ended_link_is_not(links):
    token = links.make_link()
    links.revoke(token)
    with links.make.context():
        for _ in range(40):
            service.count_guess(token, "10.0.0.1", NOW)
        service.check_guesses("10.0.0.1", NOW)
        for number in range(30):
            service.check_guesses("10.0.0.2", NOW)
            service.count_guess(f"never {number}", "10.0.0.2", NOW)
        with pytest.raises(ThrottledError):
            service.check_guesses("10.0.0.2", NOW)
        service.check_guesses("10.0.0.1", NOW)
        service.check_guesses("10.0.0.2", NOW + timedelta(minutes=15))
