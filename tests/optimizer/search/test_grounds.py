"""Grounds that the filters decide: what was declined before is kept apart from other forbids."""

import pytest

from optimizer.checker.month.month import index_month
from optimizer.checker.month.read import RefutedError, read_problem
from optimizer.checker.rules.grounds import check_grounds
from optimizer.explain.explain import explain
from optimizer.problem import Forbid
from tests.optimizer.builders import month, person, proven, team, visit

SAID = "declined_before"


def declined(*reasons):
    crew = (person("p", "am"), person("q", "am"))
    forbids = tuple(Forbid("a", None, n, said) for n, said in zip("pq", reasons, strict=True))
    return month(team(), *crew, visit("a", "am"), forbids=forbids)


@pytest.mark.parametrize(
    ("reasons", "code"), [((SAID, SAID), SAID), ((SAID, "quarrel"), "forbidden")]
)
def test_what_was_declined_before_is_a_ground_of_its_own_where_every_forbid_says_so(reasons, code):
    problem = declined(*reasons)
    solution = proven(problem)
    assert [ground.code for ground in solution.grounds] == [code]
    (explained,) = explain(problem, solution)
    assert (
        explained.code,
        dict(explained.filters)["slot"],
        dict(explained.filters)["forbidden"],
    ) == (code, 1, 0)


@pytest.mark.parametrize(
    ("reasons", "stated", "true"),
    [((SAID, SAID), "forbidden", SAID), ((SAID, "quarrel"), SAID, "forbidden")],
)
def test_the_checker_refutes_the_other_of_the_two(reasons, stated, true):
    problem = index_month(read_problem(declined(*reasons).to_json()))
    with pytest.raises(RefutedError) as refuted:
        check_grounds(problem, frozenset(), [{"need": "a", "code": stated, "stage": ""}])
    assert refuted.value.fault.facts["true"] == true
    check_grounds(problem, frozenset(), [{"need": "a", "code": true, "stage": ""}])


def test_a_decline_that_leaves_another_person_forbids_nothing():
    problem = month(
        team(),
        person("p", "am"),
        person("q", "am"),
        visit("a", "am"),
        forbids=(Forbid("a", None, "p", SAID),),
    )
    assert [line.person for line in proven(problem).assignments] == ["q"]
