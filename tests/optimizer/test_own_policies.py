"""Both readers refuse the same questions under a policy of one's own, at the same place."""

import json
from typing import Any

import pytest

from optimizer.checker.check import judge
from optimizer.checker.verdict import Ruling
from optimizer.problem import Problem, ProblemError
from optimizer.search.solve import solve

Plain = dict[str, Any]
RANKS = {"name": "fair", "kind": "ranks", "dimension": "committee"}
DRAW = {"name": "draw", "kind": "draw"}
CARRYING = {"name": "burden", "kind": "carrying"}
SHARES = {"name": "shares", "kind": "shares"}
POINTS = {"name": "points", "kind": "max_points"}
FAIR = {"name": "fair", "kind": "leximin", "dimension": "committee"}
LOAD = {"name": "load", "kind": "leximax"}
FULL = {"name": "full", "kind": "max_units"}
TURNS = {"name": "turns", "kind": "first_turns", "tier": 1}
PEOPLE = {"name": "people", "kind": "max_recipients"}
COST = {"name": "cost", "kind": "min_cost"}
LOTTERY = {"name": "lottery", "kind": "lottery"}
LATER = {"name": "later", "kind": "later_turns", "tier": 1}


def pose(*stages: Plain, **rest: Any) -> Plain:
    """A question under these stages: rice for two committees, one of them without a name."""
    stock = {"id": "s", "giver": "G", "category": "rice", "capacity": 2, "pledge": "p"}
    needs = [{"id": "a", "recipient": "A", "category": "rice", "groups": {"committee": "C1"}}]
    needs.append({"id": "b", "recipient": "B", "category": "rice", **rest.pop("b", {})})
    policy = {"name": "own", "version": 1, "stages": list(stages)}
    return {"name": "m", "seed": "5eed", "stocks": [stock], "needs": needs, "policy": policy} | rest


def load(**fields: int) -> list[Plain]:
    whole = {"carried": 1, "agreed": 10**12} | fields
    return [{"giver": f"G{k}", "measure": "rice", **whole} for k in range(1001)]


PARTS = {"least": 1, "quantity": 3}
REFUSED = {
    "ranks without a draw": (pose(RANKS), "policy.stages[0].kind"),
    "carrying without a draw": (pose(POINTS, CARRYING), "policy.stages[1].kind"),
    "leximin with a draw": (pose(FAIR, DRAW), "policy.stages[0].kind"),
    "leximax with a draw": (pose(DRAW, LOAD), "policy.stages[1].kind"),
    "units with a draw": (pose(POINTS, FULL, DRAW), "policy.stages[1].kind"),
    "later turns alone": (pose(LATER, TURNS), "policy.stages[0].kind"),
    "shares before the draw": (pose(SHARES, DRAW), "policy.stages[0].kind"),
    "two lots of a recipient": (
        pose(DRAW, b={"recipient": "A", "recipient_lot": "z"}),
        "needs[1].recipient_lot",
    ),
    "two leasts of a kind": (pose(DRAW, b={"least": 2, "quantity": 3}), "needs[1].least"),
    "one ask in two parts": (
        pose(DRAW, b=PARTS | {"recipient": "A"})
        | {"needs": [{"id": i, "recipient": "A", "category": "rice", **PARTS} for i in "ab"]},
        "needs[1]",
    ),
    "too much agreed": (pose(POINTS, loads=load()), "loads[1000].agreed"),
    "too much carried": (
        pose(POINTS, loads=load(carried=10**12, agreed=1)),
        "loads[1000].carried",
    ),
}
ACCEPTED = {
    "ranks before a draw": pose(RANKS, DRAW),
    "carrying after a draw": pose(DRAW, CARRYING),
    "levels without a draw": pose(FAIR, FULL, LOAD),
    "recipients, costs and a lottery with a draw": pose(PEOPLE, COST, DRAW, LOTTERY),
    "turns without a draw": pose(TURNS, LATER, b={"recipient": "A", "recipient_lot": "z"}),
    "two leasts without a draw": pose(POINTS, b={"least": 2, "quantity": 3}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_one_reader_refuses_the_other_refuses_at_the_same_place(name):
    problem, place = REFUSED[name]
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(problem)
    assert str(refused.value).startswith(f"$.{place}: ")
    fault = judge(problem, {}).fault
    assert fault is not None
    assert (fault.code, fault.facts["path"]) == ("broken_input", f"problem.{place}")


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_solved_under_a_policy_of_ones_own_is_proved(name):
    problem = Problem.from_json(ACCEPTED[name])
    solution = solve(problem)
    assert solution.status == "proven"
    plain = json.loads(json.dumps(solution.to_json()))
    assert judge(problem.to_json(), plain).ruling is Ruling.PROVED
