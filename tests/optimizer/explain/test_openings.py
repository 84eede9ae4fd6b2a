"""What would open more offers, against every way that the rules name, on many tiny months."""

from collections import Counter
from dataclasses import replace

import pytest

from optimizer.explain.offers import Offers
from optimizer.explain.openings import Openings
from optimizer.explain.places import Places
from optimizer.explanation import Opening
from optimizer.problem import Need, Person, Problem, Stock
from optimizer.search.solve import solve
from optimizer.solution import Assignment
from tests.optimizer import brute_force
from tests.optimizer.tiny_problems import tiny_problem

CHANGE = {
    "area": lambda need, value: replace(need, area=value),
    "status": lambda need, value: replace(need, statuses=(*need.statuses, value)),
    "slot": lambda need, value: replace(need, slots=(value,)),
}


def find(problem, lines=(), need="n"):
    places = Places(problem, Offers(problem), lines)
    return Openings(places).find(places.needs[need])


def keeps_rules(problem, lines, need, way):
    """Whether the way can be added to the lines, by the rules alone."""
    changed = replace(
        problem, needs=tuple(need if row.id == need.id else row for row in problem.needs)
    )
    ways = {}
    for line in lines:
        ways.setdefault(line.need, []).append((line.stock, line.person, line.slot, line.units))
    above = {row.id: brute_force.ancestors_of(problem, row.id) for row in problem.stocks}
    state = Counter(), frozenset()
    rows = {row.id: row for row in changed.needs}
    for name, of_need in [*ways.items(), (need.id, way)]:
        state = brute_force._place(changed, above, rows[name], tuple(of_need), *state)
        if state is None:
            return False
    return all(brute_force.is_enough(state[0][row.id], row) for row in problem.stocks)


def test_every_opening_lets_some_way_pass_and_what_is_free_costs_nobody_anything():
    seen = Counter()
    for seed in range(90):
        problem = tiny_problem(seed)
        solution = solve(problem)
        for ground in solution.grounds if solution.is_usable else ():
            need = next(row for row in problem.needs if row.id == ground.need)
            for opening in find(problem, solution.assignments, need.id):
                assert set(opening.free) <= set(opening.values)
                for value in opening.values:
                    changed = CHANGE[opening.filter](need, value)
                    now = set(brute_force.ways_of(problem, need))
                    ways = [way for way in brute_force.ways_of(problem, changed) if way not in now]
                    assert ways, (seed, need.id, opening, value)
                    seen[opening.filter] += 1
                    if value in opening.free:
                        seen["free"] += 1
                        lines = solution.assignments
                        assert any(keeps_rules(problem, lines, changed, way) for way in ways), (
                            seed, need.id, opening, value,
                        )  # fmt: skip
    assert min(seen[name] for name in (*CHANGE, "free")) >= 3, seen


NEED = Need("n", "r", "visit", area="A", slots=("S1",), statuses=("old",))
STOCK = Stock("s", "g", "visit", capacity=2, staffed=True)


def month(*needs, stock=STOCK, people=()):
    return Problem("x", "00", stocks=(stock,), people=people, needs=needs or (NEED,))


def staff(id_, *slots, **more):
    return Person(id_, "g", more.pop("most", 2), stocks=("s",), slots=slots, **more)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"people": (staff("p", "S2", "S3"),)}, [Opening("slot", ("S2", "S3"), ("S2", "S3"))]),
        ({"people": (staff("p", "S1", areas=("B",)),)}, [Opening("area", ("B",), ("B",))]),
        (
            {"stock": replace(STOCK, statuses=("ill", "poor")), "people": (staff("p", "S1"),)},
            [Opening("status", ("ill", "poor"), ("ill", "poor"))],
        ),
        ({"people": (staff("p", "S2", areas=("B",)),)}, []),  # two filters at once: no one value
        ({"people": (staff("p", "S2", most=0),)}, []),
        ({"people": (staff("p", "S1", "S2"),)}, [Opening("slot", ("S2",), ("S2",))]),
    ],
)
def test_an_opening_is_one_filter_alone(given, found):
    assert list(find(month(**given))) == found


def test_a_time_at_which_the_only_person_is_with_somebody_else_is_not_free():
    other = Need("o", "r2", "visit", area="A", slots=("S2",))
    problem = month(NEED, other, people=(staff("p", "S2", "S3"),))
    taken = (Assignment("o", "s", "p", "S2"),)
    assert find(problem, taken) == (Opening("slot", ("S2", "S3"), ("S3",)),)
    at_home = (Assignment("o", "s", "p", "S3"),)
    same_home = month(NEED, replace(other, recipient="r", slots=("S3",)), people=problem.people)
    assert find(same_home, at_home) == (Opening("slot", ("S2", "S3"), ("S2",)),)


def test_two_people_are_asked_of_a_need_for_two():
    team = replace(NEED, people=2)
    people = (staff("p", "S2", "S3"), staff("q", "S3"))
    assert find(month(team, people=people)) == (Opening("slot", ("S3",), ("S3",)),)
    short = replace(STOCK, capacity=1)
    assert find(month(team, people=people, stock=short)) == ()
