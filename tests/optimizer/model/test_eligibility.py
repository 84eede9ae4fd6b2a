"""The sources of a need are those that pass every filter, tried giver by giver."""

import pytest

from optimizer.checker.month.month import (
    Month,
    find_broken_filter,
    index_month,
    is_forbidden,
    suits_slot,
)
from optimizer.checker.month.read import read_problem
from optimizer.checker.month.schema import Row
from optimizer.checker.program.eligibility import Eligibility as OwnEligibility
from optimizer.instances.generate import generate
from optimizer.model.eligibility import DELIVERED, Eligibility, gather_crews
from optimizer.problem import Problem
from tests.optimizer.tiny_problems import tiny_problem

PROBLEMS = [*map(tiny_problem, range(40)), generate(60, 3), generate(60, 4)]
Givers = list[tuple[str | None, str]]  # who speaks for the crew (None: delivered), and the stock


def speakers(problem: Problem) -> dict[int, str | None]:
    """Who speaks for every crew."""
    firsts = {k: crew.members[0] for k, crew in enumerate(gather_crews(problem))}
    return {DELIVERED: None, **firsts}


def try_filters(month: Month, need: Row, first_of: dict[int, str | None], slot: str = "") -> Givers:
    """By stock and crew; slots of visits aside unless one is named, which leaves visits alone."""
    found: Givers = []
    for stock in month.problem["stocks"]:
        for name in first_of.values():
            person = None if name is None else month.people[name]
            if stock["staffed"] == (person is None) or (slot and person is None):
                continue
            broken = find_broken_filter(month, need, stock, person)
            if broken not in (None, "slot") or is_forbidden(month, need, stock, person):
                continue
            if person is None:
                is_timely = broken is None
            else:
                is_timely = not slot or suits_slot(month, need, stock, person, slot)
            if is_timely:
                found.append((name, stock["id"]))
    return found


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_sources_of_a_need_are_those_that_pass_every_filter(problem):
    month, first_of = index_month(read_problem(problem.to_json())), speakers(problem)
    solver = Eligibility(problem, gather_crews(problem))
    checker = OwnEligibility(month)
    for need in problem.needs:
        row = month.needs[need.id]
        expected = try_filters(month, row, first_of)
        chosen = solver.index_of(need).select(solver.sources_of(need))
        assert [(first_of[k], problem.stocks[s].id) for k, s in chosen] == expected
        checked = checker.index_of(row).select(checker.sources_of(row))
        assert [(first_of[k], stock) for k, stock in checked] == expected


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_way_in_a_slot_holds_those_who_are_free_in_it(problem):
    month, first_of = index_month(read_problem(problem.to_json())), speakers(problem)
    solver = Eligibility(problem, gather_crews(problem))
    checker = OwnEligibility(month)
    for need in problem.needs:
        row, index = month.needs[need.id], solver.index_of(need)
        for slot in need.slots:
            expected = try_filters(month, row, first_of, slot)
            chosen = index.select(solver.sources_of(need) & index.in_slot(slot))
            assert [(first_of[k], problem.stocks[s].id) for k, s in chosen] == expected
            mask = checker.sources_of(row) & checker.index_of(row).list_free(slot)
            checked = checker.index_of(row).select(mask)
            assert [(first_of[k], stock) for k, stock in checked] == expected
