"""PostgreSQL is connected and says nothing: everybody is answered, and all is well afterwards."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from flask import request, request_finished
from sqlalchemy import event, func, select, text

from matchmaker import models as m
from matchmaker.audit.service import verify_chain
from matchmaker.base import silence
from matchmaker.base.extensions import db
from matchmaker.models import Role
from tests.browser import Browser
from tests.databases import drop_postgres, make_app, opened
from tests.factories import Factory
from tests.frozen import Server, frozen
from tests.matchmaker.small_world import make_small_world
from tests.matchmaker.test_database_away import check_gone, says_busy

pytestmark = pytest.mark.postgres

SHORT_WAIT_MS = 2
MOST_S = 5
# For each role a page that shows data.
PAGES = {
    Role.RESIDENT: "/needs/mine",
    Role.VOLUNTEER: "/assignments/visits",
    Role.COORDINATOR: "/volunteers/",
    Role.COMMITTEE_WORKER: "/needs/",
    Role.SOCIAL_WORKER: "/rounds/",
    Role.ADMINISTRATOR: "/accounts",
    Role.AUDITOR: "/audit",
}
STEP = "/account/password"  # of everybody
# What the busy page says of a change that may be saved, and of one that is not, by language.
MAY_BE_SAVED = {
    "en": "It is not known whether it was saved. Look at the page again before you send it once",
    "zh_Hans_CN": "不知道是否已经保存。请先回到原来的页面看一看",
}
NOT_SAVED = {"en": "Nothing was changed", "zh_Hans_CN": "没有任何改动"}


@pytest.fixture(scope="module")
def site(postgres_copier, tmp_path_factory):
    url = postgres_copier()
    with opened(make_app(url, tmp_path_factory.mktemp("silent"))) as app:
        app.config.update(
            WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False, DATABASE_WAIT_MS=SHORT_WAIT_MS
        )
        yield app, make_small_world(Factory(app)), Server(url)
    drop_postgres(url)


def time_call(call: Callable) -> tuple:
    begun = time.monotonic()
    answer = call()
    answer.get_data()
    return answer, time.monotonic() - begun


def wait_until_well(browser: Browser, address: str) -> None:
    """The site may be asked again after as many seconds as the busy page says."""
    ends = time.monotonic() + MOST_S
    while browser.client.get(address).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_each_role_is_answered_while_the_server_is_frozen_and_served_afterwards(site):
    app, world, server = site
    browsers = {role: Browser(app).sign_in(world.users[role]) for role in Role}
    for role, browser in browsers.items():
        assert browser.client.get(PAGES[role]).status_code == 200, role
    wrong = []
    with frozen(server):
        for role, browser in browsers.items():
            for method, address in (("GET", PAGES[role]), ("POST", STEP)):
                answer, seconds = time_call(partial(browser.client.open, address, method=method))
                if not says_busy(answer) or seconds > MOST_S:
                    wrong.append((role, address, answer.status_code, round(seconds, 1)))
        assert Browser(app).client.get("/privacy").status_code == 200  # needs no data
    assert wrong == []
    wait_until_well(browsers[Role.COORDINATOR], PAGES[Role.COORDINATOR])
    for role, browser in browsers.items():
        assert browser.client.get(PAGES[role]).status_code == 200, role


@pytest.mark.slow
def test_every_route_says_busy_while_the_server_is_frozen(site):
    app, world, server = site
    browser = Browser(app).sign_in(world.users[Role.COORDINATOR])
    assert browser.client.get("/volunteers/").status_code == 200
    with frozen(server):
        check_gone(app)
    wait_until_well(browser, "/volunteers/")


@contextmanager
def freezing_at(app, server: Server, statement: str) -> Iterator[None]:
    """The server freezes as a statement that begins so is about to be sent."""

    def freeze(_connection, _cursor, text: str, *_others) -> None:
        if text.startswith(statement):
            server.freeze()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", freeze)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", freeze)
        server.thaw()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("INSERT INTO idempotency", marks=pytest.mark.slow),
        pytest.param("INSERT INTO volunteer", marks=pytest.mark.slow),
        "INSERT INTO audit",
    ],
)
def test_a_server_that_freezes_in_the_middle_of_a_step_leaves_nothing_half_done(
    site, make_volunteer, statement
):
    app, world, server = site
    browser = Browser(app).use_language("en").sign_in(world.users[Role.COORDINATOR])
    assert browser.client.get("/volunteers/").status_code == 200
    before = count_volunteers(app)
    with freezing_at(app, server, statement):
        answer, seconds = time_call(lambda: make_volunteer(browser))
        assert says_busy(answer), answer.status_code
        assert NOT_SAVED["en"] in answer.text
        assert seconds < MOST_S
    wait_until_well(browser, "/volunteers/")
    assert count_volunteers(app) == before
    assert make_volunteer(browser).status_code == 303
    with app.app_context():
        assert verify_chain() == []


@contextmanager
def freezing_at_commit(app, server: Server) -> Iterator[None]:
    """The server freezes as the change of a sent form is about to be committed."""

    def freeze(_connection) -> None:
        if request.method == "POST":
            server.freeze()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", freeze)
    try:
        yield
    finally:
        event.remove(engine, "commit", freeze)
        server.thaw()


@pytest.mark.parametrize("language", ["en", pytest.param("zh_Hans_CN", marks=pytest.mark.slow)])
def test_a_change_whose_commit_is_not_answered_is_called_neither_saved_nor_lost(
    site, make_volunteer, language
):
    app, world, server = site
    browser = Browser(app).use_language(language).sign_in(world.users[Role.COORDINATOR])
    wait_until_well(browser, "/volunteers/")
    before = count_volunteers(app)
    with freezing_at_commit(app, server):
        answer, seconds = time_call(lambda: make_volunteer(browser))
        assert says_busy(answer), answer.status_code
        assert seconds < MOST_S
        assert MAY_BE_SAVED[language] in answer.text
        assert NOT_SAVED[language] not in answer.text
    wait_until_well(browser, "/volunteers/")
    ends = time.monotonic() + MOST_S
    while count_volunteers(app) == before:  # the server had been sent the COMMIT and carries it out
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert make_volunteer(browser).status_code == 303
    assert count_volunteers(app) == before + 1  # the same form acts once


def count_volunteers(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(m.Volunteer))


@pytest.fixture
def make_volunteer(site) -> Callable:
    app, _world, _server = site
    with app.app_context():
        code = db.session.scalar(
            select(m.ServiceCategory.code).where(m.ServiceCategory.parent_id.is_not(None))
        )
    typed = {"name": "王小明", "visits_per_month": "3", "categories": [code], "windows": ["SAT-AM"]}
    key = f"{time.monotonic_ns():032x}"
    return lambda browser: browser.submit("volunteers.add", {**typed, "idempotency_key": key})


def test_a_thread_is_free_again_when_the_server_freezes_after_the_answer(site):
    """What is left to do is to end the transaction, which nobody waits for but the thread."""
    app, world, server = site
    browser = Browser(app).sign_in(world.users[Role.COORDINATOR])
    wait_until_well(browser, "/volunteers/")

    def freeze(_app, **_others) -> None:
        server.freeze()

    try:
        with request_finished.connected_to(freeze, app):
            _answer, seconds = time_call(lambda: browser.client.get("/volunteers/"))
    finally:
        server.thaw()
    assert seconds < MOST_S
    wait_until_well(browser, "/volunteers/")


def test_a_connection_that_was_lost_while_nobody_used_it_is_no_failure(site):
    app, _world, _server = site
    browser = Browser(app).use_language("en")
    wait_until_well(browser, "/results/")
    with browser.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "a token that only the database knows", True
    with app.app_context():
        other = db.engine.connect()
        other.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        other.invalidate()
        other.close()
    answer = browser.client.get("/")
    assert answer.status_code == 200
    assert "we cannot reach our records" not in answer.text


def test_a_server_that_is_well_ends_a_slow_statement_itself(site, monkeypatch):
    app, _world, _server = site
    backends = []

    def sleep() -> str:
        backends.append(db.session.scalar(text("SELECT pg_backend_pid()")))
        db.session.execute(text("SELECT pg_sleep(20)"))
        return "slept"

    monkeypatch.setitem(app.view_functions, "pages.privacy", sleep)
    answer, seconds = time_call(lambda: Browser(app).use_language("en").client.get("/privacy"))
    assert says_busy(answer), answer.status_code
    assert NOT_SAVED["en"] in answer.text
    assert seconds < MOST_S
    with app.app_context():
        event_of = text("SELECT wait_event FROM pg_stat_activity WHERE pid = :pid")
        found = db.session.execute(event_of, {"pid": backends[0]}).scalars().all()
        assert len(found) == 1  # the connection is still in use
        assert found != ["PgSleep"]


def test_the_next_visitor_asks_at_once_after_a_server_refused_the_one_who_asked(monkeypatch):
    monkeypatch.setattr(silence, "RETRY_S", 0)
    watch = silence.SilenceWatch(psycopg, lambda: 1.0, lambda: True, lambda: None)
    watch.note(
        SimpleNamespace(is_pre_ping=True, original_exception=psycopg.errors.ConnectionTimeout())
    )
    closed_port = {"host": "127.0.0.1", "port": 1, "connect_timeout": 2}
    for _visitor in range(2):
        with pytest.raises(psycopg.OperationalError) as caught:
            watch.connect(None, None, (), closed_port)
        assert not watch.is_silence(caught.value)


@pytest.mark.slow
def test_the_real_wait_is_below_five_seconds_and_pages_without_data_are_read_meanwhile(site):
    app, world, server = site
    people = [Browser(app).sign_in(world.users[Role.COORDINATOR]) for _number in range(6)]
    wait_until_well(people[0], "/volunteers/")
    app.config["DATABASE_WAIT_MS"] = 3000
    try:
        with frozen(server), ThreadPoolExecutor(7) as threads:
            calls = [partial(browser.client.get, "/volunteers/") for browser in people]
            asked = [threads.submit(time_call, call) for call in calls]
            visitor = threads.submit(time_call, partial(Browser(app).client.get, "/privacy"))
            outcomes = [one.result() for one in asked]
            assert all(says_busy(answer) and seconds < MOST_S for answer, seconds in outcomes)
            answer, seconds = visitor.result()
            assert (answer.status_code, seconds < 2) == (200, True)
            later = [time_call(call) for call in calls]
            assert sum(seconds > 1 for _answer, seconds in later) <= 1  # one asks for all
    finally:
        app.config["DATABASE_WAIT_MS"] = SHORT_WAIT_MS
    wait_until_well(people[0], "/volunteers/")
