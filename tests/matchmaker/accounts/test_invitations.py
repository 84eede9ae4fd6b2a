"""Codes work once, for a while, and never reach beyond the scope of who hands them out."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from matchmaker.accounts import invitations
from matchmaker.accounts.scopes import Scope, resolve_scope
from matchmaker.accounts.throttling import Counted
from matchmaker.clock import get_now
from matchmaker.errors import ForbiddenError, InvalidError, NotFoundError
from matchmaker.extensions import db
from matchmaker.models import AuditEvent, Invitation, Role, User
from tests.browser import Browser
from tests.factories import NOW

WEEK = timedelta(days=7)
KEY = "0" * 32
JOINING = {
    "name": "Li Hua",
    "phone": "13911112222",
    "password": "seven cats on the wall",
    "password_again": "seven cats on the wall",
}


@pytest.fixture
def administrator(make):
    return make.user(Role.ADMINISTRATOR)


@pytest.fixture
def code(app, administrator):
    with app.app_context():
        actor = db.session.get(User, administrator.id)
        code = invitations.invite(
            actor=actor, role=Role.AUDITOR, scope=Scope(), lasts=WEEK, now=get_now()
        )
        db.session.commit()
    return code


def join(browser, code, **values):
    return browser.submit("accounts.join", {**JOINING, "code": code, **values})


def invite(actor, role, scope=None):
    return invitations.invite(actor=actor, role=role, scope=scope or Scope(), lasts=WEEK, now=NOW)


def test_a_code_makes_one_account_and_signs_it_in(app, browser, code):
    assert join(browser, code).status_code == 303
    assert browser.get("accounts.own").status_code == 200
    with app.app_context():
        user = db.session.query(User).filter_by(name="Li Hua").one()
        assert (user.role, user.phone) == (Role.AUDITOR, JOINING["phone"])


def test_a_used_code_is_refused(app, browser, code):
    join(browser, code)
    answer = join(Browser(app), code, phone="13911113333")
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.query(User).count() == 2


def test_a_lapsed_code_is_refused(app, browser, code):
    with app.app_context():
        db.session.execute(update(Invitation).values(expires_at=get_now()))
        db.session.commit()
    assert join(browser, code).status_code == 422


def test_a_wrong_code_is_refused(browser, code):
    assert join(browser, "0000-0000-0000-0000").status_code == 422


def test_guessing_codes_is_slowed_down(browser, monkeypatch, code):
    limits = dict.fromkeys(Counted, 1)
    monkeypatch.setattr("matchmaker.accounts.throttling.TRIES_PER_WINDOW", limits)
    assert join(browser, "0000-0000-0000-0000").status_code == 422
    assert join(browser, code).status_code == 429


@pytest.mark.parametrize("spell", [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c} "])
def test_a_code_may_be_typed_carelessly(browser, code, spell):
    assert join(browser, spell(code)).status_code == 303


def test_the_link_of_an_invitation_fills_the_code_in(browser, code):
    page = browser.use_language("en").get("accounts.join", code=code)
    assert f'value="{code}"' in page.text
    assert "You are invited as: Auditor." in page.text


def test_a_phone_with_an_account_is_refused_and_the_code_stays(browser, code, make):
    taken = make.user(Role.AUDITOR).phone
    assert join(browser, code, phone=taken).status_code == 422
    assert join(browser, code).status_code == 303


def test_a_weak_password_is_refused_and_the_code_stays(browser, code):
    weak = {"password": "short", "password_again": "short"}
    answer = join(browser, code, **weak)
    assert answer.status_code == 422
    assert 'value="Li Hua"' in answer.text
    assert join(browser, code).status_code == 303


def test_the_database_knows_no_code(app, code):
    with app.app_context():
        row = db.session.query(Invitation).one()
        events = [event.details for event in db.session.query(AuditEvent)]
    assert code.replace("-", "") not in f"{row.code_sha256} {events}"


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


def test_a_new_code_is_shown_once(app, administrator):
    browser = Browser(app).sign_in(administrator).use_language("en")
    answer = browser.submit("accounts.invite", {"idempotency_key": KEY, "role": "auditor"})
    assert answer.headers["Location"] == "/invitations"
    code = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", browser.get("accounts.invited").text)[0]
    assert code not in browser.get("accounts.invited").text
    assert join(Browser(app), code).status_code == 303


def test_an_invitation_form_keeps_what_was_typed(app, administrator):
    browser = Browser(app).sign_in(administrator).use_language("en")
    data = {"idempotency_key": KEY, "role": "resident", "resident_reference": "R99999"}
    answer = browser.submit("accounts.invite", data)
    assert answer.status_code == 422
    assert 'value="R99999"' in answer.text


def test_a_withdrawn_code_is_refused(app, administrator, code):
    browser = Browser(app).sign_in(administrator)
    browser.submit("accounts.withdraw_invitation", {}, on="/invitations", invitation_id=1)
    assert join(Browser(app), code).status_code == 422


def test_nobody_withdraws_anothers_invitation(app, make, code):
    browser = Browser(app).sign_in(make.user(Role.ADMINISTRATOR))
    answer = browser.submit("accounts.withdraw_invitation", {}, on="/invitations", invitation_id=1)
    assert answer.status_code == 404


def test_the_first_administrator_comes_by_the_latest_code_alone(context):
    first = invitations.invite_first_administrator(lasts=WEEK, now=NOW)
    second = invitations.invite_first_administrator(lasts=WEEK, now=NOW)
    assert invitations.find_open_invitation(first, NOW) is None
    invitations.accept(code=second, name="A", phone="13911112222", password_hash="x", now=NOW)
    assert invitations.invite_first_administrator(lasts=WEEK, now=NOW) is None


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
