"""Explanations: true counts, holders, circles and tickets on months solved by hand."""

import pytest

from optimizer.explain.explain import explain
from optimizer.problem import Need, Person, Problem, Stock
from optimizer.solution import Assignment, Ground, GroundCode, Solution, SolutionStatus
from optimizer.tickets import ticket_of

CARE = Stock("care", "g", "visit", capacity=9, staffed=True)


def visit(id_, recipient, *slots, **more):
    return Need(id_, recipient, "visit", slots=slots, **more)


def person(id_, *slots, **more):
    return Person(id_, "g", more.pop("most", 9), stocks=("care",), slots=slots, **more)


def explained(problem, lines, ground):
    solution = Solution(
        SolutionStatus.PROVEN, problem.sha256, "p/1", problem.seed, lines, grounds=(ground,)
    )
    (only,) = explain(problem, solution)
    return only


def month(*needs, people=(), stocks=(CARE,)):
    return Problem("x", "00ff", stocks=stocks, people=people, needs=needs)


def test_holders_are_counted_by_the_first_fact_that_put_them_ahead():
    problem = month(
        visit("a", "r1", "S1", tier=1),
        visit("b", "r2", "S2", tier=2, waiting=4),
        visit("c", "r3", "S1", "S2", tier=2),
        people=(person("p", "S1", "S2"),),
    )
    lines = (Assignment("a", "care", "p", "S1"), Assignment("b", "care", "p", "S2"))
    found = explained(problem, lines, Ground("c", GroundCode.OUTRANKED, "urgency"))
    assert found.ahead == 2
    assert dict(found.ahead_by) == {"more_urgent": 1, "waited_longer": 1}
    assert found.circle == (2, 2)
    assert found.to_numbers()["stage"] == "urgency"


def test_a_circle_follows_holders_to_the_places_they_could_use_instead():
    problem = month(
        visit("a", "r1", "S1", "S2"),
        visit("b", "r2", "S2"),
        visit("c", "r3", "S1"),
        people=(person("p", "S1", "S2"),),
    )
    lines = (Assignment("a", "care", "p", "S1"), Assignment("b", "care", "p", "S2"))
    found = explained(problem, lines, Ground("c", GroundCode.OUTRANKED, "urgency"))
    assert (found.ahead, found.circle) == (1, (2, 2))


def test_no_circle_is_claimed_where_a_holder_could_move():
    problem = month(
        visit("a", "r1", "S1", "S2"), visit("c", "r3", "S1"), people=(person("p", "S1", "S2"),)
    )
    lines = (Assignment("a", "care", "p", "S1"),)
    found = explained(problem, lines, Ground("c", GroundCode.OUTRANKED, "kindness"))
    assert found.circle is None


def test_visits_that_fill_a_persons_month_hold_the_place():
    problem = month(
        visit("a", "r1", "S1"), visit("c", "r3", "S2"), people=(person("p", "S1", "S2", most=1),)
    )
    lines = (Assignment("a", "care", "p", "S1"),)
    found = explained(problem, lines, Ground("c", GroundCode.OUTRANKED, "urgency"))
    assert found.ahead == 1


@pytest.mark.parametrize(("left", "ahead"), [(1, 1), (3, 0)])
def test_a_fund_that_holds_too_little_is_held_by_those_it_paid(left, ahead):
    problem = month(
        Need("a", "r1", "bill", quantity=5),
        Need("c", "r2", "bill", quantity=3),
        stocks=(Stock("fund", "g", "bill", capacity=5 + left),),
    )
    found = explained(
        problem, (Assignment("a", "fund", units=5),), Ground("c", GroundCode.OUTRANKED, "urgency")
    )
    assert found.ahead == ahead


def test_a_lost_lottery_shows_the_ticket_and_the_last_one_drawn():
    problem = month(visit("a", "r1", "S1"), visit("c", "r3", "S1"), people=(person("p", "S1"),))
    won, lost = sorted(("a", "c"), key=lambda need: ticket_of("00ff", need))
    lines = (Assignment(won, "care", "p", "S1"),)
    found = explained(problem, lines, Ground(lost, GroundCode.LOST_LOTTERY))
    assert found.ticket == ticket_of("00ff", lost)
    assert found.cut_off == ticket_of("00ff", won) < found.ticket


def test_a_need_without_offers_shows_what_each_filter_left():
    problem = month(
        visit("a", "r1", "S1", area="A"),
        people=(person("p", "S2"),),
        stocks=(CARE, Stock("rice", "g", "rice", capacity=1)),
    )
    found = explained(problem, (), Ground("a", GroundCode.NO_ELIGIBLE_OFFER))
    assert dict(found.filters) == {
        "category": 1,
        "area": 1,
        "status": 1,
        "skill": 1,
        "slot": 0,
        "forbidden": 0,
    }
    assert found.to_numbers()["nearest"]["filter"] == "slot"


def test_a_solution_without_an_answer_explains_nothing():
    failed = Solution(SolutionStatus.FAILED, "", "p/1", "00")
    assert explain(month(), failed) == ()
