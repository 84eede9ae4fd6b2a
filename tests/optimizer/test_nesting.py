"""Chains and lattices of stocks: no recursion, and no walk along every path."""

import json
import time
from itertools import pairwise
from random import Random

import pytest

from optimizer.checker.check import verify
from optimizer.checker.month.ancestors import Ancestors as CheckersAncestors
from optimizer.codec import ProblemError
from optimizer.nesting import Ancestors
from optimizer.problem import Problem, Stock
from tests.optimizer.builders import month, proven, want


def chain(length: int) -> list[Stock]:
    return [
        Stock(
            f"s{k:05d}",
            "g",
            "" if k else "goods",
            5,
            parents=(f"s{k + 1:05d}",) if k + 1 < length else (),
        )
        for k in range(length)
    ]


def lattice(layers: int) -> list[Stock]:
    """Two stocks in each layer, both within both of the next: 2 ** layers paths."""
    return [
        Stock(
            f"s{layer:02d}{side}",
            "g",
            "" if layer else "goods",
            5,
            parents=tuple(f"s{layer + 1:02d}{s}" for s in "ab") if layer + 1 < layers else (),
        )
        for layer in range(layers)
        for side in "ab"
    ]


@pytest.mark.parametrize("stocks", [chain(3000), lattice(24)], ids=["chain", "lattice"])
def test_a_deep_nesting_is_solved_and_checked_at_once(stocks):
    began = time.process_time()
    problem = month(*stocks, want("a"))
    solution = proven(problem)
    assert verify(problem.to_json(), json.loads(json.dumps(solution.to_json()))) is None
    assert solution.needs_met == 1
    assert time.process_time() - began < 5


@pytest.mark.parametrize("seed", range(20))
def test_ancestors_are_what_a_walk_finds(seed):
    random = Random(seed)
    count = random.randint(1, 40)
    numbers = random.sample(range(count), count)  # parents at any position
    parents = [[] for _ in numbers]
    for k, s in enumerate(numbers):
        parents[s] = random.sample(numbers[:k], random.randint(0, min(k, 3)))
    values = [random.randrange(100) for _ in numbers]
    found = Ancestors(parents)
    least = found.fold(values, min)
    names = {str(s): [str(p) for p in above] for s, above in enumerate(parents)}
    checked = CheckersAncestors(names)
    least_checked = checked.fold({str(s): value for s, value in enumerate(values)}, min)
    for s in range(count):
        seen, waiting = set(), list(parents[s])
        while waiting:
            parent = waiting.pop()
            if parent not in seen:
                seen.add(parent)
                waiting.extend(parents[parent])
        assert found[s] == tuple(sorted(seen))
        assert checked[str(s)][0] == str(s)
        assert set(checked[str(s)]) == {str(p) for p in seen | {s}}
        assert least[s] == least_checked[str(s)] == min(values[p] for p in seen | {s})


@pytest.mark.parametrize("length", [1, 2, 500])
def test_a_circle_is_refused_however_long_it_is(length):
    plain = [
        {
            "id": f"s{k}",
            "giver": "g",
            "category": "",
            "capacity": 1,
            "parents": [f"s{(k + 1) % length}"],
        }
        for k in range(length)
    ]
    leaf = {"id": "x", "giver": "g", "category": "", "capacity": 1, "parents": ["s0"]}
    question = {"name": "m", "seed": "00", "stocks": [leaf, *plain]}
    with pytest.raises(ProblemError, match="circle") as refused:
        Problem.from_json(question)
    assert refused.value.path != "$.stocks[0].parents"  # x is not part of it
    assert "circle" in verify(question, {}).facts["reason"]


def test_too_many_nestings_are_refused_before_they_fill_the_memory():
    stocks = [{"id": s.id, "giver": "g", "category": "", "capacity": 1} for s in chain(5000)]
    for below, above in pairwise(stocks):
        below["parents"] = [above["id"]]
    question = {"name": "m", "seed": "00", "stocks": stocks}
    with pytest.raises(ProblemError, match="nest in more than"):
        Problem.from_json(question)
    assert "nest in too many" in verify(question, {}).facts["reason"]
