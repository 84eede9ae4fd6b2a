"""A forger who can seal every hash again: no worse answer passes as proved without search."""

import json
from typing import Any

from optimizer.checker.check import verify
from optimizer.policy import Stage, StageKind
from optimizer.problem import GroupHistory, Pair, Pin, Problem
from optimizer.search.solve import solve
from tests.optimizer.brute_force import Answer
from tests.optimizer.builders import LOTTERY, goods, month, want
from tests.optimizer.checker.forgeries import read_month, reseal, restate

Plain = dict[str, Any]
PEOPLE = Stage("people", StageKind.MAX_RECIPIENTS)
POINTS = Stage("points", StageKind.MAX_POINTS)
RICE = (("rice", None, None, 1),)


def fault_of(problem: Problem, answer: Answer, events: list[Any], **proofs: str) -> str:
    """The fault found when this answer is stated with these events; proofs: labels by stage."""
    true = json.loads(json.dumps(solve(problem).to_json()))
    forged = restate(read_month(problem), true, answer)
    forged["certificate"]["stages"] = events
    for result in forged["stages"]:
        result["proof"] = proofs.get(result["name"], result["proof"])
        if result["proof"] == "search":
            result.pop("bound", None)
    fault = verify(problem.to_json(), reseal(forged))
    return "nothing" if fault is None else fault.code


def changed(problem: Problem, **rest: Any) -> str:
    """The fault of the true solution with these entries instead."""
    true = json.loads(json.dumps(solve(problem).to_json()))
    fault = verify(problem.to_json(), reseal({**true, **rest}))
    return "nothing" if fault is None else fault.code


def test_a_share_of_nothing_at_one_proves_nothing():
    """Row 2 would say 0 = 1: with its multiplier every bound is as low as one likes."""
    problem = month(goods(), want("a"), want("b", points=2), stages=(POINTS, LOTTERY))
    points = [["sum", 1, 1, [1, 1], []], ["sum", 0, 2, [0, 3]]]
    tickets = [["none", [1], 1, [2, -1]], ["sum", 1, 1, [], [0]]]
    assert fault_of(problem, {"a": RICE}, [points, tickets]) == "proof_answer_excluded"


def test_tickets_are_not_drawn_by_a_sum_that_no_answer_reaches():
    """Two tickets add up to 3 at most: the last digits of 5 would say that the second is met."""
    problem = month(goods(), want("a"), want("b"))
    events = [[["sum", 1, 1, [0, 1]]], [["sum", 5, 2, [0, 3, 1, -7], [1, 0]]]]
    assert fault_of(problem, {"a": RICE}, events) == "proof_answer_excluded"


def test_only_columns_of_zero_or_one_are_settled():
    """That some oil is given in every answer does not say that it is one unit in every answer."""
    levels = Stage("levels", StageKind.LEXIMIN, dimension="committee")
    fullness = Stage("fullness", StageKind.MAX_UNITS)
    ends = [want(name, groups={"committee": name}) for name in "ab"]
    oil = want("oil", category="oil", quantity=3, least=1)
    problem = month(
        *(goods(), goods("can", 3, category="oil"), *ends, oil),
        pins=(Pin("oil"),),
        stages=(levels, fullness, LOTTERY),
    )
    counted = [["switch"], ["switch"], ["sum", 1, 1, [0, 1, 9, -1, 10, -1]]]
    settled = ["all", [3], 1, [2, -1, 6, -1]]
    tickets = [["sum", 6, 1, [0, 1], [2, 1, 0]]]
    events = [[*counted, settled], [["sum", 1, 1, []]], tickets]
    answer = {"b": RICE, "oil": (("can", None, None, 1),)}
    assert fault_of(problem, answer, events) == "proof_not_binary"
    whole = {"b": RICE, "oil": (("can", None, None, 3),)}
    assert fault_of(problem, whole, [counted, [["sum", 3, 1, []]], tickets]) == "nothing"


def test_no_more_results_are_proven_than_the_policy_has_aims():
    problem = month(goods(), want("a"), stages=(POINTS,))
    (result,) = json.loads(json.dumps(solve(problem).to_json()))["stages"]
    made_up = {**result, "name": "kindness", "value": 99, "bound": 99}
    assert changed(problem, status="feasible", stages=[result]) == "nothing"
    assert changed(problem, status="feasible", stages=[result, made_up]) == "stage_count"


def test_an_open_result_of_format_1_states_nothing():
    problem = month(goods(), want("a"), stages=(POINTS,))
    result = {
        **{"name": "points", "kind": "max_points", "key": "", "engine": "HiGHS"},
        **{"status": "feasible", "proof": "gap"},
    }
    old = {"status": "feasible", "format": 1, "certificate": {"possible": {}, "stages": []}}
    assert changed(problem, **old, stages=[result]) == "nothing"
    level = {"group": "a", "numerator": 1, "denominator": 1}
    for stated in ({"bound": 1}, {"value": 1}, {"levels": [level]}, {"kind": "lottery"}):
        assert changed(problem, **old, stages=[result | stated]) == "stage_open"


def test_an_open_result_states_what_is_reached_and_no_bound_that_is_not_proved():
    problem = month(goods(), want("a"), want("b", points=2), stages=(POINTS,))
    result = {
        **{"name": "points", "kind": "max_points", "key": "", "engine": "HiGHS"},
        **{"status": "feasible", "proof": "gap", "value": 2},
    }

    nothing: Plain = {"possible": {}, "stages": []}

    def fault_with(*stages: Plain, certificate: Plain = nothing) -> str:
        rest: Plain = {"stages": list(stages), "certificate": certificate}
        rest["grounds"] = [{"need": "a", "code": "undecided"}]
        return changed(problem, status="feasible", **rest)

    assert fault_with(result) == fault_with(result | {"bound": 3}) == "nothing"
    assert fault_with(result | {"bound": 2}) == "bound_not_proved"
    bound = {"possible": {}, "stages": [], "open": [["sum", 1, [0, -1], []]]}
    assert fault_with(result | {"bound": 2}, certificate=bound) == "bound_not_proved"
    bound["open"] = [["sum", 1, [0, 2, 1, 2], []]]
    assert fault_with(result | {"bound": 2}, certificate=bound) == "nothing"
    for stated, code in (({"value": 1}, "stage_value"), ({"proof": "dual"}, "stage_open")):
        assert fault_with(result | stated) == code
    assert fault_with() == fault_with(result, result) == "stage_count"


def test_without_an_answer_nothing_is_proven():
    problem = month(goods(), want("a"), stages=(POINTS,))
    nobody = {"status": "infeasible", "assignments": [], "needs_met": 0, "recipients_helped": 0}
    assert changed(problem, **nobody) == "answer_without_status"


def test_shares_that_are_tied_are_not_proved_one_by_one():
    """One place for two: a share each says who has it, and no ticket would be asked."""
    problem = month(goods(), want("a"), want("b"), stages=(POINTS, LOTTERY))
    points = [["sum", 1, 1, [], [0]], ["sum", 0, 1, [], [1]]]
    events = [points, [["none", [1], 1, [3, 1]]]]
    assert fault_of(problem, {"a": RICE}, events, points="search") == "proof_shares_tied"


def test_a_share_is_not_bounded_by_what_another_share_keeps():
    """A row keeps a's only point; with it as a premise nobody could have b's five."""
    problem = month(goods(), want("a"), want("b", points=5), stages=(POINTS, LOTTERY))
    kept = [0, 5, 2, -5]
    points = [["sum", 1, 1, [], [0]], ["sum", 0, 1, kept, [1]]]
    events = [points, [["none", [1], 1, kept]]]
    assert fault_of(problem, {"a": RICE}, events) == "proof_shares_tied"


def test_shares_that_are_apart_may_rest_on_a_search():
    apart = month(goods(), goods("can", category="oil"), want("a"), want("b", category="oil"))
    counted = [["sum", 1, 1, [], [0]], ["sum", 1, 1, [2, -1], [1]]]
    events = [counted, [["sum", 1, 1, [], [1]]]]
    answer = {"a": RICE, "b": (("can", None, None, 1),)}
    assert fault_of(apart, answer, events, count="search") == "nothing"


def test_a_share_that_is_kept_takes_nothing_from_the_next():
    """One need eats what two could have: kept at its greatest, it leaves them nothing."""
    count = Stage("count", StageKind.MAX_COUNT)
    heavy = (Pair("a", "rice", consumption=2),)
    problem = month(
        goods(capacity=2), want("a"), want("b"), want("c"), stages=(count,), pairs=heavy
    )
    events = [["sum", 1, 1, [], [0]], ["sum", 0, 1, [1, 1, 2, 1, 0, 2, 3, -2]]]
    assert fault_of(problem, {"a": RICE}, [events]) == "proof_shares_tied"


def test_recipients_are_not_counted_one_by_one():
    """Whoever needs both units counts first; what is left for the two others is nothing."""
    asks = [want(f"{of}{k}", recipient=of, quantity=1 + (of == "a")) for of in "abc" for k in "12"]
    problem = month(goods(capacity=2), *asks, stages=(PEOPLE,))
    nobody_else = [0, 1, 2, -2, 3, -1, 4, -1, 5, -2]
    events = [["sum", 1, 1, [], [8]], ["sum", 0, 1, nobody_else, [9, 10]]]
    answer = {"a1": (("rice", None, None, 2),)}
    assert fault_of(problem, answer, [events]) == "proof_shares_tied"


def test_recipients_who_are_helped_tie_the_shares_of_a_later_sum():
    """A point of rice first, and the five of oil are lost: somebody else has to be helped there."""
    asks = [want(f"{of}1", recipient=of, points=int(of == "b")) for of in "ab"]
    asks += [want(f"{of}2", recipient=of, category="oil", points=5 * (of == "b")) for of in "ab"]
    problem = month(goods(), goods("can", category="oil"), *asks, stages=(PEOPLE, POINTS))
    apart = [["sum", 1, 1, [], [0, 2]], ["sum", 0, 1, [0, 5, 1, 5, 4, -5, 7, -5], [1, 3]]]
    answer = {"b1": RICE, "a2": (("can", None, None, 1),)}
    assert fault_of(problem, answer, [[["sum", 2, 1, []]], apart]) == "proof_shares_tied"


def test_what_could_be_read_in_two_ways_is_refused():
    """A second stage of a name would answer for the first one's denominators."""
    fair = Stage("fair", StageKind.LEXIMIN, dimension="committee")
    rest = {"history": (GroupHistory("committee", "C1", 2, 1),), "pairs": (Pair("a", "rice"),)}
    problem = month(goods(), want("a", groups={"committee": "C1"}), stages=(fair,), **rest)
    plain, solution = problem.to_json(), json.loads(json.dumps(solve(problem).to_json()))
    assert verify(plain, solution) is None
    stages = plain["policy"]["stages"]
    for twice, rows in (
        *((name, plain[name]) for name in ("pairs", "history")),
        ("policy.stages", stages),
    ):
        rows.append(dict(rows[0]))
        fault = verify(plain, solution)
        assert fault is not None
        assert fault.facts == {"path": f"problem.{twice}[1]", "reason": "used twice"}
        rows.pop()


def test_half_a_character_is_a_fault_and_no_crash():
    problem = month(goods(), want("a"))
    solution = json.loads(json.dumps(solve(problem).to_json()))
    fault = verify(problem.to_json(), {**solution, "detail": "\ud83d"})
    assert fault is not None
    assert fault.code == "broken_input"
