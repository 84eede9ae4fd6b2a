"""Asks of one home for one divisible kind: joined in the question, handed back in the answer."""

from dataclasses import replace

import pytest

from matchmaker.models import OverrideKind
from matchmaker.rounds.question.asks import hand_back
from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.question.snapshot import FrozenOverride
from optimizer.explanation import Explanation
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment, Ground, GroundCode, Solution, SolutionStatus
from tests.matchmaker.rounds.small_snapshot import DRAWN

SEED = "ab" * 32
FIRST, SECOND, THIRD = (row for row in DRAWN.needs if row.category == "rice_oil")
GOODS = next(row for row in DRAWN.categories if row.code == "rice_oil")
JOINED = "N2607-0005+N2610-0003+N2610-0004"
PIN = FrozenOverride(OverrideKind.PIN, SECOND.reference, None, None, "promised")


def make_month(*needs, **values):
    return replace(DRAWN, needs=needs or DRAWN.needs, due_visits=(), history=(), **values)


def ask(*needs, overrides=(), **values) -> Problem:
    return make_problem(make_month(*needs, **values), SEED, overrides)


def of_kind(problem: Problem) -> dict[str, Need]:
    return {need.id: need for need in problem.needs if need.category == "rice_oil"}


def test_three_needs_of_one_home_are_one_ask():
    found = of_kind(ask(FIRST, SECOND, THIRD))
    assert found == {
        JOINED: Need(
            id=JOINED,
            recipient=FIRST.household_lot,
            category="rice_oil",
            area="C02",
            quantity=1 + 3 + 4,
            least=1,
            tier=min(row.tier for row in (FIRST, SECOND, THIRD)),
            points=5,
            waiting=1,
            groups={"committee": "C02"},
            lot=min(row.lot for row in (FIRST, SECOND, THIRD)),
        )
    }


def test_the_ask_has_the_most_urgent_tier_and_the_longest_wait():
    rows = (replace(FIRST, tier=3, waiting=9), replace(SECOND, tier=1, waiting=0))
    (joined,) = of_kind(ask(*rows)).values()
    assert (joined.tier, joined.waiting) == (1, 9)
    (joined,) = of_kind(ask(rows[0], replace(SECOND, tier=3, waiting=2))).values()
    assert (joined.tier, joined.waiting) == (2, 9)


@pytest.mark.parametrize(
    "change",
    [
        {"household_lot": "another home"},
        {"committee": "C01"},
        {"statuses": ("disabled",)},
        {"windows": ("WD-AM",)},
        {"category": "hardship_money"},
    ],
)
def test_needs_that_differ_in_what_can_serve_them_are_asks_of_their_own(change):
    asked = ask(FIRST, replace(SECOND, **change))
    assert {need.id for need in asked.needs} == {FIRST.reference, SECOND.reference}


def test_what_is_given_whole_is_never_joined():
    whole = tuple(replace(row, least=None) for row in DRAWN.categories)
    needs = of_kind(ask(FIRST, SECOND, categories=whole))
    assert {(need.id, need.least) for need in needs.values()} == {
        (FIRST.reference, None),
        (SECOND.reference, None),
    }


@pytest.mark.parametrize("kind", OverrideKind)
def test_a_need_that_a_pin_or_forbid_names_stays_by_itself(kind):
    found = of_kind(ask(FIRST, SECOND, THIRD, overrides=[replace(PIN, kind=kind)]))
    assert {name: need.quantity for name, need in found.items()} == {
        SECOND.reference: 3,
        "N2607-0005+N2610-0004": 5,
    }
    assert {need.least_units for need in found.values()} == {1}


def test_a_kind_has_one_least_the_smallest_ask_if_that_is_smaller():
    dear = tuple(replace(row, least=2 if row is GOODS else None) for row in DRAWN.categories)
    apart = replace(THIRD, household_lot="another home")
    small = replace(FIRST, household_lot="a third home")
    assert {need.least_units for need in of_kind(ask(SECOND, apart, categories=dear)).values()} == {
        2
    }
    found = of_kind(ask(SECOND, apart, small, categories=dear))
    assert {need.least_units for need in found.values()} == {1}


def test_under_the_first_policy_nothing_is_joined_and_nobody_has_a_lot():
    problem = ask(FIRST, SECOND, policy="community/1", loads=())
    assert {need.id: (need.recipient, need.lot) for need in problem.needs} == {
        FIRST.reference: (FIRST.resident, ""),
        SECOND.reference: (SECOND.resident, ""),
    }
    assert {row.lot for row in (*problem.stocks, *problem.people)} == {""}


def test_no_household_and_no_resident_is_named_in_the_question():
    text = str(make_problem(DRAWN, SEED).to_json())
    named = {row.household for row in DRAWN.needs} | {row.resident for row in DRAWN.needs}
    assert not [name for name in named if name in text]


# --- The answer, need by need.


def answer(*lines: Assignment, **values) -> Solution:
    return Solution(
        status=SolutionStatus.PROVEN,
        problem_sha256="0" * 64,
        policy="community/2",
        seed="ab",
        assignments=lines,
        **values,
    )


def give(units: int, stock: str = "O01/rice_oil/1", need: str = JOINED) -> Assignment:
    return Assignment(need, stock, units=units)


def count(*lines: Assignment, needs=(FIRST, SECOND, THIRD), least=1) -> dict[str, int]:
    categories = tuple(
        replace(row, least=least if row is GOODS else None) for row in DRAWN.categories
    )
    back = hand_back(make_month(*needs, categories=categories), answer(*lines))
    units: dict[str, int] = {}
    for line in back.solution.assignments:
        units[line.need] = units.get(line.need, 0) + line.units
    assert back.left == {row.reference for row in needs} - units.keys()
    return units


BY_WAIT = [
    row.reference for row in sorted((FIRST, SECOND, THIRD), key=lambda row: (-row.waiting, row.lot))
]


@pytest.mark.parametrize(
    ("units", "expected"),
    [(1, [1]), (2, [1, 1]), (3, [1, 1, 1]), (8, None), (5, [3, 1, 1])],
)
def test_units_go_to_the_longest_wait_then_by_lot_each_its_least_first(units, expected):
    found = count(give(units))
    if expected is None:
        assert found == {FIRST.reference: 1, SECOND.reference: 3, THIRD.reference: 4}
    else:
        assert found == dict(zip(BY_WAIT, expected, strict=False))


def test_the_most_urgent_need_of_the_ask_is_served_first():
    urgent = replace(THIRD, tier=1)
    assert count(give(1), needs=(FIRST, SECOND, urgent)) == {THIRD.reference: 1}


def test_who_lost_a_promise_is_served_before_an_equal_wait():
    rows = [replace(row, tier=2, waiting=1, lost=False) for row in (FIRST, SECOND, THIRD)]
    last = max(rows, key=lambda row: row.lot)
    needs = tuple(replace(row, lost=row is last) for row in rows)
    assert count(give(1), needs=needs) == {last.reference: 1}
    longer = tuple(row if row.lost else replace(row, waiting=2) for row in needs)
    first = min((row for row in longer if not row.lost), key=lambda row: row.lot)
    assert count(give(1), needs=longer) == {first.reference: 1}


def test_a_part_below_the_least_is_given_only_when_all_before_are_full():
    assert count(give(4), needs=(FIRST, SECOND, THIRD), least=3) == {
        FIRST.reference: 1,
        **({SECOND.reference: 3} if SECOND.lot < THIRD.lot else {THIRD.reference: 3}),
    }


def test_each_unit_keeps_the_stock_that_it_comes_from():
    lines = (give(2), give(3, "O02/rice_oil/1"))
    back = hand_back(make_month(FIRST, SECOND, THIRD), answer(*lines)).solution.assignments
    by_stock: dict[str, int] = {}
    for line in back:
        by_stock[line.stock] = by_stock.get(line.stock, 0) + line.units
    assert by_stock == {"O01/rice_oil/1": 2, "O02/rice_oil/1": 3}
    assert len({(line.need, line.stock) for line in back}) == len(back)


def test_each_need_of_an_unmet_ask_has_its_ground_and_its_explanation():
    solution = answer(grounds=(Ground(JOINED, GroundCode.OUTRANKED, "draw"),))
    explanation = Explanation(JOINED, GroundCode.OUTRANKED, stage="draw", ahead=2)
    back = hand_back(make_month(FIRST, SECOND, THIRD), solution, [explanation])
    needs = [row.reference for row in (FIRST, SECOND, THIRD)]
    assert [(row.need, row.stage) for row in back.solution.grounds] == [(n, "draw") for n in needs]
    assert [(row.need, row.ahead) for row in back.explanations] == [(n, 2) for n in needs]
    assert back.left == frozenset()


def test_a_visit_and_a_due_visit_are_handed_back_as_they_are():
    lines = (
        Assignment("N2610-0001", "O02/nurse_visit/1", "V0004", "W2-WD-PM"),
        Assignment("P0001#1", "O01/elder_visit/1", "V0001", "W2-WD-AM"),
    )
    assert hand_back(DRAWN, answer(*lines)).solution == answer(*lines)
