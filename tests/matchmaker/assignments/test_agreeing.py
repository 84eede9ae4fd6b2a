"""The recipient says yes or no, alone or by phone, or is not reached; what follows."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.assignments.queries import GivenFilters
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.promises.agreed import has_not_ended
from matchmaker.promises.states import GIVER_REASONS, NOT_NEEDED, RECIPIENT_REASONS
from matchmaker.rounds.publish.revoking import revoke_broken
from tests.browser import Browser
from tests.factories import NOW
from tests.reach import reach
from tests.worlds import kept

JULY = date(2026, 7, 1)
_S = m.PromiseState


@pytest.fixture
@kept
def month(world, make):
    """A month whose one organisation said yes to a visit of two and to rice."""
    world.add_pairs()
    world.both, world.rice = world.ask(world.pairs), world.ask(world.goods, quantity=2)
    walkers = make.category(kind=m.OfferKind.GOODS, unit="item", least_quantity=1)
    for giver in (world.organisation, make.organisation(world.subdistrict)):
        make.offer(giver, walkers, capacity_per_month=1)
    world.shared = world.ask(walkers, quantity=2)
    world.publish(JULY)
    return world


@pytest.fixture
def asker(make, month):
    return make.user(m.Role.RESIDENT, resident_id=month.both.resident_id)


@pytest.fixture
def agreed(app, giver):
    with app.app_context():
        actor = db.session.get_one(m.User, giver.id)
        answering.accept_all(actor=actor, month=JULY, filters=GivenFilters(), now=NOW)
        db.session.commit()


def list_promises(need: m.Need) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id)
    return list(db.session.scalars(query))


def list_kinds(asker: m.User) -> list[str]:
    """The kinds of a resident's valid notices."""
    query = select(m.Notice.kind).filter_by(resident_id=asker.resident_id, void_at=None)
    return list(db.session.scalars(query))


def list_asked(actor: m.User) -> list[int]:
    return [row.first.need_id for row in agreeing.list_helps(actor, NOW).list_questions()]


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestService:
    def test_nothing_is_asked_before_every_giver_agreed(self, month, giver, asker):
        first, second = list_promises(month.both)
        assert list_asked(asker) == []
        answering.accept(actor=giver, promise_ids=[first.id], now=NOW)
        assert list_asked(asker) == []
        with pytest.raises(NotFoundError):
            agreeing.agree(actor=asker, promise_id=first.id, now=NOW)
        answering.accept(actor=giver, promise_ids=[second.id], now=NOW)
        assert list_asked(asker) == [month.both.id]

    @pytest.mark.usefixtures("agreed")
    def test_one_yes_is_for_all_who_come(self, month, asker):
        first, second = list_promises(month.both)
        agreeing.agree(actor=asker, promise_id=second.id, now=NOW)
        assert {first.state, second.state} == {_S.CONFIRMED}
        assert list_asked(asker) == []
        with pytest.raises(NotFoundError):
            agreeing.agree(actor=asker, promise_id=first.id, now=NOW)

    @pytest.mark.usefixtures("agreed")
    def test_the_committee_sees_all_of_its_residents_and_a_resident_the_own(
        self, month, counter, asker
    ):
        assert set(list_asked(counter)) == {month.both.id, month.rice.id}
        assert list_asked(asker) == [month.both.id]

    @pytest.mark.usefixtures("agreed")
    @pytest.mark.parametrize("reason", sorted(RECIPIENT_REASONS))
    def test_a_refusal_frees_the_places_and_closes_what_is_not_needed(self, month, asker, reason):
        row = list_promises(month.both)[0]
        agreeing.refuse(actor=asker, promise_id=row.id, reason=reason, now=NOW)
        assert {p.state for p in list_promises(month.both)} == {_S.DECLINED}
        need = db.session.get_one(m.Need, month.both.id)
        closed = reason in NOT_NEEDED
        assert need.state is (m.NeedState.CLOSED if closed else m.NeedState.OPEN)
        assert all(p.freed_at == NOW for p in list_promises(month.both))

    @pytest.mark.usefixtures("agreed")
    @pytest.mark.parametrize("reason", sorted(GIVER_REASONS))
    def test_a_givers_reason_is_not_a_recipients(self, month, asker, reason):
        row = list_promises(month.both)[0]
        with pytest.raises(NotFoundError):
            agreeing.refuse(actor=asker, promise_id=row.id, reason=reason, now=NOW)
        assert row.state is _S.AWAITING_RECIPIENT

    @pytest.mark.usefixtures("agreed")
    def test_three_calls_without_an_answer_free_the_place(self, month, counter):
        [row] = list_promises(month.rice)
        days = [NOW + timedelta(days=number) for number in range(3)]
        said = [
            agreeing.note_not_reached(actor=counter, promise_id=row.id, now=day) for day in days
        ]
        assert said == [False, False, True]
        assert (row.state, row.tries) == (_S.EXPIRED, 3)
        assert db.session.get_one(m.Need, month.rice.id).state is m.NeedState.OPEN

    @pytest.mark.usefixtures("agreed")
    def test_calls_of_one_day_count_once(self, month, counter):
        [row] = list_promises(month.rice)
        agreeing.note_not_reached(actor=counter, promise_id=row.id, now=NOW)
        evening = NOW.replace(hour=15, minute=59)  # in UTC; midnight in Shanghai is at 16:00
        with pytest.raises(ConflictError, match=r"promise\.tried_today"):
            agreeing.note_not_reached(actor=counter, promise_id=row.id, now=evening)
        assert agreeing.list_tried_today([row], evening) == {row.id}
        assert row.tries == 1
        midnight = evening + timedelta(minutes=1)
        assert not agreeing.note_not_reached(actor=counter, promise_id=row.id, now=midnight)
        assert row.tries == 2

    @pytest.mark.usefixtures("agreed")
    def test_a_giver_cannot_take_back_what_the_recipient_agreed_to(self, month, asker, giver):
        row = list_promises(month.both)[0]
        agreeing.agree(actor=asker, promise_id=row.id, now=NOW)
        with pytest.raises(ConflictError, match=r"promise\.answer_stands"):
            answering.take_back(actor=giver, promise_id=row.id, now=NOW)

    @pytest.mark.usefixtures("agreed")
    def test_what_cannot_be_kept_is_not_agreed_to(self, make, month, asker):
        volunteer = list_promises(month.both)[0].volunteer
        reach(make, volunteer, m.VolunteerState.PAUSED, known_breaks=2)
        db.session.expire_all()
        row = list_promises(month.both)[0]
        with pytest.raises(ConflictError, match=r"promise\.cannot_be_kept"):
            agreeing.agree(actor=asker, promise_id=row.id, now=NOW)

    def test_what_one_of_two_leaves_alone_is_called_off_with_it(self, month, giver):
        """Of two who come together one says no: the other's visit is called off, nothing else."""
        refused, other = list_promises(month.both)
        answering.decline(actor=giver, promise_id=refused.id, now=NOW)
        do_due(NOW + timedelta(minutes=10))
        assert (other.state, other.revoked_reason) == (_S.REVOKED, m.RevokeReason.REST_TOO_LITTLE)
        assert {row.state for row in list_promises(month.rice)} == {_S.AWAITING_GIVER}

    def test_nothing_is_asked_while_a_refusal_can_be_taken_back(self, month, giver, asker):
        """What is left may fall with the refused place, or both come after all."""
        first, second = list_promises(month.both)
        answering.decline(actor=giver, promise_id=first.id, now=NOW)
        answering.accept(actor=giver, promise_ids=[second.id], now=NOW)
        assert list_asked(asker) == []
        assert "need.agreed" not in list_kinds(asker)
        with pytest.raises(NotFoundError):
            agreeing.agree(actor=asker, promise_id=second.id, now=NOW)
        answering.take_back(actor=giver, promise_id=first.id, now=NOW)
        answering.accept(actor=giver, promise_ids=[first.id], now=NOW)
        assert list_asked(asker) == [month.both.id]
        assert list_kinds(asker).count("need.agreed") == 1

    @pytest.mark.parametrize("is_refused", [True, False])
    def test_what_is_left_of_a_part_is_asked_for_once_its_place_is_free(
        self, make, month, giver, is_refused
    ):
        """Of two givers of rice one agrees; the other says no, or nothing in time."""
        [own, others] = list_promises(month.shared)
        asker = make.user(m.Role.RESIDENT, resident_id=month.shared.resident_id)
        other = make.user(m.Role.COORDINATOR, organisation_id=others.organisation_id)
        answering.accept(actor=giver, promise_ids=[own.id], now=NOW)
        late = NOW + timedelta(days=7)
        if is_refused:
            answering.decline(actor=other, promise_id=others.id, now=NOW)
        assert list_asked(asker) == []
        do_due(late)
        assert list_asked(asker) == [month.shared.id]
        assert {"need.part_revoked", "need.agreed"} < set(list_kinds(asker))
        do_due(late)
        assert list_kinds(asker).count("need.agreed") == 1

    def test_a_refusal_is_final_once_the_need_waits_for_others(self, month, giver):
        """The other of two did not answer in time, so the need is open again."""
        need = month.ask(month.pairs)
        month.publish(date(2026, 8, 1))  # the answers are due weeks before the visit
        refused, other = list_promises(need)
        late = get_instant(refused.answer_by + timedelta(days=1), 30)
        answering.decline(actor=giver, promise_id=refused.id, now=late)
        do_due(late)
        assert other.state is _S.EXPIRED
        assert refused.state is _S.DECLINED
        with pytest.raises(ConflictError, match=r"promise\.answer_stands"):
            answering.take_back(actor=giver, promise_id=refused.id, now=late)

    @pytest.mark.usefixtures("agreed")
    @pytest.mark.usefixtures("giver")
    def test_what_was_said_of_a_promise_ends_with_it(self, make, month, asker):
        """Nobody reads that a visit is agreed to beside that it cannot come."""
        row = list_promises(month.both)[0]
        agreeing.agree(actor=asker, promise_id=row.id, now=NOW)
        volunteer = row.volunteer
        reach(make, volunteer, m.VolunteerState.PAUSED, known_breaks=2)
        db.session.expire_all()
        office = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
        revoke_broken(row.run, {row.id}, actor=office, now=NOW)
        kinds = select(m.Notice.kind).filter_by(void_at=None, subject_type="promise")
        about = kinds.where(m.Notice.subject_id.in_([p.id for p in list_promises(month.both)]))
        assert set(db.session.scalars(about)) == {"promise.revoked"}

    @pytest.mark.usefixtures("agreed")
    def test_a_promise_has_ended_for_pages_and_for_the_database_alike(self, month, giver, counter):
        """What is refused or failed has not until its place is free."""
        [rice] = list_promises(month.rice)
        refused = list_promises(month.shared)
        agreeing.agree(actor=counter, promise_id=rice.id, now=NOW)
        delivering.fail(actor=giver, promise_id=rice.id, reason=m.FailReason.WRONG_THING, now=NOW)
        own = [row for row in refused if row.organisation_id == giver.organisation_id]
        answering.take_back(actor=giver, promise_id=own[0].id, now=NOW)
        answering.decline(actor=giver, promise_id=own[0].id, now=NOW)
        for now in (NOW, NOW + timedelta(minutes=10)):
            do_due(now)
            open_ids = set(db.session.scalars(select(m.Promise.id).where(has_not_ended())))
            rows = db.session.scalars(select(m.Promise)).all()
            assert open_ids == {row.id for row in rows if not row.has_ended}
            assert (rice.id in open_ids) == (own[0].id in open_ids) == (now == NOW)

    @pytest.mark.usefixtures("agreed")
    def test_after_the_month_nothing_is_asked(self, month, asker):
        row, late = list_promises(month.both)[0], NOW + timedelta(days=31)
        assert agreeing.list_helps(asker, late).list_questions() == []
        with pytest.raises(NotFoundError):
            agreeing.agree(actor=asker, promise_id=row.id, now=late)

    @pytest.mark.usefixtures("agreed")
    def test_a_stranger_is_asked_nothing(self, make, month):
        [row] = list_promises(month.rice)
        elsewhere = make.committee(month.subdistrict)
        for stranger in (
            make.user(m.Role.COMMITTEE_WORKER, committee_id=elsewhere.id),
            make.user(m.Role.RESIDENT, resident_id=month.both.resident_id),
        ):
            with pytest.raises(NotFoundError):
                agreeing.agree(actor=stranger, promise_id=row.id, now=NOW)
        assert row.state is _S.AWAITING_RECIPIENT


# The pages.


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("matchmaker.assignments.agree_views.get_now", lambda: NOW)
    monkeypatch.setattr("matchmaker.assignments.day_views.get_now", lambda: NOW)


def open_page(app, user: m.User) -> Browser:
    return Browser(app).sign_in(user).use_language("en")


def find_id(app, need: m.Need) -> int:
    with app.app_context():
        return list_promises(need)[0].id


def press(browser: Browser, step: str, promise_id: int, **data):
    values = {"on": browser.get_url("assignments.question", promise_id=promise_id)}
    data = {"idempotency_key": "a" * 32, **data}
    return browser.submit(f"assignments.{step}", data, promise_id=promise_id, **values)


@pytest.mark.usefixtures("agreed", "clock")
def test_a_resident_says_yes_in_two_taps(app, month, asker):
    browser, number = open_page(app, asker), find_id(app, month.both)
    page = browser.get("assignments.questions").text
    assert "Moving" in page
    assert "2 people come" in page
    assert f"/help/{number}" in page
    assert press(browser, "agree", number).status_code == 303
    page = browser.get("assignments.questions").text
    assert "Written down: it suits." in page
    assert page.index("What comes to you") < page.index("Moving")


@pytest.mark.usefixtures("agreed", "clock")
def test_a_committee_rings_and_writes_down_what_is_said(app, month, counter):
    browser, number = open_page(app, counter), find_id(app, month.rice)
    page = browser.get("assignments.question", promise_id=number).text
    assert "Hello, this is the neighbourhood committee." in page
    resident_id = month.rice.resident_id
    assert (
        f'method="post" action="{browser.get_url("residents.show", resident_id=resident_id)}"'
        in page
    )
    assert press(browser, "not_reached", number).status_code == 303
    page = browser.get("assignments.questions").text
    assert "not reached 1 time" in page
    assert page.index("Moving") < page.index("not reached 1 time"), "who was rung today comes last"
    page = browser.get("assignments.question", promise_id=number).text
    assert "Try again tomorrow." in page
    assert "not-reached" not in page
    assert press(browser, "refuse", number).status_code == 422, "no reason is chosen"
    assert press(browser, "refuse", number, reason="unsafe").status_code == 422
    answer = press(browser, "refuse", number, reason="away", idempotency_key="b" * 32)
    assert answer.status_code == 303


@pytest.mark.usefixtures("agreed", "clock")
def test_a_resident_notes_no_call_and_answers_for_nobody_else(app, month, asker):
    browser, number = open_page(app, asker), find_id(app, month.both)
    assert press(browser, "not_reached", number).status_code == 403
    other = find_id(app, month.rice)
    assert browser.get("assignments.question", promise_id=other).status_code == 404


@pytest.mark.usefixtures("agreed", "clock")
def test_help_of_several_givers_is_shown_as_one(app, make, month, counter):
    with app.app_context():
        own, others = list_promises(month.shared)
        other = make.user(m.Role.COORDINATOR, organisation_id=others.organisation_id)
        answering.accept(actor=other, promise_ids=[others.id], now=NOW)
        names = [row.organisation.name_en for row in (own, others)]
        number = own.id
        db.session.commit()
    browser = open_page(app, counter)
    page = browser.get("assignments.question", promise_id=number).text
    assert f"{' and '.join(names)} can give it: 2 items. When: " in page or (
        f"{', '.join(names)} can give it: 2 items. When: " in page
    )
    assert "2 items" in page
    home = browser.get("pages.home").text
    assert "People to ring" in home
    assert "Does it suit?" not in home
