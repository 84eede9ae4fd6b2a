"""Under the second policy too: what is open is named with its bound, and names become labels."""

from copy import deepcopy

from optimizer.checker.check import judge
from optimizer.checker.month.read import read_problem
from optimizer.checker.stages import open_month
from optimizer.checker.verdict import Ruling
from tests.optimizer.checker.hand_made import HandMade, Plain, one_place, seal


def leave_open(month: HandMade, first: int) -> Plain:
    """The month's answer with the results from one on left open."""
    solution = month.answer()
    for result in solution["stages"][first:]:
        result |= {"status": "feasible", "proof": "gap"}
        result.pop("levels", None)
        result.pop("bound", None)
    for ground in solution["grounds"]:
        ground["code"] = "undecided"
    del solution["certificate"]["stages"][first:]
    return seal(solution | {"status": "feasible"})


def test_open_results_of_every_kind_are_named_with_their_bounds():
    month = one_place()
    verdict = judge(month.problem, leave_open(month, 3))
    assert (verdict.ruling, verdict.outright) == (Ruling.FEASIBLE, 3)
    found = {row.stage: (row.of, row.value, row.bound) for row in verdict.unproved}
    assert found["draw"] == ("tickets", "0", "3")
    assert found["burden"] == ("level", "3/4", "1/2")


def test_what_a_forbid_names_becomes_a_label_like_what_it_forbids():
    problem = deepcopy(one_place().problem)
    problem["needs"][1]["lot"], problem["stocks"][0]["lot"] = "b7", "r7"
    problem["forbids"] = [{"need": "b", "stock": "r1"}]
    month = open_month(read_problem(problem))
    assert month.forbids == {(month.label("need", "b"), month.label("stock", "r1"), None)}
    assert month.label("need", "b") in month.needs
