"""What took place: said with a proof, corrected, failed; what the need and the people learn."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.assignments.queries import get_line
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.endings.service import stop_contact
from matchmaker.needs import follow_ups
from matchmaker.residents import disclosure
from matchmaker.residents.disclosure import reveal_visited
from tests.browser import Browser
from tests.factories import NOW
from tests.photos import make_photo
from tests.worlds import kept

JULY = date(2026, 7, 1)
_S, _N, _P = m.PromiseState, m.NeedState, m.DeliveryProof


@pytest.fixture
@kept
def month(world):
    """An agreed visit, an agreed visit of two, and agreed rice, all of one organisation."""
    world.add_pairs()
    world.one, world.both = world.ask(), world.ask(world.pairs)
    world.rice = world.ask(world.goods, quantity=3)
    world.publish(JULY)
    return world


@pytest.fixture
def visitor(make, month):
    return make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteer.id)


@pytest.fixture
def asker(make, month):
    return make.user(m.Role.RESIDENT, resident_id=month.one.resident_id)


@pytest.fixture
@kept
def agreed(app, month, giver, counter):
    with app.app_context():
        ids = list(db.session.scalars(select(m.Promise.id)))
        answering.accept(actor=db.session.merge(giver), promise_ids=ids, now=NOW)
        for need in (month.one, month.both, month.rice):
            agreeing.agree(actor=db.session.merge(counter), promise_id=find(need)[0].id, now=NOW)
        db.session.commit()


def find(need: m.Need) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id)
    return list(db.session.scalars(query))


def list_ids(helps) -> list[int]:
    """The ids of the first promise of each help."""
    return [found.first.id for found in helps]


def get_late(*rows: m.Promise):
    """The evening of the last visit."""
    return get_instant(max(row.day for row in rows), 18 * 60)


def get_state(need: m.Need) -> m.NeedState:
    return db.session.get_one(m.Need, need.id).state


def deliver(actor, row, now, units=None, proof=_P.SIGNATURE, code=""):
    units = row.units if units is None else units
    values = {"units": units, "proof": proof, "code": code, "now": now}
    if proof is _P.PHOTO:
        values["photo"] = make_photo()
    delivering.deliver(actor=actor, promise_id=row.id, **values)


@pytest.mark.both_databases
@pytest.mark.usefixtures("agreed", "context")
class TestReported:
    def test_who_agrees_gets_four_digits_one_for_all_who_come(self, month):
        first, second = find(month.both)
        [one] = find(month.one)
        assert first.code == second.code
        assert all(len(row.code) == 4 and row.code.isdecimal() for row in (first, one))

    def test_a_visit_is_reported_on_its_day_and_not_before(self, month, visitor):
        [row] = find(month.one)
        early = get_instant(row.day, 0) - timedelta(seconds=1)
        with pytest.raises(ConflictError):
            deliver(visitor, row, early, proof=_P.CODE, code=row.code)
        deliver(visitor, row, get_instant(row.day, 0), proof=_P.CODE, code=row.code)
        assert (row.state, row.delivered_units, row.proof) == (_S.DELIVERED, 1, _P.CODE)
        assert get_state(month.one) is _N.SERVED
        with pytest.raises(ConflictError):
            deliver(visitor, row, get_late(row), proof=_P.CODE, code=row.code)

    def test_a_need_is_served_once_all_its_help_is_there(self, month, giver):
        first, second = find(month.both)
        now = get_late(first, second)
        deliver(giver, first, now)
        assert get_state(month.both) is _N.MATCHED
        deliver(giver, second, now)
        assert get_state(month.both) is _N.SERVED
        delivering.correct(actor=giver, promise_id=second.id, now=now)
        assert get_state(month.both) is _N.MATCHED
        assert (second.state, second.delivered_units, second.proof) == (_S.CONFIRMED, None, None)

    def test_less_than_promised_serves_a_need_in_part(self, month, giver):
        [row] = find(month.rice)
        for units in (0, -1, 4):
            with pytest.raises(InvalidError) as caught:
                deliver(giver, row, NOW, units=units)
            assert caught.value.field == "units"
        deliver(giver, row, NOW, units=2)
        assert (row.delivered_units, get_state(month.rice)) == (2, _N.PARTLY_SERVED)

    @pytest.mark.parametrize(
        "role", [m.Role.VOLUNTEER, m.Role.COORDINATOR, m.Role.COMMITTEE_WORKER]
    )
    @pytest.mark.parametrize("proof", list(_P))
    def test_each_side_has_its_proofs(self, month, giver, counter, visitor, role, proof):
        [row] = find(month.one)
        actor = {user.role: user for user in (giver, counter, visitor)}[role]
        if proof in delivering.PROOFS[role]:
            deliver(actor, row, get_late(row), proof=proof, code=row.code)
            assert row.proof is proof
            return
        with pytest.raises(NotFoundError):
            deliver(actor, row, get_late(row), proof=proof, code=row.code)
        assert row.state is _S.CONFIRMED

    def test_wrong_digits_count_and_the_right_ones_come_too_late_after_five(self, month, visitor):
        [row] = find(month.one)
        now, wrong = get_late(row), f"{(int(row.code) + 1) % 10_000:04d}"

        def check(typed: str) -> bool:
            return delivering.check_code(actor=visitor, promise_id=row.id, typed=typed, now=now)

        assert [check(wrong) for _ in range(4)] == [False] * 4
        assert check(row.code)
        assert not check("")
        assert row.code_tries == 5
        assert not check(row.code)
        with pytest.raises(InvalidError):
            deliver(visitor, row, now, proof=_P.CODE, code=row.code)

    def test_what_failed_can_be_corrected_until_its_place_is_free(self, month, visitor, giver):
        [row] = find(month.one)
        now = get_late(row)
        reason = m.FailReason.RECIPIENT_ABSENT
        delivering.fail(actor=visitor, promise_id=row.id, reason=reason, now=now)
        db.session.commit()
        assert do_due(now + timedelta(minutes=9)).freed == 0
        delivering.correct(actor=visitor, promise_id=row.id, now=now + timedelta(minutes=9))
        assert (row.state, row.fail_reason, get_state(month.one)) == (
            _S.CONFIRMED,
            None,
            _N.MATCHED,
        )
        delivering.fail(actor=visitor, promise_id=row.id, reason=reason, now=now)
        db.session.commit()
        assert do_due(now + timedelta(minutes=10)).freed == 1
        assert (row.state, get_state(month.one)) == (_S.FAILED, _N.OPEN)
        assert row.freed_at
        with pytest.raises(ConflictError):
            delivering.correct(actor=giver, promise_id=row.id, now=now)
        kinds = db.session.scalars(select(m.Notice.kind).where(m.Notice.void_at.is_(None))).all()
        assert {"promise.failed", "visit.failed", "need.promise_revoked"} <= set(kinds)

    def test_one_who_does_not_come_leaves_the_other_too_little(self, month, giver):
        first, second = find(month.both)
        now = get_late(first, second)
        reason = m.FailReason.GIVER_ABSENT
        delivering.fail(actor=giver, promise_id=first.id, reason=reason, now=now)
        db.session.commit()
        do_due(now + timedelta(minutes=10))
        assert (second.state, second.revoked_reason) == (_S.REVOKED, m.RevokeReason.REST_TOO_LITTLE)

    def test_two_came_one_did_not_though_both_were_needed(self, month, giver):
        first, second = find(month.both)
        now = get_late(first, second)
        deliver(giver, first, now)
        reason = m.FailReason.GIVER_ABSENT
        delivering.fail(actor=giver, promise_id=second.id, reason=reason, now=now)
        assert get_state(month.both) is _N.PARTLY_SERVED

    def test_it_is_nobody_elses(self, month, make):
        [row] = find(month.one)
        for role, scope in (
            (m.Role.COORDINATOR, {"organisation_id": make.organisation().id}),
            (m.Role.VOLUNTEER, {"volunteer_id": make.volunteer(month.organisation).id}),
            (m.Role.COMMITTEE_WORKER, {"committee_id": make.committee(month.subdistrict).id}),
        ):
            stranger = make.user(role, **scope)
            now = get_late(row)
            steps = (
                lambda who=stranger, at=now: deliver(who, row, at, proof=_P.CODE, code=row.code),
                lambda who=stranger, at=now: delivering.fail(
                    actor=who, promise_id=row.id, reason=m.FailReason.WEATHER, now=at
                ),
                lambda who=stranger, at=now: delivering.correct(
                    actor=who, promise_id=row.id, now=at
                ),
                lambda who=stranger, at=now: delivering.check_code(
                    actor=who, promise_id=row.id, typed="0000", now=at
                ),
                lambda who=stranger, at=now: reveal_visited(row.id, who, at),
            )
            for step in steps:
                with pytest.raises(NotFoundError):
                    step()


@pytest.mark.usefixtures("agreed", "context")
class TestHowItWas:
    @pytest.mark.parametrize("face", list(m.Face))
    def test_the_recipient_says_it_once_for_all_who_came(self, month, giver, counter, face):
        rows = find(month.both)
        now = get_late(*rows)
        for row in rows:
            deliver(giver, row, now)
        said = {"face": face, "words": "Both were kind.", "now": now}
        delivering.feed_back(actor=counter, promise_id=rows[0].id, **said)
        assert {(row.state, row.face, row.words) for row in find(month.both)} == {
            (_S.FED_BACK, face, "Both were kind.")
        }
        with pytest.raises(ConflictError):
            delivering.feed_back(actor=counter, promise_id=rows[0].id, **said)
        with pytest.raises(ConflictError):
            delivering.correct(actor=giver, promise_id=rows[0].id, now=now)

    def test_nothing_is_said_of_what_was_not_given(self, month, counter, giver):
        [row] = find(month.one)
        said = {"face": m.Face.GOOD, "words": "", "now": get_late(row)}
        with pytest.raises(ConflictError):
            delivering.feed_back(actor=counter, promise_id=row.id, **said)
        with pytest.raises(InvalidError):
            delivering.feed_back(actor=counter, promise_id=row.id, **said | {"words": "x" * 2000})

    def test_the_committee_asks_once_the_day_is_over(self, month, counter, asker, giver):
        [row] = find(month.one)
        assert agreeing.list_helps(counter, get_late(row)).list_passed() == []
        tomorrow = get_late(row) + timedelta(days=1)
        assert row.id in list_ids(agreeing.list_helps(counter, tomorrow).list_passed())
        assert list_ids(agreeing.list_helps(asker, NOW).list_agreed()) == [row.id]
        deliver(giver, row, tomorrow)
        later = tomorrow + timedelta(days=60)
        assert row.id in list_ids(agreeing.list_helps(counter, later).list_passed())

    def test_a_complaint_is_owed_an_answer_once(self, month, counter, giver, make):
        [row] = find(month.one)
        now = get_late(row)
        deliver(giver, row, now)
        said = {"face": m.Face.BAD, "words": "Nobody swept.", "wants_call": True, "now": now}
        delivering.feed_back(actor=counter, promise_id=row.id, **said)
        worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
        query = follow_ups.select_owed(worker, is_answered=False)
        [asked] = db.session.scalars(query)
        assert (asked.about, asked.words, asked.promise_id) == (
            m.FollowUpAbout.HELP,
            "Nobody swept.",
            row.id,
        )
        assert (asked.asked, asked.committee.id) == (row.need, month.committee.id)
        again = follow_ups.complain(actor=counter, promise=row, words="More", now=now)
        assert again.id == asked.id
        follow_ups.answer(actor=worker, follow_up_id=asked.id, sentence="We rang.", now=now)
        later = follow_ups.complain(actor=counter, promise=row, words="More", now=now)
        assert later.id != asked.id

    def test_without_the_wish_nothing_is_owed(self, month, counter, giver):
        [row] = find(month.one)
        deliver(giver, row, get_late(row))
        said = {"face": m.Face.BAD, "words": "", "now": get_late(row)}
        delivering.feed_back(actor=counter, promise_id=row.id, **said)
        assert db.session.scalars(select(m.FollowUp)).all() == []


@pytest.mark.usefixtures("agreed", "context")
class TestLate:
    def test_who_did_not_report_is_reminded_once_the_day_after(self, month, giver, visitor):
        [row] = find(month.one)
        rows = [row, *find(month.both)]

        def heard() -> list[int]:
            kind = m.Notice.kind == "round.reports_due"
            query = select(m.Notice.user_id).where(kind, m.Notice.void_at.is_(None))
            return sorted(db.session.scalars(query))

        do_due(get_late(*rows))
        due = [found for found in rows if found.day < get_late(*rows).date()]
        assert do_due(get_late(*rows) + timedelta(days=1)).reminded == len(rows) - len(due)
        assert set(heard()) <= {giver.id, visitor.id}
        assert giver.id in heard()
        assert all(found.reminded_at for found in rows)
        assert do_due(get_late(*rows) + timedelta(days=2)).reminded == 0

    def test_what_was_reported_is_not_asked_for(self, month, giver):
        rows = [*find(month.one), *find(month.both)]
        for row in rows:
            deliver(giver, row, get_late(row))
        db.session.commit()
        assert do_due(get_late(*rows) + timedelta(days=1)).reminded == 0


@pytest.mark.usefixtures("agreed", "context")
class TestContact:
    def test_who_comes_and_the_coordinator_see_it_until_it_is_done(self, month, visitor, giver):
        [row] = find(month.one)
        for actor in (visitor, giver):
            contact = reveal_visited(row.id, actor, NOW)
            assert (contact.full_name, contact.phone) == ("王秀英", "13800000000")
        looks = db.session.scalars(select(m.Disclosure)).all()
        assert [(look.user_id, look.ground) for look in looks] == [
            (visitor.id, "agreed_visit"),
            (giver.id, "agreed_visit"),
        ]
        deliver(giver, row, get_late(row))
        with pytest.raises(NotFoundError):
            reveal_visited(row.id, visitor, get_late(row))

    def test_it_is_seen_in_no_state_after_it(self, month, visitor, giver):
        [row] = find(month.one)
        now = get_late(row)
        deliver(giver, row, now)
        with pytest.raises(NotFoundError):
            reveal_visited(row.id, visitor, now)
        delivering.correct(actor=giver, promise_id=row.id, now=now)
        reveal_visited(row.id, visitor, now)
        reason = m.FailReason.WEATHER
        delivering.fail(actor=giver, promise_id=row.id, reason=reason, now=now)
        with pytest.raises(NotFoundError):
            reveal_visited(row.id, visitor, now)

    def test_it_is_not_seen_for_ever_where_nobody_says_what_came_of_it(self, month, visitor):
        [row] = find(month.one)
        last = get_instant(row.day + timedelta(days=30), 12 * 60)
        assert get_line(visitor, row, last).resident == "王阿婆"
        reveal_visited(row.id, visitor, last)
        after = last + timedelta(days=1)
        assert get_line(visitor, row, after).resident is None
        with pytest.raises(NotFoundError):
            reveal_visited(row.id, visitor, after)

    def test_it_is_not_seen_and_nobody_is_rung_once_the_contact_has_ended(
        self, month, visitor, giver, counter, asker
    ):
        [row] = find(month.one)
        later = get_instant(date(2026, 8, 2), 12 * 60)  # its month is over, and not closed
        assert agreeing.list_helps(counter, later).list_agreed()
        resident = db.session.get_one(m.Resident, month.one.resident_id)
        worker = db.session.merge(counter)
        stop_contact(actor=worker, resident_id=resident.id, reason=m.ContactEnd.DIED, now=later)
        assert row.state is _S.CONFIRMED
        with pytest.raises(NotFoundError):
            reveal_visited(row.id, visitor, later)
        rung = {found.first.need_id for found in agreeing.list_helps(counter, later).list_agreed()}
        assert month.one.id not in rung

    def test_what_nobody_brings_shows_no_door(self, month, giver):
        with pytest.raises(NotFoundError):
            reveal_visited(find(month.rice)[0].id, giver, NOW)

    def test_a_day_has_a_limit(self, month, visitor, monkeypatch):
        monkeypatch.setitem(disclosure.DISCLOSURES_PER_DAY, m.Role.VOLUNTEER, 2)
        [row] = find(month.one)
        for _ in range(2):
            reveal_visited(row.id, visitor, NOW)
        with pytest.raises(ThrottledError):
            reveal_visited(row.id, visitor, NOW)


@pytest.mark.usefixtures("context")
def test_no_contact_is_seen_before_the_recipient_agreed(month, visitor, giver, counter):
    [row] = find(month.one)
    with pytest.raises(NotFoundError):
        reveal_visited(row.id, visitor, NOW)
    answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
    with pytest.raises(NotFoundError):
        reveal_visited(row.id, visitor, NOW)
    agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
    assert reveal_visited(row.id, visitor, NOW).full_name == "王秀英"


# The pages.


@pytest.fixture
def late(app, month, monkeypatch):
    """The clock of the pages stands on the evening of the visit."""
    with app.app_context():
        now = get_late(*find(month.one), *find(month.both))
    for name in ("agree_views", "answer_views", "day_views", "views", "report_views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: now)
    return now


def open_page(app, user: m.User) -> Browser:
    return Browser(app).sign_in(user).use_language("en")


def press(browser: Browser, step: str, number: int, page: str, key: str = "a" * 32, **data):
    on = browser.get_url(f"assignments.{page}", promise_id=number)
    data = {"idempotency_key": key, **data}
    return browser.submit(f"assignments.{step}", data, on=on, promise_id=number)


def count(app, model) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.usefixtures("agreed", "late")
def test_a_volunteer_finds_the_door_and_shows_that_it_was_done(app, month, visitor):
    with app.app_context():
        [row] = find(month.one)
        number, code = row.id, row.code
    browser = open_page(app, visitor)
    assert f"/visits/{number}" in browser.get("assignments.visits").text
    page = browser.get("assignments.visit", promise_id=number).text
    assert "王阿婆" in page
    assert "王秀英" not in page
    assert "13800000000" not in page
    answer = press(browser, "show_contact", number, "visit")
    assert answer.status_code == 200
    assert "王秀英" in answer.text
    assert 'href="tel:13800000000"' in answer.text
    assert count(app, m.Disclosure) == 1
    done = {"units": "1", "proof": "code"}
    for typed in ("", "abcd", "123", "12345"):
        wrong = press(browser, "report_done", number, "visit", **done, code=typed)
        assert wrong.status_code == 422
        assert "Enter the four digits." in wrong.text
    with app.app_context():
        assert find(month.one)[0].code_tries == 0, "what cannot be a code is no try"
    wide = " ".join(code).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert press(browser, "report_done", number, "visit", **done, code=wide).status_code == 303
    page = browser.get("assignments.visit", promise_id=number).text
    assert "Given" in page
    assert "Show door and phone" not in page
    assert press(browser, "show_contact", number, "visit", key="b" * 32).status_code == 404
    assert press(browser, "correct_report", number, "visit").status_code == 303
    for data in ({}, {"reason": "x"}):
        assert press(browser, "report_failed", number, "visit", **data).status_code == 422
    failed = press(browser, "report_failed", number, "visit", key="c" * 32, reason="weather")
    assert failed.status_code == 303


@pytest.mark.usefixtures("agreed", "late")
def test_wrong_digits_are_counted_though_nothing_else_is_kept(app, month, visitor):
    with app.app_context():
        [row] = find(month.one)
        number = row.id
        wrong = f"{(int(row.code) + 1) % 10_000:04d}"
    browser, done = open_page(app, visitor), {"units": "1", "proof": "code", "code": wrong}
    for _ in range(5):
        answer = press(browser, "report_done", number, "visit", **done)
    assert "Too many wrong digits" in answer.text
    with app.app_context():
        assert find(month.one)[0].code_tries == 5
    page = browser.get("assignments.visit", promise_id=number).text
    assert 'name="code"' not in page


@pytest.mark.usefixtures("agreed", "late")
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"units": "3"},
        {"units": "3", "proof": "call"},
        {"units": "4", "proof": "signature"},
        {"units": "-1", "proof": "signature"},
        {"units": "1.5", "proof": "signature"},
        {"units": "3 yuan", "proof": "signature"},
        {"units": "many", "proof": "signature"},
        {"proof": "signature"},
    ],
)
def test_a_coordinators_report_is_checked_at_its_fields(app, month, giver, data):
    with app.app_context():
        number = find(month.rice)[0].id
    browser = open_page(app, giver)
    answer = press(browser, "report_done", number, "promise", **data)
    assert answer.status_code == 422
    assert "field__error" in answer.text or "choices__error" in answer.text
    with app.app_context():
        assert find(month.rice)[0].state is _S.CONFIRMED


@pytest.mark.usefixtures("agreed", "late")
def test_a_coordinator_enters_the_signed_sheet(app, month, giver):
    with app.app_context():
        number = find(month.rice)[0].id
    browser = open_page(app, giver)
    data = {"units": "2", "proof": "signature"}
    assert press(browser, "report_done", number, "promise", **data).status_code == 303
    assert "Given" in browser.get("assignments.promise", promise_id=number).text


@pytest.mark.usefixtures("agreed", "late")
def test_the_recipient_or_who_rings_reads_the_digits_and_says_how_it_was(
    app, month, asker, counter
):
    with app.app_context():
        [row] = find(month.one)
        number, code = row.id, row.code
    browser, by_phone = open_page(app, asker), open_page(app, counter)
    assert code in browser.get("assignments.question", promise_id=number).text
    assert code in by_phone.get("assignments.question", promise_id=number).text
    assert press(browser, "feed_back", number, "question", face="good").status_code == 409
    data = {"units": "1", "proof": "call"}
    assert press(by_phone, "report_done", number, "question", **data).status_code == 303
    assert press(browser, "feed_back", number, "question", key="b" * 32).status_code == 422
    said = {"face": "bad", "words": "Too short", "wants_call": "y"}
    assert press(browser, "feed_back", number, "question", key="c" * 32, **said).status_code == 303
    with app.app_context():
        assert find(month.one)[0].words == "Too short"
        assert len(db.session.scalars(select(m.FollowUp)).all()) == 1


@pytest.mark.usefixtures("agreed", "late")
def test_nobody_reports_or_looks_without_the_right(app, month, asker, make):
    with app.app_context():
        number = find(month.one)[0].id
    worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    for user in (asker, worker):
        browser = open_page(app, user)
        for step in ("report_done", "report_failed", "correct_report", "show_contact"):
            token_page = browser.get_url("pages.home")
            answer = browser.submit(f"assignments.{step}", {}, on=token_page, promise_id=number)
            assert answer.status_code == 403
