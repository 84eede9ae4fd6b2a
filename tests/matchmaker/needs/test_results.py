"""What a published month brings, as the person sees it come."""

from dataclasses import replace
from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.needs.history import Coming, RoundResult
from matchmaker.needs.words import describe_coming
from tests.factories import NOW

SATURDAY = "W2-SA-AM"


def list_coming(*rows: tuple[int, int | None, str | None, int]) -> list[tuple[int, int, int]]:
    """Of rows of (giver, volunteer, slot, units): giver, units and people of each thing."""
    givers = {giver: m.Organisation(id=giver) for giver, *_ in rows}
    promises = [
        m.Promise(
            organisation_id=giver,
            organisation=givers[giver],
            volunteer_id=volunteer,
            slot=slot,
            units=units,
        )
        for giver, volunteer, slot, units in rows
    ]
    result = RoundResult(date(2026, 7, 1), NOW, m.NeedOutcome(), promises, [])
    return [(row.organisation.id, row.units, row.people) for row in result.list_coming()]


@pytest.mark.parametrize(
    ("rows", "coming"),
    [
        ([(1, 7, SATURDAY, 1)], [(1, 1, 1)]),
        ([(1, 7, SATURDAY, 1), (1, 8, SATURDAY, 1)], [(1, 1, 2)]),  # one visit by two
        ([(1, 7, SATURDAY, 1), (1, 7, "W3-SA-AM", 1)], [(1, 1, 1), (1, 1, 1)]),
        ([(1, None, None, 2), (1, None, None, 3)], [(1, 5, 0)]),  # of two offers
        ([(1, None, None, 2), (2, None, None, 3)], [(1, 2, 0), (2, 3, 0)]),
        ([], []),
    ],
)
def test_a_visit_by_two_people_is_one_visit(rows, coming):
    assert list_coming(*rows) == coming


def test_who_is_visited_by_two_reads_that_two_come(app):
    waits = m.PromiseState.AWAITING_GIVER
    when = {"slot": SATURDAY, "days": None, "day": None, "minute": None}
    row = Coming(m.Organisation(), units=1, first=m.Promise(), **when, people=2, state=waits)
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert describe_coming(row, "visit") == "1 visit, by 2 people together"
        assert describe_coming(replace(row, people=1), "visit") == "1 visit"
