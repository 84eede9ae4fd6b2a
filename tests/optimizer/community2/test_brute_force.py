"""The packed answers against the plain ones, and random months that bear on every stage."""

from collections import Counter

import pytest

from tests.optimizer import brute_force
from tests.optimizer.community2.answers import feasible_answers
from tests.optimizer.community2.month import Month, faults
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.community2.shares import judge


def plain_answers(month: Month) -> set[tuple]:
    """What the stages read of every answer that is walked one by one."""
    found = set()
    for answer in brute_force.feasible_answers(month.problem):
        score = 0
        given: Counter[str] = Counter()
        for need, way in answer.items():
            for stock, person, _, amount in way:
                score += brute_force.pair_of(month.problem, need, stock, person).score * amount
                given[need] += amount if person is None else 0
        units = tuple(given[need.id] for need in month.problem.needs)
        found.add((frozenset(answer), units, score))
    return found


@pytest.mark.parametrize("block", range(4))
def test_packed_answers_are_the_plain_ones(block):
    for seed in range(block * 25, block * 25 + 25):
        month = month_of(seed)
        names = [need.id for need in month.problem.needs]
        packed = {
            (frozenset(n for k, n in enumerate(names) if a.met >> k & 1), a.units, a.score)
            for a in feasible_answers(month)
        }
        assert packed == plain_answers(month), seed


def test_months_are_valid_and_bear_on_every_stage():
    seen: Counter[str] = Counter()
    for seed in range(300):
        month = month_of(seed)
        assert not faults(month)
        outcome = judge(month)
        if outcome is not None:
            found = outcome.judgement
            seen["contested"] += bool(found.contested)
            seen["drawn"] += bool(found.undecided["draw"])
            seen["shared"] += len(outcome.units) > 1
            seen["history"] += bool(month.problem.history)
            seen["loads"] += bool(month.loads)
        seen["infeasible"] += outcome is None
    assert min(seen[name] for name in ("contested", "drawn", "shared", "infeasible")) > 4
    assert seen["history"] > 60 < seen["loads"]
