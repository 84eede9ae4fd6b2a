import re

import pytest
from sqlalchemy import select, text

from matchmaker.accounts.throttling import TRIES_PER_WINDOW, Counted
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Organisation, OrganisationState, Role, User
from tests.browser import Browser
from tests.factories import NOW

pytestmark = pytest.mark.both_databases

KEY = "7" * 32
PHONE = "13812345678"
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


@pytest.fixture
def subdistrict(make):
    return make.subdistrict()


@pytest.fixture
def social_worker(app, make, subdistrict):
    user = make.user(Role.SOCIAL_WORKER, subdistrict_id=subdistrict.id)
    return Browser(app).sign_in(user).use_language("en")


@pytest.fixture
def visitor(app):
    return Browser(app).use_language("en")


@pytest.fixture
def typed(subdistrict):
    return {
        "subdistrict_id": str(subdistrict.id),
        "name_zh": "乐汇社",
        "kind": "social_organisation",
        "contact_name": "陆先生",
        "contact_phone": "138 1234 5678",
    }


def find_organisation(app):
    with app.app_context():
        return db.session.scalar(select(Organisation))


def test_anyone_applies_and_a_social_worker_calls_back(app, visitor, social_worker, typed):
    assert visitor.submit("organisations.apply", typed).status_code == 303
    assert visitor.get("organisations.applied").status_code == 200
    organisation = find_organisation(app)
    assert organisation.state is OrganisationState.APPLIED
    page = social_worker.get("organisations.show", organisation_id=organisation.id).text
    assert PHONE in page
    assert "陆先生" in page
    assert PHONE not in social_worker.get("organisations.index").text


def test_the_contact_is_encrypted_and_kept_out_of_the_audit(app, visitor, typed):
    visitor.submit("organisations.apply", typed)
    with app.app_context():
        stored = db.session.execute(text("SELECT * FROM organisation_application")).one()
        events = db.session.scalars(select(AuditEvent)).all()
    assert PHONE not in str(stored)
    assert "陆先生" not in str(stored)
    assert [event.action for event in events] == ["organisation.apply"]
    assert PHONE not in str([event.details for event in events])


def test_a_refused_application_keeps_what_was_typed(app, visitor, typed):
    page = visitor.submit("organisations.apply", {**typed, "contact_phone": "12"})
    assert page.status_code == 422
    assert "陆先生" in page.text
    assert find_organisation(app) is None


def test_a_second_application_of_the_same_name_is_refused(visitor, typed):
    visitor.submit("organisations.apply", typed)
    page = visitor.submit("organisations.apply", typed)
    assert page.status_code == 422
    assert "already here" in page.text


def test_applications_from_one_address_are_limited(visitor, typed, monkeypatch):
    monkeypatch.setattr("matchmaker.organisations.application_views.get_now", lambda: NOW)
    for _number in range(TRIES_PER_WINDOW[Counted.APPLICATION_ADDRESS]):
        visitor.submit("organisations.apply", typed)
    assert visitor.submit("organisations.apply", typed).status_code == 429


def test_after_approval_a_code_is_shown_once_and_makes_the_coordinator(
    app, visitor, social_worker, typed
):
    visitor.submit("organisations.apply", typed)
    values = {"organisation_id": find_organisation(app).id}
    on = social_worker.get_url("organisations.show", **values)
    early = social_worker.submit("organisations.invite", {"idempotency_key": KEY}, on=on, **values)
    assert early.status_code == 409
    social_worker.submit(
        "organisations.move", {"idempotency_key": KEY}, on=on, step="approve", **values
    )
    social_worker.submit("organisations.invite", {"idempotency_key": "8" * 32}, on=on, **values)
    code = CODE.search(social_worker.get("organisations.show", **values).text)
    assert code
    assert code[0] not in social_worker.get("organisations.show", **values).text
    account = {
        "code": code[0],
        "name": "陆晓东",
        "phone": PHONE,
        "password": "plum blossom in the quiet lane",
        "password_again": "plum blossom in the quiet lane",
    }
    joined = Browser(app).submit("accounts.join", account)
    assert joined.status_code == 303, joined.text
    with app.app_context():
        coordinator = db.session.scalar(select(User).where(User.role == Role.COORDINATOR))
    assert coordinator.organisation_id == values["organisation_id"]
    assert PHONE not in social_worker.get("organisations.show", **values).text


def test_nobody_invites_for_an_organisation_of_another_street(social_worker, make, subdistrict):
    own, foreign = make.organisation(subdistrict), make.organisation()
    on = social_worker.get_url("organisations.show", organisation_id=own.id)
    answer = social_worker.submit(
        "organisations.invite", {"idempotency_key": KEY}, on=on, organisation_id=foreign.id
    )
    assert answer.status_code == 404
