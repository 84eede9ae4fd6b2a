import json

import pytest

from optimizer.codec import ProblemError
from optimizer.problem import Need, Problem, Stock
from tests.optimizer.builders import goods, month, person, team, visit, want

PLAIN = month(goods(), team(), person("p", "am"), want("a"), visit("b", "am")).to_json()

BROKEN = {
    "$.surprise": lambda p: p.update(surprise=1),
    "$.needs[0].quantity": lambda p: p["needs"][0].update(quantity=0),
    "$.needs[1].people": lambda p: p["needs"][1].update(people=1.5),
    "$.needs[1].tier": lambda p: p["needs"][1].update(tier=True),
    "$.needs[0].least": lambda p: p["needs"][0].update(least=2),
    "$.needs[1].id": lambda p: p["needs"][1].update(id="a"),
    "$.stocks[0].capacity": lambda p: p["stocks"][0].update(capacity=-1),
    "$.stocks[0].colour": lambda p: p["stocks"][0].update(colour="red"),
    "$.stocks[0].parents": lambda p: p["stocks"][0].update(parents=["rice"]),
    "$.people[0].stocks[0]": lambda p: p["people"][0].update(stocks=["rice"]),
    "$.pins": lambda p: p.update(pins={}),
    "$.pins[0].need": lambda p: p.update(pins=[{"need": "nobody"}]),
    "$.seed": lambda p: p.update(seed="not hexadecimal"),
    "$.policy.stages[0].kind": lambda p: p["policy"]["stages"][0].update(kind="best"),
    "$.name": lambda p: p.pop("name"),
}


@pytest.mark.parametrize("path", BROKEN)
def test_a_broken_value_is_refused_with_its_path(path):
    plain = json.loads(json.dumps(PLAIN))
    BROKEN[path](plain)
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(plain)
    assert refused.value.path == path


def test_json_and_back_is_the_same_problem():
    problem = Problem.from_json(PLAIN)
    assert problem.to_json() == PLAIN
    assert Problem.from_json(json.loads(json.dumps(PLAIN))).sha256 == problem.sha256


def test_a_problem_made_in_code_is_checked_like_one_from_json():
    with pytest.raises(ProblemError) as refused:
        Problem("m", "00", needs=(Need("a", "r", "goods"), Need("a", "r", "goods")))
    assert refused.value.path == "$.needs[1].id"


def test_stocks_that_nest_in_a_circle_are_refused():
    stocks = (Stock("x", "g", "", 1, parents=("y",)), Stock("y", "g", "", 1, parents=("x",)))
    with pytest.raises(ProblemError, match="circle"):
        Problem("m", "00", stocks=stocks)
