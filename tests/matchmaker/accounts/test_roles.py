"""One sign-in with several roles: taken on by an invitation, worked in one at a time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.accounts import administration, invitations, roles, sessions, signing_in
from matchmaker.accounts.scopes import Scope
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, LoginSession, Role, User, Volunteer
from matchmaker.people import joining
from tests.browser import Browser
from tests.factories import NOW, PASSWORD
from tests.worlds import kept

pytestmark = [pytest.mark.both_databases]


class Street:
    """A coordinator who is also a resident, and who else may have a role."""

    def __init__(self, make) -> None:
        self.make, self.committee = make, make.committee()
        self.organisation = make.organisation()
        self.resident = make.resident(make.household(self.committee))
        self.user = make.user(Role.COORDINATOR, organisation_id=self.organisation.id)
        self.administrator = make.user(Role.ADMINISTRATOR)

    def invite(self, role=Role.RESIDENT, **scope) -> str:
        if not scope and role is Role.RESIDENT:
            scope = {"resident_id": self.resident.id}
        with self.make.context():
            maker = db.session.get_one(User, self.administrator.id)
            code = invitations.invite(
                actor=maker, role=role, scope=Scope(**scope), lasts=timedelta(days=3650), now=NOW
            )
            db.session.commit()
        return code

    def add(self, user=None, **invited) -> User:
        code = self.invite(**invited)
        actor = db.session.get_one(User, (user or self.user).id)
        added = roles.add_role(actor=actor, code=code, now=NOW)
        db.session.commit()
        return added


@pytest.fixture
@kept
def street(make):
    return Street(make)


def test_a_coordinator_takes_on_the_role_of_a_resident(context, street):
    added = street.add()
    assert (added.role, added.resident_id) == (Role.RESIDENT, street.resident.id)
    assert [row.id for row in roles.list_roles(street.user)] == [street.user.id, added.id]
    assert [row.id for row in roles.list_roles(added)] == [street.user.id, added.id]
    assert added.person_id == street.user.person_id
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.action, event.subject_id) == ("account.add_role", added.id)


def test_the_further_role_has_no_sign_in_of_its_own(context, street):
    added = street.add()
    typed = {"phone": street.user.phone, "address": "10.0.0.1", "now": NOW}
    token = signing_in.sign_in(password=PASSWORD, **typed)
    held = select(LoginSession.user_id).where(
        LoginSession.token_sha256 == sessions.get_digest(token)
    )
    assert db.session.scalar(held) == street.user.id
    with pytest.raises(InvalidError):
        signing_in.sign_in(password=added.password_hash, **typed)


def test_a_code_adds_one_role_once(context, street):
    code = street.invite()
    roles.add_role(actor=street.user, code=code, now=NOW)
    with pytest.raises(InvalidError) as refusal:
        roles.add_role(actor=street.user, code=code, now=NOW)
    assert refusal.value.code == "invitation.unusable"


@pytest.mark.parametrize(
    "role", [Role.SOCIAL_WORKER, Role.ADMINISTRATOR, Role.AUDITOR, Role.COMMITTEE_WORKER]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_who_decides_or_checks_has_an_account_of_the_own(context, street, role, is_first, make):
    """Two acts that take two persons are never of one sign-in."""
    scopes = {
        Role.SOCIAL_WORKER: {"subdistrict_id": street.committee.subdistrict_id},
        Role.COMMITTEE_WORKER: {"committee_id": street.committee.id},
    }
    scope = scopes.get(role, {})
    values = {"user": make.user(role, **scope)} if is_first else {"role": role, **scope}
    with pytest.raises((ConflictError, InvalidError)):
        street.add(**values)


def test_a_short_password_opens_no_role_that_asks_for_a_longer_one(context, street, make):
    resident = make.user(Role.RESIDENT, resident_id=street.resident.id)
    with pytest.raises(ConflictError) as refusal:
        street.add(user=resident, role=Role.COORDINATOR, organisation_id=street.organisation.id)
    assert refusal.value.code == "account.role_apart"


def test_a_volunteer_of_two_organisations_with_one_sign_in_is_one_person(context, street, make):
    rows = [make.volunteer(street.organisation), make.volunteer(make.organisation())]
    for row in rows:
        street.add(role=Role.VOLUNTEER, volunteer_id=row.id)
    persons = {make.get(Volunteer, row.id).person_id for row in rows}
    assert persons == {make.get(User, street.user.id).person_id}
    actor = make.user(Role.SOCIAL_WORKER, subdistrict_id=street.organisation.subdistrict_id)
    with pytest.raises(ConflictError) as refusal:
        joining.separate_volunteer(actor=actor, volunteer_id=rows[0].id, now=NOW)
    assert refusal.value.code == "person.one_sign_in"


def test_a_switch_ends_the_old_session_and_opens_one_of_the_chosen_role(context, street):
    added = street.add()
    old = sessions.open_session(street.user, NOW)
    new = roles.switch_role(actor=street.user, user_id=added.id, token=old, now=NOW)
    lasts = {"idle": timedelta(hours=1), "absolute": timedelta(hours=1)}
    assert sessions.find_session(old, NOW, **lasts) is None
    assert sessions.find_session(new, NOW, **lasts).user_id == added.id


def test_nobody_switches_to_the_account_of_another(context, street, make):
    street.add()
    token = sessions.open_session(street.user, NOW)
    for stranger in (street.administrator, make.user(Role.RESIDENT)):
        with pytest.raises(NotFoundError):
            roles.switch_role(actor=street.user, user_id=stranger.id, token=token, now=NOW)


def test_a_disabled_role_is_not_opened_and_a_new_password_ends_every_role(context, street):
    added = street.add()
    token = sessions.open_session(added, NOW)
    signing_in.change_password(
        user_id=added.id,
        old_password=PASSWORD,
        new_password="three ducks by the bridge",
        kept_token="",
        now=NOW,
    )
    lasts = {"idle": timedelta(hours=1), "absolute": timedelta(hours=1)}
    assert sessions.find_session(token, NOW, **lasts) is None
    administrator = db.session.get_one(User, street.administrator.id)
    administration.disable_account(actor=administrator, user_id=added.id, now=NOW)
    assert [row.id for row in roles.list_roles(street.user)] == [street.user.id]


def test_the_whole_way_in_a_browser(app, street):
    """An invitation opened while signed in; the switch in the header; the choice at sign-in."""
    code = street.invite()
    browser = Browser(app).sign_in(street.user).use_language("en")
    assert "Switch role" not in browser.get("pages.home").text
    page = browser.get("accounts.join", code=code)
    assert "Add this role to my sign-in" in page.text
    on = browser.get_url("accounts.join", code=code)
    assert browser.submit("accounts.add_role", {"code": code}, on=on).status_code == 303
    home = browser.get("pages.home").text
    assert "Switch role" in home
    assert browser.get("needs.mine").status_code == 200
    assert browser.get("volunteers.index").status_code == 403
    page = browser.get_url("accounts.choose_role")
    back = browser.submit("accounts.switch_role", {}, on=page, user_id=street.user.id)
    assert back.status_code == 303
    assert browser.get("volunteers.index").status_code == 200

    other = Browser(app).use_language("en")
    typed = {"phone": street.user.phone, "password": PASSWORD, "next": "/volunteers/"}
    answer = other.submit("accounts.sign_in", typed)
    assert answer.headers["Location"] == "/account/roles?next=/volunteers/"
    assert "Go on in the present role" in other.client.get(answer.headers["Location"]).text


def test_a_page_of_another_site_is_no_place_to_go_on_to(app, street):
    with app.app_context():
        street.add()
    browser = Browser(app).sign_in(street.user)
    page = browser.client.get("/account/roles?next=//evil.example/")
    assert "evil.example" not in page.text.partition("<main")[2]
