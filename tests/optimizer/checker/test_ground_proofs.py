"""The causes that grounds name: the true ones hold, the others are refused by name."""

import json
from typing import Any

import pytest

from optimizer.checker.check import judge
from optimizer.codec import sha256_of
from optimizer.policy import CountBy, Stage, StageKind
from optimizer.problem import Pair, Problem
from optimizer.search.solve import solve
from tests.optimizer.brute_stages import best_answers, feasible_answers, possible_of, vector_of
from tests.optimizer.builders import LOTTERY, goods, month, person, team, visit, want
from tests.optimizer.checker.forgeries import reseal
from tests.optimizer.tiny_problems import tiny_problem

Plain = dict[str, Any]
TIER = Stage("urgency", StageKind.MAX_COUNT, by=CountBy.TIER)
NOT_A = ["none", [0], 1, [3, 1]]  # row 3 keeps the number of needs of tier 2, which is 0
POINTS = Stage("points", StageKind.MAX_POINTS)


def solved(problem: Problem) -> Plain:
    return json.loads(json.dumps(solve(problem).to_json()))


def code_of(problem: Problem, answer: Plain, **ground: str) -> str:
    """The fault of the answer when its only ground says this."""
    (stated,) = answer["grounds"]
    forged = answer | {"grounds": [{"need": stated["need"], **ground}]}
    verdict = judge(problem.to_json(), reseal(forged))
    return verdict.fault.code if verdict.fault else f"{verdict.ruling}, {verdict.unchecked} open"


@pytest.fixture
def ranked() -> Problem:
    """One bag; the urgent need comes before the other, whatever its points."""
    needs = (want("a", tier=2, points=9), want("b", tier=1))
    return month(goods(), *needs, stages=(TIER, POINTS, LOTTERY))


@pytest.fixture
def equal() -> Problem:
    return month(goods(), want("a"), want("b"), stages=(TIER, LOTTERY))


@pytest.fixture
def busy() -> Problem:
    """One household wants two visits on one morning, and there are two persons."""
    visits = (visit(name, "am", recipient="h") for name in "ab")
    return month(team(), person("p", "am"), person("q", "am"), *visits, stages=(TIER, LOTTERY))


def test_outranked_is_a_matter_of_the_replay(ranked):
    true = solved(ranked)
    assert true["grounds"] == [{"need": "a", "code": "outranked", "stage": "urgency"}]
    assert code_of(ranked, true, code="outranked") == "proved, 0 open"
    assert code_of(ranked, true, code="undecided") == "proved, 1 open"
    for code in ("lost_lottery", "time_conflict"):
        assert code_of(ranked, true, code=code) == "ground_not_proved"
    for code in ("no_eligible_offer", "forbidden", "declined_before"):
        assert code_of(ranked, true, code=code) == "ground"


def test_a_stage_is_named_only_with_a_proof_that_none_is_left(ranked):
    true = solved(ranked)
    ((stage, columns, scale, flat, cuts),) = true["certificate"]["barred"]
    assert stage == "points"
    for barred, said in (
        ([[stage, columns, scale, flat, cuts]], "proved, 0 open"),
        ([], "ground_not_proved"),
        ([[stage, columns, scale, [], cuts]], "not_barred"),
        ([["urgency", columns, scale, [], cuts]], "not_barred"),
        ([[stage, [-1], scale, flat, cuts]], "not_barred"),
        ([["because", columns, scale, flat, cuts]], "ground_stage"),
        ([[stage, columns, scale]], "certificate_malformed"),
    ):
        true["certificate"]["barred"] = barred
        assert code_of(ranked, true, code="outranked", stage="urgency") == said


def test_a_stage_is_named_only_with_a_witness_that_keeps_the_stages_before(ranked):
    true = solved(ranked)
    swap = ["b"], [["a", "rice", None, None, 1]]
    true["certificate"]["stages"][2].insert(0, NOT_A)
    for witnesses, stage, code in (
        ([], "urgency", "ground_not_proved"),
        ([["urgency", ["a"], *swap]], "urgency", "proved, 0 open"),
        ([["urgency", ["a"], *swap]], "points", "ground_not_proved"),
        ([["points", ["a"], *swap]], "points", "witness"),
        ([["urgency", ["b"], *swap]], "urgency", "witness"),
        ([["urgency", ["a"], [], swap[1]]], "urgency", "capacity"),
        ([["urgency", ["a"], *swap]], "because the mayor said so", "ground_stage"),
        ([["because", ["a"], *swap]], "urgency", "ground_stage"),
        ([["urgency", ["a"]]], "urgency", "certificate_malformed"),
        ([["urgency", ["a"], ["b"], [["a"]]]], "urgency", "certificate_malformed"),
    ):
        true["certificate"]["witnesses"] = witnesses
        assert code_of(ranked, true, code="outranked", stage=stage) == code


def test_the_deciding_stage_is_the_first_that_excludes(ranked):
    """With points before urgency the other need is outranked, by points and not by urgency."""
    problem = month(*ranked.stocks, *ranked.needs, stages=(POINTS, TIER, LOTTERY))
    true = solved(problem)
    swap = ["a"], [["b", "rice", None, None, 1]]
    for stage, code in (("points", "proved, 0 open"), ("urgency", "witness")):
        true["certificate"]["witnesses"] = [[stage, ["b"], *swap]]
        assert code_of(problem, true, code="outranked", stage=stage) == code


def test_a_lost_lottery_needs_a_witness_and_a_draw(equal):
    true = solved(equal)
    ((stage, needs, _, _),) = true["certificate"]["witnesses"]
    assert (stage, true["grounds"]) == ("lottery", [{"need": needs[0], "code": "lost_lottery"}])
    assert code_of(equal, true, code="lost_lottery") == "proved, 0 open"
    assert code_of(equal, true, code="outranked") == "ground_not_proved"
    assert code_of(equal, true, code="lost_lottery", stage="lottery") == "ground_not_proved"
    assert code_of(equal, true, code="outranked", stage="lottery") != "proved, 0 open"
    true["certificate"]["witnesses"] = []
    assert code_of(equal, true, code="lost_lottery") == "ground_not_proved"


def test_a_time_conflict_is_found_again(busy):
    true = solved(busy)
    assert [ground["code"] for ground in true["grounds"]] == ["time_conflict"]
    assert code_of(busy, true, code="time_conflict") == "proved, 0 open"
    assert code_of(busy, true, code="outranked") == "ground_not_proved"


@pytest.mark.parametrize(
    "change",
    [
        {"capacity": 1},
        {"most_visits": 0},
        {"most": 0},
        {"consumption": 99},
        {"slots": ("pm",)},
        {"parents": ("all",)},
    ],
)
def test_without_persons_and_units_left_there_is_no_time_conflict(busy, change):
    """One visit takes the last unit, or nobody else can come: C8 excludes nothing."""
    stock = team(capacity=change.get("capacity", 99), parents=change.get("parents", ()))
    above = [goods("all", 1, category="")] if "parents" in change else []
    second = person("q", *change.get("slots", ("am",)), most=change.get("most_visits", 9))
    pairs = ()
    if "most" in change:
        pairs = tuple(Pair(name, "team", "q", most=0) for name in "ab")
    if "consumption" in change:
        pairs = tuple(Pair(name, "team", "q", consumption=99) for name in "ab")
    rows = (stock, *above, person("p", "am"), second, *busy.needs)
    problem = month(*rows, stages=(TIER, LOTTERY), pairs=pairs)
    true = solved(problem)
    assert "time_conflict" not in {ground["code"] for ground in true["grounds"]}
    assert code_of(problem, true, code="time_conflict") == "ground_not_proved"


def test_a_team_needs_as_many_persons_as_it_has_places():
    both = visit("b", "am", recipient="h", people=2)
    crew = [person(name, "am") for name in "pqr"]
    problem = month(team(capacity=3), *crew, visit("a", "am", recipient="h"), both, stages=(TIER,))
    true = solved(problem)
    (ground,) = true["grounds"]
    assert ground["code"] == "time_conflict"
    assert code_of(problem, true, code="time_conflict") == "proved, 0 open"
    fewer = month(team(), *crew[:2], *problem.needs, stages=(TIER,))
    answer = solved(fewer)
    if answer["grounds"][0]["need"] == "b":
        assert code_of(fewer, answer, code="time_conflict") == "ground_not_proved"


def test_what_the_certificate_says_is_excluded_must_be(ranked):
    true = solved(ranked)
    assert true["certificate"]["excluded"] == {"a": "points"}
    true["certificate"]["barred"] = []
    for excluded, code in (
        ({"b": "points"}, "excluded"),
        ({"a": "urgency"}, "excluded"),
        ({"a": "because"}, "ground_stage"),
    ):
        true["certificate"]["excluded"] = excluded
        assert code_of(ranked, true, code="outranked") == code
    true["certificate"] |= {"excluded": {"a": "urgency"}}
    true["certificate"]["stages"][2].insert(0, NOT_A)
    assert code_of(ranked, true, code="outranked") == "proved, 0 open"


def test_in_format_1_causes_are_not_checked_and_the_verdict_says_so(ranked):
    true = solved(ranked) | {"format": 1}
    for code in ("outranked", "lost_lottery", "time_conflict"):
        assert code_of(ranked, true, code=code) == "proved, 1 open"
    assert code_of(ranked, true, code="outranked", stage="because") == "ground_stage"
    verdict = judge(ranked.to_json(), reseal(true))
    assert "grounds   1 outranked; 1 as stated, not checked" in str(verdict)


def _reachable(problem: Problem) -> set[str]:
    """The needs that some answer meets which is best in every stage before the draw."""
    answers = list(feasible_answers(problem))
    possible = possible_of(problem, answers)
    count = len([s for s in problem.policy.stages if s.kind is not StageKind.LOTTERY])
    judged = [(vector_of(problem, answer, possible)[:count], answer) for answer in answers]
    top = max(vector for vector, _ in judged)
    return {need for vector, answer in judged if vector == top for need in answer}


@pytest.mark.parametrize("seed", range(60))
def test_no_ground_of_a_tiny_month_is_false_and_no_other_cause_is_accepted(seed):
    problem = tiny_problem(seed)
    true = solved(problem)
    if true["status"] != "proven" or not true.get("grounds"):
        assert judge(problem.to_json(), true).fault is None
        return
    assert best_answers(problem) is not None
    open_ = _reachable(problem)
    for k, ground in enumerate(true["grounds"]):
        for code in ("outranked", "lost_lottery"):
            forged = json.loads(json.dumps(true))
            forged["grounds"][k] = {"need": ground["need"], "code": code}
            is_false = (ground["need"] in open_) == (code == "outranked")
            assert not is_false or judge(problem.to_json(), reseal(forged)).fault is not None
    certificate = {k: v for k, v in true["certificate"].items() if k != "sha256"}
    assert true["certificate"]["sha256"] == sha256_of(certificate)
