"""One answer reads what it is about: as much in a month of 16 needs as in one of 48."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine.cursor import CursorFetchStrategy

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, appointing, delivering
from matchmaker.assignments.appointing import Moment
from matchmaker.assignments.due import do_due
from matchmaker.assignments.queries import GivenFilters
from matchmaker.base.clock import get_instant
from matchmaker.base.extensions import db
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.journeys.page_costs import count_statements
from tests.run_factories import publish_month

AUGUST = date(2026, 8, 1)
_PLACES = (4, 12)  # committees; each has an organisation of its own and four needs
_WEEKDAYS = [m.Window.WEEKDAY_AM.value, m.Window.WEEKDAY_PM.value]
_AWAY = m.DeclineReason.AWAY


class Town:
    """A published month of alike places, each with an organisation that helps nobody else."""

    def __init__(self, app, places: int) -> None:
        self.app, self.make = app, Factory(app)
        self.office = self.make.subdistrict()
        self.worker = self.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.office.id)
        self.visits = self.make.category(name_en="Elder visit")
        self.goods = self.make.category(name_en="Rice", kind=m.OfferKind.GOODS, unit="item")
        self.givers, self.counters = zip(*(self._add_place() for _ in range(places)), strict=True)
        publish_month(self.make, self.office.id, AUGUST)

    def _add_place(self) -> tuple[int, int]:
        make = self.make
        committee, giver = make.committee(self.office), make.organisation(self.office)
        here = {"committees": [committee.code]}
        able = {"categories": [self.visits.code], "windows": _WEEKDAYS}
        make.volunteer(giver, visits_per_month=4, **able, **here)
        for category in (self.visits, self.goods):
            make.offer(giver, category, capacity_per_month=4, **here)
            for _ in range(2):
                resident = make.resident(make.household(committee))
                make.need(resident, category, self.worker, committee.id)
        coordinator = make.user(m.Role.COORDINATOR, organisation_id=giver.id)
        counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=committee.id)
        return coordinator.id, counter.id

    def list_promises(self, place: int) -> list[tuple[int, date | None, int | None]]:
        """Id, day and minute of the two visits of a place, then of its rice."""
        giver = self.make.get(m.User, self.givers[place]).organisation_id
        query = (
            select(m.Promise.id, m.Promise.day, m.Promise.minute)
            .where(m.Promise.organisation_id == giver)
            .order_by(m.Promise.slot.is_(None), m.Promise.id)
        )
        with self.make.context():
            found = [(row.id, row.day, row.minute) for row in db.session.execute(query)]
        assert len(found) == 4
        return found

    def find_other_day(self, promise_id: int) -> Moment:
        """Another day of the promise's own slot."""
        with self.make.context():
            row = db.session.get_one(m.Promise, promise_id)
            days = appointing._list_dates(row.run, NOW)[row.slot]
            return Moment(next(day for day in days if day != row.day), row.minute)


@contextmanager
def count_rows(monkeypatch):
    """The rows that are read from the database meanwhile."""
    rows: list[object] = []
    with monkeypatch.context() as patch:
        for name in ("fetchone", "fetchmany", "fetchall"):
            patch.setattr(CursorFetchStrategy, name, _note(name, rows))
        yield rows


def _note(name: str, rows: list[object]) -> Callable[..., object]:
    fetch = getattr(CursorFetchStrategy, name)

    def noting(*values, **named):
        found = fetch(*values, **named)
        rows.extend(found if isinstance(found, list) else [found] * (found is not None))
        return found

    return noting


class Costs:
    """What each answer costs in a town: (statements, rows)."""

    def __init__(self, town: Town, monkeypatch) -> None:
        self.town, self.monkeypatch = town, monkeypatch
        self.found: dict[str, tuple[int, int]] = {}

    def take(self, name: str, who: int | None, step, now: datetime = NOW, **values) -> None:
        """One step of one account in a transaction of its own."""
        with self.town.make.context():
            if who is not None:
                values["actor"] = db.session.get_one(m.User, who)
            with (
                count_statements(self.town.app) as statements,
                count_rows(self.monkeypatch) as rows,
            ):
                step(now=now, **values)
                db.session.commit()
        self.found[name] = (len(statements), len(rows))

    def answer_all(self) -> None:
        """Givers, then recipients, then the clock, then who reports; places in turns."""
        town, (first, second, third, fourth) = self.town, range(4)
        giver, counter = town.givers, town.counters
        one, two, rice, more_rice = (row[0] for row in town.list_promises(first))
        self.take("begin the month", giver[first], answering.accept, promise_ids=[one])
        self.take("accept a visit", giver[first], answering.accept, promise_ids=[two])
        self.take("accept rice", giver[first], answering.accept, promise_ids=[rice])
        self.take("decline", giver[first], answering.decline, promise_id=more_rice)
        self.take("take back", giver[first], answering.take_back, promise_id=more_rice)
        self.take("decline again", giver[first], answering.decline, promise_id=more_rice)
        for place, name in ((second, "begin all"), (third, "accept all"), (fourth, "and all")):
            every = GivenFilters()
            self.take(name, giver[place], answering.accept_all, month=AUGUST, filters=every)
        to = town.find_other_day(two)
        self.take("set a day", giver[first], appointing.set_day, promise_id=two, to=to)
        self.take("agree to a visit", counter[first], agreeing.agree, promise_id=one)
        self.take("agree to rice", counter[first], agreeing.agree, promise_id=rice)
        self.take("are not there", counter[first], agreeing.note_not_reached, promise_id=two)
        refused, asked, _, agreed = (row[0] for row in town.list_promises(second))
        self.take("refuse", counter[second], agreeing.refuse, promise_id=refused, reason=_AWAY)
        to = town.find_other_day(asked)
        ask, take, side = appointing.ask_for_day, appointing.take_day, m.PromiseSide.GIVER
        self.take("ask for a day", counter[second], ask, promise_id=asked, to=to)
        self.take("take the day", giver[second], take, promise_id=asked, side=side)
        self.take("agree again", counter[second], agreeing.agree, promise_id=agreed)
        self.take("call off", counter[second], agreeing.call_off, promise_id=agreed, reason=_AWAY)
        self.take("do what is due", None, do_due, NOW + timedelta(minutes=30))
        self.take("do nothing", None, do_due, NOW + timedelta(minutes=31))
        self._report(one, asked, rice)

    def _report(self, one: int, asked: int, rice: int) -> None:
        giver, counter = self.town.givers, self.town.counters
        now = get_instant(AUGUST + timedelta(days=30), 12 * 60)
        given: dict[str, Any] = {"units": 1, "proof": m.DeliveryProof.SIGNATURE, "code": ""}
        self.take("report", giver[0], delivering.deliver, now, promise_id=one, **given)
        self.take("report rice", giver[0], delivering.deliver, now, promise_id=rice, **given)
        said: dict[str, Any] = {"promise_id": one, "face": m.Face.GOOD, "words": ""}
        self.take("feed back", counter[0], delivering.feed_back, now, **said)
        failed: dict[str, Any] = {"promise_id": asked, "reason": m.FailReason.GIVER_ABSENT}
        self.take("report nothing", giver[1], delivering.fail, now, **failed)
        self.take("correct", giver[1], delivering.correct, now, promise_id=asked)


@pytest.fixture(scope="module")
def costs(sqlite_copier, tmp_path_factory) -> list[dict[str, tuple[int, int]]]:
    found = []
    for places in _PLACES:
        folder = tmp_path_factory.mktemp("town")
        with (
            opened(make_app(sqlite_copier(folder), folder)) as app,
            pytest.MonkeyPatch.context() as p,
        ):
            costs = Costs(Town(app, places), p)
            costs.answer_all()
            found.append(costs.found)
    return found


def test_an_answer_takes_as_many_statements_and_rows_in_a_month_of_any_size(costs):
    small, large = costs
    grown = {name: (cost, large[name]) for name, cost in small.items() if large[name] != cost}
    assert grown == {}
