"""A session ends when it should, and a copy of its cookie is then worth nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from matchmaker.accounts import sessions
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import LoginSession, Role, User
from tests.browser import Browser

pytestmark = pytest.mark.both_databases


@pytest.fixture
def user(make):
    return make.user(Role.AUDITOR)


@pytest.fixture
def signed_in(browser, user):
    return browser.sign_in(user)


def is_signed_in(browser):
    return browser.get("accounts.own").status_code == 200


def change_session(app, **values):
    with app.app_context():
        db.session.execute(update(LoginSession).values(**values))
        db.session.commit()


def read_session(app):
    with app.app_context():
        return db.session.query(LoginSession).one()


def test_a_signed_in_person_sees_their_account(signed_in):
    assert is_signed_in(signed_in)


def test_a_cookie_copied_before_signing_out_is_worthless_after(app, signed_in):
    cookie = signed_in.client.get_cookie("session")
    signed_in.submit("accounts.sign_out", {}, on="/account")
    thief = Browser(app)
    thief.client.set_cookie("session", cookie.value)
    assert not is_signed_in(thief)


def test_an_idle_session_ends(app, signed_in):
    change_session(app, seen_at=get_now() - timedelta(minutes=61))
    assert not is_signed_in(signed_in)


def test_a_session_in_use_is_not_idle(app, signed_in):
    change_session(app, seen_at=get_now() - timedelta(minutes=59))
    assert is_signed_in(signed_in)
    assert get_now() - read_session(app).seen_at < timedelta(minutes=5)


def test_an_old_session_ends_however_busy(app, signed_in):
    change_session(app, created_at=get_now() - timedelta(minutes=721))
    assert not is_signed_in(signed_in)


def test_a_disabled_person_is_out_at_once(app, signed_in, user):
    with app.app_context():
        db.session.get(User, user.id).disabled_at = get_now()
        db.session.commit()
    assert not is_signed_in(signed_in)


def test_a_session_is_touched_at_most_once_a_minute(app, signed_in):
    seen_at = get_now() - timedelta(seconds=30)
    change_session(app, seen_at=seen_at)
    assert is_signed_in(signed_in)
    assert read_session(app).seen_at == seen_at


def test_the_database_knows_no_token(app, context, user):
    token = sessions.open_session(db.session.get(User, user.id), get_now())
    row = db.session.query(LoginSession).one()
    assert token not in (row.token_sha256, str(row.id))
    assert row.token_sha256 == sessions.get_digest(token)


def test_revoking_all_sessions_can_spare_one(context, make):
    user, now = make.user(Role.AUDITOR), get_now()
    limits = {"idle": timedelta(hours=1), "absolute": timedelta(hours=1)}
    kept, ended = sessions.open_session(user, now), sessions.open_session(user, now)
    sessions.revoke_all_sessions(user, now, except_token=kept)
    assert sessions.find_session(kept, now, **limits) is not None
    assert sessions.find_session(ended, now, **limits) is None


def test_a_stranger_is_sent_to_sign_in_and_back(browser):
    answer = browser.get("accounts.own")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/account"


def test_a_forged_cookie_opens_nothing(browser):
    browser.client.set_cookie("session", "forged")
    assert not is_signed_in(browser)
