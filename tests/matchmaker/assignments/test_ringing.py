"""The committee rings its residents: answers written down at once, on the page and from paper."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, appointing, delivering, ringing
from matchmaker.assignments.queries import GivenFilters
from matchmaker.assignments.ringing import CallStep, Said
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ForbiddenError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.residents import disclosure
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.assignments.test_agreeing import JULY, list_promises
from tests.matchmaker.two_at_once import act_at_once
from tests.worlds import kept

_S = m.PromiseState
YES, NOT_REACHED = Said(CallStep.AGREE), Said(CallStep.NOT_REACHED)
AWAY = Said(CallStep.REFUSE, m.DeclineReason.AWAY)
AUGUST = NOW.replace(month=8)


@pytest.fixture
@kept
def month(world):
    """A month whose one organisation said yes to a visit of two, to rice, and to rice."""
    world.add_pairs()
    world.both, world.rice = world.ask(world.pairs), world.ask(world.goods, quantity=2)
    world.tea = world.ask(world.goods, quantity=1)
    world.publish(JULY)
    return world


@pytest.fixture
def agreed(app, giver):
    with app.app_context():
        actor = db.session.get_one(m.User, giver.id)
        answering.accept_all(actor=actor, month=JULY, filters=GivenFilters(), now=NOW)
        db.session.commit()


@pytest.fixture
def browser(app, counter):
    return Browser(app).sign_in(counter).use_language("en")


def list_calls(actor: m.User, now) -> list[ringing.Call]:
    return ringing.list_calls(agreeing.list_helps(actor, now))


def write(counter: m.User, heard: dict[int, Said | None], now=NOW) -> set[int]:
    """Write answers down to what the list reads out now; those that are left."""
    seen = {call.id: call.help.seen for call in list_calls(counter, now)}
    return set(ringing.write_down(actor=counter, heard=heard, seen=seen, now=now))


def name_both(app, month) -> str:
    with app.app_context():
        need = db.session.get_one(m.Need, month.both.id)
        return f"{need.reference}, {need.category.name_en}"


def list_states(need: m.Need) -> set[m.PromiseState]:
    return {row.state for row in list_promises(need)}


def find_call(counter: m.User, need: m.Need, now=NOW) -> ringing.Call:
    calls = list_calls(counter, now)
    return next(call for call in calls if call.help.first.need_id == need.id)


@pytest.mark.both_databases
@pytest.mark.usefixtures("agreed", "context")
class TestService:
    def test_each_answer_is_the_step_of_its_own_page(self, month, counter):
        said = {month.both: YES, month.rice: NOT_REACHED, month.tea: AWAY}
        heard = {find_call(counter, need).id: answer for need, answer in said.items()}
        assert write(counter, heard) == set()
        assert list_states(month.both) == {_S.CONFIRMED}
        assert list_states(month.tea) == {_S.DECLINED}
        [rice] = list_promises(month.rice)
        assert (rice.state, rice.tries) == (_S.AWAITING_RECIPIENT, 1)
        query = select(m.AuditEvent.action).where(m.AuditEvent.actor_id == counter.id)
        actions = sorted(db.session.scalars(query))
        agreed = ["promise.agree"] * 2
        assert actions == [*agreed, "promise.not_reached", "promise.refuse"]

    def test_what_others_answered_meanwhile_is_left_and_the_rest_is_kept(self, month, counter):
        heard = {find_call(counter, need).id: YES for need in (month.both, month.rice)}
        gone = find_call(counter, month.both).id
        away = m.DeclineReason.AWAY
        agreeing.refuse(actor=counter, promise_id=gone, reason=away, now=NOW)
        assert write(counter, heard) == {gone}
        assert list_states(month.both) == {_S.DECLINED}
        assert list_states(month.rice) == {_S.CONFIRMED}

    def test_what_is_refused_is_left_with_its_reason(self, month, counter):
        call = find_call(counter, month.both)
        late = get_instant(call.help.first_day, 23 * 60)
        heard, seen = {call.id: YES}, {call.id: call.help.seen}
        left = ringing.write_down(actor=counter, heard=heard, seen=seen, now=late)
        assert {key: error.code for key, error in left.items()} == {call.id: "promise.day_over"}
        seen = {call.id: "another"}
        left = ringing.write_down(actor=counter, heard=heard, seen=seen, now=NOW)
        codes = {key: error.code for key, error in left.items()}
        assert codes == {call.id: "promise.changed_meanwhile"}

    def test_another_committee_writes_nothing(self, make, month, counter):
        elsewhere = make.committee(month.subdistrict)
        other = make.user(m.Role.COMMITTEE_WORKER, committee_id=elsewhere.id)
        number = find_call(counter, month.rice).id
        assert list_calls(other, NOW) == []
        seen = {number: find_call(counter, month.rice).help.seen}
        heard = {number: YES}
        assert set(ringing.write_down(actor=other, heard=heard, seen=seen, now=NOW)) == {number}
        assert ringing.find_promises(other, {number}) == {}
        assert list_states(month.rice) == {_S.AWAITING_RECIPIENT}

    def test_who_was_tried_today_comes_last_and_is_not_tried_again(self, month, counter):
        first = list_calls(counter, NOW)[0]
        write(counter, {first.id: NOT_REACHED})
        calls = list_calls(counter, NOW)
        assert calls[-1].id == first.id
        assert NOT_REACHED not in calls[-1].answers
        assert NOT_REACHED in calls[0].answers
        tomorrow = list_calls(counter, NOW + timedelta(days=1))
        assert all(NOT_REACHED in call.answers for call in tomorrow)

    @pytest.mark.parametrize("why", [None, *m.FailReason])
    def test_after_its_day_it_is_asked_whether_all_of_it_came(self, month, counter, why):
        number = find_call(counter, month.both).id
        write(counter, {number: YES})
        assert month.both.id not in {c.help.first.need_id for c in list_calls(counter, NOW)}
        said = Said(CallStep.FAILED, why) if why else Said(CallStep.CAME)
        assert said in find_call(counter, month.both, AUGUST).answers
        write(counter, {number: said}, AUGUST)
        assert list_states(month.both) == {_S.FAILED if why else _S.DELIVERED}
        assert {row.proof for row in list_promises(month.both)} == {
            None if why else m.DeliveryProof.CALL
        }

    @pytest.mark.parametrize("face", m.Face)
    def test_after_the_help_it_is_asked_how_it_was(self, month, counter, face):
        number = find_call(counter, month.rice).id
        for said, now in ((YES, NOW), (Said(CallStep.CAME), AUGUST)):
            assert write(counter, {number: said}, now) == set()
        said = Said(CallStep.FACE, face)
        assert said in find_call(counter, month.rice, AUGUST).answers
        write(counter, {number: said}, AUGUST)
        [row] = list_promises(month.rice)
        assert (row.state, row.face) == (_S.FED_BACK, face)

    def test_the_digits_of_a_call_are_those_of_the_visit_and_count_from_the_yes(
        self, month, counter
    ):
        ringing.set_codes(counter, list_calls(counter, NOW))
        codes = {row.code for row in list_promises(month.both)}
        assert len(codes) == 1
        assert None not in codes
        row = list_promises(month.both)[0]
        assert not delivering.can_report(row, AUGUST)
        assert row.agreed_at is None
        agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
        assert {other.code for other in list_promises(month.both)} == codes
        assert row.agreed_at == NOW


# The pages.


@pytest.fixture
def clock(monkeypatch):
    for name in ("agree_views", "ring_views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: NOW)


@pytest.fixture
@kept
def calls(app, month, counter):
    """The ids of the calls, by need."""
    with app.app_context():
        return {
            name: find_call(counter, getattr(month, name)).id for name in ("both", "rice", "tea")
        }


def send(browser: Browser, **heard: str):
    """Send answers as the choices of the page are named; what it does not offer, as it is."""
    page = browser.get("assignments.questions").text
    offered = {name: find_choice(page, name, code) or code for name, code in heard.items()}
    return send_plainly(browser, **offered)


def find_choice(page: str, name: str, code: str) -> str | None:
    choices = page.partition(f'name="{name}"')[2].partition("</select>")[0]
    return next(
        (value for value in re.findall('value="(.*?)"', choices) if begins(value, code)), None
    )


def begins(value: str, code: str) -> bool:
    return value.partition("@")[0] == code


def send_plainly(browser: Browser, **heard: str):
    values = {"idempotency_key": "a" * 32, **heard}
    return browser.submit(
        "assignments.write_down", values, on=browser.get_url("assignments.questions")
    )


@pytest.mark.usefixtures("agreed", "clock")
def test_several_answers_are_sent_at_once_and_the_others_stay(app, month, browser, calls):
    page = browser.get("assignments.questions").text
    assert "3 calls" in page
    assert page.count("Hello, this is the neighbourhood committee.") == 3
    sent = {f"heard_{calls['both']}": "agree", f"heard_{calls['tea']}": "refuse:away"}
    answer = send(browser, **sent)
    assert answer.status_code == 303
    page = browser.get("assignments.questions").text
    assert "2 answers are written down." in page
    assert "1 call" in page
    assert f"heard_{calls['rice']}" in page
    with app.app_context():
        assert list_states(month.both) == {_S.CONFIRMED}


@pytest.mark.usefixtures("agreed", "clock")
@pytest.mark.parametrize(
    "said", ["refuse:unsafe", "face:good", "came", "agree:", "nonsense", "0", "@", "no@1"]
)
def test_what_cannot_be_said_now_is_refused_at_its_field_and_keeps_the_rest(
    app, month, browser, calls, said
):
    sent = {f"heard_{calls['both']}": said, f"heard_{calls['tea']}": "refuse:away"}
    answer = send(browser, **sent)
    assert answer.status_code == 422
    assert "Choose from the list." in answer.text
    assert 'selected value="refuse:away@' in answer.text
    with app.app_context():
        assert list_states(month.tea) == {_S.AWAITING_RECIPIENT}


@pytest.mark.usefixtures("agreed", "clock")
def test_who_taps_twice_sees_that_the_answers_are_written_down(app, month, browser, calls):
    sent = {f"heard_{calls['both']}": "not_reached", f"heard_{calls['tea']}": "agree"}
    answers = [send(browser, **sent) for _ in range(2)]
    page = browser.get_url("assignments.questions")
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, page)] * 2
    with app.app_context():
        assert {row.tries for row in list_promises(month.both)} == {1}


@pytest.mark.usefixtures("agreed", "clock")
def test_an_empty_list_of_answers_says_so(browser, calls):
    answer = send(browser, **{f"heard_{number}": "" for number in calls.values()})
    assert answer.status_code == 422
    assert "Choose an answer for at least one person." in answer.text


@pytest.mark.usefixtures("agreed", "clock")
def test_what_was_answered_meanwhile_is_said_and_the_rest_is_kept(app, month, browser, calls):
    with app.app_context():
        query = select(m.User).where(m.User.role == m.Role.COMMITTEE_WORKER)
        counter = db.session.scalars(query).one()
        write(counter, {calls["both"]: AWAY})
        db.session.commit()
    sent = {f"heard_{calls['both']}": "agree", f"heard_{calls['tea']}": "agree"}
    assert send(browser, **sent).status_code == 303
    page = browser.get("assignments.questions").text
    assert "1 answer is written down." in page
    both = name_both(app, month)
    assert f"Not written down: {both}. This was answered or has ended meanwhile." in page
    with app.app_context():
        assert list_states(month.both) == {_S.DECLINED}


def set_other_day(app, giver: m.User, need: m.Need) -> None:
    """The giver names another day for a visit that nobody agreed to."""
    with app.app_context():
        row = list_promises(need)[0]
        day = next(d for d in appointing.list_open_days(row.run, NOW) if d != row.day)
        actor, to = db.session.get_one(m.User, giver.id), appointing.Moment(day, row.minute)
        assert appointing.set_day(actor=actor, promise_id=row.id, to=to, now=NOW)
        db.session.commit()


@pytest.mark.usefixtures("agreed", "clock")
def test_a_yes_to_another_day_than_was_read_out_is_left_and_the_rest_is_kept(
    app, month, giver, browser, calls
):
    page = browser.get("assignments.questions").text
    names = {need: f"heard_{calls[need]}" for need in ("both", "tea")}
    sent = {name: find_choice(page, name, "agree") for name in names.values()}
    set_other_day(app, giver, month.both)
    assert send_plainly(browser, **sent).status_code == 303
    page = browser.get("assignments.questions").text
    assert "1 answer is written down." in page
    assert f"Not written down: {name_both(app, month)}." in page
    assert "It has changed since you read it" in page
    with app.app_context():
        assert list_states(month.both) == {_S.AWAITING_RECIPIENT}
        assert list_states(month.tea) == {_S.CONFIRMED}


@pytest.mark.usefixtures("agreed", "clock")
def test_a_yes_on_the_page_of_the_help_is_to_what_the_page_says(app, month, giver, browser, calls):
    on = browser.get_url("assignments.question", promise_id=calls["both"])
    seen = re.search('name="seen" value="(.*?)"', browser.client.get(on).text)[1]
    set_other_day(app, giver, month.both)
    keys = {"on": on, "promise_id": calls["both"]}
    answer = browser.submit(
        "assignments.agree", {"idempotency_key": "b" * 32, "seen": seen}, **keys
    )
    assert answer.status_code == 409
    assert "It has changed since you read it" in answer.text
    with app.app_context():
        assert list_states(month.both) == {_S.AWAITING_RECIPIENT}
    answer = browser.submit("assignments.agree", {"idempotency_key": "b" * 32}, **keys)
    assert answer.status_code == 303


@pytest.mark.usefixtures("agreed", "clock")
def test_many_answers_that_are_left_are_counted_and_the_first_named(
    app, month, browser, calls, monkeypatch
):
    monkeypatch.setattr("matchmaker.assignments.ring_views._NAMED", 1)
    sent = {f"heard_{number}": "agree@0" for number in (*calls.values(), 900_000_000)}
    assert send_plainly(browser, **sent).status_code == 303
    page = browser.get("assignments.questions").text
    assert page.count("Not written down:") == 1
    assert "3 more answers are not written down" in page


@pytest.mark.both_databases
@pytest.mark.usefixtures("agreed")
def test_who_prints_at_the_same_time_has_the_same_digits_on_paper(app, month, counter):
    """And who hears the yes while a list is printed: what is written down on the phone counts."""
    papers = []

    def draw() -> None:
        actor = db.session.get_one(m.User, counter.id)
        calls = list_calls(actor, NOW)
        ringing.set_codes(actor, calls)
        papers.append({call.id: call.help.first.code for call in calls})

    assert act_at_once(app, draw, draw) == [None, None]
    assert papers[0] == papers[1]
    with app.app_context():
        assert {row.code for row in list_promises(month.rice)} <= set(papers[0].values())


@pytest.mark.usefixtures("agreed", "clock")
def test_a_printed_list_has_phones_and_digits_each_look_recorded(app, month, browser, calls):
    page = browser.get("assignments.call_sheet").text
    assert "what for?" in page
    with app.app_context():
        query = select(m.ResidentContact.phone).where(
            m.ResidentContact.resident_id == month.both.resident_id
        )
        phone = db.session.scalar(query)
    assert phone not in page
    sheet = browser.submit("assignments.call_sheet", {"purpose": "call"}).text
    assert phone in sheet
    with app.app_context():
        looks = list(db.session.scalars(select(m.Disclosure)))
        assert {row.resident_id for row in looks} == {
            need.resident_id for need in (month.both, month.rice, month.tea)
        }
        assert all(row.fields == ["phone"] for row in looks)
        code = list_promises(month.both)[0].code
    assert f"the four digits to write down are {code}" in sheet


@pytest.mark.usefixtures("agreed", "clock")
def test_a_printed_list_ends_its_phones_at_the_limit_of_the_day(
    app, month, browser, calls, monkeypatch
):
    monkeypatch.setattr(disclosure, "LISTED_PER_DAY", 2)
    for _ in range(2):  # printed again it is not counted again
        sheet = browser.submit("assignments.call_sheet", {"purpose": "call"}).text
        assert sheet.count("Look the phone up on the page") == 1
    with app.app_context():
        looks = list(db.session.scalars(select(m.Disclosure)))
        assert [row.ground for row in looks] == ["call_list"] * 2


@pytest.mark.usefixtures("agreed", "context")
def test_a_list_leaves_the_single_looks_of_the_day_as_they_are(month, counter, monkeypatch):
    monkeypatch.setattr(disclosure, "DISCLOSURES_PER_DAY", {m.Role.COMMITTEE_WORKER: 1})
    resident = find_call(counter, month.both).help.resident
    assert set(disclosure.reveal_phones([resident] * 2, counter, NOW)) == {resident.id}
    disclosure.reveal_contact(resident.id, counter, NOW)
    with pytest.raises(ThrottledError):
        disclosure.reveal_contact(resident.id, counter, NOW)


@pytest.mark.parametrize("role", [role for role in m.Role if role is not m.Role.COMMITTEE_WORKER])
@pytest.mark.usefixtures("context")
def test_phones_for_a_list_are_for_committees_alone(make, month, role):
    with pytest.raises(ForbiddenError):
        disclosure.reveal_phones([month.both.resident], m.User(role=role), NOW)
