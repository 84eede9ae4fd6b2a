"""The four digits as a QR code: who scans it finds them filled in, and nothing is done yet."""

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.web.qr_codes import draw_code
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

JULY = date(2026, 7, 1)
EVENING = get_instant(date(2026, 7, 31), 20 * 60)


@pytest.fixture
@kept
def month(world):
    world.add_pairs()
    world.both = world.ask(world.pairs)
    world.publish(JULY)
    return world


@pytest.fixture
def asker(make, month):
    return make.user(m.Role.RESIDENT, resident_id=month.both.resident_id)


@pytest.fixture
@kept
def agreed(app, month, giver, counter):
    """The ids of the promises of the two who come, those of the two, and their digits."""
    with app.app_context():
        query = select(m.Promise).where(m.Promise.need_id == month.both.id).order_by(m.Promise.id)
        rows = db.session.scalars(query).all()
        ids = [row.id for row in rows]
        answering.accept(actor=db.session.merge(giver), promise_ids=ids, now=NOW)
        agreeing.agree(actor=db.session.merge(counter), promise_id=ids[0], now=NOW)
        db.session.commit()
        return ids, [row.volunteer_id for row in rows], rows[0].code


@pytest.fixture
def late(monkeypatch):
    for name in ("agree_views", "answer_views", "report_views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: EVENING)


def open_page(app, user: m.User) -> Browser:
    return Browser(app).sign_in(user).use_language("en")


def draw_on_page(app, promise_id: int, code: str) -> str:
    with app.test_request_context():
        path = f"/assignments/reports/{promise_id}/code/{code}"
        return str(draw_code(f"http://localhost{path}"))


@pytest.mark.usefixtures("late")
def test_the_recipient_has_the_digits_as_a_picture_on_the_page_and_on_paper(app, agreed, asker):
    ids, _visitors, code = agreed
    browser = open_page(app, asker)
    picture = draw_on_page(app, ids[0], code)
    for page in ("question", "digits_sheet"):
        text = browser.get(f"assignments.{page}", promise_id=ids[0]).text
        assert picture in text
        assert f"Your four digits: {code}" in text


@pytest.mark.usefixtures("late")
def test_each_who_came_finds_the_own_visit_with_the_digits_filled_in(app, make, agreed):
    ids, visitors, code = agreed
    for number, visitor in zip(ids, visitors, strict=True):
        browser = open_page(app, make.user(m.Role.VOLUNTEER, volunteer_id=visitor))
        text = browser.get("assignments.open_code", promise_id=ids[0], code=code).text
        assert "The four digits are filled in." in text
        assert f'value="{code}"' in text
        assert f"/reports/{number}/done" in text
    with app.app_context():
        states = {db.session.get_one(m.Promise, number).state for number in ids}
        assert states == {m.PromiseState.CONFIRMED}, "to open it changes nothing"


@pytest.mark.usefixtures("late")
def test_what_was_scanned_is_sent_with_the_button(app, make, agreed):
    ids, visitors, code = agreed
    browser = open_page(app, make.user(m.Role.VOLUNTEER, volunteer_id=visitors[1]))
    page = browser.get_url("assignments.open_code", promise_id=ids[0], code=code)
    data = {"idempotency_key": "a" * 32, "units": "1", "proof": "code", "code": code}
    answer = browser.submit("assignments.report_done", data, on=page, promise_id=ids[1])
    assert answer.status_code == 303
    with app.app_context():
        row = db.session.get_one(m.Promise, ids[1])
        assert (row.state, row.proof) == (m.PromiseState.DELIVERED, m.DeliveryProof.CODE)
    assert "nothing is to do now" in browser.client.get(page).text


@pytest.mark.usefixtures("late")
def test_who_is_not_signed_in_comes_back_to_it_after_signing_in(app, agreed):
    ids, _visitors, code = agreed
    browser = Browser(app)
    page = browser.get_url("assignments.open_code", promise_id=ids[0], code=code)
    answer = browser.client.get(page)
    assert answer.status_code == 303
    assert f"next={page}" in answer.headers["Location"].replace("%2F", "/")


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("typed", ["12", "abcd", "１２３４", "12345", "<b>", "0000' --"])
def test_what_cannot_be_digits_is_not_filled_in(app, make, agreed, typed):
    ids, visitors, _code = agreed
    browser = open_page(app, make.user(m.Role.VOLUNTEER, volunteer_id=visitors[0]))
    answer = browser.get("assignments.open_code", promise_id=ids[0], code=typed)
    [field] = [part for part in answer.text.split("<input") if 'name="code"' in part]
    assert 'value=""' in field.split(">")[0]
    assert "The four digits are filled in." not in answer.text
    with app.app_context():
        assert db.session.get_one(m.Promise, ids[0]).code_tries == 0


@pytest.mark.usefixtures("agreed", "context")
def test_it_is_a_page_of_those_who_help_alone(month, make, agreed, giver):
    ids, _visitors, _code = agreed
    assert delivering.find_own_part(giver, ids[1]).id == ids[1]
    strangers = [
        make.user(m.Role.COORDINATOR, organisation_id=make.organisation().id),
        make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteer.id),
    ]
    for stranger in strangers:
        for number in (ids[0], 10**6):
            with pytest.raises(NotFoundError):
                delivering.find_own_part(stranger, number)


@pytest.mark.usefixtures("late")
def test_there_is_no_sheet_once_the_help_was_written_down(app, agreed, asker, giver):
    ids, _visitors, _code = agreed
    with app.app_context():
        actor = db.session.merge(giver)
        done = {"units": 1, "proof": m.DeliveryProof.SIGNATURE, "code": "", "now": EVENING}
        for number in ids:
            delivering.deliver(actor=actor, promise_id=number, **done)
        db.session.commit()
    browser = open_page(app, asker)
    assert browser.get("assignments.digits_sheet", promise_id=ids[0]).status_code == 404
