"""Every number of a question has bounds, in the solver's reader and in the checker's own."""

import json
from typing import Any

import pytest

from optimizer.checker.check import verify
from optimizer.codec import ProblemError
from optimizer.policy import Stage, StageKind
from optimizer.problem import GroupHistory, Pair, Problem
from tests.optimizer.builders import COUNT, goods, month, person, proven, team, visit, want

PLAIN = month(
    goods(capacity=3),
    team(),
    person("p", "am"),
    want("a", groups={"committee": "C1"}, quantity=2, least=1),
    visit("b", "am"),
    pairs=(Pair("a", "rice"), Pair("b", "team")),
    history=(GroupHistory("committee", "C1", 2, 1),),
    stages=(COUNT, Stage("fair", StageKind.LEXIMIN, dimension="committee")),
)
TEXT = json.dumps(PLAIN.to_json())
MOST = 10**12


def set_at(plain: dict, path: str, value: Any) -> None:
    """Set the value at a path such as ``$.needs[0].points``."""
    *above, last = path.removeprefix("$.").replace("[", ".").replace("]", "").split(".")
    for name in above:
        plain = plain[int(name) if isinstance(plain, list) else name]
    plain[last] = value


def refuse(path: str, value: Any) -> tuple[str, str]:
    """Return the paths that the solver and the checker name for a question with this value."""
    plain = json.loads(TEXT)
    set_at(plain, path, value)
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(plain)
    fault = verify(plain, {})
    assert fault is not None
    assert fault.code == "broken_input"
    return refused.value.path, fault.facts["path"].replace("problem", "$", 1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.stocks[0].capacity", MOST + 1),
        ("$.stocks[0].capacity", -1),
        ("$.stocks[0].least", MOST + 1),
        ("$.stocks[0].least", 4),
        ("$.stocks[0].id", ""),
        ("$.people[0].most_visits", MOST + 1),
        ("$.people[0].most_visits", -1),
        ("$.people[0].id", ""),
        ("$.needs[0].people", 0),
        ("$.needs[0].people", MOST + 1),
        ("$.needs[0].quantity", 10**30),
        ("$.needs[0].least", 0),
        ("$.needs[0].least", 3),
        ("$.needs[0].tier", 0),
        ("$.needs[0].tier", MOST + 1),
        ("$.needs[0].points", -7),
        ("$.needs[0].points", MOST + 1),
        ("$.needs[0].waiting", -1),
        ("$.needs[0].waiting", MOST + 1),
        ("$.needs[0].recipient", ""),
        ("$.needs[0].category", ""),
        ("$.needs[0].area", "\ud800"),
        ("$.pairs[0].score", MOST + 1),
        ("$.pairs[0].score", -MOST - 1),
        ("$.pairs[0].consumption", -1),
        ("$.pairs[0].consumption", 10**15),
        ("$.pairs[0].most", -1),
        ("$.pairs[0].most", MOST + 1),
        ("$.history[0].met", 3),
        ("$.history[0].met", -1),
        ("$.history[0].possible", MOST + 1),
        ("$.history[0].dimension", "Committee"),
        ("$.policy.version", -1),
        ("$.policy.stages[0].longest_wait", -1),
        ("$.policy.stages[0].longest_wait", MOST + 1),
        ("$.policy.stages[0].name", ""),
        ("$.policy.stages[1].dimension", "Committee"),
        ("$.seed", "SEED"),
        ("$.seed", ""),
    ],
)
def test_both_readers_refuse_the_value_with_its_path(path, value):
    assert refuse(path, value) == (path, path)


@pytest.mark.parametrize(
    ("path", "name", "row"),
    [
        ("stocks", "capacity", {"id": "s{}", "giver": "g", "category": ""}),
        ("needs", "points", {"id": "n{}", "recipient": "r", "category": "goods"}),
        ("needs", "people", {"id": "n{}", "recipient": "r", "category": "goods"}),
        ("needs", "quantity", {"id": "n{}", "recipient": "r", "category": "goods"}),
        ("history", "possible", {"dimension": "committee", "group": "G{}", "met": 0}),
    ],
)
def test_a_sum_is_refused_at_the_value_that_takes_it_too_far(path, name, row):
    rows = [*json.loads(TEXT)[path]]
    for k in range(1001):
        more = {key: v.format(k) if isinstance(v, str) else v for key, v in row.items()}
        rows.append({**more, name: MOST})
    place = f"$.{path}[{len(rows) - 1}].{name}"
    refused = refuse(f"$.{path}", rows)
    assert refused in {(place, place), (p := f"$.{path}[{len(rows) - 2}].{name}", p)}


@pytest.mark.parametrize("name", ["score", "consumption"])
def test_scores_and_consumptions_count_for_every_unit(name):
    plain = json.loads(TEXT)
    plain["needs"][0]["quantity"] = 1001
    plain["pairs"][0][name] = MOST
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(plain)
    assert refused.value.path == f"$.pairs[0].{name}"
    assert verify(plain, {}).facts["path"] == f"problem.pairs[0].{name}"


def test_a_month_in_which_nobody_has_a_group_needs_no_dimension():
    stages = (COUNT, Stage("fair", StageKind.LEXIMIN, dimension="committee"))
    assert proven(month(goods(), want("a"), stages=stages)).needs_met == 1


def test_the_greatest_numbers_are_solved_and_checked():
    problem = month(
        goods(capacity=MOST),
        want("a", quantity=MOST, least=MOST - 3),
        *(want(f"n{k}") for k in range(4)),
        stages=(COUNT, Stage("full", StageKind.MAX_UNITS)),
    )
    solution = proven(problem)
    assert [stage.value for stage in solution.stages] == [4, MOST - 3]
    plain = json.loads(json.dumps(solution.to_json()))
    assert verify(problem.to_json(), plain) is None
