"""Administrators manage accounts and learn nothing about residents."""

import pytest

from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Role, User
from tests.browser import Browser

pytestmark = pytest.mark.both_databases

KEY = "0" * 32


@pytest.fixture
def administrator(make):
    return make.user(Role.ADMINISTRATOR)


@pytest.fixture
def office(app, administrator):
    return Browser(app).sign_in(administrator).use_language("en")


@pytest.fixture
def resident_account(make):
    resident = make.resident(display_name="赵爷叔")
    return make.user(Role.RESIDENT, resident_id=resident.id, name="赵爷叔")


def switch(office, user, step):
    data = {"idempotency_key": KEY if step == "disable" else "1" * 32}
    on = f"/accounts/{user.id}"
    return office.submit("accounts.switch", data, on=on, user_id=user.id, step=step)


def test_a_resident_appears_by_reference_alone(app, office, resident_account):
    with app.app_context():
        reference = db.session.get(User, resident_account.id).resident.reference
    listed = office.get("accounts.index").text
    shown = office.get("accounts.show", user_id=resident_account.id).text
    for page in (listed, shown):
        assert reference in page
        assert "赵爷叔" not in page
        assert resident_account.phone not in page


def test_a_residents_name_cannot_be_tried_out(office, resident_account, make):
    make.user(Role.AUDITOR, name="Zhao Min")
    assert "0 accounts" in office.get("accounts.index", search="赵爷叔").text
    assert "1 account" in office.get("accounts.index", search="Zhao").text


def test_accounts_are_narrowed_by_role_and_state(office, make):
    make.user(Role.AUDITOR, name="Able Auditor")
    make.user(Role.AUDITOR, name="Former Auditor", disabled_at=get_now())
    page = office.get("accounts.index", role="auditor", state="disabled").text
    assert "Former Auditor" in page
    assert "Able Auditor" not in page


def test_nonsense_filters_narrow_nothing(office):
    assert office.get("accounts.index", role="emperor", state="x").status_code == 200


def test_disabling_signs_a_person_out_and_enabling_lets_them_back(app, office, make):
    user = make.user(Role.AUDITOR)
    theirs = Browser(app).sign_in(user)
    assert switch(office, user, "disable").status_code == 303
    assert theirs.get("accounts.own").status_code == 303
    assert switch(office, user, "enable").status_code == 303
    assert theirs.get("accounts.own").status_code == 303  # the old session stays ended
    with app.app_context():
        actions = [event.action for event in db.session.query(AuditEvent)]
        assert actions == ["account.disable", "account.enable"]


def test_disabling_twice_is_a_conflict(office, make):
    user = make.user(Role.AUDITOR, disabled_at=get_now())
    assert switch(office, user, "disable").status_code == 409


def test_nobody_disables_themselves(office, administrator):
    assert switch(office, administrator, "disable").status_code == 409


def test_an_unknown_account_is_not_found(office):
    assert office.get("accounts.show", user_id=4711).status_code == 404


def test_a_new_role_takes_the_old_scope_away_and_ends_the_sessions(app, office, make):
    organisation, committee = make.organisation(), make.committee()
    user = make.user(Role.COORDINATOR, organisation_id=organisation.id)
    theirs = Browser(app).sign_in(user)
    data = {
        "idempotency_key": KEY,
        "role": "committee_worker",
        "committee_id": str(committee.id),
        "organisation_id": str(organisation.id),
    }
    assert office.submit("accounts.change_role", data, user_id=user.id).status_code == 303
    assert theirs.get("accounts.own").status_code == 303
    with app.app_context():
        row = db.session.get(User, user.id)
        assert (row.role, row.committee_id) == (Role.COMMITTEE_WORKER, committee.id)
        assert row.organisation_id is None


def test_a_role_without_its_scope_comes_back_as_typed(office, make):
    user = make.user(Role.AUDITOR)
    data = {"idempotency_key": KEY, "role": "coordinator"}
    answer = office.submit("accounts.change_role", data, user_id=user.id)
    assert answer.status_code == 422
    assert 'selected value="coordinator"' in answer.text


def test_a_coordinator_sees_the_own_members_alone(app, make):
    own, other = make.organisation(), make.organisation()
    actor = make.user(Role.COORDINATOR, organisation_id=own.id, name="Me")
    make.user(Role.VOLUNTEER, volunteer_id=make.volunteer(own).id, name="Our volunteer")
    make.user(Role.COORDINATOR, organisation_id=other.id, name="Their coordinator")
    page = Browser(app).sign_in(actor).get("accounts.members").text
    assert "Our volunteer" in page
    assert "Their coordinator" not in page


def test_a_committee_worker_sees_the_own_residents_accounts_alone(app, make):
    committee = make.committee()
    actor = make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)
    neighbour = make.resident(make.household(committee))
    make.user(Role.RESIDENT, resident_id=neighbour.id, name="Neighbour")
    make.user(Role.RESIDENT, resident_id=make.resident().id, name="Stranger")
    page = Browser(app).sign_in(actor).get("accounts.members").text
    assert "Neighbour" in page
    assert "Stranger" not in page
