"""The smallest months known in which a property cannot hold beside the others."""

from dataclasses import replace
from itertools import permutations

from optimizer.problem import Need, Pin
from tests.optimizer.community2.changes import add, change_stock, joined_parts
from tests.optimizer.community2.judge import judge_before_draw
from tests.optimizer.community2.month import DIMENSION, Month, in_order, join_asks
from tests.optimizer.community2.named import (
    bags,
    counts,
    met,
    month,
    places,
    rice,
    single,
    staff,
    team,
    units,
    used,
)


def left(held: Month) -> set[frozenset[str]]:
    """Who may be met after S13."""
    found = judge_before_draw(held)
    return {found.names(bits) for bits in found.after["neighbourhoods"]}


def test_a_pin_comes_before_danger():
    needs = [single("danger", tier=1), single("late", tier=3)]
    assert met(month(places(1), *needs)) == {"danger"}
    assert met(month(places(1), *needs, pins=(Pin("late"),))) == {"late"}


def test_a_least_use_comes_before_danger():
    stock = places(1, "own")
    within = [replace(stock, parents=("all",)), places(1, "other", "quilt", parents=("all",))]
    danger, late = single("danger", tier=1), single("late", tier=3, category="quilt")
    above = replace(places(1, "all"), category="")
    assert met(month(*within, above, danger, late)) == {"danger"}
    bound = change_stock(month(*within, above, danger, late), "other", least=1)
    assert met(bound) == {"late"}


def test_a_second_visit_may_help_the_first_against_a_team():
    """As many homes have a first turn either way, and more have a second with the singles."""
    people = [
        team("ann", ("S1", "S3"), stocks=("walks", "pairs"), most=1),
        team("bo", ("S2", "S3"), stocks=("walks", "pairs"), most=1),
        team("cy", ("S1", "S2", "S3"), stocks=("walks",), most=1),
    ]
    asks = [single("a", category="walk"), single("b", category="walk")]
    pair = single("pair", category="together", people=2)
    held = month(staff("walks", "walk"), staff("pairs", "together"), *people, *asks, pair)
    assert chance(held, "home a") == 4
    assert chance(add(held, [replace(asks[0], id="a2")]), "home a") == 6


def chance(held: Month, home: str) -> int:
    """In how many orders of the tickets of three homes this one is met."""
    homes = sorted({need.recipient for need in held.problem.needs})
    asks = {need.id for need in held.problem.needs if need.recipient == home}
    orders = [in_order(held, "recipients", order) for order in permutations(homes)]
    return sum(bool(met(order) & asks) for order in orders)


def test_a_like_need_may_cost_where_sizes_differ():
    """The clone makes a contest of what was undecided in two classes."""
    rows = [
        Need("y1", "home 1", "quilt", waiting=1, duty=True, groups={DIMENSION: "Y"}),
        Need("big", "home 2", "quilt", quantity=3, waiting=1, duty=True),
        Need("y2", "home 3", "quilt", quantity=2, duty=True, groups={DIMENSION: "Y"}),
    ]
    held = month(rice(4, category="quilt"), *rows)
    assert left(held) == {frozenset({"y1", "big"}), frozenset({"y1", "y2"})}
    more = add(held, [replace(rows[2], id="clone", recipient="home 4")])
    assert left(more) == {frozenset({"y1", "big"})}


def test_a_like_need_may_cost_a_home_of_two_committees_its_second():
    rows = [single("a", "Z", recipient="home a"), single("b"), single("c", recipient="home a")]
    held = month(places(2), *rows)
    assert left(held) == {frozenset("ab"), frozenset("bc")}
    more = add(held, [replace(rows[2], id="clone", recipient="home n")])
    assert {len(found & {"b", "c", "clone"}) for found in left(more)} == {1}


def test_a_further_need_may_cost_a_home_of_two_kinds():
    people = [
        team("ann", ("S1", "S2"), stocks=("walks", "visits"), most=1),
        team("bo", ("S1", "S2"), stocks=("visits",), most=1),
    ]
    asks = [
        single("walk", "Y", category="walk", recipient="home y"),
        single("other", category="walk"),
        single("visit", "Y", recipient="home y"),
    ]
    held = month(staff("walks", "walk"), staff("visits"), *people, *asks)
    assert left(held) == {frozenset({"walk", "visit"}), frozenset({"other", "visit"})}
    more = add(held, [single("new", "Y")])
    assert left(more) == {frozenset({"other", "visit"}), frozenset({"other", "new"})}


def test_a_pledge_below_the_size_of_the_need_carries_nothing():
    need = Need("two", "home", "quilt", quantity=2)
    assert used(month(rice(2, category="quilt"), need)) == [{"giver": 2}]
    assert used(month(rice(1, category="quilt"), need)) == [{"giver": 0}]


def test_rows_of_one_bag_are_one_ask_only_when_they_are_joined():
    """Each is met whole, so nothing in the question says that the kind can be divided."""
    parts = [bags(f"a{k}", recipient="home a") for k in range(2)]
    held = month(rice(3), *parts, bags("b", 2))
    assert met(held) == {"a0", "a1", "b"}
    assert units(held) == {"home a": 2, "home b": 1}  # by turns, not by shares
    assert set(units(join_asks(held)).values()) == {1, 2}


def test_an_ask_that_is_joined_again_is_the_one_it_was():
    held = month(rice(3), bags("a", 3), bags("b", 2))
    assert units(joined_parts(held, held.problem.needs[0], [1, 1, 1])) == units(held)


def test_alike_committees_share_what_is_contested():
    rows = [bags(f"{name}{k}", 1, name) for name in "XY" for k in range(2)]
    assert counts(month(rice(2), *rows)) == [{"X": 1, "Y": 1}]
