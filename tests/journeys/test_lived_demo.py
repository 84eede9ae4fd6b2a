"""The demo as `make demo` serves it: in the middle of its month, the month before closed."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from matchmaker import create_app
from matchmaker.base.clock import add_months, get_month, get_now
from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, Promise, PromiseState, Role, RoundState, User
from matchmaker.workbench.line import Reader
from matchmaker.workbench.lines import count_lines
from tests.databases import opened
from tests.journeys.inventory import get_user
from tests.journeys.page_costs import FIRST_OF_ROLE, measure_pages
from tests.journeys.test_pages import FULL, SLOW, VISITORS, assert_no_barriers, deal, list_pages
from tests.sites import get_environment, run_command

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_STATEMENTS, MOST_BYTES = 20, 150 * 1024
S = PromiseState


@pytest.fixture(scope="module")
def lived_app(lived_site):
    with opened(create_app(environ=get_environment(lived_site.folder))) as app:
        yield app


def count_states(month) -> Counter[PromiseState]:
    query = (
        select(Promise.state, func.count())
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .where(MatchRound.month == month)
        .group_by(Promise.state)
    )
    return Counter(dict(db.session.execute(query).all()))


def test_the_month_before_is_closed_and_the_present_one_is_being_lived(lived_app):
    with lived_app.app_context():
        month = get_month(get_now())
        states = dict(db.session.execute(select(MatchRound.month, MatchRound.state)).all())
        assert states == {
            add_months(month, -1): RoundState.CLOSED,
            month: RoundState.EXECUTING,
        }
        before, now = count_states(add_months(month, -1)), count_states(month)
    assert {S.DELIVERED, S.FED_BACK, S.FAILED, S.DECLINED, S.EXPIRED} <= set(before), before
    assert {S.AWAITING_GIVER, S.AWAITING_RECIPIENT, S.CONFIRMED, S.DECLINED} <= set(now), now
    assert not {S.AWAITING_GIVER, S.AWAITING_RECIPIENT, S.CONFIRMED} & set(before)


@pytest.mark.parametrize(
    "role", [Role.SOCIAL_WORKER, Role.COORDINATOR, Role.COMMITTEE_WORKER, Role.RESIDENT]
)
def test_each_person_has_something_to_do_today(lived_app, role):
    with lived_app.app_context():
        actor = db.session.get_one(User, get_user(FIRST_OF_ROLE[role]).id)
        counts = count_lines(Reader(actor, get_now()))
        assert any(row.rows for row in counts if row.line.waits), role


def test_its_chain_and_its_proofs_hold(lived_site):
    assert "unaltered" in run_command(lived_site.folder, "audit", "verify").stdout


def test_preparing_it_again_changes_nothing(lived_site, lived_app):
    with lived_app.app_context():
        before = count_states(get_month(get_now()))
    run_command(lived_site.folder, "demo", "prepare", "--lived")
    with lived_app.app_context():
        assert count_states(get_month(get_now())).total() == before.total()


def test_no_page_of_it_asks_the_database_more_than_20_times_or_is_large(lived_app):
    # The first opening of a run also reads its locked list into memory.
    costs = list(measure_pages(lived_app, repeats=2))
    assert {c.address: c.statements for c in costs if c.statements > MOST_STATEMENTS} == {}
    assert {c.address: c.size for c in costs if c.size > MOST_BYTES} == {}
    assert {c.status for c in costs} <= {200, 303, 409}


@pytest.mark.parametrize("person", VISITORS)
def test_its_pages_have_no_barrier(lived_site, lived_app, tab, person):
    pages = list_pages(lived_app, person)
    assert_no_barriers(lived_site, deal(pages, FULL, max(1, SLOW // 2)), tab, person)
