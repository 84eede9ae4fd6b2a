"""Exchanges on months solved by hand: what a path may move, and what it must not."""

import pytest

from optimizer.explain.exchanges import NONE, Exchanges
from optimizer.explain.offers import Offers
from optimizer.explain.places import Places
from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import Need, Person, Pin, Problem, Stock
from optimizer.solution import Assignment

CARE = Stock("care", "g", "visit", capacity=9, staffed=True)
COUNT = Policy("count", 1, (Stage("all", StageKind.MAX_COUNT),))


def visit(id_, *slots, **more):
    return Need(id_, more.pop("recipient", f"r{id_}"), "visit", slots=slots, **more)


def person(id_, *slots, most=9):
    return Person(id_, "g", most, stocks=("care",), slots=slots)


def kept(needs, people, lines, stocks=(CARE,), **more):
    """Stages kept by an exchange for the last need; ``lines``: need, person, slot."""
    problem = Problem("x", "00", stocks=stocks, people=people, needs=needs, policy=COUNT, **more)
    answer = tuple(Assignment(need, "care", name, slot) for need, name, slot in lines)
    exchanges = Exchanges(problem, Places(problem, Offers(problem), answer))
    return exchanges.count_kept(problem.needs[-1], 1)


def test_a_holder_moves_on_and_the_last_one_is_left_out():
    needs = (visit("a", "S1", "S2"), visit("b", "S2"), visit("c", "S1"))
    assert kept(needs, (person("p", "S1", "S2"),), [("a", "p", "S1"), ("b", "p", "S2")]) == 1


def test_a_need_that_is_pinned_neither_moves_nor_leaves():
    needs = (visit("a", "S1"), visit("c", "S1"))
    lines = [("a", "p", "S1")]
    assert kept(needs, (person("p", "S1"),), lines) == 1
    assert kept(needs, (person("p", "S1"),), lines, pins=(Pin("a"),)) == NONE


def test_a_team_comes_for_a_team():
    needs = (visit("a", "S1", people=2), visit("c", "S1", people=2))
    crew = (person("p", "S1"), person("q", "S1"))
    assert kept(needs, crew, [("a", "p", "S1"), ("a", "q", "S1")]) == 1


def test_a_team_that_must_shut_two_out_keeps_no_count():
    needs = (visit("a", "S1"), visit("b", "S1"), visit("c", "S1", people=2))
    crew = (person("p", "S1"), person("q", "S1"))
    assert kept(needs, crew, [("a", "p", "S1"), ("b", "q", "S1")]) == 0


def test_a_team_takes_a_free_person_beside_one_who_is_freed():
    needs = (visit("a", "S1"), visit("c", "S1", people=2))
    assert kept(needs, (person("p", "S1"), person("q", "S1")), [("a", "p", "S1")]) == 1


def test_a_full_month_is_freed_by_another_visit_of_it():
    needs = (visit("a", "S1"), visit("c", "S2"))
    assert kept(needs, (person("p", "S1", "S2", most=1),), [("a", "p", "S1")]) == 1


@pytest.mark.parametrize(("recipient", "stages"), [("r", NONE), ("other", 1)])
def test_a_recipient_is_not_visited_twice_in_a_slot(recipient, stages):
    needs = (visit("a", "S1", recipient="r"), visit("b", "S1"))
    needs += (visit("c", "S1", recipient=recipient),)
    crew = (person("p", "S1"), person("q", "S1"))
    lines = [("a", "p", "S1"), ("b", "q", "S1")]
    assert kept(needs, crew, lines, pins=(Pin("a"),)) == stages


@pytest.mark.parametrize(("capacity", "stages"), [(5, 1), (4, NONE)])
def test_a_delivery_comes_only_where_what_is_freed_is_enough(capacity, stages):
    stocks = (Stock("fund", "g", "bill", capacity=capacity),)
    needs = (Need("a", "r1", "bill", quantity=4), Need("c", "r2", "bill", quantity=5))
    problem = Problem("x", "00", stocks=stocks, needs=needs, policy=COUNT)
    answer = (Assignment("a", "fund", units=4),)
    exchanges = Exchanges(problem, Places(problem, Offers(problem), answer))
    assert exchanges.count_kept(needs[1], 1) == stages
