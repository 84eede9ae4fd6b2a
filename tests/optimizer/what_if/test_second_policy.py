"""What-if questions under ``community/2``: answered, or refused in words and never by a crash."""

from dataclasses import replace

import pytest

from optimizer.cli.months import main
from optimizer.codec import canonical_bytes
from optimizer.problem import Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus
from optimizer.what_if.conflict import find_conflict
from optimizer.what_if.extra_capacity import find_help
from tests.optimizer.builders import goods, person, team, visit, want
from tests.optimizer.stages.test_second_policy import community


@pytest.fixture
def question() -> Problem:
    """One sack for two homes, one visit for two; nobody has a committee."""
    rows = goods(), team(), person("p", "am"), want("a"), want("b", waiting=2)
    return community(*rows, visit("c", "am"), visit("d", "am", waiting=1))


def test_extra_capacity_is_confirmed_by_a_solve_under_the_policy(question):
    helps = find_help(question, solve(question))
    assert {(found.extra.category, found.met, found.lost) for found in helps} == {
        ("goods", ("a",), ()),
        ("visit", ("c",), ()),
    }
    assert {found.status for found in helps} == {SolutionStatus.PROVEN}


def test_pins_that_conflict_are_named(question):
    both = replace(question, pins=(Pin("a"), Pin("b"), Pin("c")))
    found = find_conflict(both)
    assert found.status is SolutionStatus.INFEASIBLE
    assert {pin.need for pin in found.pins} == {"a", "b"}
    fine = replace(question, pins=(Pin("a"), Pin("c")))
    assert find_conflict(fine).status is SolutionStatus.FEASIBLE


@pytest.mark.parametrize("asked", [["price", "a"], ["repair", "changes"], ["conflict", ""]])
def test_what_has_no_common_measure_is_refused_in_words(question, tmp_path, capsys, asked):
    problem = replace(question, pins=(Pin("a"),)) if asked[0] == "conflict" else question
    files = {"p": problem.to_json(), "s": solve(problem).to_json(), "changes": {}}
    for name, value in files.items():
        (tmp_path / f"{name}.json").write_bytes(canonical_bytes(value))
    more = {"a": "a", "changes": str(tmp_path / "changes.json")}.get(asked[1])
    words = [
        asked[0],
        str(tmp_path / "p.json"),
        str(tmp_path / "s.json"),
        *([more] if more else []),
    ]
    code = main(words)
    printed = capsys.readouterr()
    if asked[0] == "conflict":  # the conflict is answered, the price of pins is not
        assert code == 0
        assert "nothing conflicts" in printed.out
        assert "no common measure" in printed.out
    else:
        assert code == 2
        assert "no common measure" in printed.err
