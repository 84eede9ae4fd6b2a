"""The database is away: busy is said in time, pages without data go on, nothing is half done."""

import random
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.web.permissions import GRANTS, PUBLIC
from tests.browser import Browser
from tests.databases import drop_postgres, make_app, opened
from tests.factories import Factory
from tests.matchmaker.small_world import make_small_world
from tests.matchmaker.test_permissions import list_calls

SEED = 20261129
SHORT_WAIT_MS = 2  # every call of the walk would wait
# Public pages that show no data, by method.
WITHOUT_DATA = {
    ("GET", "pages.home"),
    ("GET", "pages.privacy"),
    ("GET", "pages.accessibility"),
    ("GET", "pages.offline"),
    ("GET", "accounts.sign_in"),
    ("GET", "accounts.join"),
    ("GET", "criteria.show"),
    ("GET", "criteria.show_today"),
    ("GET", "organisations.applied"),
}
# What answers without the database because it refuses what was sent before it looks.
REFUSED_BEFORE = {
    ("POST", "pages.preferences"): 422,
    ("POST", "accounts.sign_in"): 422,
    ("POST", "accounts.join"): 422,
    ("POST", "accounts.demo_sign_in"): 404,
    ("GET", "accounts.demo"): 404,
}


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    """A published month and somebody of each role, in a file that the tests lock and let go."""
    folder = tmp_path_factory.mktemp("away")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        app.config.update(
            WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False, DATABASE_WAIT_MS=SHORT_WAIT_MS
        )
        yield app, make_small_world(Factory(app))


@contextmanager
def locked(app, *, for_reading: bool) -> Iterator[None]:
    """Another program holds the file: against writers, or against everybody."""
    with app.app_context():
        path = db.engine.url.database
        db.session.remove()
        db.engine.dispose()
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
        if for_reading:
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        if for_reading:
            other.execute("CREATE TABLE held (id INTEGER)")
        yield
        other.execute("ROLLBACK")


def call_each(app, browser: Browser, calls) -> Iterator[tuple[str, str, TestResponse, float]]:
    with browser.client.session_transaction() as session:
        held = dict(session)
    for rule, method, address in calls:
        with browser.client.session_transaction() as session:  # a sign-out may have ended it
            session.update(held)
        begun = time.monotonic()
        answer = browser.client.open(address, method=method)
        answer.get_data()
        yield method, rule.endpoint, answer, time.monotonic() - begun


def says_busy(answer) -> bool:
    """The bare page with a number of seconds, a heading and nobody's name."""
    is_whole = answer.text.count("<h1>") == 1 and "</html>" in answer.text
    return answer.status_code == 503 and answer.headers["Retry-After"].isdecimal() and is_whole


def hold_some_token(app) -> Browser:
    """Somebody who may be signed in: only the database could tell."""
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "a token that only the database knows", True
    return browser


def check_gone(app) -> None:
    """Every route, of a visitor and of somebody with a session, on a database out of reach."""
    wrong, calls = [], list_calls(app)
    for is_known, browser in ((False, Browser(app)), (True, hold_some_token(app))):
        for method, endpoint, answer, seconds in call_each(app, browser, calls):
            key = (method, endpoint)
            if app.view_functions[endpoint].access != PUBLIC and not is_known:
                is_right = answer.status_code == 303  # to the sign-in page, which stands
            elif is_known and method != "GET":
                is_right = says_busy(answer)
            elif key in WITHOUT_DATA:
                is_right = answer.status_code == 200
            else:
                is_right = says_busy(answer) or answer.status_code == REFUSED_BEFORE.get(key)
            if not is_right or seconds > 5:
                wrong.append((is_known, method, endpoint, answer.status_code, round(seconds, 1)))
    assert "\n".join(map(str, wrong)) == ""


def test_every_route_says_busy_while_the_file_is_locked_against_everybody(site):
    app, world = site
    with locked(app, for_reading=True):
        check_gone(app)
    with_record = Browser(app).sign_in(world.users[Role.COORDINATOR]).client.get("/volunteers/")
    assert with_record.status_code == 200  # and all is well afterwards


def test_a_page_says_that_nobody_can_be_looked_up(site):
    app, _world = site
    sentence = "we cannot reach our records"
    with locked(app, for_reading=True):
        assert sentence in hold_some_token(app).use_language("en").client.get("/").text
        assert sentence not in Browser(app).use_language("en").client.get("/").text


@pytest.mark.postgres
def test_every_route_says_busy_when_postgresql_has_gone(postgres_copier, tmp_path):
    url = postgres_copier()
    with opened(make_app(url, tmp_path)) as app:
        app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        assert Browser(app).client.get("/results/").status_code == 200  # a connection is open
        drop_postgres(url)
        check_gone(app)


def may_open(app, role: Role, call) -> bool:
    access = app.view_functions[call[0].endpoint].access
    return access in GRANTS[role] or (access == PUBLIC and role is Role.RESIDENT)


@pytest.mark.parametrize("role", Role)
@pytest.mark.one_in(3)
def test_who_only_reads_goes_on_while_another_writes(site, role):
    app, world = site
    browser, wrong = Browser(app).sign_in(world.users[role]), []
    calls = [call for call in list_calls(app) if may_open(app, role, call)]
    with locked(app, for_reading=False):
        for method, endpoint, answer, _seconds in call_each(app, browser, calls):
            if not (answer.status_code < 500 if method == "GET" else says_busy(answer)):
                wrong.append((method, endpoint, answer.status_code))
    assert wrong == []


@contextmanager
def failing_after(app, statements: int) -> Iterator[None]:
    """The database goes away in the middle: after that many statements none succeeds."""
    left = [statements]

    def fail(*_arguments) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("role", Role)
@pytest.mark.one_in(3)
def test_a_database_that_goes_in_the_middle_is_never_the_sites_fault(site, role):
    """Whatever runs after the view may not ask it again: log, menu, language, error pages."""
    app, world = site
    random_ = random.Random(f"{SEED} {role}")
    calls = random_.sample(list_calls(app), 60)
    browser, wrong = Browser(app).sign_in(world.users[role]), []
    for call in calls:
        statements = random_.choice((2, 2, 3, 4, 6, 9))  # BEGIN and who it is: 2
        with failing_after(app, statements):
            for method, endpoint, answer, _seconds in call_each(app, browser, [call]):
                if answer.status_code >= 500 and not says_busy(answer):
                    wrong.append((method, endpoint, statements, answer.status_code))
    assert wrong == []


def test_the_real_wait_of_a_step_is_three_seconds_and_pages_are_read_meanwhile(site):
    """A step of a person, a public one and a sign-in; beside them pages with and without data."""
    app, world = site
    person = Browser(app).sign_in(world.users[Role.COORDINATOR])
    wanted = {
        "/offers/1/submit": (person, {}),
        "/sign-in": (Browser(app), {"phone": "13800000000", "password": "a password"}),
        "/organisations/apply": (Browser(app), {}),
        "/volunteers/": (person, None),
        "/privacy": (person, None),
    }

    def call(address: str) -> tuple[bool, float]:
        browser, data = wanted[address]
        begun = time.monotonic()
        method = "GET" if data is None else "POST"
        answer = browser.client.open(address, method=method, data=data)
        assert method == "POST" or answer.status_code == 200
        return says_busy(answer), time.monotonic() - begun

    app.config["DATABASE_WAIT_MS"] = 3000
    try:
        with locked(app, for_reading=False), ThreadPoolExecutor(5) as threads:
            outcomes = dict(zip(wanted, threads.map(call, wanted), strict=True))
    finally:
        app.config["DATABASE_WAIT_MS"] = SHORT_WAIT_MS
    assert [said for said, _seconds in outcomes.values()] == [True] * 3 + [False] * 2
    seconds = [seconds for _said, seconds in outcomes.values()]
    assert min(seconds[:3]) > 2.5, outcomes
    assert max(seconds[:3]) < 5, outcomes
    assert max(seconds[3:]) < 2.5, outcomes


def test_few_threads_wait_for_a_writer_and_the_others_answer_readers(site):
    app, world = site
    writers = [Browser(app).sign_in(world.users[Role.COORDINATOR]) for _number in range(6)]
    app.config["DATABASE_WAIT_MS"] = 1500
    waited = []

    def write(browser: Browser) -> None:
        begun = time.monotonic()
        assert says_busy(browser.client.post("/offers/1/submit"))
        waited.append(time.monotonic() - begun)

    try:
        with locked(app, for_reading=False), ThreadPoolExecutor(6) as threads:
            list(threads.map(write, writers))
    finally:
        app.config["DATABASE_WAIT_MS"] = SHORT_WAIT_MS
    assert sum(seconds < 1 for seconds in waited) == 2
