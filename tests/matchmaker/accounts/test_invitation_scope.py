"""Nobody invites beyond the own scope."""

from datetime import timedelta

import pytest

from matchmaker.accounts import invitations
from matchmaker.accounts.scopes import Scope, resolve_scope
from matchmaker.base.errors import ForbiddenError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Invitation, Role
from tests.browser import Browser
from tests.factories import NOW

WEEK = timedelta(days=7)
KEY = "0" * 32


def invite(actor, role, scope=None):
    return invitations.invite(actor=actor, role=role, scope=scope or Scope(), lasts=WEEK, now=NOW)


def test_only_administrators_invite_staff_of_the_street_office(context, make):
    committee = make.committee()
    scope = Scope(subdistrict_id=committee.subdistrict_id)
    for role, own in (
        (Role.COORDINATOR, {"organisation_id": make.organisation().id}),
        (Role.COMMITTEE_WORKER, {"committee_id": committee.id}),
        (Role.SOCIAL_WORKER, {"subdistrict_id": committee.subdistrict_id}),
        (Role.RESIDENT, {}),
        (Role.VOLUNTEER, {}),
        (Role.AUDITOR, {}),
    ):
        actor = make.user(role, **own)
        for wanted in (Role.SOCIAL_WORKER, Role.ADMINISTRATOR, Role.COMMITTEE_WORKER):
            with pytest.raises(ForbiddenError):
                invite(actor, wanted, scope)


def test_a_coordinator_invites_for_the_own_organisation_alone(context, make):
    own, other = make.organisation(), make.organisation()
    actor = make.user(Role.COORDINATOR, organisation_id=own.id)
    assert invite(actor, Role.COORDINATOR, Scope(organisation_id=own.id))
    assert invite(actor, Role.VOLUNTEER, Scope(volunteer_id=make.volunteer(own).id))
    for scope in (
        Scope(organisation_id=other.id),
        Scope(volunteer_id=make.volunteer(other).id),
        Scope(),
    ):
        with pytest.raises(NotFoundError):
            invite(actor, Role.COORDINATOR, scope)


def test_a_committee_worker_invites_residents_of_the_own_committee_alone(context, make):
    committee = make.committee()
    actor = make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)
    neighbour = make.resident(make.household(committee))
    assert invite(actor, Role.RESIDENT, Scope(resident_id=neighbour.id))
    with pytest.raises(NotFoundError):
        invite(actor, Role.RESIDENT, Scope(resident_id=make.resident().id))


def test_a_coordinator_who_posts_another_role_gets_no_more(app, make):
    organisation = make.organisation()
    browser = Browser(app).sign_in(make.user(Role.COORDINATOR, organisation_id=organisation.id))
    data = {"idempotency_key": KEY, "role": "social_worker", "subdistrict_id": "1"}
    assert browser.submit("accounts.invite_member", data).status_code == 303
    with app.app_context():
        row = db.session.query(Invitation).one()
        assert (row.role, row.organisation_id) == (Role.COORDINATOR, organisation.id)
    answer = browser.submit("accounts.invite", data, on="/members/invite")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "field"),
    [
        (Role.SOCIAL_WORKER, "subdistrict_id"),
        (Role.COMMITTEE_WORKER, "committee_id"),
        (Role.COORDINATOR, "organisation_id"),
        (Role.RESIDENT, "resident_reference"),
        (Role.VOLUNTEER, "volunteer_reference"),
    ],
)
def test_a_role_without_its_scope_is_refused_at_the_field(context, role, field):
    with pytest.raises(InvalidError) as refusal:
        resolve_scope(role)
    assert refusal.value.field == field


def test_a_social_worker_invites_coordinators_of_the_own_street_office_alone(context, make):
    own, other = make.organisation(), make.organisation()
    actor = make.user(Role.SOCIAL_WORKER, subdistrict_id=own.subdistrict_id)
    assert invite(actor, Role.COORDINATOR, Scope(organisation_id=own.id))
    with pytest.raises(NotFoundError):
        invite(actor, Role.COORDINATOR, Scope(organisation_id=other.id))
