"""Cycles: strong components of a graph, and groups that could have each other's levels."""

from fractions import Fraction

from optimizer.explain.reachability import KeptLevels, find_cycles
from optimizer.explain.rivals import number_components
from optimizer.stages.kind import Measure


def measure(group, denominator, offset=0, high=9):
    return Measure(group, {}, offset, denominator, 0, high)


def test_nodes_share_a_component_exactly_when_each_leads_to_the_other():
    graph = {"a": "b", "b": "ac", "c": "d", "d": "e", "e": "d", "f": "a"}
    found = number_components(graph, graph.__getitem__)
    assert found["a"] == found["b"]
    assert found["d"] == found["e"]
    assert len(set(found.values())) == 4
    for node, others in graph.items():
        assert all(found[node] >= found[other] for other in others)


def test_groups_whose_levels_fit_each_other_lie_on_a_cycle():
    measures = [measure("a", 4), measure("b", 8), measure("c", 7)]
    assert find_cycles(measures, [Fraction(3, 4), Fraction(1, 2), Fraction(2, 7)]) == [
        {1},
        {0},
        set(),
    ]


def test_a_level_that_only_one_of_two_could_take_makes_no_cycle():
    measures = [measure("a", 4), measure("b", 8)]
    assert find_cycles(measures, [Fraction(3, 4), Fraction(3, 8)]) == [set(), set()]
    capped = [measure("a", 4), measure("b", 8, high=5)]
    assert find_cycles(capped, [Fraction(3, 4), Fraction(1, 2)]) == [set(), set()]


def test_levels_are_kept_when_groups_change_places_and_not_when_one_falls():
    pair = (Measure("a", {0: 1}, 0, 4, 0, 4), Measure("b", {1: 1}, 0, 4, 0, 4))
    kept = KeptLevels(pair, (1, 1), (Fraction(1, 4), Fraction(2, 4)))
    assert kept.are_kept_by([2.0, 1.0])
    assert kept.are_kept_by([1.0, 2.0])
    assert not kept.are_kept_by([1.0, 1.0])
