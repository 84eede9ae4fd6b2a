"""Every proof of an answer as a file that a reader of the format confirms."""

import json
from random import Random
from typing import Any

import pytest

from optimizer.instances.gap import read_gap
from optimizer.instances.generate import generate
from optimizer.policy import Stage, StageKind
from optimizer.problem import Pair, Pin, Problem
from optimizer.search.solve import solve
from optimizer.vipr.export import Export, Statement
from optimizer.vipr.lines import ExportError
from tests.optimizer.builders import COUNT, goods, month, want
from tests.optimizer.checker.forgeries import reseal
from tests.optimizer.checker.hand_made import drawn_home, one_place, three_bags, two_turns
from tests.optimizer.tiny_problems import tiny_problem
from tests.optimizer.vipr.files import (
    MONTHS,
    exported_month,
    list_instances,
    solved_month,
    under_the_second_policy,
    write,
)
from tests.optimizer.vipr.reader import check


def replay_all(export: Export) -> int:
    """Read every file of an export; return how many there are."""
    statements = export.list_statements()
    for statement in statements:
        sheet = export.state(statement)
        verdict = check(write(export, sheet).splitlines())
        if statement.what == "no_answer":
            assert verdict.range is None
            continue
        ends = sorted([int(sheet.facts["value"]), int(sheet.facts["bound"])])
        stated = [-end for end in reversed(ends)] if sheet.is_least else ends
        assert list(verdict.range) == stated, statement
        assert ends[0] == ends[1], statement
    return len(statements)


@pytest.mark.parametrize(("needs", "seed"), MONTHS)
def test_every_stage_and_denominator_of_a_month_is_confirmed(needs, seed):
    _, answer = solved_month(needs, seed)
    stages = {result["name"] for result in answer["stages"]}
    groups = answer["certificate"]["possible"]["neighbourhoods"]
    assert replay_all(exported_month(needs, seed)) == len(stages) + len(groups)


@pytest.mark.parametrize("name", list_instances())
def test_every_stage_of_a_published_instance_is_confirmed(name):
    problem = list_instances()[name]
    answer = json.loads(json.dumps(solve(problem).to_json()))
    export = Export(problem.to_json(), answer)
    assert replay_all(export) == len({result["name"] for result in answer["stages"]})


def test_a_stage_of_costs_states_the_cost_itself():
    problem = list_instances()["gap-min"]
    answer = solve(problem).to_json()
    export = Export(problem.to_json(), answer)
    (statement,) = export.list_statements()
    text = write(export, export.state(statement))
    cost = answer["stages"][0]["value"]
    assert "\nOBJ min\n" in text
    assert f"\nRTP range {cost} {cost}\n" in text


@pytest.mark.parametrize("seed", range(40))
def test_every_kind_of_stage_is_confirmed(seed):
    """Tiny problems have stages of every kind in every order, pins, least uses, nested stocks."""
    problem = tiny_problem(seed)
    answer = solve(problem)
    assert answer.status in ("proven", "infeasible")
    export = Export(problem.to_json(), json.loads(json.dumps(answer.to_json())))
    stages = {result.name for result in answer.stages}
    assert replay_all(export) >= max(1, len(stages))


@pytest.mark.parametrize("uses", [(2, 2, 2), (2, 2, 3), (2, 3, 3)])
def test_that_no_answer_meets_every_pin_is_confirmed(uses):
    """Two stocks of three units, three needs of two or three: one stock would serve two of them."""
    pairs = tuple(
        Pair(name, stock, consumption=use)
        for name, use in zip("abc", uses, strict=True)
        for stock in ("oats", "rice")
    )
    stocks = (goods("oats", 3), goods("rice", 3))
    pins = tuple(Pin(name) for name in "abc")
    problem = month(*stocks, *map(want, "abc"), pairs=pairs, pins=pins)
    answer = json.loads(json.dumps(solve(problem).to_json()))
    assert answer["status"] == "infeasible"
    export = Export(problem.to_json(), answer)
    assert [one.what for one in export.list_statements()] == ["no_answer"]
    assert replay_all(export) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_tree_of_splits_is_confirmed(seed):
    """Generalised assignment needs branches: each becomes two assumptions, and then none."""
    random = Random(seed)
    costs = [random.randint(10, 50) for _ in range(36)]
    used = [random.randint(5, 25) for _ in range(36)]
    rooms = [sum(used[k : k + 12]) * 4 // 15 for k in (0, 12, 24)]
    text = " ".join(map(str, (3, 12, *costs, *used, *rooms)))
    problem = read_gap("drawn", text, random.choice(("min", "max")))
    answer = json.loads(json.dumps(solve(problem).to_json()))
    if answer["status"] == "proven":
        export = Export(problem.to_json(), answer)
        (statement,) = export.list_statements()
        text = write(export, export.state(statement))
        assert replay_all(export) == 1
        assert ("{ uns" in text) == (answer["stages"][0]["proof"] == "tree")


def test_that_there_is_no_answer_is_confirmed():
    """Two pins and one bag: the contradiction of the rows is the last line."""
    problem = month(goods(), want("a"), want("b"), pins=(Pin("a"), Pin("b")))
    answer = json.loads(json.dumps(solve(problem).to_json()))
    answer["certificate"] = {
        "possible": {},
        "stages": [[["no", 1, [0, 1, 1, 1, 2, -1, 3, -1], []]]],
    }
    export = Export(problem.to_json(), reseal({"assignments": [], **answer}))
    (statement,) = export.list_statements()
    text = write(export, export.state(statement))
    assert check(text.splitlines()).range is None
    assert "\nRTP infeas\nSOL 0\n" in text


@pytest.mark.parametrize("make", [one_place, three_bags, two_turns, drawn_home])
def test_every_stage_of_the_second_policy_is_confirmed(make):
    month = make()
    assert replay_all(Export(month.problem, month.answer())) > 3


@pytest.mark.parametrize(("needs", "seed"), MONTHS)
def test_every_proof_of_a_month_under_the_second_policy_is_confirmed(needs, seed):
    problem = under_the_second_policy(generate(needs, seed))
    answer = json.loads(json.dumps(solve(problem).to_json()))
    assert answer["status"] == "proven"
    export = Export(problem.to_json(), answer)
    assert replay_all(export) >= len({result["name"] for result in answer["stages"]})


def test_what_is_decided_and_contested_has_files_of_its_own():
    """One place for two homes: each is met in one of the answers that are listed."""
    month = one_place()
    export = Export(month.problem, month.answer())
    events = [event for of in month.answer()["certificate"]["stages"] for event in of]
    groups = [event[1] for event in events if event[0] == "open"]
    assert [one.group for one in export.find({"what": "contests"})] == groups
    witnesses = [len(event[1]) for event in events if event[0] == "decided" and event[1]]
    decided = export.find({"what": "decided"})
    texts = [write(export, export.state(one)) for one in decided]
    assert [int(text.split("\nSOL ")[1].split()[0]) for text in texts] == witnesses
    assert all(check(text.splitlines()).range for text in texts)


def test_the_digits_of_the_value_are_the_values_of_the_aims():
    needs, seed = MONTHS[4]
    _, answer = solved_month(needs, seed)
    export = exported_month(needs, seed)
    facts = export.state(Statement("stage", "waiting")).facts
    aims = [(aim["key"], aim["value"], aim["bound"]) for aim in facts["aims"]]
    true = [r for r in answer["stages"] if r["name"] == "waiting"]
    assert aims == [(r["key"], r["value"], r["value"]) for r in true]
    total = sum(int(aim["factor"]) * aim["value"] for aim in facts["aims"])
    assert str(total) == facts["value"]
    assert facts["kept"] == ["duties", "urgency"]


def test_a_denominator_is_the_most_that_the_group_can_have():
    needs, seed = MONTHS[2]
    problem, answer = solved_month(needs, seed)
    export = exported_month(needs, seed)
    past = {row.group: row.possible for row in problem.history if row.dimension == "committee"}
    (levels,) = (r["levels"] for r in answer["stages"] if r["name"] == "neighbourhoods")
    for level in levels:
        statement = Statement("possible", "neighbourhoods", level["group"])
        now = level["denominator"] - past.get(level["group"], 0)
        assert export.state(statement).facts["value"] == str(now)


def test_names_are_unique_and_every_reference_is_needed():
    """No line is written in vain: all but the last have a later line that refers to them."""
    export = exported_month(*MONTHS[1])
    for statement in export.list_statements():
        text = write(export, export.state(statement))
        assert text.isascii()
        lines = text[text.index("\nDER") :].split("\n")[2:-1]
        first = int(lines[0].split()[0].removeprefix("d"))
        last = [int(line.rsplit(" ", 1)[1]) for line in lines]
        assert last.pop() == -1
        assert all(k < until < first + len(lines) for k, until in enumerate(last, first))


def test_a_refuted_answer_is_not_exported():
    problem, answer = solved_month(*MONTHS[0])
    worse = json.loads(json.dumps(answer))
    worse["stages"][0]["value"] += 1
    with pytest.raises(ExportError, match="refutes the answer: stage_value"):
        Export(problem.to_json(), worse)


POINTS = Stage("points", StageKind.MAX_POINTS)


def weakened(problem: Problem, stage: str, bound: int) -> dict[str, Any]:
    """The true answer with the multipliers of a stage of one sum taken away, but for this bound."""
    answer = json.loads(json.dumps(solve(problem).to_json()))
    (k,) = (k for k, result in enumerate(answer["stages"]) if result["name"] == stage)
    answer["stages"][k] |= {"proof": "search", "bound": bound}
    (event,) = (event for event in answer["certificate"]["stages"][k] if event[0] == "sum")
    event[2:4] = [1, []]
    answer["certificate"]["stages"][k] = [event]
    return reseal(answer)


def test_what_rests_on_a_search_is_refused_and_its_bound_written_on_request():
    problem = month(goods(), want("a"), want("b", points=2), stages=(COUNT, POINTS))
    export = Export(problem.to_json(), weakened(problem, "count", 2))
    with pytest.raises(ExportError, match="value 1 and the proved bound 2"):
        export.state(Statement("stage", "count"))
    sheet = export.state(Statement("stage", "count"), is_bound_wanted=True)
    assert check(write(export, sheet).splitlines()).range == (1, 2)
    after = export.state(Statement("stage", "points"))
    assert check(write(export, after).splitlines()).range == (2, 2)


@pytest.mark.slow
def test_a_whole_month_of_1670_needs_is_confirmed():
    problem, answer = solved_month(1670, 1)
    export = Export(problem.to_json(), answer)
    for statement in export.list_statements():
        sheet = export.state(statement, is_bound_wanted=True)
        low, high = check(write(export, sheet).splitlines()).range
        assert [str(low), str(high)] == [sheet.facts["value"], sheet.facts["bound"]]
