"""Every stage of a promise × every person near it × every page, file and list: a name, phone or
door is read by the few that the stage allows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from unittest import mock

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import get_instant
from matchmaker.base.extensions import db
from matchmaker.endings.service import stop_contact
from matchmaker.links import service as link_service
from matchmaker.models.audit import ListPurpose
from matchmaker.rounds.publish import publication
from tests.browser import Browser
from tests.factories import NOW, Factory
from tests.matchmaker.assignments.published_world import World
from tests.matchmaker.test_permissions import list_calls
from tests.matchmaker.test_privacy import read_everything
from tests.worlds import kept

JULY = date(2026, 7, 1)
NAME, PHONE, DOOR = "欧阳若兰", "13911112229", "乐山路77弄6号1102室"
CANARIES = {"name": NAME, "phone": PHONE, "door": DOOR}
LINK = re.compile(r"^/l/token/")


class Visited(World):
    """One person asks for a visit, and another for rice."""

    need: m.Need
    second: m.Need


@dataclass(frozen=True)
class People:
    """Everybody who is near the promise, and some who are not."""

    make: Factory
    world: Visited

    def write(self) -> dict[str, m.User]:
        make, world = self.make, self.world
        other = make.organisation(world.subdistrict)
        far = make.subdistrict()
        return {
            "resident": make.user(m.Role.RESIDENT, resident_id=world.need.resident_id),
            "neighbour": make.user(m.Role.RESIDENT, resident_id=world.second.resident_id),
            "visitor": make.user(m.Role.VOLUNTEER, volunteer_id=world.volunteer.id),
            "colleague": make.user(
                m.Role.VOLUNTEER, volunteer_id=make.volunteer(world.organisation).id
            ),
            "coordinator": make.user(m.Role.COORDINATOR, organisation_id=world.organisation.id),
            "other giver": make.user(m.Role.COORDINATOR, organisation_id=other.id),
            "counter": make.user(m.Role.COMMITTEE_WORKER, committee_id=world.committee.id),
            "other counter": make.user(
                m.Role.COMMITTEE_WORKER, committee_id=make.committee(world.subdistrict).id
            ),
            "social worker": make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id),
            "other office": make.user(m.Role.SOCIAL_WORKER, subdistrict_id=far.id),
            "administrator": make.user(m.Role.ADMINISTRATOR),
            "auditor": make.user(m.Role.AUDITOR),
        }


class Stage:
    """One visit to one person, and the steps that bring it from stage to stage."""

    def __init__(self, app, world: Visited, people: dict[str, m.User]) -> None:
        self.app, self.world, self.people = app, world, people

    def act(self, who: str, step: Callable, **values) -> None:
        with self.app.app_context():
            actor = db.session.get_one(m.User, self.people[who].id)
            step(actor=actor, **values)
            db.session.commit()

    def make_link(self) -> str:
        """The secret of a link that opens the promise to who has no account."""
        with self.app.app_context():
            actor = db.session.get_one(m.User, self.people["social worker"].id)
            giver = self.world.organisation.id
            token = link_service.make_organisation_link(
                actor=actor, now=NOW, month=JULY, organisation_id=giver
            )
            db.session.commit()
            return token

    def accept(self) -> None:
        self.act("coordinator", answering.accept, promise_ids=[1], now=NOW)

    def decline(self) -> None:
        self.act("coordinator", answering.decline, promise_id=1, now=NOW)

    def expire(self) -> None:
        with self.app.app_context():
            do_due(NOW + timedelta(days=9))
            db.session.commit()

    def agree(self) -> None:
        self.accept()
        self.act("counter", agreeing.agree, promise_id=1, now=NOW)

    def refuse(self) -> None:
        self.accept()
        reason = m.DeclineReason.NO_LONGER_NEEDED
        self.act("counter", agreeing.refuse, promise_id=1, reason=reason, now=NOW)

    def deliver(self) -> None:
        self.agree()
        proof = m.DeliveryProof.SIGNATURE
        values = {"promise_id": 1, "units": 1, "proof": proof, "code": "", "now": self.read_day()}
        self.act("coordinator", delivering.deliver, **values)

    def fail(self) -> None:
        self.agree()
        reason = m.FailReason.RECIPIENT_ABSENT
        values = {"promise_id": 1, "reason": reason, "now": self.read_day()}
        self.act("visitor", delivering.fail, **values)

    def feed_back(self) -> None:
        self.deliver()
        values = {"promise_id": 1, "face": m.Face.GOOD, "words": "", "now": self.read_day()}
        self.act("resident", delivering.feed_back, **values)

    def stop(self) -> None:
        self.agree()
        values = {"resident_id": self.world.need.resident_id, "reason": m.ContactEnd.WISH}
        self.act("counter", stop_contact, **values, now=NOW)

    def withdraw(self) -> None:
        with self.app.app_context():
            match_round = db.session.scalars(select(m.MatchRound)).one()
        self.act(
            "social worker",
            lambda actor: publication.withdraw_publication(
                db.session.merge(match_round), reason="slip", actor=actor, now=NOW
            ),
        )

    def read_day(self) -> datetime:
        with self.app.app_context():
            row = db.session.get_one(m.Promise, 1)
            return get_instant(row.day, 12 * 60)


STAGES: dict[str, Callable[[Stage], None]] = {
    "asked": lambda stage: None,
    "accepted": Stage.accept,
    "declined": Stage.decline,
    "expired": Stage.expire,
    "agreed": Stage.agree,
    "refused": Stage.refuse,
    "delivered": Stage.deliver,
    "failed": Stage.fail,
    "fed back": Stage.feed_back,
    "contact ended": Stage.stop,
    "withdrawn": Stage.withdraw,
}
# Who reads a contact at all, whatever the stage: their own, or as the resident's own offices.
ALWAYS = {"resident", "counter", "social worker"}
GIVERS = {"visitor", "coordinator"}
NEAR = {*GIVERS, "neighbour", "colleague", "other giver", "other counter"}
SHOWN = "agreed"  # the stage in which a contact is shown: everybody is tried


@pytest.fixture
@kept
def world(make):
    world = Visited(make)
    contact = {"full_name": NAME, "phone": PHONE, "address": DOOR}
    home = make.household(world.committee, block="Lane 8")
    resident = make.resident(home, display_name="王阿姨", **contact)
    world.need = make.need(resident, world.visits, world.worker, world.committee.id)
    world.second = world.ask(world.goods)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def people(make, world):
    return People(make, world).write()


class _Clock(datetime):
    """The instant at which the pages are read: the day after the publication."""

    @classmethod
    def now(cls, tz=None):
        return NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    with mock.patch("matchmaker.base.clock.datetime", _Clock):
        yield


def walk(app, user: m.User | None, token: str = "token") -> dict[str, set[str]]:
    """What each address shows of the contact: every page, every list taken for every purpose, and
    what reveals a contact on purpose."""
    found: dict[str, set[str]] = {}
    browser = Browser(app)
    if user is not None:
        browser.sign_in(user)
    for rule, method, address in list_calls(app):
        address = LINK.sub(f"/l/{token}/", address)
        if method == "GET":
            answers = [browser.client.get(address)]
            if b'name="purpose"' in answers[0].data:
                answers += [
                    browser.client.post(address, data={"purpose": purpose.value})
                    for purpose in ListPurpose
                ]
        elif rule.endpoint in REVEALING:
            answers = [browser.client.post(address)]
        else:
            continue
        text = "\n".join(map(read_everything, answers))
        shown = {name for name, canary in CANARIES.items() if canary in text}
        if shown:
            found.setdefault(rule.endpoint, set()).update(shown)
    return found


REVEALING = {"residents.reveal", "residents.own_contact", "assignments.show_contact"}


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_contact_is_read_by_those_of_its_stage_alone(app, world, people, stage):
    app.config["WTF_CSRF_ENABLED"] = False
    held = Stage(app, world, people)
    token = held.make_link()
    STAGES[stage](held)
    assert walk(app, None, token) == {}
    tried = people if stage == SHOWN else {who: people[who] for who in NEAR}
    seen = {who: walk(app, user) for who, user in tried.items()}
    readers = {who for who, found in seen.items() if found}
    if stage != SHOWN:
        assert readers == set(), seen
        return
    assert readers == ALWAYS | GIVERS, seen
    assert all(set().union(*seen[who].values()) == set(CANARIES) for who in readers)
