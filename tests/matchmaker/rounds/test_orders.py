"""Every list that a statement of the rounds reads has one order, whatever the database prefers.

Rows that are locked are read in the order of their ids, so two steps at once never wait for each
other. SQLite often reads by id by itself; so the statements are compared, not their rows.
"""

import re

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import findings, overrides, readiness, service
from matchmaker.rounds.memory import ledger
from matchmaker.rounds.pages import figures, lines
from matchmaker.rounds.publish import publication, remembering
from matchmaker.rounds.solve import runs
from tests.journeys.page_costs import count_statements
from tests.matchmaker.rounds.small_month import MONTH

pytestmark = pytest.mark.usefixtures("english")

UNSERVED = findings.Finding.UNSERVED_CATEGORIES


def list_orders(app, read, *given) -> list[str]:
    """What each statement of ``read`` orders by."""
    with count_statements(app) as statements:
        read(*given)
    found = [re.search(r"ORDER BY (.*?)(?:\s+LIMIT|$)", text, re.DOTALL) for text in statements]
    return [order[1].strip() for order in found if order]


def test_lists_of_a_round_have_one_order(app, month):
    run = month.start()
    match_round, need = run.match_round, db.session.get_one(m.Need, month.needs[1].id)
    office, auditor = match_round.subdistrict_id, db.session.get_one(m.User, month.auditor.id)
    auditor.subdistrict_id = None
    db.session.flush()

    def select_lines():
        db.session.scalars(lines.select_lines(run, lines.LineFilters())).all()

    expected = {
        queries.list_rounds: ([month.one], ["match_round.month DESC"]),
        queries.list_published_rounds: (
            [],
            ["match_round.month DESC, match_round.subdistrict_id"],
        ),
        queries.get_subdistrict_id: ([auditor], ["subdistrict.id"]),
        runs.list_runs: ([match_round], ["round_run.number DESC"]),
        overrides.list_overrides: ([match_round], ["round_override.id"]),
        overrides.list_candidates: (
            [match_round, need],
            ["offer.id", "volunteer.sort_key, volunteer.id"],
        ),
        select_lines: ([], ["need.reference"]),
        lines.list_givers: ([run, []], ["promise.id"]),
        figures.read_names: (
            [office],
            [
                "committee.code",
                "service_category.position, service_category.code",
                "organisation.sort_key, organisation.code",
            ],
        ),
        remembering.list_outcomes: ([run], ["need_outcome.need_id"]),
        remembering.list_assignments: ([run], ["promise.id"]),
        publication._lock_needs: ([run], ["need.id"]),
        service._lock_open_needs: ([match_round, MONTH], ["need.id"]),
        readiness._list_named: (
            [UNSERVED, findings.ROWS[UNSERVED].select(findings.Prepared(office, MONTH))],
            ["service_category.position, service_category.id"],
        ),
        ledger._list_rounds: ([office, MONTH], ["fairness_ledger.month DESC"]),
    }
    for read, (given, orders) in expected.items():
        assert list_orders(app, read, *given) == orders, read.__name__


def test_lines_follow_their_references_and_not_the_order_of_entry(month):
    run = month.solve()
    need = db.session.get_one(m.Need, month.needs[1].id)
    need.reference = "N2607-0009"
    db.session.flush()
    found = db.session.scalars(lines.select_lines(run, lines.LineFilters())).all()
    assert [row.need.reference[-1] for row in found] == ["2", "3", "4", "5", "6", "9"]
