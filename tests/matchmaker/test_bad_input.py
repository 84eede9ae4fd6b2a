"""Malformed requests over every route and role: whatever arrives, no answer is the site's fault."""

import io
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import got_request_exception

from matchmaker.models import Role
from tests.browser import Browser
from tests.matchmaker.malformed_calls import (
    STEERING_NAMES,
    Call,
    draw_call,
    draw_path,
    list_field_names,
)
from tests.matchmaker.small_world import make_small_world
from tests.matchmaker.test_permissions import list_rules

pytestmark = pytest.mark.both_databases

SEED = 20261123


def send(browser: Browser, call: Call) -> int:
    data: dict[str, object] = dict(call.data)
    data |= {name: (io.BytesIO(b"\x00\xff"), f"{name}.bin") for name in call.files}
    body: Any = {} if call.method in ("GET", "HEAD", "OPTIONS", "TRACE") else {"data": data}
    answer = browser.client.open(call.address, method=call.method, **body)
    answer.get_data()
    return answer.status_code


@pytest.fixture
def world(app, make):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["WTF_CSRF_ENABLED"] = False  # else hardly anything would reach a form
    return make_small_world(make, is_published=False)  # under review nearly every step is open


def draw_calls(app, count: int, seed: int) -> list[Call]:
    random_ = random.Random(seed)
    rules, names = list_rules(app), list_field_names()
    return [draw_call(random_, rules, names) for _number in range(count)]


def find_faults(app, world, calls: list[Call]) -> list[str]:
    """What went wrong, each fault once, with the first call that brought it about."""
    faults: dict[str, str] = {}
    raised: list[Exception] = []

    def note(_sender, exception, **_rest):
        raised.append(exception)

    with got_request_exception.connected_to(note, app):
        for call in calls:
            browser = Browser(app)
            if call.role is not None:
                browser.sign_in(world.users[call.role])
            raised.clear()
            status = send(browser, call)
            if status >= 500 and status != 501:
                cause = f"{raised[0]!r:.200}" if raised else str(status)
                faults.setdefault(cause, f"{call!r:.1500}")
    return [f"{cause}\n{call}" for cause, call in faults.items()]


@pytest.mark.parametrize(
    "path",
    [
        "/rounds/2026-07/runs/1/lines/a%00b",
        "/rounds/2026-07/overrides/%00",
        "/needs/new/%00",
        "/rounds/2026-07/runs/1/lines.a%1fb",
        f"/needs/{'9' * 5000}",
        "/static/%00",
    ],
)
def test_what_no_table_can_hold_is_an_unknown_page(app, world, path):
    for user in world.users.values():
        assert Browser(app).sign_in(user).client.get(path).status_code in (403, 404)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_no_name_in_an_address_steers_the_addresses_of_its_page(app, world):
    """Each name alone could be a part of another page's address, or one of url_for's own."""
    rules = list_rules(app)
    names = {name for rule in rules for name in rule.arguments} | set(STEERING_NAMES)
    query, random_ = urlencode(dict.fromkeys(sorted(names), "x")), random.Random(SEED)
    calls = [
        Call(role, "GET", f"{draw_path(random_, rule)}?{query}", {}, ())
        for role in Role
        for rule in rules
        if "GET" in rule.methods
    ]
    assert find_faults(app, world, calls) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_few_hundred_malformed_requests_are_answered_without_a_fault(app, world):
    assert find_faults(app, world, draw_calls(app, 400, SEED)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_malformed_requests_are_answered_without_a_fault(app, world, seed):
    assert find_faults(app, world, draw_calls(app, 2500, seed)) == []
