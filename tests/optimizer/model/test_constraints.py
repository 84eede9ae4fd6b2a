"""Every constraint of FORMULATION.md twice: where it binds and where it is slack."""

from optimizer.problem import Forbid, Pair, Pin
from optimizer.search.solve import solve
from tests.optimizer.builders import COUNT, goods, met, month, person, proven, team, visit, want


class TestOneWay:  # C1
    def test_a_need_is_not_met_by_visit_and_delivery_at_once(self):
        both = (team("t", category="goods"), person("p", "am", stocks=("t",)))
        solution = proven(month(goods(), *both, want("a", slots=("am",))))
        assert len(solution.assignments) == 1

    def test_two_needs_may_be_met_in_different_ways(self):
        both = (team("t", category="goods"), person("p", "am", stocks=("t",)))
        solution = proven(month(goods(), *both, want("a"), want("b")))
        assert {a.person for a in solution.assignments} == {None, "p"}


class TestVisitsStaffed:  # C2
    def test_a_visit_by_two_needs_two_at_once(self):
        assert not met(month(team(), person("p", "am", "pm"), visit("a", "am", "pm", people=2)))

    def test_two_persons_in_one_slot_make_it(self):
        pair = (person("p", "am"), person("q", "am", "pm"))
        assert met(month(team(), *pair, visit("a", "am", people=2))) == {"a"}


class TestUnitsDelivered:  # C3
    def test_less_than_the_whole_quantity_is_nothing(self):
        assert not met(month(goods(capacity=2), want("a", quantity=3)))

    def test_stocks_mix_to_the_quantity(self):
        problem = month(goods("x", 2), goods("y", 1), want("a", quantity=3))
        assert [(a.stock, a.units) for a in proven(problem).assignments] == [("x", 2), ("y", 1)]


class TestPartialQuantities:  # C4
    def test_a_part_below_the_least_is_nothing(self):
        assert not met(month(goods(capacity=1), want("a", quantity=3, least=2)))

    def test_a_part_above_the_least_counts(self):
        assert met(month(goods(capacity=2), want("a", quantity=3, least=2))) == {"a"}


class TestOnePlaceAtATime:  # C5
    def test_a_person_makes_one_visit_in_a_slot(self):
        assert len(met(month(team(), person("p", "am"), visit("a", "am"), visit("b", "am")))) == 1

    def test_two_slots_take_two_visits(self):
        problem = month(team(), person("p", "am", "pm"), visit("a", "am"), visit("b", "pm"))
        assert met(problem) == {"a", "b"}


class TestMostVisits:  # C6
    def test_the_month_ends_for_a_person(self):
        rows = (person("p", "am", "pm", most=1), visit("a", "am"), visit("b", "pm"))
        assert len(met(month(team(), *rows))) == 1

    def test_a_crew_shares_the_visits(self):
        crew = (person("p", "am", "pm", most=1), person("q", "am", "pm", most=1))
        assert met(month(team(), *crew, visit("a", "am"), visit("b", "pm"))) == {"a", "b"}


class TestCapacities:  # C7
    def test_a_stock_gives_no_more_than_it_has(self):
        assert len(met(month(goods(capacity=1), want("a"), want("b")))) == 1

    def test_what_is_there_is_given(self):
        assert len(met(month(goods(capacity=2), want("a"), want("b")))) == 2

    def test_a_parent_binds_its_children(self):
        fund = goods("fund", 1, category="")
        children = (goods("x", parents=("fund",)), goods("y", parents=("fund",)))
        assert len(met(month(fund, *children, want("a"), want("b")))) == 1

    def test_a_grandparent_above_two_parents_counts_a_unit_once(self):
        top = goods("top", 1, category="")
        middle = (goods("m", 1, category="", parents=("top",)),)
        twin = (goods("n", 1, category="", parents=("top",)),)
        assert met(month(top, *middle, *twin, goods(parents=("m", "n")), want("a"))) == {"a"}

    def test_a_least_use_calls_for_needs(self):
        stocks = (goods("x", 1), goods("y", 1, least=1))
        problem = month(*stocks, want("a"))
        assert [a.stock for a in proven(problem).assignments] == ["y"]

    def test_a_least_use_nobody_asks_for_is_infeasible(self):
        assert solve(month(goods(capacity=2, least=2), want("a"))).status == "infeasible"


class TestRecipientsTime:  # C8
    def test_a_recipient_has_one_visit_in_a_slot(self):
        crew = (person("p", "am"), person("q", "am"))
        needs = (visit("a", "am", recipient="r"), visit("b", "am", recipient="r"))
        solution = proven(month(team(), *crew, *needs))
        assert solution.needs_met == 1
        assert [ground.code for ground in solution.grounds] == ["time_conflict"]

    def test_two_slots_serve_one_recipient_twice(self):
        crew = (person("p", "am"), person("q", "pm"))
        needs = (visit("a", "am", recipient="r"), visit("b", "pm", recipient="r"))
        assert len(met(month(team(), *crew, *needs))) == 2


class TestMostFromStock:  # C10
    def test_a_pair_bounds_its_units(self):
        pairs = (Pair("a", "x", most=1),)
        assert not met(month(goods("x", 2), want("a", quantity=2), pairs=pairs))

    def test_the_rest_comes_from_elsewhere(self):
        pairs = (Pair("a", "x", most=1),)
        problem = month(goods("x", 2), goods("y", 1), want("a", quantity=2), pairs=pairs)
        assert met(problem) == {"a"}

    def test_a_unit_that_weighs_three_uses_three(self):
        pairs = (Pair("a", "x", consumption=3),)
        assert not met(month(goods("x", 2), want("a"), pairs=pairs))
        assert met(month(goods("x", 3), want("a"), pairs=pairs)) == {"a"}


class TestPins:  # C11
    def test_a_pinned_need_comes_first(self):
        needs = (want("a", tier=1), want("b", tier=3))
        for name in ("a", "b"):
            assert met(month(goods(), *needs, pins=(Pin(name),))) == {name}

    def test_a_pinned_person_is_in_the_team(self):
        crew = (person("p", "am"), person("q", "am"))
        problem = month(team(), *crew, visit("a", "am"), pins=(Pin("a", person="q"),))
        assert [a.person for a in proven(problem).assignments] == ["q"]

    def test_two_pins_for_one_place_are_infeasible(self):
        problem = month(goods(), want("a"), want("b"), pins=(Pin("a"), Pin("b")))
        assert solve(problem).status == "infeasible"

    def test_a_pinned_and_forbidden_need_is_infeasible(self):
        problem = month(goods(), want("a"), pins=(Pin("a"),), forbids=(Forbid("a"),))
        assert solve(problem).status == "infeasible"


class TestEligibility:
    def test_a_forbidden_person_does_not_come(self):
        problem = month(
            team(), person("p", "am"), visit("a", "am"), forbids=(Forbid("a", None, "p"),)
        )
        assert [ground.code for ground in proven(problem).grounds] == ["forbidden"]

    def test_another_person_does(self):
        crew = (person("p", "am"), person("q", "am"))
        problem = month(team(), *crew, visit("a", "am"), forbids=(Forbid("a", None, "p"),))
        assert [a.person for a in proven(problem).assignments] == ["q"]

    def test_areas_statuses_and_slots_shut_out(self):
        stock = goods(areas=("north",), statuses=("alone",), slots=("am",))
        fit = {"area": "north", "statuses": ("alone",), "slots": ("am",)}
        assert met(month(stock, want("a", **fit))) == {"a"}
        for key, value in (("area", "south"), ("statuses", ()), ("slots", ("pm",))):
            assert not met(month(stock, want("a", **{**fit, key: value})))

    def test_a_listed_need_takes_what_its_pairs_name(self):
        needs = (want("a", listed=True), want("b"))
        problem = month(goods("x", 9), needs[0], stages=(COUNT,))
        assert not met(problem)
        assert met(month(goods("x", 9), *needs, pairs=(Pair("a", "x"),))) == {"a", "b"}
