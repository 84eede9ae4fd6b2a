"""One of everything: for tests that walk every page."""

import json
from dataclasses import dataclass

from matchmaker import models as m
from matchmaker.models import Role
from tests.factories import NOW, Factory
from tests.run_factories import make_assignment, make_run

PLANTED_PHONE = "13866667777"


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """``users`` holds one person of each role, all of one street office."""

    users: dict[Role, m.User]
    resident: m.Resident
    need: m.Need


def make_small_world(make: Factory) -> SmallWorld:
    """A need matched with an offer in a run, and one account of each role around it."""
    subdistrict = make.subdistrict()
    committee = make.committee(subdistrict)
    organisation = make.organisation(subdistrict)
    resident = make.resident(make.household(committee), phone=PLANTED_PHONE)
    volunteer = make.volunteer(organisation)
    users = _make_users(make, subdistrict, committee, organisation, resident, volunteer)
    category = make.category()
    need = make.need(resident, category, users[Role.COMMITTEE_WORKER], committee.id)
    offer = make.offer(organisation, category)
    run = make_run(make, subdistrict.id, users[Role.SOCIAL_WORKER])
    _freeze(make, run)
    state = m.AssignmentState.CONFIRMED
    make_assignment(make, run, need, offer, volunteer_id=volunteer.id, state=state)
    _make_evidence(make, resident, users)
    return SmallWorld(users, resident, need)


def _make_users(
    make: Factory,
    subdistrict: m.Subdistrict,
    committee: m.Committee,
    organisation: m.Organisation,
    resident: m.Resident,
    volunteer: m.Volunteer,
) -> dict[Role, m.User]:
    scopes = {
        Role.RESIDENT: {"resident_id": resident.id},
        Role.VOLUNTEER: {"volunteer_id": volunteer.id},
        Role.COORDINATOR: {"organisation_id": organisation.id},
        Role.COMMITTEE_WORKER: {"committee_id": committee.id},
        Role.SOCIAL_WORKER: {"subdistrict_id": subdistrict.id},
    }
    return {role: make.user(role, **scopes.get(role, {})) for role in Role}


def _freeze(make: Factory, run: m.RoundRun) -> None:
    """The snapshot and the job that every run has."""
    empty = json.dumps({"needs": [], "offers": [], "volunteers": [], "duties": []})
    make.add(
        m.StoredSnapshot(
            match_round_id=run.match_round_id,
            canonical_json=empty,
            sha256="0" * 64,
            offer_ids={},
            taken_at=NOW,
        )
    )
    make.add(m.Job(round_run_id=run.id, created_at=NOW))


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
