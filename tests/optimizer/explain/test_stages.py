"""The deciding stage of unmet needs against every answer of tiny problems."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

import pytest

from optimizer.explain.exchanges import NONE, Exchanges
from optimizer.explain.explain import explain
from optimizer.explain.offers import Offers
from optimizer.explain.places import Places
from optimizer.explain.rivals import Rivals
from optimizer.explain.stages import OPEN, find_deciding_stages
from optimizer.policy import StageKind
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import GroundCode, Solution
from tests.optimizer.brute_force import Answer, feasible_answers
from tests.optimizer.brute_stages import possible_of, stage_vector
from tests.optimizer.tiny_problems import tiny_problem

SEEDS = range(80)
BLOCK = 20


@dataclass(frozen=True)
class Judged:
    """A solved month, the true stage of every need some answer meets, and who is met together."""

    problem: Problem
    solution: Solution
    true: dict[str, str]
    together: set[frozenset[str]]

    @property
    def met(self) -> set[str]:
        return {line.need for line in self.solution.assignments}

    @property
    def places(self) -> Places:
        return Places(self.problem, Offers(self.problem), self.solution.assignments)


@cache
def judged(seed: int) -> Judged:
    problem = tiny_problem(seed)
    answers = list(feasible_answers(problem))
    together = {frozenset(answer) for answer in answers}
    return Judged(problem, solve(problem), true_stages(problem, answers), together)


def usable(block: int) -> list[Judged]:
    seeds = SEEDS[block * BLOCK : block * BLOCK + BLOCK]
    return [month for month in map(judged, seeds) if month.solution.is_usable]


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
    for month in usable(block):
        found = find_deciding_stages(month.problem, month.solution, month.places, 60)
        assert {need: month.true[need] for need in found} == found, month.problem.name
        named, asked = named + len(found), asked + len(month.true.keys() - month.met)
    assert named >= 0.85 * asked


def test_without_time_or_a_certificate_what_is_named_is_still_true():
    named = 0
    for month in usable(0):
        bare = Solution.from_json({**month.solution.to_json(), "certificate": None})
        for given, seconds in ((month.solution, 0.0), (bare, 60.0)):
            found = find_deciding_stages(month.problem, given, month.places, seconds)
            assert {need: month.true[need] for need in found} == found, month.problem.name
            named += len(found)
    assert named


def test_a_certificate_that_proves_less_than_it_says_names_nothing_untrue():
    sums = 0
    for month in (*usable(0), *usable(1)):
        plain = month.solution.to_json()
        for events in plain["certificate"]["stages"]:
            for event in events:
                if event[0] == "cut":
                    event[3] -= 2
                if event[0] == "sum" and event[3]:
                    event[3][1] -= 1
                    sums += 1
        spoilt = Solution.from_json(plain)
        found = find_deciding_stages(month.problem, spoilt, month.places, 60)
        assert {need: month.true[need] for need in found} == found, month.problem.name
    assert sums


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_codes_say_truly_whether_a_stage_or_the_lottery_decided(seconds):
    grounds = Counter[GroundCode]()
    for month in (*usable(0), *usable(1)):
        for found in explain(month.problem, month.solution, seconds):
            grounds[found.code] += 1
            deciding = month.true.get(found.need, "a pin or a least use")
            if found.code is GroundCode.LOST_LOTTERY:
                assert deciding == OPEN, (month.problem.name, found.need)
            if found.code is GroundCode.OUTRANKED:
                assert deciding != OPEN, (month.problem.name, found.need)
                assert found.stage in ("", deciding)
    assert grounds[GroundCode.OUTRANKED]
    assert grounds[GroundCode.LOST_LOTTERY]


def test_a_need_that_is_met_has_no_deciding_stage():
    month = judged(1)
    found = find_deciding_stages(month.problem, month.solution, month.places, 60)
    assert month.met.isdisjoint(found)


@pytest.mark.parametrize("block", range(len(SEEDS) // BLOCK))
def test_an_exchange_never_claims_a_stage_that_no_answer_keeps(block):
    for month in usable(block):
        names = [stage.name for stage in month.problem.policy.stages]
        exchanges = Exchanges(month.problem, month.places)
        for need in month.problem.needs:
            if need.id not in month.met and (kept := exchanges.count_kept(need, 99)) != NONE:
                true = month.true[need.id]
                assert kept <= (names.index(true) if true else len(names)), month.problem.name


def test_no_answer_meets_a_hall_set_and_the_need_it_shuts_out():
    found = 0
    for month in (*usable(0), *usable(1), *usable(2)):
        rivals = Rivals(month.places)
        for need in month.problem.needs:
            hall_set = None if need.id in month.met else rivals.find_hall_set(need)
            if hall_set is not None and hall_set.needs:
                found += 1
                closed = {need.id, *hall_set.needs}
                assert not any(together >= closed for together in month.together)
    assert found
