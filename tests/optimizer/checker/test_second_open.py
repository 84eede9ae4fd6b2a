"""Under the second policy too: what is open is named with its bound, and names become labels."""

from copy import deepcopy

import pytest

from optimizer.checker.check import judge
from optimizer.checker.month.read import read_problem
from optimizer.checker.stages import open_month
from optimizer.checker.verdict import Ruling
from tests.optimizer.checker.hand_made import (
    HandMade,
    Plain,
    drawn_home,
    one_place,
    seal,
    three_bags,
)


def leave_open(month: HandMade, first: int) -> Plain:
    """The month's answer with the results from one on left open."""
    solution = month.answer()
    for result in solution["stages"][first:]:
        result |= {"status": "feasible", "proof": "gap"}
        if result["name"] in ("homes-1", "neighbourhoods"):
            result["value"] = None  # only their proofs count it
        result.pop("levels", None)
        result.pop("bound", None)
    for ground in solution["grounds"]:
        ground["code"] = "undecided"
    del solution["certificate"]["stages"][first:]
    return seal(solution | {"status": "feasible"})


# What is open from the second result on: what the numbers count, of which group, reached, proved.
NO_UNITS = [("shares", "level", "", "0", "0"), ("odd-units", "tickets", "", "0", "0")]
NO_SCORE = ("kindness", "sum", "", "0", "0")
OPEN = {
    one_place: [
        ("homes-1", "sum", "", "1", "3"),
        ("neighbourhoods", "needs", "", "0", "3"),
        ("points", "sum", "", "1", "3"),
        ("draw", "tickets", "", "0", "3"),
        *NO_UNITS,
        ("burden", "level", "G/rice", "3/4", "1/2"),
        NO_SCORE,
    ],
    three_bags: [
        ("neighbourhoods", "needs", "", "0", "0"),
        ("points", "sum", "", "2", "2"),
        ("draw", "tickets", "", "0", "0"),
        ("shares", "level", "b", "1", "3"),
        ("odd-units", "tickets", "", "0", "2"),
        ("burden", "level", "G/rice", "1", "0"),
        NO_SCORE,
    ],
    drawn_home: [
        ("homes-1", "sum", "", "1", "2"),
        ("neighbourhoods", "needs", "", "0", "3"),
        ("points", "sum", "", "1", "3"),
        ("draw", "tickets", "", "0", "3"),
        *NO_UNITS,
        ("burden", "level", "", "0", "0"),
        NO_SCORE,
    ],
}


@pytest.mark.parametrize("make", OPEN)
def test_open_results_of_every_kind_are_named_with_their_bounds(make):
    month = make()
    verdict = judge(month.problem, leave_open(month, 1))
    assert verdict.ruling is Ruling.FEASIBLE
    assert verdict.outright == len(month.results) - len(OPEN[make])
    named = [(row.stage, row.of, row.group, row.value, row.bound) for row in verdict.unproved]
    assert named == OPEN[make]


def test_what_a_forbid_names_becomes_a_label_like_what_it_forbids():
    problem = deepcopy(one_place().problem)
    problem["needs"][1]["lot"], problem["stocks"][0]["lot"] = "b7", "r7"
    problem["forbids"] = [{"need": "b", "stock": "r1"}]
    month = open_month(read_problem(problem))
    assert month.forbids == {(month.label("need", "b"), month.label("stock", "r1"), None)}
    assert month.label("need", "b") in month.needs
