"""The lists to print and sign: doors of agreed visits alone, for the two who may see them."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.base.clock import get_instant
from matchmaker.base.extensions import db
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.assignments.test_agreeing import JULY, list_promises
from tests.worlds import kept


@pytest.fixture
@kept
def month(world):
    """Two accepted visits of one volunteer, of which the first is agreed to, and rice."""
    world.one, world.other = world.ask(), world.ask()
    world.rice = world.ask(world.goods)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def agreed(app, month, giver, counter):
    with app.app_context():
        ids = list(db.session.scalars(select(m.Promise.id)))
        answering.accept(actor=db.session.merge(giver), promise_ids=ids, now=NOW)
        for need in (month.one, month.rice):
            [row] = list_promises(need)
            agreeing.agree(actor=db.session.merge(counter), promise_id=row.id, now=NOW)
        db.session.commit()


@pytest.fixture
def visitor(make, month):
    return make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteer.id)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("matchmaker.assignments.sheet_views.get_now", lambda: NOW)


SHEETS = {"visits_sheet": "visitor", "given_sheet": "giver"}


def take(app, request, sheet: str) -> str:
    """The printed list of who may take it."""
    browser = Browser(app).sign_in(request.getfixturevalue(SHEETS[sheet])).use_language("en")
    page = browser.get(f"assignments.{sheet}").text
    assert "what for?" in page
    return browser.submit(f"assignments.{sheet}", {"purpose": "deliver"}).text


def list_contacts(app, need: m.Need) -> list[str]:
    with app.app_context():
        row = db.session.get_one(m.ResidentContact, need.resident_id)
        return [row.full_name, row.phone, row.address]


@pytest.mark.usefixtures("agreed", "clock")
@pytest.mark.parametrize("sheet", SHEETS)
def test_an_agreed_visit_has_its_door_each_look_recorded(app, request, month, sheet):
    page = take(app, request, sheet)
    assert all(text in page for text in list_contacts(app, month.one))
    with app.app_context():
        looks = [(row.resident_id, row.ground) for row in db.session.scalars(select(m.Disclosure))]
    assert looks == [(month.one.resident_id, "visit_list")]


@pytest.mark.usefixtures("agreed", "clock")
@pytest.mark.parametrize("sheet", SHEETS)
def test_what_is_not_agreed_and_what_is_no_visit_has_none(app, request, month, sheet):
    with app.app_context():
        for need in (month.other, month.rice):
            row = db.session.get_one(m.ResidentContact, need.resident_id)
            row.full_name = row.phone = row.address = "canary"
        db.session.commit()
    page = take(app, request, sheet)
    assert "canary" not in page
    assert month.other.reference in page


@pytest.mark.usefixtures("agreed", "clock")
@pytest.mark.parametrize("sheet", SHEETS)
def test_what_is_done_has_its_door_no_more(app, request, month, giver, sheet):
    with app.app_context():
        [row] = list_promises(month.one)
        delivering.deliver(
            actor=db.session.merge(giver),
            promise_id=row.id,
            units=row.units,
            proof=m.DeliveryProof.SIGNATURE,
            code="",
            now=get_instant(row.day, 18 * 60),
        )
        db.session.commit()
    page = take(app, request, sheet)
    assert not any(text in page for text in list_contacts(app, month.one))


@pytest.mark.usefixtures("agreed", "clock")
def test_another_organisation_and_another_volunteer_get_nothing(app, make, month):
    other = make.organisation(month.subdistrict)
    stranger = make.volunteer(other, name="Dee", windows=[], visits_per_month=1)
    for user, sheet in (
        (make.user(m.Role.COORDINATOR, organisation_id=other.id), "given_sheet"),
        (make.user(m.Role.VOLUNTEER, volunteer_id=stranger.id), "visits_sheet"),
    ):
        browser = Browser(app).sign_in(user).use_language("en")
        page = browser.submit(f"assignments.{sheet}", {"purpose": "deliver"}).text
        assert "Nothing was promised for this month" in page


@pytest.mark.usefixtures("clock")
def test_before_any_publication_there_is_no_list(app, make, world):
    visitor = make.user(m.Role.VOLUNTEER, volunteer_id=world.volunteer.id)
    browser = Browser(app).sign_in(visitor)
    assert browser.get("assignments.visits_sheet").status_code == 404
