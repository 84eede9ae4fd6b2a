"""The second policy on tiny months: what committees compete for, and levels in their order."""

from copy import deepcopy
from dataclasses import replace

import pytest

from optimizer.checker.check import judge
from optimizer.checker.verdict import Ruling
from optimizer.policy import COMMUNITY_2
from optimizer.problem import Need, Problem, Stock
from optimizer.search.solve import solve
from tests.optimizer.builders import goods, month, person, team, want
from tests.optimizer.checker.hand_made import seal


def ask(name: str, committee: str, category: str = "rice", **rest) -> Need:
    groups = {"committee": committee} if committee else {}
    return want(name, category=category, tier=rest.pop("tier", 2), groups=groups, **rest)


def pose(*rows) -> Problem:
    return replace(month(*rows), policy=COMMUNITY_2)


RICE, OIL = goods("r1", category="rice"), goods("r2", category="oil")
ALONE = [ask("a", "X"), ask("b", "X"), ask("c", "Y", "oil"), ask("d", "Y", "oil")]
TEAMS = [team("one", category="tea", capacity=1), team("two", category="talk", capacity=1)]
VISITS = [ask("a", "X", "tea", slots=("s",)), ask("b", "Y", "talk", slots=("s",))]
FUND = goods("fund", category="none", capacity=1)
WITHIN = [
    goods(name, category=kind, parents=("fund",)) for name, kind in (("r1", "rice"), ("r2", "oil"))
]
NEAR = [
    goods("near", category="rice", areas=("N",)),
    goods("far", category="rice", areas=("N", "F")),
]
CHAIN = [ask("a", "X", area="F"), ask("b", "Y", area="N"), ask("c", "Y", area="N")]
CASES = {
    "two stocks, each for one committee": ([RICE, OIL, *ALONE], ""),
    "one stock for two committees": ([RICE, ask("a", "X"), ask("b", "Y")], "ab"),
    "one stock for a committee and for who has none": ([RICE, ask("a", "X"), ask("b", "")], "ab"),
    "enough for everybody": ([goods("r1", category="rice", capacity=2), *CHAIN[:2]], ""),
    "a person who is asked by two": (
        [*TEAMS, person("p", "s", stocks=("one", "two")), *VISITS],
        "ab",
    ),
    "two persons, each asked by one": (
        [*TEAMS, person("p", "s", stocks=("one",)), person("q", "s", stocks=("two",)), *VISITS],
        "",
    ),
    "two stocks within one": ([FUND, *WITHIN, ask("a", "X"), ask("b", "Y", "oil")], "ab"),
    "what only some may have, beside it": ([*NEAR, *CHAIN], "abc"),
    "a more urgent need": ([RICE, ask("a", "X", tier=1), ask("b", "Y"), ask("c", "Z")], ""),
    "who waited longer": ([RICE, ask("a", "X", waiting=2), ask("b", "Y")], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_contested_needs_are_those_that_committees_compete_for(case):
    rows, contested = CASES[case]
    problem = pose(*rows)
    verdict = judge(problem.to_json(), solve(problem).to_json())
    assert verdict.ruling is Ruling.PROVED
    assert "".join(verdict.contested) == contested


def test_levels_are_stated_from_the_worst_one():
    """The giver that carries most comes first, the home that gets least comes first."""
    stocks = [
        Stock("r1", "G", "rice", 1, pledge="p"),
        Stock("r2", "H", "rice", 4, pledge="q"),
        Stock("o", "G", "oil", 3),
    ]
    needs = [ask(name, "X", quantity=1) for name in "abc"]
    shared = [ask(name, "X", "oil", quantity=2, least=1) for name in "de"]
    problem = pose(*stocks, *needs, *shared)
    solution = solve(problem).to_json()
    assert judge(problem.to_json(), solution).ruling is Ruling.PROVED
    for stage in ("burden", "shares"):
        changed = deepcopy(solution)
        [result] = [row for row in changed["stages"] if row["name"] == stage]
        assert len({row["numerator"] / row["denominator"] for row in result["levels"]}) == 2
        result["levels"].reverse()
        fault = judge(problem.to_json(), seal(changed)).fault
        assert str(fault) == f"stage_order: stage={stage}"
