"""What a check says: never more than was replayed, in words and exit codes of its own."""

import json
from dataclasses import replace
from typing import Any

import pytest

from optimizer import codec
from optimizer.checker.__main__ import main
from optimizer.checker.check import judge
from optimizer.checker.verdict import BROKEN, EXIT_CODES, PROVED_NONE, Ruling, Verdict
from optimizer.codec import sha256_of
from optimizer.policy import COMMUNITY_POLICY, Policy, Stage, StageKind
from optimizer.problem import Pair, Pin, Problem
from optimizer.search.solve import solve
from tests.optimizer.builders import LOTTERY, goods, month, want
from tests.optimizer.checker.forgeries import read_month, reseal, restate
from tests.optimizer.checker.test_check import seal
from tests.optimizer.small_month import small_problem, small_solution

Plain = dict[str, Any]
COUNT = Stage("count", StageKind.MAX_COUNT)
POINTS = Stage("points", StageKind.MAX_POINTS)
FAIR = Stage("fair", StageKind.LEXIMIN, dimension="committee")
BURDEN = Stage("burden", StageKind.LEXIMAX)
COST = Stage("cost", StageKind.MIN_COST)
RICE = (("rice", None, None, 1),)


def of_committee(name: str, committee: str, **rest: Any):
    return want(name, groups={"committee": committee}, **rest)


def solved(problem: Problem) -> Plain:
    return json.loads(json.dumps(solve(problem).to_json()))


def unproved(verdict: Verdict) -> list[tuple[str, ...]]:
    return [(u.stage, u.label, u.of, u.group, u.value, u.bound) for u in verdict.unproved]


@pytest.fixture
def two_committees() -> Problem:
    """Three needs of C1 and two of C2 want three bags of rice."""
    needs = [of_committee(f"a{k}", "C1") for k in range(3)]
    needs += [of_committee(f"b{k}", "C2") for k in range(2)]
    return month(goods("rice", 3, pledge="h"), *needs, stages=(COUNT, FAIR, BURDEN, LOTTERY))


def forge_for_one(problem: Problem) -> Plain:
    """One bag for C1 and denominators to fit; every result is left to a search."""
    forged = restate(read_month(problem), solved(problem), {"a0": RICE})
    for result in forged["stages"]:
        result["proof"] = "search"
        result.pop("bound", None)
    fair = next(r for r in forged["stages"] if r["name"] == "fair")
    fair["levels"] = [{"group": "C1", "numerator": 1, "denominator": 1}]
    forged["certificate"] = {
        "possible": {
            "fair": {
                "C1": [["sum", 1, 1, [], []], [["a0", *RICE[0]]]],
                "C2": [["sum", 0, 1, [], []], []],
            }
        },
        "stages": [[["sum", 1, 1, []]], [], [["no"]], [["sum", 16, 1, [], [0, 4, 3, 2, 1]]]],
    }
    return forged


def test_a_proved_month_is_proved_and_says_of_what(two_committees):
    true = solved(two_committees)
    verdict = judge(two_committees.to_json(), true)
    assert (verdict.ruling, verdict.exit_code, verdict.unproved) == (Ruling.PROVED, 0, ())
    assert verdict.problem_sha256 == two_committees.sha256
    assert verdict.policy_sha256 == sha256_of(two_committees.policy.to_json())
    assert verdict.result_sha256 == true["result_sha256"]
    assert sum(verdict.labels.values()) == verdict.outright == len(true["stages"])
    for held in (verdict.problem_sha256, verdict.policy_sha256, verdict.result_sha256):
        assert held in str(verdict)
    assert "labels    " in str(verdict)


def test_an_answer_for_one_committee_left_to_a_search_proves_nothing(two_committees):
    forged = forge_for_one(two_committees)
    verdict = judge(two_committees.to_json(), reseal(relabelled(two_committees, forged)))
    assert (verdict.ruling, verdict.outright, verdict.exit_code) == (Ruling.FEASIBLE, 0, 5)
    assert ("count", "search", "sum", "", "1", "5") in unproved(verdict)
    assert ("fair", "search", "possible", "C1", "1", "3") in unproved(verdict)
    assert ("burden", "search", "level", "h", "1/3", "0") in unproved(verdict)
    assert str(verdict).startswith("feasible: the answer keeps every rule; nothing proved")
    assert "count: 1 reached, bound 5 proved (search)" in str(verdict)


def relabelled(problem: Problem, forged: Plain) -> Plain:
    """The same with the labels that the replay derives, as a careful forger would find out."""
    for _ in forged["stages"]:
        fault = judge(problem.to_json(), reseal(forged)).fault
        if fault is None or fault.code != "stage_proof":
            break
        for result in forged["stages"]:
            if result["name"] == fault.facts["stage"]:
                result["proof"] = fault.facts["true"]
    return forged


def test_what_rests_on_a_search_is_named_with_the_bound_that_is_proved():
    verdict = judge(small_problem().to_json(), small_solution(small_problem()))
    assert (verdict.ruling, verdict.exit_code, verdict.outright) == (Ruling.EXCEPT, 4, 1)
    assert unproved(verdict) == [("kindness", "search", "sum", "", "5", "10")]
    assert str(verdict).startswith("proved except 1 named result: the other 1 ")


def test_a_search_of_format_2_states_no_bound_that_is_tighter_than_proved():
    problem = small_problem()
    for bound, code in ((5, "bound_not_proved"), (10, None), (11, None), (None, None)):
        solution = small_solution(problem) | {"format": 2}
        solution["stages"][1]["bound"] = bound
        if bound is None:
            del solution["stages"][1]["bound"]
        fault = judge(problem.to_json(), seal(solution)).fault
        assert (fault and fault.code) == code


def test_costs_are_bounded_from_below():
    pairs = [(name, stock) for name in "ab" for stock in ("rice", "oil")]
    problem = month(
        *(goods("rice", 2), goods("oil", 2)),
        *(want("a"), want("b")),
        pairs=tuple(Pair(*p, score=k + 1) for k, p in enumerate(pairs)),
        pins=(Pin("a"), Pin("b")),
        stages=(COST,),
    )
    true = solved(problem)
    assert judge(problem.to_json(), true).ruling is Ruling.PROVED
    assert true["stages"][0]["value"] == 4
    true["certificate"]["stages"] = [[["sum", -4, 1, []]]]
    true["stages"][0] |= {"proof": "search", "bound": 0}
    verdict = judge(problem.to_json(), reseal(true))
    assert unproved(verdict) == [("cost", "search", "sum", "", "4", "0")]
    true["stages"][0]["bound"] = 1
    assert judge(problem.to_json(), reseal(true)).fault.code == "bound_not_proved"


def test_open_results_are_feasible_with_their_bounds(two_committees):
    true = solved(two_committees)
    left = {"status": "feasible", "proof": "gap"}
    for result in true["stages"][1:]:
        result.pop("levels", None)
        result |= left
    true["certificate"] |= {"stages": true["certificate"]["stages"][:1], "witnesses": []}
    for ground in true["grounds"]:
        ground["code"] = "undecided"
    verdict = judge(two_committees.to_json(), reseal(true | {"status": "feasible"}))
    assert (verdict.ruling, verdict.outright, verdict.exit_code) == (Ruling.FEASIBLE, 1, 5)
    assert [row[:2] for row in unproved(verdict)] == [
        ("fair", "gap"),
        ("burden", "gap"),
        ("lottery", "gap"),
    ]
    assert ("lottery", "gap", "tickets", "", "0", "5") in unproved(verdict)
    assert "1 of 4 results proved" in str(verdict)


def test_the_first_open_sums_that_reach_their_bounds_are_proved():
    """Nobody can get more than all there is to get; what follows an open result is not proved."""
    rows = goods("rice", 1), want("a"), want("b", category="oil", points=4)
    problem = month(*rows, stages=(COUNT, POINTS, FAIR, LOTTERY))
    true = solved(problem)
    for result in true["stages"]:
        result |= {"status": "feasible", "proof": "gap"}
        result.pop("levels", None)
    true["certificate"] |= {"stages": [], "witnesses": [], "excluded": {}}
    answer = reseal(true | {"status": "feasible"})
    verdict = judge(problem.to_json(), answer)
    assert (verdict.ruling, verdict.outright) == (Ruling.FEASIBLE, 2)
    assert [row.stage for row in verdict.unproved] == ["fair", "lottery"]
    assert verdict.labels == {"dual": 2, "gap": 2}


def test_a_policy_without_stages_proves_nothing():
    problem = replace(small_problem(), policy=Policy("nothing", 1, ()))
    verdict = judge(problem.to_json(), solved(problem))
    assert (verdict.ruling, verdict.exit_code) == (Ruling.FEASIBLE, 5)
    assert "nothing proved: the policy has no stages" in str(verdict)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (replace(COMMUNITY_POLICY, stages=()), "policy_stages"),
        (replace(COMMUNITY_POLICY, stages=COMMUNITY_POLICY.stages[1:]), "policy_stages"),
        (replace(COMMUNITY_POLICY, stages=COMMUNITY_POLICY.stages[::-1][1:]), "policy_stages"),
        (replace(COMMUNITY_POLICY, version=99), "policy_never_published"),
        (replace(COMMUNITY_POLICY, name="communitas", stages=(COUNT,)), None),
        (COMMUNITY_POLICY, None),
    ],
)
def test_a_published_name_says_what_was_published_under_it(policy, code):
    problem = replace(month(goods(), want("a")), policy=policy)
    fault = judge(problem.to_json(), solved(problem)).fault
    assert (fault and fault.code) == code


@pytest.mark.parametrize("status", ["infeasible", "failed"])
def test_no_answer_to_a_month_that_has_one_is_not_called_proved(two_committees, status):
    nobody = {
        **{"status": status, "assignments": [], "stages": [], "grounds": [], "certificate": {}},
        **{"needs_met": 0, "recipients_helped": 0},
    }
    forged = reseal(solved(two_committees) | nobody)
    for certificate in (None, forged["certificate"], no_answer([]), no_answer([["no", 1, [], []]])):
        verdict = judge(two_committees.to_json(), forged | {"certificate": certificate})
        if verdict.fault is None:
            assert (verdict.ruling, verdict.exit_code) == (Ruling.NO_ANSWER, 3)
            assert not verdict.is_settled
            assert str(verdict).startswith("no answer (not proved that there is none)")
        else:
            assert verdict.fault.code in ("certificate_malformed", "no_answer_not_proved")


def no_answer(events: list) -> Plain:
    certificate = {"possible": {}, "stages": [events]}
    return certificate | {"sha256": sha256_of(certificate)}


def test_that_there_is_no_answer_is_proved_by_multipliers():
    """Two pinned needs want the only bag: used - flow, flow - met and the pins contradict."""
    pins = (Pin("a"), Pin("b"))
    problem = month(goods("rice", 1), want("a"), want("b"), pins=pins, stages=(COUNT,))
    true = solved(problem)
    assert true["status"] == "infeasible"
    farkas = no_answer([["no", 1, [0, 1, 1, 1, 2, -1, 3, -1], []]])
    verdict = judge(problem.to_json(), true | {"certificate": farkas})
    assert (verdict.ruling, verdict.is_settled, verdict.exit_code) == (Ruling.NO_ANSWER, True, 7)
    assert str(verdict).startswith("no answer: proved that none keeps every rule")
    cut = ["cut", [], [], 0], ["no", 1, [0, 1, 1, 1, 2, -1, 3, -1], []]
    assert judge(problem.to_json(), true | {"certificate": no_answer([*cut])}).is_settled
    wrong = no_answer([["no", 1, [0, 1, 1, 1, 2, -1], []]])
    assert judge(problem.to_json(), true | {"certificate": wrong}).fault.code == (
        "no_answer_not_proved"
    )


def test_every_ruling_has_an_exit_code_of_its_own():
    assert set(EXIT_CODES) == set(Ruling)
    codes = [*EXIT_CODES.values(), BROKEN, PROVED_NONE]
    assert len(set(codes)) == len(codes) == len(Ruling) + 2


def test_help_names_every_exit_code(capsys):
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f" {code} " in printed for code in (*EXIT_CODES.values(), BROKEN, PROVED_NONE))


def test_a_verdict_survives_the_way_through_json(two_committees):
    forged = relabelled(two_committees, forge_for_one(two_committees))
    for answer in (solved(two_committees), reseal(forged), {}):
        verdict = judge(two_committees.to_json(), answer)
        plain = json.loads(json.dumps(codec.to_json(verdict)))
        assert codec.from_json(Verdict, plain) == verdict


@pytest.mark.parametrize("whole", [0, 4])
def test_a_denominator_out_of_reach_is_named_with_its_bounds(two_committees, whole):
    true = solved(two_committees)
    fair = next(result for result in true["stages"] if result["name"] == "fair")
    level = next(level for level in fair["levels"] if level["group"] == "C1")
    level["denominator"] = whole
    fault = judge(two_committees.to_json(), reseal(true)).fault
    low = level["numerator"]
    assert str(fault) == (f"stage_denominator: stage=fair group=C1 stated={whole} low={low} high=3")
