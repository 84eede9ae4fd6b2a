"""The givers of a decided month as they are today: never more, and nothing where no place, time or
day is left that both knew."""

from datetime import date, timedelta
from typing import Any

import pytest

from matchmaker import models as m
from matchmaker.assignments import answering
from matchmaker.base.extensions import db
from matchmaker.offers import approval_service
from matchmaker.offers import service as offer_service
from matchmaker.offers.terms import OfferTerms
from matchmaker.rounds.matching import read_rows
from matchmaker.rounds.solve.givers_now import GiversNow, read_givers
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.profile import VolunteerProfile
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth

TODAY = NOW.date()


class GivenMonth(SmallMonth):
    """The small month, whose first organisation has a coordinator."""

    coordinator: m.User


@pytest.fixture
def month(context, make):
    found = GivenMonth(make)
    for volunteer in found.volunteers.values():
        row = db.session.get_one(m.Volunteer, volunteer.id)
        row.committees = ["C01"]
    offer = db.session.get_one(m.Offer, found.offers["goods"].id)
    offer.committees, offer.valid_until = ["C01"], date(2026, 7, 20)
    db.session.commit()
    found.publish()
    found.coordinator = make.user(m.Role.COORDINATOR, organisation_id=found.organisations[1].id)
    return found


def read(month: GivenMonth, today: date = TODAY) -> GiversNow:
    run = db.session.scalars(db.select(m.RoundRun)).one()
    return read_givers(run.match_round, read_rows(run.problem_json), today)


def edit_volunteer(month: GivenMonth, **changed: Any) -> None:
    profile: dict[str, Any] = {
        "name": "V",
        "visits_per_month": 1,
        "categories": ("elder_visit",),
        "windows": (m.Window.WEEKDAY_AM.value, m.Window.SATURDAY_AM.value),
        "committees": ("C01",),
    }
    volunteer_service.edit_volunteer(
        actor=db.session.get_one(m.User, month.coordinator.id),
        now=NOW,
        volunteer_id=month.volunteers[1].id,
        profile=VolunteerProfile(**{**profile, **changed}),
        accepts_breaks=True,
    )


def edit_goods(month: GivenMonth, **changed: Any) -> None:
    """The coordinator changes the offer, and the office approves it again."""
    offer = db.session.get_one(m.Offer, month.offers["goods"].id)
    terms: dict[str, Any] = {
        "title": offer.title,
        "capacity_per_month": 2,
        "valid_from": offer.valid_from,
        "valid_until": offer.valid_until,
        "committees": ("C01",),
    }
    keys: dict[str, Any] = {"offer_id": offer.id, "now": NOW}
    offer_service.edit_offer(
        actor=db.session.get_one(m.User, month.coordinator.id),
        version=offer.version,
        terms=OfferTerms(**{**terms, **changed}),
        **keys,
    )
    if offer.state is m.OfferState.SUBMITTED:
        approval_service.approve_offer(actor=month.one, version=offer.version, **keys)


def test_nothing_differs_while_nothing_was_changed(month):
    found = read(month)
    assert {name: row.days for name, row in found.stocks.items()} == {}
    assert found.people == {}


def test_a_visitor_who_serves_other_places_now_makes_no_visit(month):
    edit_volunteer(month, committees=("C02",))
    [person] = read(month).people.values()
    assert (person.id, person.slots, person.most_visits) == ("V0001", (), 0)


def test_a_visitor_who_serves_more_places_now_serves_those_of_before(month):
    edit_volunteer(month, committees=("C01", "C02"), visits_per_month=3)
    assert read(month).people == {}


def test_an_offer_to_other_places_now_gives_nothing(month):
    actor = db.session.get_one(m.User, month.coordinator.id)
    given = db.select(m.Promise.id).filter_by(offer_id=month.offers["goods"].id)
    for promise_id in db.session.scalars(given).all():
        answering.decline(actor=actor, promise_id=promise_id, now=NOW)
    edit_goods(month, committees=("C02",))
    [stock] = read(month).stocks.values()
    assert (stock.capacity, stock.giver) == (0, "O01")


def test_an_offer_gives_on_no_day_that_is_past(month):
    later = TODAY + timedelta(days=5)
    [stock] = [row for row in read(month, later).stocks.values() if row.category == "rice_oil"]
    assert min(stock.days) == f"{later.day + 1:02d}"
    assert max(stock.days) == "20"


def test_an_offer_that_was_prolonged_gives_no_more_than_it_promised(month):
    """After the last day that the lock knew, what the offer has now is for later months."""
    edit_goods(month, valid_until=None)
    last = date(2026, 7, 20)
    before = read(month, last - timedelta(days=1)).stocks.values()
    assert [row.days for row in before if row.category == "rice_oil"] == [("20",)]
    after = [row for row in read(month, last).stocks.values() if row.category == "rice_oil"]
    assert [row.capacity for row in after] == [0]
