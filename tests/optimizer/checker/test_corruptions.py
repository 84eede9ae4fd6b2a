"""Seeded corruptions of a solved month: every one is refuted by name."""

import json
from random import Random

import pytest

from optimizer.checker.check import verify
from optimizer.codec import sha256_of
from optimizer.instances.generate import generate
from optimizer.search.solve import solve
from tests.optimizer.checker.corruptions import ASSIGNMENTS, OTHERS, PROOFS, wrong_witness

Plain = dict


@pytest.fixture(scope="module")
def month() -> tuple[str, str]:
    problem = generate(120, 11)
    return json.dumps(problem.to_json()), json.dumps(solve(problem).to_json())


def corrupted(month: tuple[str, str], seed: int) -> tuple[Plain, Plain, str]:
    """Return problem and solution after one corruption, and its name."""
    random = Random(seed)
    problem, solution = json.loads(month[0]), json.loads(month[1])
    corruption = random.choice(ASSIGNMENTS + OTHERS + PROOFS)
    corruption(random, problem, solution)
    return problem, solution, corruption.__name__


def sweep(month: tuple[str, str], seeds: range) -> list[tuple[int, str]]:
    """Return the corruptions that were not refuted."""
    missed = []
    for seed in seeds:
        problem, solution, name = corrupted(month, seed)
        if verify(problem, solution) is None:
            missed.append((seed, name))
    return missed


def test_the_month_itself_holds(month):
    assert verify(json.loads(month[0]), json.loads(month[1])) is None


def test_100_corruptions_are_all_refuted(month):
    assert sweep(month, range(100)) == []


@pytest.mark.slow
def test_8_000_corruptions_are_all_refuted(month):
    assert sweep(month, range(1_000, 9_000)) == []


def reseal(solution: Plain) -> None:
    """Fit both hashes to what the file now says."""
    certificate = solution.pop("certificate")
    del solution["result_sha256"], certificate["sha256"]
    solution["result_sha256"] = sha256_of(solution)
    solution["certificate"] = {**certificate, "sha256": sha256_of(certificate)}


@pytest.mark.parametrize("corruption", ASSIGNMENTS, ids=lambda c: c.__name__)
@pytest.mark.one_in(3)
def test_a_resealed_forgery_is_refuted_unless_it_is_as_good(month, corruption):
    """A forger who fits the hash can only state another answer of the same value."""
    stated = {line["need"] for line in json.loads(month[1])["assignments"]}
    refuted = 0
    for seed in range(40):
        problem, solution = json.loads(month[0]), json.loads(month[1])
        corruption(Random(seed), problem, solution)
        reseal(solution)
        fault = verify(problem, solution)
        refuted += fault is not None
        if fault is None:
            assert {line["need"] for line in solution["assignments"]} == stated
    assert refuted > 20


@pytest.mark.parametrize("corruption", PROOFS, ids=lambda c: c.__name__)
@pytest.mark.one_in(3)
def test_a_resealed_proof_is_refuted_unless_it_still_proves(month, corruption):
    """Any multipliers bound a sum; what counts is whether the bound is still good enough."""
    faults = []
    for seed in range(60):
        problem, solution = json.loads(month[0]), json.loads(month[1])
        corruption(Random(seed), problem, solution)
        reseal(solution)
        faults.append(verify(problem, solution))
    refuted = [fault.code for fault in faults if fault is not None]
    assert len(refuted) > 10
    of_proofs = ("proof_", "possible", "certificate", "stage_proof", "not_barred")
    others = [code for code in refuted if not code.startswith(of_proofs)]
    assert others == [] or corruption is wrong_witness
