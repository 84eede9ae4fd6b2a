"""The pages of who rings and of who is rung: nothing that has to be said is out of their reach."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, appointing, delivering, sessions
from matchmaker.assignments.sessions import SessionTerms
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.promises.answers import list_answers
from matchmaker.promises.board import count_funnel
from matchmaker.promises.breaking import count_falling
from matchmaker.promises.states import NOT_NEEDED, RECIPIENT_REASONS
from matchmaker.rounds.publish import closing
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

JULY = date(2026, 7, 1)
DAYS = (date(2026, 7, 11), date(2026, 7, 18))
_S = m.PromiseState


@pytest.fixture
@kept
def month(world, make):
    """Two walkers of two organisations for one need, a visit, a visit by two; all said yes."""
    world.add_pairs()
    world.halls = [make.place(world.subdistrict.id, name_en=f"Hall {number}") for number in (1, 2)]
    walkers = make.category(name_en="Walker", kind=m.OfferKind.GOODS, unit="item", least_quantity=1)
    world.givers = [world.organisation, make.organisation(world.subdistrict, name_en="Red Cross")]
    world.offers = [make.offer(giver, walkers, capacity_per_month=1) for giver in world.givers]
    world.shared = world.ask(walkers, quantity=2)
    world.one, world.both = world.ask(), world.ask(world.pairs)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def accepted(app, month, make):
    """Each giver said yes, and fixed a session at a hall of its own on a day of its own."""
    with app.app_context():
        for giver, offer, hall, day in zip(
            month.givers, month.offers, month.halls, DAYS, strict=True
        ):
            actor = make.user(m.Role.COORDINATOR, organisation_id=giver.id)
            own = select(m.Promise.id).where(m.Promise.organisation_id == giver.id)
            ids = list(db.session.scalars(own))
            answering.accept(actor=db.session.merge(actor), promise_ids=ids, now=NOW)
            terms = SessionTerms(hall.id, day, day, 540, 660)
            values = {"offer_id": offer.id, "month": JULY, "terms": terms, "now": NOW}
            sessions.add_session(actor=db.session.merge(actor), **values)
        db.session.commit()


def find(need: m.Need) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id)
    return list(db.session.scalars(query))


def find_ids(app, need: m.Need) -> list[int]:
    with app.app_context():
        return [row.id for row in find(need)]


@pytest.fixture
def clock(monkeypatch):
    """A function that sets the clock of the pages."""

    def set_clock(now):
        for name in ("agree_views", "day_views", "report_views"):
            monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: now)

    set_clock(NOW)
    return set_clock


@pytest.fixture
def phone(app, month, counter):
    return Browser(app).sign_in(counter).use_language("en")


def press(browser: Browser, step: str, number: int, key: str = "a" * 32, **data):
    on = browser.get_url("assignments.question", promise_id=number)
    data = {"idempotency_key": key, **data}
    return browser.submit(f"assignments.{step}", data, on=on, promise_id=number)


@pytest.mark.usefixtures("accepted", "clock")
class TestPages:
    def test_a_yes_on_the_phone_leads_to_the_four_digits(self, app, month, phone):
        [number] = find_ids(app, month.one)
        answer = press(phone, "agree", number)
        assert answer.location.endswith(phone.get_url("assignments.question", promise_id=number))
        with app.app_context():
            code = db.session.get_one(m.Promise, number).code
        assert (
            f"Four digits to tell the person: {code}"
            in phone.get("assignments.question", promise_id=number).text
        )
        page = phone.get("assignments.questions").text
        assert page.index("Agreed, and to come") < page.index(f"/help/{number}")

    def test_what_is_soonest_is_asked_first(self, app, month, phone, giver):
        with app.app_context():
            rows = [find(need)[0] for need in (month.one, month.both)]
            late, soon = sorted(rows, key=lambda row: row.id)
            last = appointing.list_open_days(late.run, NOW)[-1]
            to = appointing.Moment(last, 9 * 60)
            actor = db.session.merge(giver)
            appointing.set_day(actor=actor, promise_id=late.id, to=to, now=NOW)
            assert soon.day < last
            addresses = [f'/help/{soon.id}"', f'/help/{late.id}"']
            db.session.commit()
        page = phone.get("assignments.questions").text
        assert page.index(addresses[0]) < page.index(addresses[1])

    def test_each_of_two_gifts_is_shown_with_its_own_place_and_time(self, app, month, phone):
        first, second = find_ids(app, month.shared)
        page = phone.get("assignments.question", promise_id=first).text
        facts = page[page.index("Who helps") :]
        names = ["Silver Companions: 1 item", "11 July 2026", "Hall 1"]
        others = ["Red Cross: 1 item", "18 July 2026", "Hall 2"]
        places = [facts.index(text) for text in (*names, *others)]
        if first > second:
            places = places[3:] + places[:3]
        assert places == sorted(places)
        said = page[page.index("Hello, this is") : page.index("Does that suit you?")]
        assert all(text in said for text in ("11 July 2026", "18 July 2026"))

    def test_each_of_two_who_come_is_reported_from_the_page_of_the_other(
        self, app, month, phone, clock
    ):
        first, second = find_ids(app, month.both)
        press(phone, "agree", first)
        with app.app_context():
            day = db.session.get_one(m.Promise, first).day
        later = NOW + timedelta(days=(day - NOW.date()).days + 1)
        clock(later)
        page = phone.get("assignments.question", promise_id=first).text
        assert f"/help/{second}" in page
        said = {"units": "1", "proof": "call"}
        assert press(phone, "report_done", first, "b" * 32, **said).status_code == 303
        page = phone.get("assignments.questions").text
        assert f"/help/{second}" in page[: page.index("Write these answers down")]
        assert press(phone, "report_done", second, "c" * 32, **said).status_code == 303
        page = phone.get("assignments.question", promise_id=second).text
        assert "How was it?" in page


@pytest.mark.usefixtures("accepted", "context")
class TestDays:
    """Every kind of help has its day: late, reminded of and asked about by the same one."""

    def test_a_session_that_nobody_reported_is_late_the_day_after(self, month, counter):
        rows = find(month.shared)
        agreeing.agree(actor=counter, promise_id=rows[0].id, now=NOW)
        run = rows[0].run
        assert count_funnel(run, DAYS[0]).late == 0
        assert count_funnel(run, DAYS[0] + timedelta(days=1)).late == 1
        assert count_funnel(run, DAYS[1] + timedelta(days=1)).late == 2
        after = NOW + timedelta(days=(DAYS[1] - NOW.date()).days + 1)
        assert agreeing.list_helps(counter, after).list_passed()
        assert delivering.can_report(rows[0], after)

    def test_help_that_nobody_reported_is_no_answer_that_did_not_come(self, month, counter, make):
        [row] = find(month.one)
        agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
        worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
        [before] = [
            r for r in list_answers(row.run) if r.organisation.name_en == "Silver Companions"
        ]
        run, now = row.run, NOW + timedelta(days=70)
        closing.close_round(
            run.match_round, known_open=closing.count_open(run), actor=worker, now=now
        )
        assert (row.state, row.was_not_reached) == (_S.EXPIRED, False)
        [after] = [r for r in list_answers(run) if r.organisation.name_en == "Silver Companions"]
        assert (after.unreported, after.counts.get(_S.EXPIRED)) == (1, None)
        assert after.not_wanted == before.said_yes - 1
        assert after.said_yes == 1
        assert after.asked == before.asked


@pytest.mark.both_databases
@pytest.mark.usefixtures("accepted", "context")
class TestCalledOff:
    """The recipient says no after the yes, until the help comes."""

    @pytest.fixture
    def visit(self, month, counter):
        rows = find(month.both)
        agreeing.agree(actor=counter, promise_id=rows[0].id, now=NOW)
        return rows

    @pytest.mark.parametrize("reason", sorted(RECIPIENT_REASONS))
    def test_all_of_the_help_ends_and_its_places_are_free(self, month, counter, visit, reason):
        agreeing.call_off(actor=counter, promise_id=visit[1].id, reason=reason, now=NOW)
        assert {(row.state, row.decline_reason) for row in visit} == {(_S.DECLINED, reason)}
        assert all(row.freed_at == NOW for row in visit)
        need = db.session.get_one(m.Need, month.both.id)
        is_closed = reason in NOT_NEEDED
        assert need.state is (m.NeedState.CLOSED if is_closed else m.NeedState.OPEN)
        events = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "promise.call_off")
        ).all()
        assert {event.subject_id for event in events} == {row.id for row in visit}
        assert {event.details["reason"] for event in events} == {reason}
        assert count_funnel(visit[0].run, JULY).ended == 2

    def test_who_helps_hears_of_it_and_is_asked_for_no_other_day(
        self, month, counter, giver, visit
    ):
        to = appointing.Moment(appointing.list_open_days(visit[0].run, NOW)[-1], 540)
        appointing.ask_for_day(actor=counter, promise_id=visit[0].id, to=to, now=NOW)
        reason = m.DeclineReason.AWAY
        agreeing.call_off(actor=counter, promise_id=visit[0].id, reason=reason, now=NOW)
        assert {row.new_by for row in visit} == {None}
        query = select(m.Notice.kind).where(
            m.Notice.user_id == giver.id,
            m.Notice.subject_type == "promise",
            m.Notice.subject_id.in_([row.id for row in visit]),
            m.Notice.void_at.is_(None),
        )
        assert set(db.session.scalars(query)) == {"promise.refused"}

    def test_what_has_begun_is_reported_and_not_called_off(self, month, counter, visit):
        now = get_instant(visit[0].day, visit[0].minute)
        values = {"actor": counter, "promise_id": visit[0].id, "reason": m.DeclineReason.AWAY}
        with pytest.raises(ConflictError):
            agreeing.call_off(now=now, **values)
        agreeing.call_off(now=now - timedelta(minutes=1), **values)

    def test_a_givers_reason_is_not_a_recipients(self, counter, visit):
        reason = m.DeclineReason.UNSAFE
        with pytest.raises(NotFoundError):
            agreeing.call_off(actor=counter, promise_id=visit[0].id, reason=reason, now=NOW)

    def test_it_is_nobody_elses(self, month, visit, giver, make):
        other = make.user(
            m.Role.COMMITTEE_WORKER, committee_id=make.committee(month.subdistrict).id
        )
        for actor in (other, make.user(m.Role.RESIDENT, resident_id=month.one.resident_id)):
            with pytest.raises(NotFoundError):
                agreeing.call_off(
                    actor=actor, promise_id=visit[0].id, reason=m.DeclineReason.AWAY, now=NOW
                )

    def test_what_came_already_serves_the_need(self, month, counter):
        came, other = sorted(find(month.shared), key=lambda row: row.session.first_day)
        agreeing.agree(actor=counter, promise_id=came.id, now=NOW)
        now = get_instant(DAYS[0], 700)
        proof = {"units": 1, "proof": m.DeliveryProof.CALL, "code": "", "now": now}
        delivering.deliver(actor=counter, promise_id=came.id, **proof)
        reason = m.DeclineReason.NO_LONGER_NEEDED
        agreeing.call_off(actor=counter, promise_id=came.id, reason=reason, now=now)
        assert (came.state, other.state) == (_S.DELIVERED, _S.DECLINED)
        assert db.session.get_one(m.Need, month.shared.id).state is m.NeedState.SERVED


@pytest.mark.usefixtures("accepted", "context")
def test_the_half_that_is_missing_at_the_close_waits_on(month, counter, make):
    came, other = sorted(find(month.shared), key=lambda row: row.session.first_day)
    agreeing.agree(actor=counter, promise_id=came.id, now=NOW)
    now = get_instant(DAYS[0], 700)
    proof = {"units": 1, "proof": m.DeliveryProof.CALL, "code": "", "now": now}
    delivering.deliver(actor=counter, promise_id=came.id, **proof)
    worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    known, later = closing.count_open(came.run), NOW + timedelta(days=70)
    closing.close_round(came.run.match_round, known_open=known, actor=worker, now=later)
    assert (came.state, other.state) == (_S.DELIVERED, _S.EXPIRED)
    need = db.session.get_one(m.Need, month.shared.id)
    assert (need.state, need.quantity) == (m.NeedState.OPEN, 1)


@pytest.mark.usefixtures("accepted", "clock")
def test_help_is_called_off_on_its_page_with_a_reason(app, month, phone):
    [number] = find_ids(app, month.one)
    assert "Call it off" not in phone.get("assignments.question", promise_id=number).text
    press(phone, "agree", number)
    page = phone.get("assignments.question", promise_id=number).text
    assert "This cannot be undone." in page[page.index("Call it off") :]
    assert press(phone, "call_off", number, "b" * 32).status_code == 422
    answer = press(phone, "call_off", number, "c" * 32, reason="away")
    assert answer.status_code == 303
    page = phone.get("assignments.questions").text
    assert "Called off. Those who help are told." in page
    assert f'/help/{number}"' not in page


@pytest.mark.usefixtures("context")
def test_a_no_says_before_how_many_others_it_takes_with_it(month, giver):
    first, second = find(month.both)
    rows = [first, second, *find(month.one), *find(month.shared)]
    found = count_falling(rows)
    assert found == {first.id: 1, second.id: 1}, "what is divided helps in part"
    answering.decline(actor=giver, promise_id=second.id, now=NOW)
    assert count_falling([first]) == {}, "it falls already"
    assert count_falling([]) == {}
