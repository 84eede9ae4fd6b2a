"""One's own account: sessions, password, notices, who looked at my contact."""

import pytest

from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, LoginSession, Notice, Role
from tests.browser import Browser
from tests.factories import PASSWORD

NEW_PASSWORD = "seven cats on the wall"


@pytest.fixture
def user(make):
    return make.user(Role.AUDITOR)


@pytest.fixture
def mine(app, user):
    return Browser(app).sign_in(user).use_language("en")


def change(browser, old=PASSWORD, new=NEW_PASSWORD, again=None):
    data = {"old_password": old, "new_password": new, "new_password_again": again or new}
    return browser.submit("accounts.password", data)


def test_a_changed_password_signs_every_other_browser_out(app, mine, user):
    other = Browser(app).sign_in(user)
    assert change(mine).status_code == 303
    assert mine.get("accounts.own").status_code == 200
    assert other.get("accounts.own").status_code == 303
    data = {"phone": user.phone, "password": NEW_PASSWORD}
    assert Browser(app).submit("accounts.sign_in", data).status_code == 303


def test_the_old_password_is_asked_for(mine):
    answer = change(mine, old="somebody else's guess")
    assert answer.status_code == 422
    assert "This is not the present password." in answer.text
    assert "guess" not in answer.text


@pytest.mark.parametrize("new", ["too short", PASSWORD, "qwertyuiop123456"])
def test_a_poor_new_password_is_refused(mine, new):
    assert change(mine, new=new).status_code == 422


def test_two_different_new_passwords_are_refused(mine):
    assert change(mine, again="seven dogs on the wall").status_code == 422


def test_another_browser_can_be_signed_out(app, mine, user):
    other = Browser(app).sign_in(user)
    with app.app_context():
        session_id = max(row.id for row in db.session.query(LoginSession))
    mine.submit("accounts.end_session", {}, on="/account", session_id=session_id)
    assert other.get("accounts.own").status_code == 303
    assert mine.get("accounts.own").status_code == 200


def test_anothers_session_is_not_mine_to_end(app, mine, make):
    other = Browser(app).sign_in(make.user(Role.AUDITOR))
    with app.app_context():
        session_id = max(row.id for row in db.session.query(LoginSession))
    answer = mine.submit("accounts.end_session", {}, on="/account", session_id=session_id)
    assert answer.status_code == 404
    assert other.get("accounts.own").status_code == 200


def test_notices_are_in_words_and_can_be_put_away(app, mine, user, make):
    row = make.add(
        Notice(
            user_id=user.id,
            kind="round.published",
            subject_type="match_round",
            subject_id=1,
            created_at=get_now(),
        )
    )
    page = mine.get("accounts.own").text
    assert "is published: see what is asked of you" in page
    assert "I have read them" in page
    for sent in ({}, {"first": "x", "last": "9" * 30}, {"first": row.id + 1, "last": row.id + 9}):
        mine.submit("accounts.read_notices", sent, on="/account")
    assert "I have read them" in mine.get("accounts.own").text, "what no page showed is not read"
    mine.submit("accounts.read_notices", {"first": row.id, "last": row.id}, on="/account")
    assert "I have read them" not in mine.get("accounts.own").text


def test_signing_out_is_written_down(app, mine, user):
    mine.submit("accounts.sign_out", {}, on="/account")
    with app.app_context():
        event = db.session.query(AuditEvent).one()
        assert (event.action, event.actor_id) == ("account.sign_out", user.id)
