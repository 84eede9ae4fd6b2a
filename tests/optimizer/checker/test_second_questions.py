"""What a question under the second policy may not hold is refused with its path."""

from copy import deepcopy

import pytest

from optimizer.checker.month.read import hash_problem, read_problem
from tests.optimizer.checker.hand_made import (
    Plain,
    ask,
    fault_of,
    one_place,
    pose,
    stock,
    three_bags,
)

ASKS = [
    (lambda p: p["needs"][0].update(tier=2), "needs[0].tier"),
    (lambda p: p["needs"][1].update(people=2), "needs[1].people"),
    (lambda p: p["needs"][1].update(least=2), "needs[1].least"),
    (lambda p: p["needs"][1].update(quantity=4, least=None), "needs[1].least"),
    (lambda p: p["needs"][1].update(recipient="A"), "needs[1] reason=b: one ask with a"),
    (lambda p: p["needs"][1].update(recipient="A", waiting=4), "needs[1] reason=b: one ask"),
    (lambda p: p["needs"][1].update(recipient="A", recipient_lot="z"), "needs[1].recipient_lot"),
    (lambda p: p["policy"]["stages"][1].pop("tier"), "policy.stages[1].tier reason=missing"),
    (lambda p: p["policy"]["stages"].pop(1), "policy.stages[2].kind reason=must follow first"),
    (lambda p: p["policy"]["stages"].pop(6), "policy.stages[6].kind reason=must follow draw"),
    (lambda p: p["stocks"].append(stock("v", 1, category="visits", pledge="p")), "nothing"),
    (lambda p: p.update(loads=[load(carried=-1)]), "loads[0].carried"),
    (lambda p: p.update(loads=[load(agreed=0)]), "loads[0].agreed"),
    (lambda p: p.update(loads=[load(), load()]), "loads[1] reason=used twice"),
    (lambda p: p.update(seed="é"), "seed reason=must be lower-case hex"),
]


def load(**fields: int) -> Plain:
    return {"giver": "G", "measure": "rice", "carried": 0, "agreed": 1, **fields}


@pytest.mark.parametrize(("change", "named"), ASKS)
def test_what_the_policy_does_not_allow_is_refused_with_its_path(change, named):
    month = three_bags()
    problem = deepcopy(month.problem)
    change(problem)
    fault = fault_of(problem, month.answer())
    assert fault.startswith(f"broken_input: path=problem.{named}") or named == "nothing"


def test_two_loads_that_are_written_alike_are_refused():
    month = three_bags()
    staffed = stock("v", 1, category="visit", pledge="p", staffed=True)
    month.problem["stocks"] += [staffed, stock("w", 1, category="visits", pledge="p")]
    fault = fault_of(month.problem, month.answer())
    assert fault.startswith("broken_input: path=problem.stocks[2].category reason=w: another load")


@pytest.mark.parametrize(
    "fields",
    [
        {"area": "N"},
        {"statuses": ["old"]},
        {"slots": ["S1"]},
        {"requires": ["van"]},
        {"listed": True},
        {"duty": True},
    ],
)
def test_asks_that_differ_are_not_joined(fields):
    """Asks that a rule tells apart stay two."""
    needs = [ask("a", "A", quantity=3, least=1), ask("b", "A", quantity=3, least=1, **fields)]
    fault = fault_of(pose([stock("r1", 3)], needs), three_bags().answer())
    assert fault.startswith("problem_sha256")


def test_whole_asks_stay_two():
    needs = [ask("a", "A", quantity=2), ask("b", "A", quantity=2)]
    fault = fault_of(pose([stock("r1", 4)], needs), three_bags().answer())
    assert fault.startswith("problem_sha256")


def test_a_pin_keeps_an_ask_apart():
    needs = [ask("a", "A", quantity=3, least=1), ask("b", "A", quantity=3, least=1)]
    problem = pose([stock("r1", 6)], needs, pins=[{"need": "b"}])
    assert fault_of(problem, three_bags().answer()).startswith("problem_sha256")


def test_new_fields_left_out_keep_the_hash():
    """A question without them has the hash that it had before they came."""
    plain = one_place().problem
    spelled = deepcopy(plain)
    for row in (*spelled["stocks"], *spelled["needs"]):
        row["lot"] = ""
    for need in spelled["needs"]:
        need["recipient_lot"] = ""
    for stage in spelled["policy"]["stages"]:
        stage.setdefault("tier", 0)
    assert hash_problem(read_problem(plain)) == hash_problem(read_problem(spelled))
