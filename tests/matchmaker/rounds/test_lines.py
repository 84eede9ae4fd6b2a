"""The lines of a run: which are selected by each filter, who gives, and the rows of a file."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.rounds.pages import line_views, lines
from matchmaker.rounds.pages.lines import LineFilters, RunLine
from tests.worlds import kept

pytestmark = pytest.mark.usefixtures("context")

NEEDS = [f"N2607-000{number}" for number in range(1, 7)]
GROUNDS = {"N2607-0005": "outranked", "N2607-0006": "no_eligible_offer"}


@pytest.fixture
@kept
def run(month):
    """A second run whose outcomes differ from the first one's in every column that is filtered."""
    first = month.solve()
    run = month.solve(first.match_round)
    for outcome in list_outcomes(run):
        outcome.ground = GROUNDS.get(outcome.need.reference, "met")
        outcome.is_met = outcome.ground == "met"
    for outcome in list_outcomes(first):
        outcome.ground, outcome.is_met = "lost_lottery", False
    db.session.flush()
    return run


def list_outcomes(run: m.RoundRun) -> list[m.NeedOutcome]:
    query = select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == run.id)
    return list(db.session.scalars(query))


def select_references(run: m.RoundRun, **filters: str) -> list[str]:
    found = db.session.scalars(lines.select_lines(run, LineFilters(**filters))).all()
    assert {row.round_run_id for row in found} <= {run.id}
    return [row.need.reference for row in found]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, "123456"),
        ({"result": "met"}, "1234"),
        ({"result": "unmet"}, "56"),
        ({"category": "elder_visit"}, "12"),
        ({"category": "hardship_money"}, "6"),
        ({"category": "errands"}, ""),
        ({"committee": "C01"}, "246"),
        ({"committee": "C02"}, "135"),
        ({"tier": "1"}, "36"),
        ({"tier": "2"}, "14"),
        ({"ground": "outranked"}, "5"),
        ({"ground": "lost_lottery"}, ""),  # in the other run alone
        ({"reference": "n2607-0003"}, "3"),
        ({"reference": "r00004"}, "4"),
        ({"reference": "%"}, ""),
        ({"reference": "_"}, ""),
        ({"committee": "C01", "result": "met"}, "24"),
    ],
)
def test_each_filter_selects_its_lines_in_the_order_of_references(run, filters, numbers):
    assert select_references(run, **filters) == [f"N2607-000{number}" for number in numbers]


def test_lines_are_selected_by_who_gives_in_this_run(month, run):
    served = db.session.scalars(select(m.Promise).where(m.Promise.round_run_id == run.id)).all()
    expected = sorted(row.need.reference for row in served)
    assert select_references(run, organisation="O01") == expected
    for row in served:
        row.organisation_id = month.organisations[2].id
    db.session.flush()
    assert select_references(run, organisation="O01") == []
    assert select_references(run, organisation="O02") == expected


def test_a_line_is_found_by_its_reference_in_its_run(run):
    outcome = lines.get_line(run, "N2607-0005")
    assert (outcome.round_run_id, outcome.need.reference) == (run.id, "N2607-0005")
    with pytest.raises(NotFoundError, match=r"^line\.unknown$"):
        lines.get_line(run, "N0000-0000")


def test_the_givers_of_a_line_are_this_run_s_in_order(month, run):
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    rows = list(db.session.scalars(query.order_by(m.Promise.id)))
    first = rows[0]
    more = m.Promise(
        round_run_id=run.id,
        need_id=first.need_id,
        offer_id=first.offer_id,
        organisation_id=month.organisations[2].id,
        units=1,
    )
    db.session.add(more)
    db.session.flush()
    outcomes = [row for row in list_outcomes(run) if row.need_id == first.need_id]
    assert lines.list_givers(run, outcomes) == {first.need_id: [first, more]}
    others = {row.need_id: [row] for row in rows[1:]}
    assert lines.list_givers(run, list_outcomes(run)) == {first.need_id: [first, more], **others}


def test_a_line_names_the_organisations_that_give(month, run):
    outcomes = sorted(list_outcomes(run), key=lambda row: row.need_id)
    found = lines.read_lines(run, outcomes)
    assert [line.outcome for line in found] == outcomes
    assert [line.need.reference for line in found] == NEEDS
    served = {row.need_id for row in db.session.scalars(select(m.Promise))}
    givers = [[row.id for row in line.givers] for line in found]
    one = month.organisations[1].id
    assert givers == [[one] if line.need.id in served else [] for line in found]


@pytest.mark.usefixtures("english")
def test_a_file_names_each_giver_of_a_line_once_in_the_order_of_names():
    late, soon = (m.Organisation(name_en=name) for name in ("Second kitchen", "First kitchen"))
    line = RunLine(m.NeedOutcome(), [late, soon, late])
    assert line_views._ORGANISATIONS.read(line) == "First kitchen, Second kitchen"
    cell = line_views._ORGANISATIONS.make_cell(line)
    assert cell.text == "Second kitchen, First kitchen"
