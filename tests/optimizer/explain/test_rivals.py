"""Who holds the places: strong components of holders, and Hall sets against every answer."""

from optimizer.explain.offers import Offers
from optimizer.explain.places import Places
from optimizer.explain.rivals import Rivals, number_components
from optimizer.search.solve import solve
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.tiny_problems import tiny_problem


def test_nodes_share_a_component_exactly_when_each_leads_to_the_other():
    graph = {"a": "b", "b": "ac", "c": "d", "d": "e", "e": "d", "f": "a"}
    found = number_components(graph, graph.__getitem__)
    assert found["a"] == found["b"]
    assert found["d"] == found["e"]
    assert len(set(found.values())) == 4
    for node, others in graph.items():
        assert all(found[node] >= found[other] for other in others)


def test_no_answer_meets_a_hall_set_and_the_need_it_shuts_out():
    found = 0
    for problem in map(tiny_problem, range(60)):
        solution = solve(problem)
        together = {frozenset(answer) for answer in feasible_answers(problem)}
        met = {line.need for line in solution.assignments}
        rivals = Rivals(Places(problem, Offers(problem), solution.assignments))
        for need in problem.needs if solution.is_usable else ():
            hall_set = None if need.id in met else rivals.find_hall_set(need)
            if hall_set is not None and hall_set.needs:
                found += 1
                assert not any({need.id, *hall_set.needs} <= who for who in together)
    assert found
