"""Reading many rows of a round takes as many statements as reading one."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import asked, given, overrides
from matchmaker.rounds.pages import lines
from matchmaker.rounds.pages.lines import LineFilters
from matchmaker.rounds.publish import remembering
from tests.journeys.page_costs import count_statements
from tests.matchmaker.rounds.second_month import SECOND_MONTH, freeze_second_month
from tests.matchmaker.rounds.small_month import MONTH

pytestmark = pytest.mark.usefixtures("context")


def count(app, read) -> int:
    """The statements of ``read``, of rows that nobody has read before."""
    db.session.flush()
    db.session.expunge_all()
    with count_statements(app) as statements:
        assert read()
    return len([statement for statement in statements if statement.startswith("SELECT")])


def test_needs_are_frozen_with_one_statement_one_for_statuses_and_one_for_lost_promises(app, month):
    office = month.subdistrict.id
    assert count(app, lambda: asked.freeze_needs(office, MONTH)) == 3


@pytest.mark.parametrize(
    ("freeze", "statements"),
    [
        (asked.freeze_due_visits, 3),  # one for statuses, one for agreements
        (given.freeze_offers, 1),
        (given.freeze_volunteers, 3),  # one for qualifications, one for days away
    ],
)
def test_a_month_is_frozen_with_as_many_statements_as_kinds_of_rows(app, make, freeze, statements):
    office = freeze_second_month(make).subdistrict_id
    assert count(app, lambda: freeze(office, SECOND_MONTH)) == statements


def test_candidates_are_found_with_one_statement_a_kind(app, month):
    match_round_id, need_id = month.freeze().id, month.needs[1].id

    def read():
        match_round = db.session.get_one(m.MatchRound, match_round_id)
        need = db.session.get_one(m.Need, need_id)
        assert match_round.snapshot
        assert need.category
        found = overrides.list_candidates(match_round, need)
        return [row.organisation.code for row in (*found.offers, *found.volunteers)]

    assert count(app, read) == 4 + 2  # round, snapshot, need and category are read before


def test_lines_are_read_with_one_statement_for_needs_and_one_for_givers(app, month):
    run_id = month.solve().id

    def read():
        run = db.session.get_one(m.RoundRun, run_id)
        found = lines.read_lines(
            run, db.session.scalars(lines.select_lines(run, LineFilters())).all()
        )
        return [
            (
                line.need.category.code,
                line.need.committee.code,
                line.need.resident.reference,
                [row.code for row in line.givers],
            )
            for line in found
        ]

    assert count(app, read) == 3

    def read_givers():
        run = db.session.get_one(m.RoundRun, run_id)
        outcomes = db.session.scalars(select(m.NeedOutcome)).all()
        givers = lines.list_givers(run, outcomes)
        return [row.volunteer and row.volunteer.name for rows in givers.values() for row in rows]

    assert count(app, read_givers) == 3


def test_a_publication_reads_outcomes_and_needs_with_one_statement(app, month):
    run_id = month.solve().id

    def read():
        run = db.session.get_one(m.RoundRun, run_id)
        return [row.need.reference for row in remembering.list_outcomes(run)]

    assert count(app, read) == 2
