"""Trees of tiny programs: the best value of all points, proved leaf by leaf in whole numbers."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pulp
import pytest

from optimizer.checker.month.read import RefutedError
from optimizer.checker.proofs.linear import Linear
from optimizer.checker.proofs.tree import bound_by_tree
from optimizer.engine import tree
from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import IntegerPoint, weigh
from optimizer.engine.tree import Tree, grow_tree, maximise_exactly
from optimizer.search.certificate import CertificateWriter, ComponentStep
from optimizer.search.trail import Step, StepKind
from optimizer.solution import Proof as Kind

COLUMNS, HIGH = 5, 2
Event = list[Any]


@dataclass
class Tiny:
    """A program small enough to walk through all of its points."""

    rows: list[list[int]]
    sides: list[tuple[int, int]]
    weights: dict[int, int]

    def start(self) -> IncrementalModel:
        names = [f"{'met_' if j % 2 else 'flow_'}{j}" for j in range(COLUMNS)]
        model = pulp.LpProblem("tiny", pulp.LpMaximize)
        columns = [model.add_variable(name, 0, HIGH, pulp.LpInteger) for name in names]
        engine = IncrementalModel(columns, [], 60.0)
        for row, (low, high) in zip(self.rows, self.sides, strict=True):
            number = engine.add_row({j: weight for j, weight in enumerate(row) if weight})
            engine.bound_row(number, low, high)
        return engine

    def points(self) -> Iterator[tuple[int, ...]]:
        for point in itertools.product(range(HIGH + 1), repeat=COLUMNS):
            sums = [sum(w * x for w, x in zip(row, point, strict=True)) for row in self.rows]
            if all(low <= s <= high for s, (low, high) in zip(sums, self.sides, strict=True)):
                yield point

    def best(self) -> int | None:
        values = (sum(w * point[j] for j, w in self.weights.items()) for point in self.points())
        return max(values, default=None)

    def replay(self, event: Event) -> int | None:
        """What the checker finds that the nodes of an event prove."""
        rows = [{j: w for j, w in enumerate(row) if w} for row in self.rows]
        low, high = zip(*self.sides, strict=True)
        ends = {"low": [0] * COLUMNS, "high": [HIGH] * COLUMNS}
        program: Any = SimpleNamespace(rows=rows, row_low=list(low), row_high=list(high), **ends)
        proof = Linear(program)
        found = bound_by_tree(proof, self.weights, event[2], event[3], event[5])
        assert (proof.low, proof.high) == ([0] * COLUMNS, [HIGH] * COLUMNS)
        return found


def draw(seed: int) -> Tiny:
    random = Random(seed)
    rows = [[random.randint(0, 9) for _ in range(COLUMNS)] for _ in range(3)]
    highs = [random.randint(sum(row) // 2, sum(row)) for row in rows]
    lows = [high - random.choice((1, 2, 9)) if seed % 3 == 0 else 0 for high in highs]
    weights = {j: random.randint(1, 20) for j in range(COLUMNS)}
    return Tiny(rows, list(zip(lows, highs, strict=True)), weights)


def spell(engine: IncrementalModel, root: Any, found: Tree) -> Event:
    writer = CertificateWriter(engine.matrix, len(engine.matrix.row_low), COLUMNS)
    value = 0 if found.best is None else found.best.value
    step = Step(value, found.proof, StepKind.SUM, bound=root, tree=found)
    event = json.loads(json.dumps(writer.write_alone(ComponentStep(step))))
    return [*event[:4], [], event[4][-1][1]]


def solved(tiny: Tiny, weights: dict[int, int]) -> tuple[IncrementalModel, Any, Tree]:
    engine = tiny.start()
    answer = engine.maximise_linear(weights)
    root = answer.proof if answer.point is not None else None
    return engine, root, maximise_exactly(engine, weights, root, None)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.one_in(2)
def test_a_tree_proves_the_best_value_of_all_points(block):
    kinds = set()
    for seed in range(block * 60, block * 60 + 60):
        tiny = draw(seed)
        engine, root, found = solved(tiny, tiny.weights)
        assert (found.best.value if found.best else None) == tiny.best(), seed
        assert found.is_closed, seed
        kinds.add((found.proof, found.best is None))
        if found.is_worth_keeping:
            tiny.weights = tiny.weights if root else {}
            assert tiny.replay(spell(engine, root, found)) == found.most, seed
    assert {(Kind.TREE, False), (Kind.TREE, True)} <= kinds


def test_a_tree_alone_finds_the_best_point():
    for seed in range(60):
        tiny = draw(seed)
        engine = tiny.start()
        root = engine.maximise_linear(tiny.weights).proof
        bounds = engine.matrix.low.copy(), engine.matrix.high.copy()
        found = grow_tree(engine, tiny.weights, root, None)
        assert (found.best.value if found.best else None) == tiny.best(), seed
        assert np.array_equal(bounds, (engine.matrix.low, engine.matrix.high))


def test_a_tree_that_would_be_too_large_still_proves_a_bound(monkeypatch):
    monkeypatch.setattr(tree, "MOST_NODES", 4)
    monkeypatch.setattr(tree, "MOST_TRIED", 1)
    kept = 0
    for seed in range(1, 200):
        tiny = draw(seed)
        engine, root, found = solved(tiny, tiny.weights)
        if root and found.best is not None and not found.is_closed:
            assert found.proof is Kind.SEARCH
            assert found.most > tiny.best()
            if found.is_worth_keeping:
                kept += 1
                replayed = tiny.replay(spell(engine, root, found))
                assert tiny.best() <= replayed <= found.most < root.floor
    assert kept


def tall(least: int) -> Iterator[tuple[Tiny, Event]]:
    """Tiny programs with the events of trees of so many nodes or more."""
    for seed in range(300):
        tiny = draw(seed)
        engine, root, found = solved(tiny, tiny.weights)
        if root and found.proof is Kind.TREE and found.best and len(found.nodes) >= least:
            yield tiny, spell(engine, root, found)


def refusal(tiny: Tiny, event: Event) -> str:
    with pytest.raises(RefutedError) as refuted:
        tiny.replay(event)
    return refuted.value.fault.code


def test_a_tree_with_a_leaf_too_few_or_too_many_is_refused():
    for tiny, event in itertools.islice(tall(5), 10):
        leaves = [k for k, node in enumerate(event[5]) if node[0] != "split"]
        for k in leaves:
            short = [*event[:5], event[5][:k] + event[5][k + 1 :]]
            assert refusal(tiny, short) in {"tree_open", "leaf_not_empty", "split", "tree_over"}
        assert refusal(tiny, [*event[:5], event[5][:-1]]) == "tree_open"
        assert refusal(tiny, [*event[:5], [*event[5], ["leaf", 1, 0, []]]]) == "tree_over"


@pytest.mark.parametrize("change", [[-1, 0], [0, HIGH], [0, -1], [COLUMNS - 1, 99]])
def test_a_split_that_splits_nothing_is_refused(change):
    tiny, event = next(tall(5))
    event[5][0][1:] = change
    assert refusal(tiny, event) == "split"


def test_a_node_of_an_unknown_kind_and_a_scale_below_one_are_refused():
    tiny, event = next(tall(5))
    for node, named in ((["trust"], "node_unknown"), (["leaf", 0, 1, []], "scale")):
        assert refusal(tiny, [*event[:5], [node]]) == named
    assert refusal(tiny, [*event[:5], [["leaf", 1, -1, []]]]) == "scale"


def test_an_open_leaf_is_not_called_empty():
    for tiny, event in itertools.islice(tall(5), 10):
        assert refusal(tiny, [*event[:5], [["empty", []]]]) == "leaf_not_empty"
        flat = [i for pair in enumerate([1] * len(tiny.rows)) for i in pair]
        assert refusal(tiny, [*event[:5], [["empty", flat]]]) == "leaf_not_empty"


def test_a_row_that_is_not_there_closes_no_leaf():
    """A leaf closed by a cut of another node would name such a row."""
    tiny, event = next(tall(5))
    leaf = next(node for node in event[5] if node[0] == "leaf")
    leaf[3] += [len(tiny.rows), 1]
    with pytest.raises(LookupError):
        tiny.replay(event)


def test_whatever_is_forged_no_bound_is_below_the_best_point():
    accepted = 0
    for seed, (tiny, event) in enumerate(itertools.islice(tall(5), 40)):
        random = Random(seed)
        for _ in range(60):
            forged = json.loads(json.dumps(event))
            for _ in range(random.randint(1, 3)):
                forge(random, forged)
            try:
                found = tiny.replay(forged)
            except (RefutedError, LookupError):
                continue
            accepted += 1
            assert found is not None
            assert found >= tiny.best()
    assert accepted > 100


def forge(random: Random, event: Event) -> None:
    """Change, drop, double or swap nodes, or the multipliers that leaves build on."""
    nodes = event[5]
    k, other = random.randrange(len(nodes)), random.randrange(len(nodes))
    way = random.randrange(6)
    if way == 0:
        del nodes[k]
    elif way == 1:
        nodes.insert(other, nodes[k])
    elif way == 2:
        nodes[k], nodes[other] = nodes[other], nodes[k]
    elif way == 3:
        event[3] = [*event[3], random.randrange(3), random.choice((-3, -1, 1, 4))]
    elif nodes[k][0] == "split":
        nodes[k][1:] = [random.randrange(COLUMNS), random.randrange(HIGH)]
    elif nodes[k][0] == "leaf":
        nodes[k][3] = [*nodes[k][3], random.randrange(3), random.choice((-2, -1, 1, 5))]
        nodes[k][2] = max(0, nodes[k][2] + random.choice((-1, 0, 1)))


def test_an_answer_holds_exactly_or_there_is_none():
    """Whatever the engine says of its objective, an answer has the worth of its own point."""
    engine = Tiny([[1] * COLUMNS], [(0, 3)], {}).start()
    weights = dict.fromkeys(range(COLUMNS), 7)
    near = np.array([1 + 1e-7, 1 - 1e-7, 1, 0, 0])
    assert IntegerPoint(engine.matrix, weights, near).value == 21
    for off in ([1, 1, 1, 1, 0], [3, 0, 0, 0, 0], [-1, 0, 0, 0, 0]):
        assert weigh(engine.matrix, weights, np.array(off, dtype=float)) is None
    assert weigh(engine.matrix, weights, None) is None
