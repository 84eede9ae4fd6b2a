"""Every stage of FORMULATION.md where it decides and where it leaves the choice to the next."""

import itertools

from optimizer.policy import CountBy, GroupOutcome, Stage, StageKind
from optimizer.problem import GroupHistory, Pair
from optimizer.tickets import ticket_of
from tests.optimizer.builders import (
    COUNT,
    LOTTERY,
    goods,
    met,
    month,
    person,
    proven,
    team,
    visit,
    want,
)

LEXIMIN = Stage("fair", StageKind.LEXIMIN, dimension="committee")
BURDEN = Stage("burden", StageKind.LEXIMAX)
SCORE = Stage("score", StageKind.MAX_SCORE)


def of(committee: str, name: str, **rest):
    return want(name, groups={"committee": committee}, **rest)


class TestMaxCount:  # S1
    def test_tier_one_comes_before_two_of_tier_two(self):
        tiers = Stage("urgency", StageKind.MAX_COUNT, by=CountBy.TIER)
        needs = (want("a", quantity=2), want("b", tier=2), want("c", tier=2))
        assert met(month(goods(capacity=2), *needs, stages=(tiers,))) == {"a"}
        assert met(month(goods(capacity=2), *needs, stages=(COUNT,))) == {"b", "c"}

    def test_the_longest_wait_comes_first_within_a_tier_only(self):
        waits = Stage("waiting", StageKind.MAX_COUNT, by=CountBy.TIER_WAITING)
        needs = (want("a", waiting=1), want("b", waiting=4), want("c", tier=2, waiting=9))
        assert met(month(goods(capacity=1), *needs, stages=(waits,))) == {"b"}

    def test_waits_above_the_longest_are_one_class(self):
        waits = Stage("waiting", StageKind.MAX_COUNT, by=CountBy.TIER_WAITING)
        needs = (want("a", waiting=5), want("b", waiting=50))
        keys = [r.key for r in proven(month(goods(), *needs, stages=(waits, LOTTERY))).stages]
        assert keys == ["tier=1,waiting=5", ""]

    def test_duties_come_first(self):
        duties = Stage("duties", StageKind.MAX_COUNT, by=CountBy.DUTY_TIER)
        needs = (want("a", quantity=2, duty=True, tier=3), want("b"), want("c"))
        assert met(month(goods(capacity=2), *needs, stages=(duties, COUNT))) == {"a"}


class TestLeximin:  # S2
    def test_the_worst_off_committee_is_raised_before_the_other(self):
        needs = (of("C1", "a"), of("C1", "b"), of("C2", "c"), of("C2", "d"))
        problem = month(goods(capacity=2), *needs, stages=(COUNT, LEXIMIN, LOTTERY))
        assert sorted(name in "ab" for name in met(problem)) == [False, True]

    def test_what_was_given_before_counts(self):
        needs = (of("C1", "a"), of("C2", "b"))
        history = (GroupHistory("committee", "C1", 4, 4),)
        stages = (COUNT, LEXIMIN, LOTTERY)
        assert met(month(goods(), *needs, history=history, stages=stages)) == {"b"}

    def test_needs_nobody_can_meet_do_not_pin_a_committee_at_zero(self):
        needs = (of("C1", "a", category="moon"), of("C1", "b"), of("C2", "c"), of("C2", "d"))
        problem = month(goods(capacity=2), *needs, stages=(COUNT, LEXIMIN, LOTTERY))
        levels = proven(problem).stages[1].levels
        assert [(v.group, v.numerator, v.denominator) for v in levels] == [
            ("C2", 1, 2),
            ("C1", 1, 1),
        ]

    def test_who_rises_among_equals_is_left_to_the_tickets(self):
        needs = [of(f"C{k}", f"n{k}") for k in range(5)]
        problem = month(goods(capacity=2), *needs, stages=(COUNT, LEXIMIN, LOTTERY))
        first = sorted((ticket_of("5eed", n.id), n.id) for n in needs)[:2]
        assert met(problem) == {name for _, name in first}

    def test_a_committee_rises_on_its_own_from_where_tickets_leave_another(self):
        """Whether C1 or C2 stands at one half is for the tickets; C3 at one half still rises."""
        oil = [of("C3", name, category="oil") for name in "cd"]
        other = want("e", category="oil", points=9)
        needs = (of("C1", "a"), of("C2", "b"), *oil, other)
        history = tuple(GroupHistory("committee", name, 1, 0) for name in ("C1", "C2"))
        points = Stage("points", StageKind.MAX_POINTS)
        stocks = (goods(), goods("can", 2, category="oil"))
        problem = month(*stocks, *needs, history=history, stages=(LEXIMIN, points))
        assert {"c", "d"} <= met(problem)

    def test_by_score_the_least_served_need_counts(self):
        fair = Stage("fair", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE)
        needs = (want("a", listed=True), want("b", listed=True))
        scores = {("a", "x"): 9, ("a", "y"): 4, ("b", "x"): 5, ("b", "y"): 1}
        pairs = tuple(Pair(d, s, score=score) for (d, s), score in scores.items())
        problem = month(goods("x"), goods("y"), *needs, pairs=pairs, stages=(COUNT, fair))
        assert [level.numerator for level in proven(problem).stages[1].levels] == [4, 5]


class TestRecipientsAndPoints:  # S3, S4
    def test_a_first_need_comes_before_a_second(self):
        people = Stage("people", StageKind.MAX_RECIPIENTS)
        points = Stage("points", StageKind.MAX_POINTS)
        needs = [want(k, recipient="r", points=9) for k in "ab"] + [want("c", points=1)]
        assert "c" in met(month(goods(capacity=2), *needs, stages=(people, points)))
        assert "c" not in met(month(goods(capacity=2), *needs, stages=(points, people)))

    def test_points_decide_where_as_many_people_are_helped(self):
        stages = (Stage("people", StageKind.MAX_RECIPIENTS), Stage("points", StageKind.MAX_POINTS))
        needs = (want("a", points=2), want("b", points=9), want("c", points=5))
        solution = proven(month(goods(capacity=2), *needs, stages=stages))
        assert [result.value for result in solution.stages] == [2, 14]
        assert {line.need for line in solution.assignments} == {"b", "c"}


class TestUnits:  # S5
    def test_nothing_useful_stays_on_the_shelf(self):
        full = Stage("fullness", StageKind.MAX_UNITS)
        problem = month(goods(capacity=7), want("a", quantity=5, least=1), stages=(COUNT, full))
        assert [a.units for a in proven(problem).assignments] == [5]

    def test_meeting_more_needs_comes_first(self):
        full = Stage("fullness", StageKind.MAX_UNITS)
        needs = (want("a", quantity=5, least=1), want("b"), want("c"))
        problem = month(goods(capacity=5), *needs, stages=(COUNT, full))
        assert proven(problem).needs_met == 3


class TestLeximax:  # S6
    def test_burden_is_shared(self):
        stocks = (goods("x", 4, pledge="X"), goods("y", 4, pledge="Y"))
        problem = month(*stocks, *(want(f"n{k}") for k in range(4)), stages=(COUNT, BURDEN))
        assert [level.numerator for level in proven(problem).stages[1].levels] == [2, 2]

    def test_in_proportion_to_what_was_pledged(self):
        stocks = (goods("x", 6, pledge="X"), goods("y", 2, pledge="Y"))
        problem = month(*stocks, *(want(f"n{k}") for k in range(4)), stages=(COUNT, BURDEN))
        assert {v.group: v.numerator for v in proven(problem).stages[1].levels} == {"X": 3, "Y": 1}

    def test_a_stock_without_a_pledge_is_not_counted(self):
        stocks = (goods("x", 4, pledge="X"), goods("y", 4))
        problem = month(*stocks, *(want(f"n{k}") for k in range(4)), stages=(COUNT, BURDEN))
        assert [level.numerator for level in proven(problem).stages[1].levels] == [0]


class TestScore:  # S7, S8
    def test_the_same_visitor_comes_again(self):
        crew = [person(name, "am") for name in "pqs"]
        pairs = (Pair("a", "team", "q", score=3),)
        needs = (visit("a", "am"), visit("b", "am"))
        problem = month(team(), *crew, *needs, pairs=pairs, stages=(COUNT, SCORE))
        assert [a.person for a in proven(problem).assignments if a.need == "a"] == ["q"]
        assert proven(problem).stages[1].value == 3

    def test_a_bad_pair_is_avoided_where_that_costs_nothing(self):
        crew = (person("p", "am"), person("q", "am"))
        pairs = (Pair("a", "team", "p", score=-3),)
        problem = month(team(), *crew, visit("a", "am"), pairs=pairs, stages=(COUNT, SCORE))
        assert [a.person for a in proven(problem).assignments] == ["q"]

    def test_costs_are_as_low_as_can_be(self):
        cost = Stage("cost", StageKind.MIN_COST)
        needs = [want(k, listed=True) for k in "ab"]
        scores = {("a", "x"): 2, ("a", "y"): 3, ("b", "x"): 2, ("b", "y"): 9}
        pairs = tuple(Pair(d, s, score=score) for (d, s), score in scores.items())
        problem = month(goods("x"), goods("y"), *needs, pairs=pairs, stages=(COUNT, cost))
        assert proven(problem).stages[1].value == 5


class TestLottery:  # S9
    def test_the_lowest_ticket_wins(self):
        needs = [want(f"n{k}") for k in range(6)]
        order = sorted((ticket_of("5eed", need.id), need.id) for need in needs)
        assert met(month(goods(capacity=2), *needs)) == {name for _, name in order[:2]}

    def test_coupled_sides_are_unique_too(self):
        ranks = sorted((want(f"n{k}") for k in range(4)), key=lambda n: ticket_of("5eed", n.id))
        first, second, third, fourth = (need.id for need in ranks)
        sides = {first: "x", fourth: "x", second: "y", third: "y"}
        needs = [want(name, listed=True, quantity=1) for name in sides]
        pairs = tuple(Pair(name, side) for name, side in sides.items())
        top = goods("top", 2, category="")
        stocks = (top, goods("x", 2, parents=("top",)), goods("y", 2, parents=("top",)))
        assert met(month(*stocks, *needs, pairs=pairs)) == {first, second}

    def test_ticket_holders_who_lost_have_that_ground(self):
        problem = month(goods(), want("a"), want("b"))
        assert [ground.code for ground in proven(problem).grounds] == ["lost_lottery"]

    def test_every_order_of_stages_gives_an_answer(self):
        kinds = (COUNT, LEXIMIN, BURDEN, SCORE)
        rows = (goods(capacity=3, pledge="P"), *(of(f"C{k % 2}", f"n{k}") for k in range(5)))
        for stages in itertools.permutations(kinds):
            assert proven(month(*rows, stages=(*stages, LOTTERY))).status == "proven"
