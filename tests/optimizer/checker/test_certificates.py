"""Certificates prove generated months, and what is no proof is refused by name."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.checker.check import verify
from optimizer.codec import sha256_of
from optimizer.instances.generate import generate
from optimizer.policy import Policy, Stage, StageKind
from optimizer.search.solve import solve
from optimizer.solution import Solution
from tests.optimizer.tiny_problems import tiny_problem

Plain = dict
LINEAR = ("dual", "farkas")


def solved(needs: int, seed: int) -> tuple[Plain, Plain]:
    problem = generate(needs, seed)
    return problem.to_json(), json.loads(json.dumps(solve(problem).to_json()))


@pytest.fixture(scope="module")
def month() -> tuple[Plain, str]:
    problem, solution = solved(150, 5)
    return problem, json.dumps(solution)


def fault_after(month: tuple[Plain, str], change: Callable[[Plain], object]) -> str:
    """The fault named after a change of the certificate whose hash fits again."""
    solution = json.loads(month[1])
    certificate = solution["certificate"]
    change(certificate)
    certificate.pop("sha256")
    certificate["sha256"] = sha256_of(certificate)
    fault = verify(month[0], solution)
    return "nothing" if fault is None else str(fault)


def first(certificate: Plain, kind: str) -> list:
    return next(e for events in certificate["stages"] for e in events if e[0] == kind)


def test_the_month_is_proved(month):
    assert fault_after(month, lambda certificate: None) == "nothing"


def test_a_proven_answer_without_a_certificate_is_refused(month):
    solution = json.loads(month[1])
    del solution["certificate"]
    assert str(verify(month[0], solution)) == "certificate_missing"


def test_a_certificate_changed_by_accident_is_refused(month):
    solution = json.loads(month[1])
    first(solution["certificate"], "sum")[2] += 1
    assert verify(month[0], solution).code == "certificate_hash"


def test_the_certificate_is_no_part_of_the_result(month):
    solution = Solution.from_json(json.loads(month[1]))
    assert solution.certificate is not None
    assert solution.sealed().result_sha256 == json.loads(month[1])["result_sha256"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda c: c.update(stages=c["stages"][:-1]), "certificate_malformed"),
        (lambda c: c.update(stages=7), "certificate_malformed"),
        (lambda c: c.pop("possible"), "certificate_malformed"),
        (lambda c: first(c, "sum").append(0.5), "certificate_malformed"),
        (lambda c: first(c, "sum")[3].append(3), "certificate_malformed"),
        (lambda c: first(c, "sum")[3].extend((10**9, 1)), "certificate_malformed"),
        (lambda c: first(c, "sum")[3].extend((-1, 1)), "proof_multiplier_of_open_side"),
        (lambda c: first(c, "sum").__setitem__(0, "trust"), "proof_event_missing"),
        (lambda c: first(c, "sum").__setitem__(2, 0), "proof_scale"),
        (lambda c: c["stages"][0].pop(), "proof_sum_of_parts"),
        (lambda c: c["stages"][0].append(["sum", 1, 1, []]), "proof_bound_below_value"),
        (lambda c: c["stages"][-1].clear(), "proof_tickets_undecided"),
        (lambda c: first(c, "no").__setitem__(slice(1, None), []), "stage_proof"),
        (lambda c: first(c, "no").__setitem__(2, []), "proof_level_not_proved"),
    ],
)
def test_what_is_no_proof_is_refused(month, change, named):
    assert named in fault_after(month, change)


def test_a_group_that_could_get_more_alone_is_named(month):
    def understate(certificate: Plain) -> None:
        events = certificate["possible"]["neighbourhoods"]
        event, witness = next(pair for pair in events.values() if pair[0][1] > 1)
        event[1] -= 1
        witness.pop()

    assert fault_after(month, understate).startswith("possible: stage=neighbourhoods group=")


@pytest.mark.parametrize("seed", range(3))
def test_small_months_are_proved_by_multipliers(seed):
    problem, solution = solved(120, 300 + seed)
    assert verify(problem, solution) is None
    proofs = [result["proof"] for result in solution["stages"]]
    assert sum(proof in LINEAR for proof in proofs) >= 0.9 * len(proofs)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 6])
def test_months_of_the_community_are_proved(seed):
    """Two of the hundred that ``make hundred`` measures."""
    problem, solution = solved(1_670, seed)
    assert solution["status"] == "proven"
    assert verify(problem, solution) is None
    proofs = [result["proof"] for result in solution["stages"]]
    assert set(proofs) <= {*LINEAR, "tree"}
    assert sum(proof in LINEAR for proof in proofs) >= 0.9 * len(proofs)


@pytest.mark.parametrize("seed", [251, 614, 826])
def test_a_worst_level_is_proved_with_cuts_that_rest_on_the_level_reached(seed):
    worst = Stage("worst", StageKind.LEXIMIN, dimension="committee", worst_only=True)
    problem = replace(tiny_problem(seed), policy=Policy("worst", 1, (worst,)))
    solution = json.loads(json.dumps(solve(problem).to_json()))
    assert "cut" in {event[0] for event in solution["certificate"]["stages"][0]}
    assert verify(problem.to_json(), solution) is None
