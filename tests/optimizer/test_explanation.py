"""Explanations as values: to JSON and back, and what is said without a second look."""

import json
from dataclasses import replace

import pytest

from optimizer.codec import ProblemError, canonical_bytes
from optimizer.explain.explain import explain
from optimizer.explanation import Explanation, NearestMiss, explain_briefly
from optimizer.instances.generate import generate
from optimizer.search.solve import solve
from optimizer.solution import GroundCode
from tests.optimizer.builders import goods, month, want

FULL = Explanation(
    "n",
    GroundCode.OUTRANKED,
    stage="urgency",
    filters=(("slot", 3), ("area", 1)),
    nearest=NearestMiss("area", "s", "p", ("B",)),
    ahead=2,
    ahead_by=(("duty", 1), ("other", 1)),
    circle=(4, 3),
    ticket="aa",
    cut_off="bb",
)


@pytest.fixture(scope="module")
def months():
    return [(problem, solve(problem)) for problem in (generate(60, 4), generate(120, 2))]


@pytest.mark.parametrize("explanation", [FULL, Explanation("n", GroundCode.FORBIDDEN)])
def test_an_explanation_comes_back_from_its_bytes_as_it_was(explanation):
    read = Explanation.from_json(json.loads(canonical_bytes(explanation.to_json())))
    assert read == explanation
    assert list(read.to_numbers().get("filters", {})) == [name for name, _ in read.filters]


def test_numbers_for_a_page_leave_out_what_is_empty():
    assert Explanation("n", GroundCode.FORBIDDEN).to_numbers() == {}
    assert FULL.to_numbers() == {
        "stage": "urgency",
        "filters": {"slot": 3, "area": 1},
        "nearest": {"filter": "area", "stock": "s", "person": "p", "missing": ["B"]},
        "ahead": 2,
        "ahead_by": {"duty": 1, "other": 1},
        "circle": {"needs": 4, "places": 3},
        "ticket": "aa",
        "cut_off": "bb",
    }


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"circle": [1]}, r"\$\.circle: must be a list of 2"),
        ({"circle": [1, "2"]}, r"\$\.circle\[1\]: must be of type int"),
        ({"filters": [["slot", 1, 2]]}, r"\$\.filters\[0\]: must be a list of 2"),
        ({"filters": [[1, 1]]}, r"\$\.filters\[0\]\[0\]: must be of type str"),
        ({"ahead_by": 3}, r"\$\.ahead_by: must be a list"),
        ({"code": "unlucky"}, r"\$\.code: must be one of"),
        ({"why": ""}, r"\$\.why: unknown key"),
    ],
)
def test_a_broken_explanation_is_refused_by_its_place(change, path):
    with pytest.raises(ProblemError, match=path):
        Explanation.from_json({**FULL.to_json(), **change})


def test_a_brief_explanation_says_nothing_that_a_second_look_takes_back(months):
    for problem, solution in months:
        brief, full = explain_briefly(solution), explain(problem, solution)
        assert [found.need for found in brief] == [found.need for found in full] != []
        for said, found in zip(brief, full, strict=True):
            assert said == Explanation(said.need, found.code, stage=found.stage)


def test_a_brief_explanation_of_an_older_file_names_neither_stage_nor_lottery():
    solution = solve(month(goods(), want("a"), want("b")))
    assert [ground.code for ground in solution.grounds] == [GroundCode.LOST_LOTTERY]
    [said] = explain_briefly(replace(solution, format=1))
    assert (said.code, said.stage) == (GroundCode.UNDECIDED, "")
