"""One of everything, for tests that walk every page: a small month and an account of each role."""

from dataclasses import dataclass

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import Role
from tests.factories import NOW, Factory
from tests.matchmaker.rounds.small_month import SmallMonth

PLANTED_PHONE = "13800000001"  # of the first resident


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """``users`` holds one person of each role; ``need`` is the first resident's."""

    users: dict[Role, m.User]
    resident: m.Resident
    need: m.Need


def make_small_world(make: Factory, *, is_published: bool = True) -> SmallWorld:
    """A month that the product froze, solved and published, or left under review."""
    month = SmallMonth(make)
    users = _make_users(make, month)
    _make_evidence(make, month.residents[1], users)
    make.follow_up(month.needs[1])
    with make.context():
        run = month.publish() if is_published else month.solve()
        visit = db.session.scalars(
            select(m.Promise).filter_by(round_run_id=run.id, need_id=month.needs[1].id)
        ).one()
        visitor_id = visit.volunteer_id
        make.thanks(visit)
        db.session.commit()
    users[Role.VOLUNTEER] = make.user(Role.VOLUNTEER, volunteer_id=visitor_id)
    return SmallWorld(users, month.residents[1], month.needs[1])


def _make_users(make: Factory, month: SmallMonth) -> dict[Role, m.User]:
    """The month's own social worker and auditor, and others who have to do with row 1."""
    return {
        Role.RESIDENT: make.user(Role.RESIDENT, resident_id=month.residents[1].id),
        Role.COORDINATOR: make.user(Role.COORDINATOR, organisation_id=month.organisations[1].id),
        Role.COMMITTEE_WORKER: make.user(
            Role.COMMITTEE_WORKER, committee_id=month.needs[1].committee_id
        ),
        Role.SOCIAL_WORKER: month.first,
        Role.ADMINISTRATOR: make.user(Role.ADMINISTRATOR),
        Role.AUDITOR: month.auditor,
    }


def _make_evidence(make: Factory, resident: m.Resident, users: dict[Role, m.User]) -> None:
    worker = users[Role.COMMITTEE_WORKER]
    make.add(
        m.RecipientStatus(
            resident_id=resident.id, kind=m.StatusKind.LIVING_ALONE, evidence="Visited at home"
        )
    )
    make.add(
        m.Consent(
            resident_id=resident.id,
            purpose="keep_contact",
            text_version="2026-07",
            channel=m.ConsentChannel.SIGNED_PAPER,
            given_at=NOW,
            recorded_by_id=worker.id,
        )
    )
    make.add(
        m.Disclosure(
            at=NOW,
            user_id=worker.id,
            resident_id=resident.id,
            fields=["phone"],
            ground="own_committee",
        )
    )
