"""The stages of the second policy: months proved by hand, and what is no proof is refused."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from optimizer.checker.check import judge
from tests.optimizer.checker.hand_made import (
    HandMade,
    Plain,
    drawn_home,
    fault_of,
    give,
    one_place,
    seal,
    show,
    three_bags,
    two_turns,
)

Change = Callable[[Plain], object]


def event(solution: Plain, result: int, k: int) -> list:
    return solution["certificate"]["stages"][result][k]


def fault_after(month: HandMade, change: Change) -> str:
    solution = month.answer()
    change(solution)
    return fault_of(month.problem, seal(solution))


@pytest.mark.parametrize("make", [one_place, three_bags, two_turns, drawn_home])
def test_a_month_by_hand_is_proved(make):
    month = make()
    assert fault_of(month.problem, month.answer()) == "nothing"
    assert judge(month.problem, month.answer()).ruling == "proved"


def test_the_verdict_names_the_needs_that_committees_competed_for():
    month = one_place()
    assert judge(month.problem, month.answer()).contested == ("a", "b", "c")
    assert judge(two_turns().problem, two_turns().answer()).contested == ()


LEVEL = {"group": "A", "numerator": 1, "denominator": 1}
ONE_PLACE = [
    # S11: who is undecided, and the most homes
    (lambda s: event(s, 1, 0)[1].pop(), "proof_not_shown_undecided: stage=homes-1 key= need=c"),
    (lambda s: event(s, 1, 0)[1].append([]), "proof_answer_excluded: stage=homes-1"),
    (lambda s: event(s, 1, 0)[1].extend([show("a")] * 4), "proof_too_many_witnesses"),
    (lambda s: event(s, 1, 0)[1][0].extend(show("b")), "proof_capacity: stage=homes-1"),
    (lambda s: s["certificate"]["stages"][1].pop(0), "proof_event_missing: stage=homes-1"),
    (lambda s: s["certificate"]["stages"][1].pop(), "proof_sum_of_parts: stage=homes-1"),
    (lambda s: s["stages"][1].update(value=2, bound=2), "proof_sum_of_parts: stage=homes-1"),
    (lambda s: event(s, 1, 1).__setitem__(3, []), "stage_proof: stage=homes-1 key= stated=dual"),
    (lambda s: s["stages"][1].update(levels=[dict(LEVEL)]), "proof_levels_of_a_sum: stage=homes-1"),
    # S13: what a group can have, units and ranks
    (lambda s: event(s, 2, 1).__setitem__(1, "Y"), "proof_open: stage=neighbourhoods key= group=X"),
    (lambda s: event(s, 2, 1).__setitem__(2, 2), "proof_open: stage=neighbourhoods key= group=X"),
    (lambda s: event(s, 2, 1).__setitem__(6, show("c")), "shown=0 bound=1"),
    (lambda s: event(s, 2, 1).__setitem__(6, []), "proof_answer_excluded: stage=neighbourhoods"),
    (lambda s: event(s, 2, 1).__setitem__(4, []), "stage_proof: stage=neighbourhoods"),
    (lambda s: s["certificate"]["stages"][2].pop(2), "wanted=open"),
    (lambda s: event(s, 2, 3).__setitem__(1, 2), "proof_event_left: stage=neighbourhoods"),
    (lambda s: event(s, 2, 3).__setitem__(1, 3), "proof_no_rank_left: stage=neighbourhoods"),
    (lambda s: event(s, 2, 3).__setitem__(1, 0), "proof_no_rank_reached"),
    (lambda s: s["certificate"]["stages"][2].pop(3), "proof_"),
    (lambda s: s["certificate"]["stages"][2].pop(), "proof_event_missing: stage=neighbourhoods"),
    (lambda s: s["certificate"]["stages"][2].append(["reach", 1]), "proof_event_left"),
    (lambda s: event(s, 2, 4).__setitem__(1, 1), "proof_bound_below_value: stage=neighbourhoods"),
    (lambda s: event(s, 2, 4).__setitem__(3, []), "stage_proof: stage=neighbourhoods"),
    (lambda s: s["stages"][2]["levels"].pop(), "proof_stage_groups: stage=neighbourhoods"),
    (lambda s: s["stages"][2]["levels"].reverse(), "proof_stage_groups: stage=neighbourhoods"),
    (lambda s: s["stages"][2]["levels"][0].update(numerator=2), "proof_stage_level"),
    (lambda s: s["stages"][2]["levels"][0].update(denominator=0), "proof_stage_level"),
    (lambda s: s["stages"][2].update(value=1, bound=1), "proof_stage_groups"),
    # S14: everybody is decided before the draw
    (lambda s: s["certificate"]["stages"][4].pop(0), "proof_not_shown_undecided: stage=draw"),
    (lambda s: event(s, 4, 0).__setitem__(3, [4, -1]), "proof_not_excluded: stage=draw"),
    (lambda s: event(s, 4, 0).__setitem__(1, [1, 2, 0]), "proof_not_excluded: stage=draw"),
    (lambda s: event(s, 4, 0).__delitem__(slice(2, 4)), "stage_proof: stage=draw key= stated=dual"),
    (lambda s: event(s, 4, 1).__setitem__(1, [1]), "proof_not_excluded: stage=draw"),
    # S17: what the giver carries
    (lambda s: event(s, 7, 0).__setitem__(1, 0), "proof_bound_below_value: stage=burden"),
    (lambda s: event(s, 7, 0).__setitem__(3, [8, -1]), "stage_proof: stage=burden"),
    (lambda s: s["certificate"]["stages"][7].clear(), "proof_event_missing: stage=burden"),
    (lambda s: event(s, 7, 0).__setitem__(slice(0, 4), ["reach", 1]), "proof_answer_excluded"),
    (lambda s: s["stages"][7]["levels"][0].update(numerator=1), "stage_level: stage=burden"),
    (lambda s: s["stages"][7]["levels"][0].update(denominator=1), "stage_denominator"),
    (lambda s: s["stages"][7]["levels"][0].update(group="H/rice"), "stage_level: stage=burden"),
    (lambda s: s["stages"][7].update(levels=[]), "stage_groups: stage=burden missing=G/rice"),
    # another answer: X before Y
    (lambda s: s["assignments"][0].update(need="a"), "grounds: need=c"),
]


@pytest.mark.parametrize(("change", "named"), ONE_PLACE)
def test_a_changed_proof_of_one_place_is_refused(change, named):
    assert named in fault_after(one_place(), change)


def test_the_answer_that_serves_the_group_that_had_more_is_refused():
    def serve_a(solution: Plain) -> None:
        solution["assignments"][0]["need"] = "a"
        solution["grounds"][0]["need"] = "c"

    assert fault_after(one_place(), serve_a).startswith("proof_stage_level: stage=neighbourhoods")


THREE_BAGS = [
    (lambda s: event(s, 5, 2).__setitem__(1, 2), "proof_bound_below_value: stage=shares"),
    (lambda s: event(s, 5, 2).__setitem__(3, []), "stage_proof: stage=shares"),
    (lambda s: s["certificate"]["stages"][5].pop(), "proof_event_missing: stage=shares"),
    (lambda s: s["stages"][5]["levels"].reverse(), "stage_order: stage=shares"),
    (lambda s: s["stages"][5]["levels"][0].update(group="c"), "stage_level: stage=shares"),
    (lambda s: s["stages"][5]["levels"][0].update(denominator=2), "stage_denominator"),
    (lambda s: event(s, 6, 0).__setitem__(1, 1), "stage=odd-units"),
    (lambda s: s["certificate"]["stages"][6].pop(), "proof_event_missing: stage=odd-units"),
    (lambda s: s["certificate"]["stages"][6].append(["sum", 0, 1, []]), "proof_event_left"),
    (lambda s: s["certificate"]["stages"][6].reverse(), "certificate_malformed"),
    (lambda s: event(s, 7, 0).__setitem__(1, -2), "stage=burden"),
]


@pytest.mark.parametrize(("change", "named"), THREE_BAGS)
def test_a_changed_proof_of_three_bags_is_refused(change, named):
    assert named in fault_after(three_bags(), change)


def share_as(units: dict[str, int]) -> HandMade:
    """The month of three bags with other units, and levels that fit them."""
    month = three_bags()
    lines = [give(need, units=count) for need, count in units.items()]
    results = deepcopy(month.results)
    stated = [(need, count, 1) for need, count in units.items()]
    results[5] = ("shares", "", None, sorted(stated, key=lambda level: level[1]))
    results[7] = ("burden", "", None, [("G/rice", sum(units.values()), 3)])
    return HandMade(month.problem, lines, results, month.events, {})


@pytest.mark.parametrize(
    ("units", "stage"),
    [
        ({"a": 1, "b": 2}, "odd-units"),  # the odd unit goes to the lower ticket
        ({"a": 1, "b": 1}, "shares"),  # a unit is left over
    ],
)
def test_units_that_are_not_shared_by_the_rule_are_refused(units, stage):
    month = share_as(units)
    fault = fault_of(month.problem, month.answer())
    assert fault.startswith("proof_")
    assert f"stage={stage} " in fault


TWO_TURNS = [
    (lambda s: event(s, 2, 0).__setitem__(3, []), "proof_not_excluded: stage=homes-1"),
    (lambda s: s["certificate"]["stages"][2].pop(0), "proof_not_shown_undecided: stage=homes-1"),
    (lambda s: event(s, 3, 0).__setitem__(3, []), "stage_proof: stage=later-turns-1"),
    (lambda s: event(s, 3, 0).__setitem__(1, 1), "proof_bound_below_value"),
    (lambda s: s["stages"][0].update(key="waiting=2"), "stage_expected: stage=first-turns-1"),
    (lambda s: s["stages"][3].update(value=1, bound=1), "stage_value: stage=later-turns-1"),
    (lambda s: s["assignments"].reverse(), "assignments_not_sorted"),
]


@pytest.mark.parametrize(("change", "named"), TWO_TURNS)
def test_a_changed_proof_of_turns_is_refused(change, named):
    assert named in fault_after(two_turns(), change)


def test_a_second_turn_before_the_first_turn_of_another_is_refused():
    month = two_turns()
    lines = [give("a1"), give("a2")]
    fault = fault_of(month.problem, HandMade(month.problem, lines, *rest_of(month)).answer())
    assert fault == "stage_value: stage=first-turns-1 key=waiting=0 stated=2 true=1"


def rest_of(month: HandMade) -> tuple:
    return month.results, month.events, month.grounds


DRAWN_HOME = [
    (lambda s: event(s, 4, 1).__setitem__(4, [1, 9]), "proof_ticket_order: stage=draw"),
    (lambda s: event(s, 4, 1).__setitem__(4, [1]), "proof_"),
    (lambda s: event(s, 4, 1).__setitem__(1, 1), "stage=draw"),
    (lambda s: event(s, 4, 1).__setitem__(3, []), "stage_proof: stage=draw"),
    (lambda s: event(s, 4, 2).__setitem__(1, 1), "stage=draw"),
    (lambda s: s["certificate"]["stages"][4].pop(), "proof_event_missing: stage=draw"),
    (lambda s: s["certificate"]["stages"][4].append(["reach", 1]), "proof_event_left: stage=draw"),
    (lambda s: event(s, 1, 1).__setitem__(3, [6, 1]), "stage_proof: stage=homes-1"),
]


@pytest.mark.parametrize(("change", "named"), DRAWN_HOME)
def test_a_changed_proof_of_the_draw_is_refused(change, named):
    assert named in fault_after(drawn_home(), change)


@pytest.mark.parametrize(("met", "stock"), [("a2", "r2"), ("b", "r2")])
def test_a_ticket_that_is_passed_over_is_refused(met, stock):
    month = drawn_home()
    answer = HandMade(month.problem, [give(met, stock)], *rest_of(month)).answer()
    assert fault_of(month.problem, answer).startswith("proof_answer_excluded: stage=draw")


def test_lots_decide_and_not_names():
    """With the lot of A for B and the other way round, the draw is won by B."""
    month = drawn_home()
    for need in month.problem["needs"]:
        need["recipient_lot"] = {"A": "B", "B": "A"}[need["recipient"]]
    events = deepcopy(month.events)
    events[4][1:] = [["sum", 2, 1, [10, -1, 6, 2], [1, 9]]]
    answer = HandMade(month.problem, [give("b", "r2")], month.results, events, {}).answer()
    assert fault_of(month.problem, answer) == "nothing"


def test_a_search_leaves_its_gap_in_the_verdict():
    month = one_place()
    solution = month.answer()
    for result, k in ((1, 1), (2, 4)):
        event(solution, result, k)[3] = []
        solution["stages"][result]["proof"] = "search"
    solution["stages"][1]["bound"] = 3
    del event(solution, 4, 0)[2:]
    solution["stages"][4]["proof"] = "search"
    verdict = judge(month.problem, seal(solution))
    assert [str(row) for row in verdict.unproved] == [
        "homes-1: 1 reached, bound 3 proved (search)",
        "neighbourhoods: rank 1/3 0 reached, bound 1 proved (search)",
        "draw: 0 of 2 needs settled (search)",
    ]


def causes_of(month: HandMade, grounds: dict[str, tuple[str, str]], witnesses: list) -> str:
    """The fault, or how many grounds name no cause, with other grounds and these witnesses."""
    solution = month.answer()
    for ground in solution["grounds"]:
        ground["code"], ground["stage"] = grounds.get(ground["need"], ("undecided", ""))
    solution["certificate"]["witnesses"] = witnesses
    verdict = judge(month.problem, seal(solution))
    return str(verdict.fault) if verdict.fault else f"{verdict.ruling}, {verdict.unchecked} open"


def barred_early() -> HandMade:
    """The month of one place, with the losers excluded right after the ranks."""
    month = one_place()
    month.events[3].insert(0, month.events[4].pop(0))
    return month


SWAP_A = ["a"], ["c"], show("a")  # X in place of Y
SWAP_A1 = ["a2"], ["a1"], show("a2")  # of two turns
SWAP_A2 = ["a2"], ["a1"], show("a2", "r2")  # of the drawn home
SWAP_B = ["b"], ["a1"], show("b", "r2")
RANKS, TURNS = "neighbourhoods", "first-turns-1"
CAUSES = [
    (barred_early, ("a", "outranked", RANKS), [[RANKS, *SWAP_A]], "proved, 1"),
    (one_place, ("a", "outranked", RANKS), [[RANKS, *SWAP_A]], "ground_not_proved: need=a"),
    (barred_early, ("a", "outranked", "homes-1"), [["homes-1", *SWAP_A]], "ground_not_proved"),
    (barred_early, ("a", "outranked", "points"), [["points", *SWAP_A]], "witness: stage=points"),
    (barred_early, ("a", "lost_lottery", ""), [["draw", *SWAP_A]], "witness: stage=draw"),
    (barred_early, ("a", "outranked", RANKS), [], "ground_not_proved: need=a"),
    (one_place, ("a", "outranked", ""), [[RANKS, ["a"], [], show("a")]], "capacity: stock=r1"),
    (drawn_home, ("b", "lost_lottery", ""), [["draw", *SWAP_B]], "proved, 1"),
    (drawn_home, ("a2", "lost_lottery", ""), [["draw", *SWAP_A2]], "proved, 1"),
    (drawn_home, ("b", "lost_lottery", ""), [], "proved, 1"),  # what is undecided shows it
    (two_turns, ("a2", "lost_lottery", ""), [], "ground_not_proved: need=a2"),
    (drawn_home, ("b", "lost_lottery", ""), [["shares", *SWAP_B]], "witness: stage=shares"),
    (drawn_home, ("b", "outranked", ""), [], "ground_not_proved: need=b"),
    (drawn_home, ("b", "lost_lottery", ""), [["draw", ["b"], ["a1"], []]], "witness: stage=draw"),
    (two_turns, ("a2", "outranked", TURNS), [[TURNS, *SWAP_A1]], "proved, 0"),
    (two_turns, ("a2", "outranked", "homes-1"), [["homes-1", *SWAP_A1]], "witness"),
]


@pytest.mark.parametrize(("make", "ground", "witnesses", "said"), CAUSES)
def test_a_cause_needs_its_witness(make, ground, witnesses, said):
    need, code, stage = ground
    assert causes_of(make(), {need: (code, stage)}, witnesses).startswith(said)


LEAVES = [["split", 1, 0], ["leaf", 1, 1, [4, -1, 6, 1]], ["empty", [6, 1, 4, -1]]]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (LEAVES, "nothing"),
        ([*LEAVES[:2], ["empty", [6, 1]]], "proof_leaf_not_empty: stage=draw"),
        ([*LEAVES[:2], ["leaf", 1, 1, []]], "proof_not_excluded: stage=draw"),
        (LEAVES[:2], "proof_tree_open: stage=draw"),
        ([], "proof_not_excluded: stage=draw"),
    ],
)
def test_a_tree_shows_that_needs_are_never_met(nodes, said):
    month = one_place()
    month.grounds.clear()
    none = month.events[4].pop(0)
    month.events[4][:0] = [["tree", nodes], [*none[:3], []]]
    solution = month.answer()
    solution["stages"][4]["proof"] = "tree"
    assert fault_of(month.problem, seal(solution)).startswith(said)


@pytest.mark.parametrize("done", range(8))
def test_open_results_have_their_gaps(done):
    """An answer that ends after some results states what the rest reach."""
    month = one_place()
    solution = month.answer()
    solution["status"] = "feasible"
    for ground in solution["grounds"]:
        ground["code"] = "undecided"
    for result in solution["stages"][done:]:
        result.update(status="feasible", proof="gap", bound=None)
        if result["name"] in ("homes-1", "neighbourhoods"):
            result.update(value=None, levels=[])
    solution["certificate"]["stages"] = month.events[:done]
    verdict = judge(month.problem, seal(solution))
    assert verdict.fault is None
    assert [row.label for row in verdict.unproved] == ["gap"] * (9 - done)
    assert verdict.ruling == "feasible"
