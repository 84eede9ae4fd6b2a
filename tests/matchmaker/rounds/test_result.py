"""The solution to rows: one line in, one row out."""

import json

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.outcome_numbers import make_numbers, read_numbers
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import HandedBack
from matchmaker.rounds.solve import runs
from matchmaker.rounds.solve.result import write_outcomes
from optimizer.explanation import Explanation, NearestMiss
from optimizer.solution import Assignment, GroundCode, Solution, SolutionStatus
from tests.factories import NOW
from tests.matchmaker.rounds.second_month import freeze_second_month
from tests.run_factories import solve_round

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.parametrize("model", [m.Assignment, m.Promise])
def test_every_line_of_a_solution_becomes_an_assignment_and_a_promise(make, model):
    run = solve_round(freeze_second_month(make, "community/1"))  # which joins no asks
    lines = Solution.from_json(json.loads(run.solution_json)).assignments
    offers = run.match_round.snapshot.offer_ids
    rows = db.session.scalars(select(model).where(model.round_run_id == run.id))
    found = {
        (
            get_reference(m.Need, row.need_id),
            get_reference(m.Pairing, row.pairing_id),
            row.offer_id,
            row.organisation.code,
            get_reference(m.Volunteer, row.volunteer_id),
            row.slot,
            row.units,
        )
        for row in rows
    }
    assert found == {
        (
            None if "#" in line.need else line.need,
            line.need.partition("#")[0] if "#" in line.need else None,
            offers[line.stock],
            line.stock.partition("/")[0],
            line.person,
            line.slot,
            line.units,
        )
        for line in lines
    }
    assert {row[1] for row in found} > {None}, "the month has due visits and needs"
    promises = db.session.scalars(select(m.Promise).where(m.Promise.round_run_id == run.id)).all()
    assert {row.state for row in promises} == {m.PromiseState.PROPOSED}
    assert all(row.assignment.need_id == row.need_id for row in promises)


NEED, OFFER = "N2607-0006", "O02/hardship_money/1"
OUTRANKED = Explanation(NEED, GroundCode.OUTRANKED, stage="urgency", ahead=3)
DRAWN = Explanation(NEED, GroundCode.LOST_LOTTERY, ticket="ab")
EVERYTHING = Explanation(
    NEED,
    GroundCode.OUTRANKED,
    stage="urgency",
    filters=(("category", 3), ("area", 0)),
    nearest=NearestMiss("area", OFFER, person="V0001", missing=("C01",)),
    ahead=3,
    ahead_by=(("duty", 1), ("more_urgent", 2)),
    circle=(4, 3),
    ticket="ab",
    cut_off="cd",
)
NOTHING = {"asked": 200_000, "units": 0}


@pytest.mark.parametrize(
    ("units", "explanations", "expected"),
    [
        ((50, 70), (), (True, 120, "met", {"asked": 200_000, "units": 120})),
        ((), (), (False, 0, "undecided", NOTHING)),
        ((), (OUTRANKED,), (False, 0, "outranked", {**NOTHING, "stage": "urgency", "ahead": 3})),
        ((), (DRAWN,), (False, 0, "lost_lottery", {**NOTHING, "ticket": "ab"})),
    ],
)
def test_a_need_s_outcome_says_what_was_found_or_why_nothing(month, units, explanations, expected):
    run = month.start()
    solution = Solution(
        status=SolutionStatus.PROVEN,
        problem_sha256=run.problem_sha256,
        policy="community/1",
        seed="ab",
        assignments=tuple(Assignment(NEED, OFFER, units=count) for count in units),
    )
    answer = HandedBack(solution, explanations, frozenset())
    write_outcomes(run, read_snapshot(run.match_round), answer)
    db.session.flush()
    query = select(m.NeedOutcome).where(m.NeedOutcome.need_id == month.needs[6].id)
    row = db.session.scalars(query).one()
    assert (row.is_met, row.received_units, row.ground, row.numbers) == expected


def test_every_fact_of_an_explanation_is_read_as_it_was_written():
    written = make_numbers(200_000, 0, EVERYTHING)
    stored = json.loads(json.dumps(written.to_json()))
    assert stored == {
        **NOTHING,
        "stage": "urgency",
        "filters": {"category": 3, "area": 0},
        "nearest": {"filter": "area", "stock": OFFER, "person": "V0001", "missing": ["C01"]},
        "ahead": 3,
        "ahead_by": {"duty": 1, "more_urgent": 2},
        "circle": {"needs": 4, "places": 3},
        "ticket": "ab",
        "cut_off": "cd",
    }
    assert list(stored["filters"]) == ["category", "area"], "in the order of the filters"
    assert read_numbers(m.NeedOutcome(ground="outranked", numbers=stored)) == written


def get_reference(model, row_id):
    return db.session.get_one(model, row_id).reference if row_id else None


def test_every_need_of_the_month_has_one_outcome(make):
    run = solve_round(freeze_second_month(make))
    query = select(m.Need.reference).join(m.NeedOutcome, m.NeedOutcome.need_id == m.Need.id)
    decided = db.session.scalars(query.where(m.NeedOutcome.round_run_id == run.id))
    asked = [row.reference for row in read_snapshot(run.match_round).needs]
    assert sorted(decided) == asked


def test_a_run_without_a_solution_has_no_row(month):
    run = month.take()
    runs.finish_run(run, runs.SolveReport(failure="solver_died"), now=NOW)
    db.session.flush()
    assert db.session.scalars(select(m.NeedOutcome)).all() == []
    assert db.session.scalars(select(m.Assignment)).all() == []
