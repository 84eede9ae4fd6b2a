"""Codes work once, for a while, and never reach beyond the scope of who hands them out."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from matchmaker.accounts import administration, invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.accounts.throttling import Counted
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Invitation, Role, User
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.two_at_once import PATIENCE_SECONDS, run_all

pytestmark = pytest.mark.both_databases

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
def unconfirmed_code(app, administrator):
    with app.app_context():
        actor = db.session.get(User, administrator.id)
        code = invitations.invite(
            actor=actor, role=Role.AUDITOR, scope=Scope(), lasts=WEEK, now=get_now()
        )
        db.session.commit()
    return code


@pytest.fixture
def code(app, unconfirmed_code):
    """The code of an invitation that the site's owner confirmed."""
    with app.app_context():
        db.session.query(Invitation).one().confirmed_at = get_now()
        db.session.commit()
    return unconfirmed_code


def test_a_code_of_a_guarded_role_opens_once_a_second_person_confirms_it(
    app, make, administrator, unconfirmed_code
):
    assert join(Browser(app), unconfirmed_code).status_code == 422
    own = Browser(app).sign_in(administrator)
    key, address = {"idempotency_key": KEY}, {"invitation_id": 1, "on": "/invitations/unconfirmed"}
    assert own.submit("accounts.confirm_invitation", key, **address).status_code == 404
    second = Browser(app).sign_in(make.user(Role.AUDITOR)).use_language("en")
    assert "Auditor" in second.get("accounts.unconfirmed").text
    assert second.submit("accounts.confirm_invitation", key, **address).status_code == 303
    assert "Nothing waits for you" in second.get("accounts.unconfirmed").text
    assert join(Browser(app), unconfirmed_code).status_code == 303
    with app.app_context():
        actions = [row.action for row in db.session.query(AuditEvent).order_by(AuditEvent.id)]
    assert actions[:2] == ["invitation.make", "invitation.confirm"]


@pytest.mark.parametrize(
    ("confirmer", "role", "may"),
    [
        (Role.AUDITOR, Role.SOCIAL_WORKER, True),
        (Role.AUDITOR, Role.ADMINISTRATOR, True),
        (Role.ADMINISTRATOR, Role.AUDITOR, True),
        (Role.SOCIAL_WORKER, Role.SOCIAL_WORKER, True),
        (Role.SOCIAL_WORKER, Role.ADMINISTRATOR, False),  # of no street office
        ("elsewhere", Role.SOCIAL_WORKER, False),
        (Role.COMMITTEE_WORKER, Role.SOCIAL_WORKER, False),
        (Role.COORDINATOR, Role.AUDITOR, False),
        (Role.RESIDENT, Role.ADMINISTRATOR, False),
        (Role.AUDITOR, Role.COMMITTEE_WORKER, False),  # needs no confirmation
    ],
)
def test_who_confirms_which_invitation(context, make, administrator, confirmer, role, may):
    office, other = make.subdistrict(), make.subdistrict()
    values = {"subdistrict_id": office.id}
    if confirmer == "elsewhere":
        confirmer, values = Role.SOCIAL_WORKER, {"subdistrict_id": other.id}
    if confirmer is not Role.SOCIAL_WORKER:
        values = {}
    actor = make.user(confirmer, **values)
    scope = Scope(subdistrict_id=office.id) if role is Role.SOCIAL_WORKER else Scope()
    maker = db.session.get(User, administrator.id)
    invitations.invite(actor=maker, role=role, scope=scope, lasts=WEEK, now=NOW)
    assert bool(invitations.list_unconfirmed(actor, NOW)) is may


def join(browser, code, **values):
    return browser.submit("accounts.join", {**JOINING, "code": code, **values})


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


@pytest.mark.parametrize("step", ["disable", "change_role"])
def test_a_code_of_somebody_who_lost_their_part_is_refused(app, make, browser, code, step):
    other_id = make.user(Role.ADMINISTRATOR).id
    with app.app_context():
        maker = db.session.query(User).filter(User.id != other_id).one()
        values = {"actor": db.session.get(User, other_id), "user_id": maker.id, "now": get_now()}
        if step == "disable":
            administration.disable_account(**values)
        else:
            committee = Scope(committee_id=make.committee().id)
            administration.change_role(role=Role.COMMITTEE_WORKER, scope=committee, **values)
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


UNKNOWN_CODE = "0000-0000-0000-0000"


def read_page_of(browser, code):
    """The page of an invitation's link, without what is never twice the same."""
    page = browser.use_language("en").get("accounts.join", code=code).text
    return re.sub(r'name="csrf_token"[^>]*|nonce="[^"]*"', "", page).replace(code, "CODE")


def list_codes(app, make, code):
    """A code of each kind: unknown, open, and one each that was used, lapsed or taken back."""
    with app.app_context():
        actor = db.session.get(User, make.user(Role.ADMINISTRATOR).id)
        spent = [
            invitations.invite(
                actor=actor, role=Role.RESIDENT, scope=Scope(), lasts=WEEK, now=get_now()
            )
            for _number in range(3)
        ]
        rows = db.session.query(Invitation).order_by(Invitation.id.desc()).limit(3).all()[::-1]
        assert invitations.use_up(rows[0], get_now())
        rows[1].expires_at = get_now() - WEEK
        invitations.withdraw_invitation(actor=actor, invitation_id=rows[2].id, now=get_now())
        db.session.commit()
    return {"unknown": UNKNOWN_CODE, "open": code} | dict(
        zip(("used", "lapsed", "withdrawn"), spent, strict=True)
    )


@pytest.mark.parametrize("role", [None, Role.COORDINATOR, Role.AUDITOR])
def test_the_page_of_a_code_is_the_same_whatever_the_code(app, make, code, role):
    browser = Browser(app)
    if role is not None:
        browser.sign_in(make.user(role, organisation_id=make.organisation().id))
    pages = {
        name: read_page_of(browser, found) for name, found in list_codes(app, make, code).items()
    }
    assert [name for name, page in pages.items() if page != pages["unknown"]] == []
    assert ("Add this role to my sign-in" in pages["unknown"]) is (role is Role.COORDINATOR)


def test_a_code_that_opens_nothing_is_refused_in_the_same_words_whatever_is_wrong(app, make, code):
    answers = {}
    for name, found in list_codes(app, make, code).items():
        if name != "open":
            answer = join(Browser(app).use_language("en"), found)
            text = re.sub(r'name="csrf_token"[^>]*|nonce="[^"]*"', "", answer.text)
            answers[name] = (answer.status_code, text.replace(found, "CODE"))
    assert len(set(answers.values())) == 1
    assert answers["used"][0] == 422


def test_a_code_for_one_more_role_counts_as_a_try(app, make, monkeypatch, code):
    limits = dict.fromkeys(Counted, 1)
    monkeypatch.setattr("matchmaker.accounts.throttling.TRIES_PER_WINDOW", limits)
    user = make.user(Role.COORDINATOR, organisation_id=make.organisation().id)
    browser = Browser(app).sign_in(user)
    for found, status in ((UNKNOWN_CODE, 422), (UNKNOWN_CODE, 429), (code, 429)):
        on = browser.get_url("accounts.join", code=found)
        answer = browser.submit("accounts.add_role", {"code": found}, on=on)
        assert answer.status_code == status


def test_a_phone_with_an_account_gets_another_account(app, browser, code, make):
    earlier = make.user(Role.AUDITOR)
    assert join(browser, code, phone=earlier.phone).status_code == 303
    with app.app_context():
        rows = db.session.query(User).filter_by(phone_index=earlier.phone_index).all()
    assert len({row.letter for row in rows}) == len(rows) == 2


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


def test_a_new_code_is_shown_once(app, administrator, make):
    browser = Browser(app).sign_in(administrator).use_language("en")
    committee = str(make.committee().id)
    data = {"idempotency_key": KEY, "role": "committee_worker", "committee_id": committee}
    answer = browser.submit("accounts.invite", data)
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
    role = Role.ADMINISTRATOR
    first = invitations.invite_first(role, lasts=WEEK, now=NOW)
    second = invitations.invite_first(role, lasts=WEEK, now=NOW)
    assert invitations.find_open_invitation(first, NOW) is None
    invitations.accept(code=second, name="A", phone="13911112222", password_hash="x", now=NOW)
    assert invitations.invite_first(role, lasts=WEEK, now=NOW) is None


def test_of_two_who_use_a_code_at_once_one_gets_in(app, code):
    start, answers = Barrier(2, timeout=PATIENCE_SECONDS), []

    def try_it(phone):
        browser = Browser(app)
        data = {**JOINING, "code": code, "phone": phone}
        page = browser.get("accounts.join").text
        data["csrf_token"] = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        start.wait()
        answers.append(browser.client.post("/join", data=data).status_code)

    run_all([Thread(target=try_it, args=(f"1391111222{n}",)) for n in range(2)])
    assert sorted(answers) == [303, 422]
    with app.app_context():
        assert db.session.query(User).filter_by(role=Role.AUDITOR).count() == 1
