"""The deciding stage of unmet needs against every answer of tiny problems."""

from collections import Counter
from functools import cache

import pytest

from optimizer import Problem, StageKind
from optimizer.explain import explain
from optimizer.explain_exchanges import NONE, Exchanges
from optimizer.explain_offers import Offers
from optimizer.explain_places import Places
from optimizer.explain_rivals import Rivals
from optimizer.explain_stages import OPEN, find_deciding_stages
from optimizer.solution import GroundCode, Solution
from optimizer.solve import solve
from tests.optimizer.brute_force import Answer, feasible_answers
from tests.optimizer.brute_stages import possible_of, stage_vector
from tests.optimizer.tiny_problems import tiny_problem

SEEDS = range(120)
BLOCK = 20


@cache
def solved(seed: int) -> tuple[Problem, Solution, list[Answer]]:
    problem = tiny_problem(seed)
    return problem, solve(problem), list(feasible_answers(problem))


def usable(block: int) -> list[int]:
    seeds = SEEDS[block * BLOCK : block * BLOCK + BLOCK]
    return [seed for seed in seeds if solved(seed)[1].is_usable]


def places_of(problem: Problem, solution: Solution) -> Places:
    return Places(problem, Offers(problem), solution.assignments)


def true_stages(problem: Problem, answers: list[Answer]) -> dict[str, str]:
    """Return the first stage that excludes each need some answer meets, by brute force."""
    possible = possible_of(problem, answers)
    found: dict[str, str] = {}
    for stage in problem.policy.stages:
        if stage.kind is StageKind.LOTTERY:
            break
        vectors = [stage_vector(problem, stage, answer, possible) for answer in answers]
        before = {need for answer in answers for need in answer}
        answers = [a for a, v in zip(answers, vectors, strict=True) if v == max(vectors)]
        after = {need for answer in answers for need in answer}
        found.update(dict.fromkeys(before - after, stage.name))
    return found | dict.fromkeys({need for answer in answers for need in answer}, OPEN)


@pytest.mark.parametrize("block", range(len(SEEDS) // BLOCK))
def test_the_deciding_stage_is_the_first_whose_value_would_fall(block):
    named = asked = 0
    for seed in usable(block):
        problem, solution, answers = solved(seed)
        true = true_stages(problem, answers)
        found = find_deciding_stages(problem, solution, places_of(problem, solution), 60)
        assert {need: true[need] for need in found} == found, seed
        met = {line.need for line in solution.assignments}
        named, asked = named + len(found), asked + len(true.keys() - met)
    assert named >= 0.85 * asked


def test_without_time_or_a_certificate_what_is_named_is_still_true():
    named = 0
    for seed in usable(0):
        problem, solution, answers = solved(seed)
        true = true_stages(problem, answers)
        bare = Solution.from_json({**solution.to_json(), "certificate": None})
        for given, seconds in ((solution, 0.0), (bare, 60.0)):
            found = find_deciding_stages(problem, given, places_of(problem, given), seconds)
            assert {need: true[need] for need in found} == found, seed
            named += len(found)
    assert named


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_codes_say_truly_whether_a_stage_or_the_lottery_decided(seconds):
    told = Counter[GroundCode]()
    for seed in (*usable(0), *usable(1)):
        problem, solution, answers = solved(seed)
        true = true_stages(problem, answers)
        for found in explain(problem, solution, seconds):
            told[found.code] += 1
            if found.code is GroundCode.LOST_LOTTERY:
                assert true[found.need] == OPEN, (seed, found.need)
            if found.code is GroundCode.OUTRANKED:
                deciding = true.get(found.need, "a pin or a least use")
                assert deciding != OPEN, (seed, found.need)
                assert found.stage in ("", deciding)
    assert told[GroundCode.OUTRANKED]
    assert told[GroundCode.LOST_LOTTERY]


def test_a_need_that_is_met_has_no_deciding_stage():
    problem, solution, _ = solved(1)
    met = {line.need for line in solution.assignments}
    found = find_deciding_stages(problem, solution, places_of(problem, solution), 60)
    assert met.isdisjoint(found)


@pytest.mark.parametrize("block", range(len(SEEDS) // BLOCK))
def test_an_exchange_never_claims_a_stage_that_no_answer_keeps(block):
    for seed in usable(block):
        problem, solution, answers = solved(seed)
        names = [stage.name for stage in problem.policy.stages]
        true = true_stages(problem, answers)
        exchanges = Exchanges(problem, places_of(problem, solution))
        met = {line.need for line in solution.assignments}
        for need in problem.needs:
            if need.id not in met and (kept := exchanges.count_kept(need, len(names))) != NONE:
                assert need.id in true, (seed, need.id)
                assert kept <= (names.index(true[need.id]) if true[need.id] else len(names)), seed


def test_no_answer_meets_a_circle_and_the_need_it_shuts_out():
    circles = 0
    for seed in range(60):
        problem, solution, answers = solved(seed)
        if not solution.is_usable:
            continue
        rivals = Rivals(places_of(problem, solution))
        met = {line.need for line in solution.assignments}
        for need in problem.needs:
            circle = None if need.id in met else rivals.circle(need)
            if circle is not None and circle.needs:
                circles += 1
                assert not any(answer.keys() >= {need.id, *circle.needs} for answer in answers)
    assert circles
