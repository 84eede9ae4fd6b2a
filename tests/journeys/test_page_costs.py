"""How much a page may ask of the database, on a month of real size."""

import pytest

from matchmaker import create_app
from matchmaker.base.clock import add_months, get_month, get_now
from matchmaker.base.extensions import db
from matchmaker.models import Role
from matchmaker.rounds.freeze.service import open_round
from tests.browser import Browser
from tests.journeys.inventory import get_user
from tests.journeys.page_costs import (
    FIRST_OF_ROLE,
    HOME,
    PageCost,
    count_statements,
    measure_pages,
    print_costs,
)
from tests.sites import get_environment

MOST_STATEMENTS, MOST_IN_THE_ROOM = 20, 15


@pytest.fixture(scope="module")
def demo(demo_copy):
    return create_app(environ=get_environment(demo_copy))


@pytest.fixture(scope="module")
def costs(demo) -> list[PageCost]:
    return list(measure_pages(demo, repeats=1))


def test_no_page_asks_the_database_more_than_20_times(costs):
    assert {
        (c.role, c.address): c.statements for c in costs if c.statements > MOST_STATEMENTS
    } == {}


def test_every_page_was_opened(costs):
    assert {c.status for c in costs} <= {200, 303, 409}
    assert {c.role for c in costs} == {"visitor", *(role.value for role in Role)}


def test_the_room_of_a_published_month_asks_at_most_15_times(costs):
    rooms = [c for c in costs if c.address.startswith("/rounds/20") and c.address.count("/") == 3]
    assert rooms
    assert all(room.statements <= MOST_IN_THE_ROOM for room in rooms), rooms


def test_the_room_of_a_month_being_prepared_asks_at_most_20_times(demo):
    with demo.app_context():
        worker = get_user(FIRST_OF_ROLE[Role.SOCIAL_WORKER])
        month = add_months(get_month(get_now()), 2)
        open_round(month=month, actor=worker, now=get_now())
        db.session.commit()
        worker = get_user(FIRST_OF_ROLE[Role.SOCIAL_WORKER])
    browser = Browser(demo).sign_in(worker)
    for address in (f"/rounds/{month:%Y-%m}/", f"/rounds/{month:%Y-%m}/freeze"):
        with count_statements(demo) as statements:
            assert browser.client.get(address).status_code == 200
        assert len(statements) <= MOST_STATEMENTS, address


def test_the_table_gives_each_page_against_the_home_page(capsys):
    home = PageCost("visitor", HOME, 200, 3, 2048, 0.01)
    print_costs([home, PageCost("resident", "/needs/", 200, 9, 4096, 0.05)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["resident", "/needs/", "9", "4.0", "5.0x"]
    assert lines[-1].startswith("2 pages; most statements: 9")
