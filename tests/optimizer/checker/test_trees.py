"""Trees in the certificates of whole questions: proved, replayed, and refused once changed."""

import itertools
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from optimizer.checker.check import judge, verify
from optimizer.checker.verdict import Ruling
from optimizer.codec import sha256_of
from optimizer.engine import tree
from optimizer.instances.gap import read_gap
from optimizer.instances.scores import ScoreTerms
from optimizer.problem import Problem
from optimizer.search.solve import solve
from tests.optimizer.matrices import draw_matrix
from tests.optimizer.tiny_problems import tiny_problem

Plain = dict[str, Any]
Change = Callable[[list[Any]], object]
TERMS = ScoreTerms(3, 3)


def state(problem: Problem) -> Plain:
    return json.loads(json.dumps(solve(problem).to_json()))


def trees(value: Any) -> Iterator[list[Any]]:
    """Every event ``tree``."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        last = value[-1] if value else None
        if isinstance(last, list) and last and isinstance(last[0], list) and "split" in last[0]:
            yield value
        for part in value:
            yield from trees(part)


@pytest.fixture(scope="module")
def matrix() -> tuple[Plain, str]:
    problem = draw_matrix(10, 8, TERMS, 12)
    return problem.to_json(), json.dumps(state(problem))


@pytest.mark.parametrize("seed", [12, 17, 21, 23, 27])
def test_matrices_with_fractions_are_proved_by_trees(seed):
    problem = draw_matrix(10, 8, TERMS, seed)
    solution = state(problem)
    assert [result["proof"] for result in solution["stages"]] == ["farkas", "tree"]
    assert verify(problem.to_json(), solution) is None


@pytest.mark.parametrize(("givers", "receivers", "seed"), [(30, 20, 28), (30, 20, 31)])
def test_a_point_off_the_rows_by_a_tolerance_ends_no_month(givers, receivers, seed):
    """The engine's value was taken for that of a rounded point, and no point reached it."""
    problem = draw_matrix(givers, receivers, TERMS, seed)
    solution = state(problem)
    assert solution["status"] == "proven"
    assert verify(problem.to_json(), solution) is None
    assert "search" not in {result["proof"] for result in solution["stages"]}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_matrices_of_a_conference_are_proved(seed):
    problem = draw_matrix(177, 118, ScoreTerms(3, 4), seed)
    solution = state(problem)
    assert verify(problem.to_json(), solution) is None
    assert {result["proof"] for result in solution["stages"]} <= {"dual", "farkas", "tree"}


@pytest.mark.parametrize("seed", [45, 287])
def test_tickets_and_points_are_proved_by_trees(seed):
    problem = tiny_problem(seed)
    solution = state(problem)
    assert "tree" in {result["proof"] for result in solution["stages"]}
    assert verify(problem.to_json(), solution) is None


def gap_of(random: Random, agents: int, jobs: int) -> tuple[Problem, int | None]:
    """A generalised assignment whose capacities are nearly too small, and its least cost."""
    cells = list(itertools.product(range(agents), range(jobs)))
    cost = {cell: random.randint(1, 30) for cell in cells}
    use = {cell: random.randint(5, 7) for cell in cells}
    room = [random.randint(10, 15) for _ in range(agents)]
    numbers = [agents, jobs, *cost.values(), *use.values(), *room]
    best = None
    for of in itertools.product(range(agents), repeat=jobs):
        loads = [sum(use[i, j] for j, i in enumerate(of) if i == k) for k in range(agents)]
        if all(load <= most for load, most in zip(loads, room, strict=True)):
            total = sum(cost[i, j] for j, i in enumerate(of))
            best = total if best is None else min(best, total)
    return read_gap("tiny", " ".join(map(str, numbers)), "min"), best


@pytest.mark.parametrize("block", range(2))
@pytest.mark.one_in(2)
def test_assignments_are_proved_best_or_impossible(block):
    """The linear program of nearly all of them has fractions; brute force knows the answer."""
    seen = set()
    for seed in range(block * 25, block * 25 + 25):
        problem, best = gap_of(Random(seed), 3, 6)
        solution = state(problem)
        verdict = judge(problem.to_json(), solution)
        if best is None:
            assert (verdict.ruling, verdict.is_settled) == (Ruling.NO_ANSWER, True), seed
        else:
            assert verdict.ruling is Ruling.PROVED, seed
            assert solution["stages"][0]["value"] == best, seed
        has_tree = next(trees(solution["certificate"]), None) is not None
        seen.add((best is None, has_tree))
    assert seen >= {(False, True), (True, True)}


@pytest.mark.parametrize(
    "change",
    [
        lambda nodes: nodes.pop(),
        lambda nodes: nodes.__setitem__(-1, ["empty", []]),
        lambda nodes: nodes.__setitem__(slice(None), [["leaf", 1, 0, []]]),
        lambda nodes: nodes.clear(),
    ],
)
def test_that_there_is_no_answer_is_not_proved_by_half_a_tree(change):
    made = (gap_of(Random(seed), 3, 6) for seed in itertools.count())
    for problem, best in made:
        solution = state(problem) if best is None else {}
        found = next(trees(solution.get("certificate")), None)
        if found is not None:
            break
    change(found[-1])
    certificate = solution["certificate"]
    certificate.pop("sha256")
    certificate["sha256"] = sha256_of(certificate)
    verdict = judge(problem.to_json(), solution)
    assert verdict.fault is not None
    assert not verdict.is_settled


@pytest.mark.parametrize("seed", range(40))
def test_a_tiny_question_without_an_answer_carries_its_proof(seed):
    problem = tiny_problem(seed)
    solution = state(problem)
    if solution["status"] == "infeasible":
        assert judge(problem.to_json(), solution).is_settled


def test_without_time_for_a_tree_the_best_answer_is_kept_with_a_bound(monkeypatch):
    """The point that the engine found is the answer, and no verdict calls it proved."""
    monkeypatch.setattr(tree, "TIME_SHARE", 0.0)
    seen = 0
    for seed in range(12):
        problem, best = gap_of(Random(seed), 3, 6)
        solution = state(problem)
        if best is None or solution["stages"][0]["proof"] == "dual":
            continue
        (stage,) = solution["stages"]
        assert (stage["value"], stage["proof"]) == (best, "search")
        assert stage["bound"] < best
        verdict = judge(problem.to_json(), solution)
        assert (verdict.fault, verdict.ruling) == (None, Ruling.FEASIBLE)
        assert [row.bound for row in verdict.unproved] == [str(stage["bound"])]
        seen += 1
    assert seen


def fault_after(matrix: tuple[Plain, str], change: Change) -> str:
    """The fault named after a change of the first tree whose hash fits again."""
    solution = json.loads(matrix[1])
    event = next(trees(solution["certificate"]["stages"]))
    change(event[-1])
    certificate = solution["certificate"]
    certificate.pop("sha256")
    certificate["sha256"] = sha256_of(certificate)
    fault = verify(matrix[0], solution)
    return "nothing" if fault is None else fault.code


def first(nodes: list[Any], kind: str) -> list[Any]:
    return next(node for node in nodes if node[0] == kind)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda nodes: nodes.pop(), "proof_tree_open"),
        (lambda nodes: nodes.append(["empty", []]), "proof_tree_over"),
        (lambda nodes: nodes.__setitem__(slice(1, None), []), "proof_tree_open"),
        (lambda nodes: nodes[0].__setitem__(1, -3), "proof_split"),
        (lambda nodes: nodes[0].__setitem__(1, 10**6), "certificate_malformed"),
        (lambda nodes: nodes[0].__setitem__(2, 99), "proof_split"),
        (lambda nodes: nodes[0].__setitem__(2, -1), "proof_split"),
        (lambda nodes: nodes[0].pop(), "certificate_malformed"),
        (lambda nodes: nodes[0].append(1), "certificate_malformed"),
        (lambda nodes: first(nodes, "leaf").__setitem__(1, 0), "proof_scale"),
        (lambda nodes: first(nodes, "leaf")[3].append(1), "certificate_malformed"),
        (lambda nodes: first(nodes, "leaf")[3].extend((10**6, 1)), "certificate_malformed"),
        (lambda nodes: first(nodes, "leaf").__setitem__(0, "trust"), "proof_node_unknown"),
        (lambda nodes: nodes.__setitem__(-1, ["empty", []]), "proof_leaf_not_empty"),
        (lambda nodes: nodes.__setitem__(-1, ["leaf", 1, 0, []]), "stage_proof"),
        (lambda nodes: nodes.__setitem__(slice(None), [["leaf", 1, 0, []]]), "stage_proof"),
        (lambda nodes: nodes.clear(), "stage_proof"),
        (lambda nodes: nodes.__setitem__(0, [[["split"]]]), "proof_node_unknown"),
    ],
)
def test_what_is_no_tree_is_refused(matrix, change, named):
    assert fault_after(matrix, lambda nodes: None) == "nothing"
    assert named in fault_after(matrix, change)


def test_a_tree_of_any_depth_is_replayed_without_recursion(matrix):
    """Ten thousand times the same split is not deeper than the column allows."""

    def deepen(nodes: list[Any]) -> None:
        nodes[:] = [nodes[0]] * 10_000

    assert fault_after(matrix, deepen) == "proof_split"
