import pytest
from flask import abort
from markupsafe import escape
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.base.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    ThrottledError,
)
from matchmaker.base.extensions import db
from matchmaker.models import Role, Subdistrict
from matchmaker.words.refusals import SENTENCES

RAISED = [
    (NotFoundError("need.unknown"), 404),
    (ForbiddenError("status.committee_records"), 403),
    (ConflictError("need.state"), 409),
    (InvalidError("need.quantity_missing", field="quantity"), 422),
    (ThrottledError(retry_after_seconds=90), 429),
    (StaleDataError("somebody else was faster"), 409),
]
ABORTED = [400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503]


@pytest.fixture
def failing(app, browser):
    """A function that shows what the site answers when a view does this."""
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    numbers = iter(range(100))

    def show(view, **headers):
        address = f"/failing-{next(numbers)}"
        app.add_url_rule(address, endpoint=address, view_func=view)
        return browser.client.get(address, headers=headers)

    return show


def throw(error):
    def view():
        raise error

    return view


@pytest.mark.parametrize(("error", "status"), RAISED, ids=lambda value: str(value))
def test_a_broken_rule_has_its_status_and_a_way_back(failing, error, status):
    answer = failing(throw(error), **{"Accept-Language": "en"})
    assert answer.status_code == status
    assert answer.text.count("<h1>") == 1
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(("error", "status"), RAISED[:4], ids=lambda value: str(value))
def test_a_broken_rule_is_said_in_words(failing, error, status):
    page = failing(throw(error), **{"Accept-Language": "en"}).text
    assert escape(str(SENTENCES[error.code])) in page


@pytest.mark.parametrize(
    ("role", "back"),
    [
        (Role.RESIDENT, "/needs/mine"),
        (Role.COMMITTEE_WORKER, "/needs/"),
        (Role.COORDINATOR, "/"),
    ],
)
def test_a_conflict_leads_back_to_the_list_that_the_reader_may_open(
    failing, browser, make, role, back
):
    browser.sign_in(make.user(role))
    page = failing(throw(ConflictError("need.state", state="met", step="x"))).text
    assert f'class="btn btn-primary" href="{back}"' in page


@pytest.mark.parametrize("status", ABORTED)
def test_every_http_error_is_a_page_in_plain_words(failing, status):
    answer = failing(lambda: abort(status), **{"Accept-Language": "en"})
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert answer.text.count("<h1>") == 1
    assert "Werkzeug" not in answer.text


def test_the_throttled_read_when_to_come_back(failing):
    answer = failing(throw(ThrottledError(retry_after_seconds=90)), **{"Accept-Language": "en"})
    assert answer.headers["Retry-After"] == "90"
    assert "2 minutes" in answer.text


def test_the_busy_site_says_when_to_come_back(failing):
    assert failing(lambda: abort(503)).headers["Retry-After"] == "5"


def test_a_database_that_does_not_answer_is_busy_and_not_broken(failing):
    answer = failing(throw(OperationalError("SELECT 1", {}, Exception("database is locked"))))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_a_wrong_method_still_says_which_are_right(browser):
    answer = browser.client.get("/preferences")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_what_a_failed_step_had_begun_is_not_kept(app, failing):
    def view():
        db.session.add(Subdistrict(code="S1", name_zh="徐家汇街道", name_en="Xujiahui"))
        db.session.flush()
        raise ConflictError("round.exists")

    assert failing(view).status_code == 409
    with app.app_context():
        assert db.session.query(Subdistrict).count() == 0


def test_an_error_page_shows_even_when_the_database_is_gone(app, failing, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("SELECT", {}, Exception("no server"))

    def view():
        monkeypatch.setattr(db.session, "execute", refuse)
        monkeypatch.setattr(db.session, "scalar", refuse)
        return 1 / 0

    answer = failing(view, **{"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "on our side" in answer.text


def test_an_expired_token_is_a_plain_400(app, browser):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser.client.post("/preferences", data={"locale": "en"})
    assert answer.status_code == 400
    assert answer.text.count("<h1>") == 1
