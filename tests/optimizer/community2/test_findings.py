"""Months in which ``community/1`` was unfair, and what ``community/2`` makes of them."""

from itertools import permutations

import pytest

from optimizer.problem import GroupHistory, Need
from tests.optimizer.community2.month import DIMENSION, Load, faults, in_order, join_asks
from tests.optimizer.community2.named import (
    bags,
    counts,
    met,
    month,
    outcome,
    places,
    rice,
    single,
    staff,
    team,
    units,
    used,
)


def test_six_alike_homes_have_four_bags_each_of_24():
    held = month(rice(24), *(bags(f"{k}", 6) for k in range(6)))
    assert set(units(held).values()) == {4}


def test_two_homes_have_two_bags_each_of_four_under_any_names():
    held = month(rice(4), bags("a", 3), bags("b", 3))
    for order in permutations(["home a", "home b"]):
        assert set(units(in_order(held, "recipients", order)).values()) == {2}


def test_the_odd_bag_goes_by_ticket_and_not_by_id():
    held = month(rice(5), bags("a", 3), bags("b", 3))
    assert units(in_order(held, "recipients", ["home b", "home a"])) == {"home a": 2, "home b": 3}
    assert units(in_order(held, "recipients", ["home a", "home b"])) == {"home a": 3, "home b": 2}


def test_a_home_cannot_ask_for_all_or_nothing_beside_others():
    needs = [bags(f"{k}", 10) for k in range(5)]
    assert faults(month(rice(24), *needs, bags("all", 10, least=None)))
    assert not faults(month(rice(24), *needs, bags("all", 10)))


@pytest.mark.parametrize("calls", [0, 2, 6])
def test_easy_calls_cost_a_committee_none_of_its_rice(calls):
    rows = [bags(f"{committee}{k}", 1, committee) for committee in "XY" for k in range(4)]
    easy = [single(f"call{k}", "X", category="call") for k in range(calls)]
    held = month(rice(4), places(99, "phone", "call"), *rows, *easy)
    assert counts(held) == [{"X": 2, "Y": 2}]
    assert sum(name.startswith("X") for name in met(held)) == 2


def test_a_need_for_two_comes_before_singles_of_a_later_month():
    pair = single("pair", people=2, waiting=1)
    held = month(staff(), team("ann"), team("bo"), pair, single("new1"), single("new2"))
    assert met(held) == {"pair"}


def test_a_home_that_writes_two_asks_is_behind_one_that_waited_for_two():
    waiting = single("waited", category="quilt", waiting=5)
    waiting = Need("waited", "home w", "quilt", quantity=2, waiting=5)
    parts = [single(f"part{k}", category="quilt", recipient="home p") for k in range(2)]
    assert met(month(rice(2, category="quilt"), waiting, *parts)) == {"waited"}


def test_small_givers_are_asked_before_a_big_one_again():
    small = [rice(1, f"small{k}", f"small{k}") for k in range(5)]
    held = month(rice(10, "big", "big"), *small, *(bags(f"{k}") for k in range(5)))
    for load in used(held):
        assert max(load.values()) == 1


def test_giving_in_ten_parts_does_not_spare_a_giver():
    needs = [bags(f"{k}") for k in range(6)]
    whole = month(rice(10, "a", "a"), rice(10, "b", "b"), *needs)
    assert used(whole) == [{"a": 3, "b": 3}]
    parts = [rice(1, f"a{k}", f"a{k}") for k in range(10)]
    for load in used(month(*parts, rice(10, "b", "b"), *needs)):
        assert sum(n for giver, n in load.items() if giver != "b") >= 3


@pytest.mark.parametrize(("pledge", "carried"), [(10, 3), (5, 3), (3, 3), (1, 1)])
def test_a_smaller_pledge_carries_as_much_of_the_agreement(pledge, carried):
    agreed = [Load("a", "rice", 0, 10), Load("b", "rice", 0, 10)]
    needs = [bags(f"{k}") for k in range(6)]
    held = month(rice(pledge, "a", "a"), rice(10, "b", "b"), *agreed, *needs)
    assert {load["a"] for load in used(held)} == {carried}


def test_a_duty_of_tier_three_takes_nobody_from_danger():
    due = single("due", tier=3, duty=True)
    danger = single("danger", tier=1, waiting=9)
    assert met(month(staff(), team("ann"), due, danger)) == {"danger"}


def test_a_duty_of_tier_one_is_kept_before_a_request_of_tier_one():
    due = single("due", tier=1, duty=True)
    danger = single("danger", tier=1, waiting=9)
    assert met(month(staff(), team("ann"), due, danger)) == {"due"}


def test_a_home_with_eight_asks_has_the_rest_after_all_others():
    many = [single(f"many{k}", category="quilt", recipient="home m") for k in range(8)]
    others = [single(f"other{k}", category="quilt") for k in range(3)]
    found = met(month(rice(5, category="quilt"), *many, *others))
    assert {name for name in found if name.startswith("other")} == {f"other{k}" for k in range(3)}
    assert len(found) == 5


@pytest.mark.parametrize(("asks", "has"), [(3, 2), (6, 3), (9, 3)])
def test_asking_for_more_than_there_is_gains_a_committee_nothing(asks, has):
    rows = [bags(f"X{k}", 1, "X") for k in range(asks)] + [bags(f"Y{k}", 1, "Y") for k in range(6)]
    assert counts(month(rice(6), *rows)) == [{"X": has, "Y": 6 - has}]


def test_one_call_more_does_not_change_the_chance_of_a_visit():
    homes = [single("a"), single("b")]
    call = single("call", category="call", recipient="home a")
    held = month(staff(), team("ann"), places(9, "phone", "call"), *homes, call)
    for order in permutations(["home a", "home b"]):
        assert met(in_order(held, "recipients", order)) == {order[0][-1], "call"}


def test_two_bags_asked_for_as_two_are_one_and_one():
    parts = [bags(f"a{k}", recipient="home a", waiting=1) for k in range(2)]
    held = join_asks(month(rice(2), *parts, bags("b", 1)))
    assert met(held) == {"a0", "b"}
    assert units(held) == {"home a": 1, "home b": 1}


def test_asking_for_four_brings_no_more_of_three_bags_than_asking_for_two():
    for wanted in (2, 4):
        held = month(rice(3), bags("a", 2), bags("b", wanted))
        assert units(in_order(held, "recipients", ["home a", "home b"]))["home b"] == 1
        assert units(in_order(held, "recipients", ["home b", "home a"]))["home b"] == 2


@pytest.mark.parametrize("visits", [1, 2, 3])
def test_a_visit_written_often_has_one_ticket(visits):
    mine = [single(f"mine{k}", recipient="home m") for k in range(visits)]
    held = month(staff(), team("ann"), *mine, single("b"), single("c"))
    homes = ["home b", "home c", "home m"]
    won = [met(in_order(held, "recipients", order)) for order in permutations(homes)]
    assert sum(any(name.startswith("mine") for name in found) for found in won) == 2


def test_a_second_ask_does_not_leave_a_committee_with_nothing():
    rows = [bags("x", 1, "X"), bags("y", 1, "Y"), bags("z", 1, "Z"), bags("z2", 1, "Z")]
    assert {found["Z"] for found in counts(month(rice(2), *rows))} == {0, 1}


def test_who_has_no_committee_is_one_of_a_committee():
    rows = [bags(f"x{k}", 1, "X") for k in range(6)] + [bags(f"n{k}") for k in range(3)]
    assert counts(month(rice(3), *rows)) == [{"": 1, "X": 2}, {"": 2, "X": 1}]
    past = GroupHistory(DIMENSION, "", 8, 8)
    assert counts(month(rice(3), past, *rows)) == [{"": 0, "X": 3}]


def test_nine_against_one_leave_the_one_nothing_to_fear():
    rows = [bags(f"x{k}", 1, "X") for k in range(9)] + [bags("y", 1, "Y")]
    assert counts(month(rice(9), *rows)) == [{"X": 8, "Y": 1}]


def test_four_against_two_share_four_places_by_their_part():
    rows = [bags(f"x{k}", 1, "X") for k in range(4)] + [bags(f"y{k}", 1, "Y") for k in range(2)]
    assert counts(month(rice(4), *rows)) == [{"X": 2, "Y": 2}, {"X": 3, "Y": 1}]


def test_one_place_more_may_cost_somebody_hers():
    """Not promised: no rule of turns can keep it where teams want the place too."""
    rows = [single("x", "X"), single("pair", "Y", people=2, waiting=1)]
    assert met(month(staff(), team("ann"), *rows)) == {"x"}
    assert met(month(staff(), team("ann"), team("bo"), *rows)) == {"pair"}


def test_a_home_of_six_kinds_is_not_before_homes_of_one():
    many = [single(f"k{k}", category=f"kind{k}", recipient="home m") for k in range(6)]
    others = [single(f"o{k}", category="kind0") for k in range(3)]
    kinds = [staff(f"s{k}", f"kind{k}") for k in range(6)]
    people = [team(f"p{k}", stocks=tuple(f"s{j}" for j in range(6)), most=1) for k in range(2)]
    slots = [
        team(f"q{k}", slots=("S2",), stocks=tuple(f"s{j}" for j in range(6)), most=1)
        for k in range(2)
    ]
    found = met(month(*kinds, *people, *slots, *many, *others))
    assert len(found) == 4
    assert sum(name.startswith("k") for name in found) == 1


def test_a_busy_giver_of_rice_does_not_decide_who_is_visited():
    pair, lone = single("pair", "Y", people=2), single("lone", "Z")
    held = month(staff(), team("ann"), team("bo"), rice(3), pair, lone, bags("b", 2, "X"))
    busy = month(
        *held.problem.stocks,
        *held.problem.people,
        *held.problem.needs,
        Load("giver", "rice", 90, 1),
    )
    assert outcome(held).met == outcome(busy).met
