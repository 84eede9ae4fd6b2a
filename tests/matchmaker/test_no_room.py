"""A disk that takes not one row more: each step is refused whole, with a number of seconds."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from matchmaker.base.clock import get_now, moved_to
from matchmaker.base.extensions import db
from matchmaker.models import Role
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.matchmaker.test_database_away import may_open, says_busy
from tests.matchmaker.test_permissions import list_calls
from tests.matchmaker.test_stale_edits import REASON, make_world
from tests.page_forms import PageForm, read_forms

WRITES = ("INSERT", "UPDATE", "DELETE")
# Blueprints without a step that the forms of this world lead to, and why.
UNTRIED = {
    "calendar": "what the form of a year asks for is not filled in by the walk",
    "disclosures": "its form stands on pages of answers, not on pages to open",
    "links": "an address holds a token that only its paper shows",
    "pages": "the choice of language and text size is kept in the browser",
    "people": "nobody is entered twice in this world",
}


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("no_room")
    url, later = sqlite_copier(folder), NOW + timedelta(days=7)
    with opened(make_app(url, folder)) as app, moved_to(later):
        yield app, make_world(app, Factory(app))


@contextmanager
def no_room(app: Flask) -> Iterator[list[str]]:
    """Every row that is to be written is refused as SQLite refuses it; gives the statements."""
    tried: list[str] = []

    def refuse(_connection, _cursor, statement: str, *_others) -> None:
        if statement.startswith(WRITES):
            tried.append(statement)
            full = sqlite3.OperationalError("database or disk is full")
            raise OperationalError(statement, {}, full)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield tried
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def list_rows(app: Flask) -> dict[str, list]:
    with app.app_context():
        tables = db.metadata.sorted_tables
        return {table.name: list(db.session.execute(select(table))) for table in tables}


def fill(form: PageForm) -> dict[str, list[str]]:
    """What is sent when a person fills in what is empty."""
    day = (get_now() + timedelta(days=30)).date().isoformat()
    given = {"textarea": REASON, "date": day, "text": REASON, "tel": "13812345678", "number": "1"}
    for control in form.controls:
        control.value = control.value or given.get(control.kind, "")
        is_tick = control.kind == "checkbox"
        control.is_on = True if is_tick else control.is_on
    return form.list_sent()


def list_steps(app: Flask, browser: Browser, role: Role) -> dict[str, list[tuple[str, dict]]]:
    """Forms of the pages that the role may open, by the endpoint that they post to."""
    found: dict[str, list[tuple[str, dict]]] = {}
    addresses, seen = app.url_map.bind("localhost"), set()
    for call in list_calls(app):
        if call[1] != "GET" or not may_open(app, role, call):
            continue
        answer = browser.client.get(call[2])
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for form in read_forms(answer.text):
            address = form.attributes.get("action") or call[2]
            if form.attributes.get("method") != "post" or address in seen:
                continue
            seen.add(address)
            try:
                endpoint = addresses.match(address.partition("?")[0], method="POST")[0]
            except HTTPException:
                continue
            found.setdefault(endpoint, []).append((address, fill(form)))
    return found


@pytest.mark.slow
def test_each_step_is_refused_whole_when_the_disk_is_full(site):
    app, world = site
    refused = {
        endpoint.partition(".")[0]
        for role in Role
        for endpoint in check_steps(app, Browser(app).sign_in(world.users[role]), role)
    }
    steps = [rule.endpoint for rule, method, _address in list_calls(app) if method == "POST"]
    assert {endpoint.partition(".")[0] for endpoint in steps} - refused == UNTRIED.keys()


def check_steps(app: Flask, browser: Browser, role: Role) -> set[str]:
    """Take each step that the pages offer, on a full disk; returns the endpoints that wrote."""
    steps, before = list_steps(app, browser, role), list_rows(app)
    with browser.client.session_transaction() as session:
        held = dict(session)
    refused, wrong = set(), []
    for endpoint, (address, sent) in ((name, step) for name in steps for step in steps[name]):
        with browser.client.session_transaction() as session:  # a sign-out may have ended it
            session.update(held)
        with no_room(app) as statements:
            answer = browser.client.post(address, data=sent)
        if says_busy(answer) and statements:
            refused.add(endpoint)
        elif answer.status_code >= 500 or (statements and answer.status_code < 400):
            wrong.append((endpoint, answer.status_code, statements[:1]))
    after = list_rows(app)
    assert (wrong, [name for name in before if before[name] != after[name]]) == ([], [])
    return refused


@pytest.mark.parametrize("role", Role)
@pytest.mark.one_in(7)
def test_pages_are_read_when_the_disk_is_full(site, role):
    app, world = site
    browser, wrong = Browser(app).sign_in(world.users[role]), []
    calls = [call for call in list_calls(app) if call[1] == "GET" and may_open(app, role, call)]
    with no_room(app):
        for _rule, _method, address in calls:
            answer = browser.client.get(address)
            if answer.status_code >= 500:
                wrong.append((address, answer.status_code))
    assert wrong == []
