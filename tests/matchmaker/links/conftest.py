"""A published month that asks one organisation for two visits and rice, and links to it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import answering
from matchmaker.assignments.due import do_due
from matchmaker.assignments.queries import GivenFilters
from matchmaker.base.extensions import db
from matchmaker.links import service
from matchmaker.organisations.service import set_answers
from matchmaker.rounds.publish import publication
from tests.browser import Browser
from tests.factories import NOW, Factory
from tests.matchmaker.assignments.published_world import World
from tests.run_factories import JULY
from tests.worlds import kept


class Links:
    """The month's world, whose people make and end links; secrets are all that leaves it."""

    def __init__(self, make: Factory) -> None:
        self.make, self.world = make, World(make)
        for category in (self.world.visits, self.world.visits, self.world.goods):
            self.world.ask(category)
        self.run_id = self.world.publish(JULY).id
        self.organisation, self.worker = self.world.organisation, self.world.worker
        self.coordinator = make.user(m.Role.COORDINATOR, organisation_id=self.organisation.id)

    def make_link(self) -> str:
        """A link of the organisation, by the social worker."""
        values = {"month": JULY, "organisation_id": self.organisation.id}
        return self.act(self.worker, service.make_organisation_link, now=NOW, **values)

    def make_volunteer_link(self) -> str:
        """A link of the volunteer, by the coordinator, who lets volunteers answer."""
        self.let_volunteers_answer()
        values = {"month": JULY, "volunteer_id": self.world.volunteer.id}
        return self.act(self.coordinator, service.make_volunteer_link, now=NOW, **values)

    def let_volunteers_answer(self, *, allowed: bool = True) -> None:
        self.act(self.coordinator, set_answers, now=NOW, are_volunteers=allowed)

    def revoke(self, token: str) -> None:
        self.act(self.worker, service.revoke_link, link_id=self.find(token).id, now=NOW)

    def withdraw(self) -> None:
        def act(actor: m.User) -> None:
            match_round = db.session.get_one(m.RoundRun, self.run_id).match_round
            publication.withdraw_publication(match_round, reason="slip", actor=actor, now=NOW)

        self.act(self.worker, act)

    def publish_again(self) -> None:
        self.withdraw()
        second = self.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.worker.subdistrict_id)

        def act(actor: m.User) -> None:
            publication.publish_run(
                db.session.get_one(m.RoundRun, self.run_id), actor=actor, now=NOW
            )

        self.act(second, act)

    def end_promises(self) -> None:
        """The coordinator says no to everything, and the ten minutes are over."""
        for row in self.list_promises():
            self.act(self.coordinator, answering.decline, promise_id=row.id, now=NOW)
        with self.make.context():
            do_due(NOW + timedelta(minutes=10))

    def accept_all(self) -> None:
        values: dict[str, Any] = {"month": JULY, "filters": GivenFilters(), "now": NOW}
        self.act(self.coordinator, answering.accept_all, **values)

    def act(self, user: m.User, service_step: Callable[..., Any], **values: Any) -> Any:
        """A step of somebody, committed."""
        with self.make.context():
            found = service_step(actor=db.session.get_one(m.User, user.id), **values)
            db.session.commit()
        return found

    def find(self, token: str, now: datetime = NOW) -> m.SignedLink:
        with self.make.context():
            link = service.find_link(token, now)
            assert link is not None
            return link

    def is_live(self, token: str, now: datetime = NOW) -> bool:
        with self.make.context():
            return service.find_link(token, now) is not None

    def list_promises(self) -> list[m.Promise]:
        with self.make.context():
            return list(db.session.scalars(select(m.Promise).order_by(m.Promise.id)))

    def list_states(self) -> list[m.PromiseState]:
        return [row.state for row in self.list_promises()]

    def list_events(self, beginning: str) -> list[m.AuditEvent]:
        query = select(m.AuditEvent).where(m.AuditEvent.action.startswith(beginning))
        with self.make.context():
            return list(db.session.scalars(query.order_by(m.AuditEvent.id)))


@pytest.fixture
@kept
def links(make):
    return Links(make)


@pytest.fixture
def clock(monkeypatch):
    """The clock of the pages; it stands at the instant of the publication until it is moved."""
    now = [NOW]
    modules = ("views", "office_views", "giver_views")
    pages = ("assignments.asked_pages", "assignments.visit_views", "assignments.views")
    for name in (*(f"links.{module}" for module in modules), *pages):
        monkeypatch.setattr(f"matchmaker.{name}.get_now", lambda: now[0])

    def move(by: timedelta) -> None:
        now[0] += by

    return move


@pytest.fixture
def phone(app):
    """The browser of somebody who is not signed in."""
    return Browser(app).use_language("en")
