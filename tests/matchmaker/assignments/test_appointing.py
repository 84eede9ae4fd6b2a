"""The day and hour of a visit: proposed at the publication, moved by either side, kept in order."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, appointing
from matchmaker.assignments.appointing import Moment
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.promises.days import find_slot, get_usual_start
from matchmaker.rounds.publish.publication import withdraw_publication
from matchmaker.slots import list_slot_dates
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

JULY = date(2026, 7, 1)
DAY = timedelta(days=1)
_S, _SIDE = m.PromiseState, m.PromiseSide


@pytest.fixture
@kept
def month(world):
    """Two visits of one volunteer, one by two people of the organisation, and rice."""
    world.add_pairs()
    world.one, world.other = world.ask(windows=["WD-AM"]), world.ask(windows=["WD-PM", "SAT-AM"])
    world.both, world.rice = world.ask(world.pairs), world.ask(world.goods, quantity=2)
    world.publish(JULY)
    return world


def find(need: m.Need) -> list[m.Promise]:
    return list(
        db.session.scalars(
            select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id)
        )
    )


def accept(giver: m.User, *needs: m.Need) -> None:
    ids = [row.id for need in needs for row in find(need)]
    answering.accept(actor=giver, promise_ids=ids, now=NOW)


def agree(counter: m.User, need: m.Need) -> None:
    agreeing.agree(actor=counter, promise_id=find(need)[0].id, now=NOW)


def list_notices(*promises: m.Promise) -> list[str]:
    ids = [row.id for row in promises]
    query = select(m.Notice.kind).where(
        m.Notice.subject_type == "promise",
        m.Notice.subject_id.in_(ids),
        m.Notice.void_at.is_(None),
    )
    return sorted(db.session.scalars(query))


def move(rows: list[m.Promise], days: int = 1) -> Moment:
    """Another day of the month on which visits are made: ``days`` open days from the visit's."""
    open_days = appointing.list_open_days(rows[0].run, NOW)
    index = open_days.index(rows[0].day) + days
    return Moment(open_days[index % len(open_days)], rows[0].minute)


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestProposed:
    def test_each_visit_has_a_day_of_its_slot_and_an_hour_and_nothing_else_does(self, month):
        dates = list_slot_dates(JULY)
        for need in (month.one, month.other, month.both):
            for row in find(need):
                assert row.day in dates[row.slot]
                assert row.minute == get_usual_start(row.slot)
                assert find_slot(row.day, row.minute, dates) == row.slot
                assert get_instant(row.day, row.minute) > NOW
        [rice] = find(month.rice)
        assert (rice.day, rice.minute) == (None, None)

    def test_who_comes_together_comes_at_one_time(self, month):
        assert len({(row.day, row.minute) for row in find(month.both)}) == 1

    def test_the_answers_are_in_before_the_day_if_the_slot_allows_it(self, month):
        for row in (*find(month.one), *find(month.other), *find(month.both)):
            later = [day for day in list_slot_dates(JULY)[row.slot] if day > row.answer_by]
            assert row.day > row.answer_by or not later

    def test_a_withdrawn_publication_takes_the_days_back(self, month, make):
        row = find(month.one)[0]
        assert row.day
        second = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
        withdraw_publication(
            row.run.match_round, reason="again", actor=db.session.merge(second), now=NOW
        )
        assert {(row.day, row.minute) for row in find(month.both)} == {(None, None)}

    def test_the_clock_gives_a_visit_whose_day_passed_unanswered_another(self, month):
        row = find(month.one)[0]
        first = row.day
        days = [day for day in list_slot_dates(JULY)[row.slot] if day > first]
        later = get_instant(first + DAY, 0)
        row.answer_by = first + DAY  # the giver still has time
        db.session.commit()
        do_due(later)
        [row] = find(month.one)
        assert row.day == next((day for day in days if day > row.answer_by), days[-1])
        assert do_due(later).planned == 0

    def test_a_visit_of_before_gets_its_day_from_the_clock(self, month):
        [row] = find(month.one)
        row.day = row.minute = None
        db.session.commit()
        assert do_due(NOW).planned == 1
        assert find(month.one)[0].day

    @pytest.mark.parametrize(("minute", "is_free"), [(9 * 60, False), (570, False), (840, True)])
    def test_a_visit_takes_its_half_of_the_day_from_its_recipient(self, month, minute, is_free):
        [row], [beside] = find(month.one), find(month.other)
        first = row.day
        db.session.merge(month.other).resident_id = db.session.merge(month.one).resident_id
        beside.day, beside.minute = first, minute
        row.day = row.minute = None
        db.session.commit()
        assert do_due(NOW).planned == 1
        assert (find(month.one)[0].day == first) is is_free


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestMoved:
    def test_the_giver_sets_the_day_until_the_recipient_agreed(self, month, giver, counter):
        accept(giver, month.both)
        rows = find(month.both)
        to = move(rows)
        assert appointing.set_day(actor=giver, promise_id=rows[1].id, to=to, now=NOW)
        assert {(row.day, row.minute, row.new_by) for row in find(month.both)} == {
            (to.day, to.minute, None)
        }
        agree(counter, month.both)
        again = move(find(month.both))
        assert not appointing.set_day(actor=giver, promise_id=rows[0].id, to=again, now=NOW)
        assert {(row.day, row.new_day, row.new_by) for row in find(month.both)} == {
            (to.day, again.day, _SIDE.GIVER)
        }

    def test_a_visit_moved_out_of_its_slot_takes_place_in_the_other(self, month, giver):
        rows = find(month.one)
        dates = list_slot_dates(JULY)
        [day] = dates["W3-SUN-PM"]
        to = Moment(day, 15 * 60)
        appointing.set_day(actor=giver, promise_id=rows[0].id, to=to, now=NOW)
        [row] = find(month.one)
        assert row.slot == "W3-SUN-PM"
        assert row.days == [day.isoformat()]
        decided = db.session.get_one(m.Assignment, row.assignment_id)
        assert decided.slot != row.slot, "what was decided stays as it was"

    def test_nobody_comes_on_a_closed_day_nor_twice_at_one_time(self, month, giver):
        [one], [other] = find(month.one), find(month.other)
        for day in (date(2026, 8, 3), date(2026, 7, 1), get_local_date(NOW)):
            with pytest.raises(InvalidError) as caught:
                appointing.set_day(actor=giver, promise_id=one.id, to=Moment(day, 9 * 60), now=NOW)
            assert (caught.value.code, caught.value.field) == ("promise.day_closed", "day")
        to = Moment(other.day, other.minute)
        with pytest.raises(InvalidError) as caught:
            appointing.set_day(actor=giver, promise_id=one.id, to=to, now=NOW)
        assert caught.value.code == "promise.day_taken"

    def test_nobody_comes_who_is_not_free_then(self, month, giver, counter):
        accept(giver, month.one)
        [row] = find(month.one)
        dates, before = list_slot_dates(JULY), (row.slot, row.day)
        taken = set(db.session.scalars(select(m.Promise.slot)))
        slot = next(f"W{n}-WD-PM" for n in (2, 3, 4) if f"W{n}-WD-PM" not in taken)
        away = dates[slot][0]
        volunteer = db.session.get_one(m.Volunteer, row.volunteer_id)
        volunteer.windows = ["WD-AM", "WD-PM"]
        values = {"first_day": away, "last_day": away, "entered_by_id": giver.id, "created_at": NOW}
        volunteer.absences.append(m.VolunteerAbsence(**values))
        db.session.flush()
        for day, hour in ((away, 14), (dates["W3-SUN-AM"][0], 9)):
            to = Moment(day, hour * 60)
            for step, actor in ((appointing.set_day, giver), (appointing.ask_for_day, counter)):
                with pytest.raises(InvalidError) as caught:
                    step(actor=actor, promise_id=row.id, to=to, now=NOW)
                assert caught.value.code == "promise.day_not_free"
                assert (row.slot, row.day, row.new_day) == (*before, None)

    def test_the_recipient_asks_and_the_giver_takes_it(self, month, giver, counter):
        accept(giver, month.one)
        [row] = find(month.one)
        to = move([row])
        appointing.ask_for_day(actor=counter, promise_id=row.id, to=to, now=NOW)
        assert row.state is _S.AWAITING_RECIPIENT
        assert agreeing.list_helps(counter, NOW).list_questions() == [], (
            "the giver has to answer now"
        )
        with pytest.raises(NotFoundError):
            agree(counter, month.one)
        assert "promise.day_asked" in list_notices(row)
        appointing.take_day(actor=giver, promise_id=row.id, side=_SIDE.GIVER, now=NOW)
        assert (row.state, row.day, row.minute) == (_S.CONFIRMED, to.day, to.minute)
        assert (row.new_day, row.new_minute, row.new_by) == (None, None, None)
        assert "promise.day_asked" not in list_notices(row)
        assert "help.day_taken" in list_notices(row)

    def test_a_wish_that_does_not_suit_is_asked_of_the_recipient_again(self, month, giver, counter):
        accept(giver, month.one)
        [row] = find(month.one)
        before = row.day, row.minute
        appointing.ask_for_day(actor=counter, promise_id=row.id, to=move([row]), now=NOW)
        appointing.keep_day(actor=giver, promise_id=row.id, side=_SIDE.GIVER, now=NOW)
        assert (row.day, row.minute, row.new_by) == (*before, None)
        assert [found.first.id for found in agreeing.list_helps(counter, NOW).list_questions()] == [
            row.id
        ]

    def test_the_giver_asks_and_the_recipient_answers(self, month, giver, counter):
        accept(giver, month.both)
        agree(counter, month.both)
        rows = find(month.both)
        to = move(rows)
        appointing.set_day(actor=giver, promise_id=rows[0].id, to=to, now=NOW)
        [question] = agreeing.list_helps(counter, NOW).list_questions()
        assert question.is_asked_for_day
        appointing.take_day(actor=counter, promise_id=rows[1].id, side=_SIDE.RECIPIENT, now=NOW)
        assert {(row.state, row.day) for row in find(month.both)} == {(_S.CONFIRMED, to.day)}
        assert agreeing.list_helps(counter, NOW).list_questions() == []
        assert "promise.day_taken" in list_notices(*rows)

    @pytest.mark.parametrize("side", list(m.PromiseSide))
    def test_nobody_answers_for_the_other_side_or_twice(self, month, giver, counter, side):
        accept(giver, month.one)
        [row] = find(month.one)
        actors = {_SIDE.GIVER: giver, _SIDE.RECIPIENT: counter}
        if side is _SIDE.GIVER:
            agree(counter, month.one)
            appointing.set_day(actor=giver, promise_id=row.id, to=move([row]), now=NOW)
        else:
            appointing.ask_for_day(actor=counter, promise_id=row.id, to=move([row]), now=NOW)
        for step in (appointing.take_day, appointing.keep_day):
            with pytest.raises(ConflictError):
                step(actor=actors[side], promise_id=row.id, side=side, now=NOW)
        with pytest.raises(ConflictError):
            appointing.ask_for_day(actor=counter, promise_id=row.id, to=move([row], 2), now=NOW)
        other = next(found for found in m.PromiseSide if found is not side)
        appointing.keep_day(actor=actors[other], promise_id=row.id, side=other, now=NOW)
        with pytest.raises(ConflictError):
            appointing.keep_day(actor=actors[other], promise_id=row.id, side=other, now=NOW)

    def test_a_wish_that_nobody_answered_in_time_is_dropped(self, month, giver, counter):
        accept(giver, month.one)
        agree(counter, month.one)
        [row] = find(month.one)
        before, to = row.day, move([row])
        appointing.set_day(actor=giver, promise_id=row.id, to=to, now=NOW)
        db.session.commit()
        do_due(get_instant(to.day, 0) - timedelta(minutes=1))
        assert find(month.one)[0].new_by is _SIDE.GIVER
        do_due(get_instant(to.day, 0))
        [row] = find(month.one)
        assert (row.day, row.new_by) == (before, None)

    def test_a_day_that_is_over_is_not_agreed_to(self, month, giver, counter):
        accept(giver, month.one)
        [row] = find(month.one)
        late = get_instant(row.day, row.minute)
        with pytest.raises(ConflictError):
            agreeing.agree(actor=counter, promise_id=row.id, now=late)
        agreeing.agree(actor=counter, promise_id=row.id, now=late - timedelta(minutes=1))

    def test_people_of_several_organisations_are_moved_by_nobody_alone(
        self, month, giver, counter, make
    ):
        first, second = find(month.both)
        second.organisation_id = make.organisation(month.subdistrict).id
        db.session.flush()
        for actor in (giver, counter):
            with pytest.raises(ConflictError) as caught:
                appointing.set_day(actor=actor, promise_id=first.id, to=move([first]), now=NOW)
            assert caught.value.code == "promise.day_shared"

    def test_it_is_nobody_elses(self, month, make):
        [row] = find(month.one)
        for role, scope in (
            (m.Role.COORDINATOR, {"organisation_id": make.organisation().id}),
            (m.Role.COMMITTEE_WORKER, {"committee_id": make.committee(month.subdistrict).id}),
        ):
            stranger = make.user(role, **scope)
            with pytest.raises(NotFoundError):
                appointing.set_day(actor=stranger, promise_id=row.id, to=move([row]), now=NOW)
        rice = find(month.rice)[0]
        giver = make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)
        with pytest.raises(NotFoundError):
            appointing.set_day(actor=giver, promise_id=rice.id, to=Moment(JULY, 0), now=NOW)


# The pages.


@pytest.fixture
def clock(monkeypatch):
    for name in ("agree_views", "answer_views", "day_views", "views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: NOW)


def press(browser: Browser, step: str, number: int, page: str, key: str = "a" * 32, **data):
    on = browser.get_url(f"assignments.{page}", promise_id=number)
    data = {"idempotency_key": key, **data}
    return browser.submit(f"assignments.{step}", data, on=on, promise_id=number)


def open_page(app, user: m.User) -> Browser:
    return Browser(app).sign_in(user).use_language("en")


@pytest.mark.usefixtures("clock")
def test_both_sides_settle_another_day_on_their_pages(app, month, giver, counter):
    with app.app_context():
        [row] = find(month.one)
        number, to = row.id, move([row])
        accept(db.session.merge(giver), month.one)
        db.session.commit()
    by_phone, at_work = open_page(app, counter), open_page(app, giver)
    wish = {"day": to.day.isoformat(), "hour": "600"}
    assert "Another day or hour" in by_phone.get("assignments.question", promise_id=number).text
    assert press(by_phone, "ask_for_day", number, "question", **wish).status_code == 303
    assert "have not answered yet" in by_phone.get("assignments.question", promise_id=number).text
    page = at_work.get("assignments.promise", promise_id=number).text
    assert "Another day is asked for" in page
    assert "10:00" in page
    assert press(at_work, "take_day", number, "promise").status_code == 303
    page = at_work.get("assignments.promise", promise_id=number).text
    assert "Confirmed" in page
    assert "10:00" in page
    answer = press(at_work, "set_day", number, "promise", day=wish["day"], hour="660")
    assert answer.status_code == 303
    assert "You asked for" in at_work.get("assignments.promise", promise_id=number).text
    assert "People to ring" in by_phone.get("assignments.questions").text
    assert f"/help/{number}" in by_phone.get("assignments.questions").text
    assert press(by_phone, "keep_own_day", number, "question").status_code == 303
    assert press(by_phone, "take_other_day", number, "question").status_code == 409


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"day": "2026-07-04"},
        {"day": "x", "hour": "y"},
        {"day": "2026-08-01", "hour": "540"},
        {"day": "2026-07-15", "hour": "541"},
        {"day": "2026-07-15", "hour": "-1"},
    ],
)
def test_a_day_that_is_not_offered_is_refused_at_its_field(app, month, giver, counter, data):
    with app.app_context():
        number = find(month.one)[0].id
        accept(db.session.merge(giver), month.one)
        db.session.commit()
    for user, step, page in ((giver, "set_day", "promise"), (counter, "ask_for_day", "question")):
        answer = press(open_page(app, user), step, number, page, **data)
        assert answer.status_code == 422
        assert "field__error" in answer.text
        assert "open" in answer.text
    with app.app_context():
        assert find(month.one)[0].new_by is None


@pytest.mark.usefixtures("context")
class TestKeptOnItsDay:
    """A visit that has its day is held on that day, not on any of its slot."""

    @pytest.fixture
    def away(self, month, giver):
        """Who makes the visit is away on its day alone, and the visit waits for its recipient."""
        accept(giver, month.one)
        [row] = find(month.one)
        days = {"first_day": row.day, "last_day": row.day}
        entered = {"entered_by_id": giver.id, "created_at": NOW}
        db.session.add(m.VolunteerAbsence(volunteer_id=row.volunteer_id, **days, **entered))
        db.session.flush()
        return row

    def test_a_day_on_which_nobody_can_come_is_not_agreed_to(self, month, away, counter):
        with pytest.raises(ConflictError) as caught:
            agree(counter, month.one)
        assert caught.value.code == "promise.not_on_its_day"
        assert away.state is _S.AWAITING_RECIPIENT

    def test_the_giver_sets_a_day_on_which_it_can_be_kept_and_no_other(
        self, month, away, giver, counter
    ):
        free = move([away])
        taken = Moment(away.day, away.minute)
        values = {"actor": giver, "promise_id": away.id, "now": NOW}
        assert appointing.set_day(to=free, **values)
        with pytest.raises(InvalidError) as caught:
            appointing.set_day(to=taken, **values)
        assert caught.value.code == "promise.day_not_free"
        agree(counter, month.one)
        assert (away.state, away.day) == (_S.CONFIRMED, free.day)
