"""Branch and bound of our own, kept as a tree that can be replayed in whole numbers.

A node is split on one column (x <= v in one child, x >= v + 1 in the other) or closed by row
multipliers: they bound the sum by weak duality, or prove that the node has no point (Farkas). The
bounds of a node are those of the model and of the splits above it, so a replay needs nothing else.
Every integer point is in a leaf, so no point is worth more than the greatest bound of the leaves.

The next node is an open one with the greatest bound, and of these the deepest. Pseudo-costs
(Benichou et al., Mathematical Programming 1, 1971) estimate how much a split on each column lowers
the bound. The ``MOST_TRIED`` best columns are tried, and the best of these is split on (strong
branching: Applegate et al., The Traveling Salesman Problem, 2006). This keeps proofs small.
"""

import heapq
import math
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from optimizer.engine.bounds import Bound, Shift, Shortener, renew
from optimizer.engine.branching import EngineError, OutOfTimeError, maximise_over_integers
from optimizer.engine.highs import EngineResult, IncrementalModel
from optimizer.engine.matrix import WHOLE, IntegerPoint, Vector, Weights, weigh
from optimizer.solution import Proof, SolutionStatus

MOST_NODES = 40_000  # of one tree; a larger one is not closed, and the proof is ``SEARCH``
MOST_WORK = 20_000_000  # nodes of one tree × columns of its model; the same
MOST_TRIED = 4  # columns of a node; the children of each are solved before one is chosen
TIME_SHARE = 0.5  # of the remaining time, for one tree
LEAST_GAIN = 1e-3
NO_BOUND = math.inf

Path = dict[int, tuple[float, float]]  # column -> bounds set by the splits above a node


@dataclass(slots=True)
class Node:
    """A node of a tree: split on a column at a value, closed as a leaf, or still open.

    path      of an open node: the bounds that the splits above it set
    bound     of an open node: its multipliers, or those of its parent; None: none are known
    most      the bound on the sum that the node's last multipliers prove
    leaf      of a closed node: its multipliers
    is_empty  whether the leaf's multipliers prove that it has no point
    children  the numbers of the child x <= value and of the child x >= value + 1
    """

    path: Path
    bound: Bound | None
    most: float = NO_BOUND
    leaf: Shift | None = None
    is_empty: bool = False
    column: int = -1
    value: int = 0
    children: tuple[int, ...] = ()


@dataclass(slots=True)
class Tree:
    """A tree of branch and bound for the greatest value of one sum, as a proof to be replayed.

    It holds under the bounds of columns and rows that the model had when the tree was grown.

    nodes   the nodes by number; number 0 is the root
    best    the best integer point known; None: none is known
    most    the greatest bound of the leaves: no integer point is worth more; ``NO_BOUND``: no bound
            is known; None: the leaves prove that there is no integer point
    """

    nodes: list[Node]
    best: IntegerPoint | None = None
    most: float | None = NO_BOUND

    @property
    def is_closed(self) -> bool:
        """Whether the leaves prove that no point is better than ``best``, or that there is none."""
        return self.most is None or (self.best is not None and self.most <= self.best.value)

    @property
    def proof(self) -> Proof:
        """The kind of proof that the best point, or the absence of any point, has."""
        if not self.is_closed:
            return Proof.SEARCH
        root = self.nodes[0]
        return Proof.TREE if root.children or root.is_empty else Proof.DUAL

    @property
    def is_worth_keeping(self) -> bool:
        """Whether the leaves prove more than the root's multipliers do."""
        is_better = self.most is None or self.most < self.nodes[0].most
        return bool(self.nodes[0].children or self.nodes[0].is_empty) and is_better

    def in_order(self) -> Iterator[Node]:
        """Yield every node before its children, and the child x <= value before the other."""
        waiting = [0]
        while waiting:
            node = self.nodes[waiting.pop()]
            yield node
            waiting += reversed(node.children)


def maximise_exactly(
    engine: IncrementalModel, weights: Weights, root: Bound | None, known: IntegerPoint | None
) -> Tree:
    """Return the tree that proves the best integer point, or that there is no point.

    ``root``: multipliers for the model as it is; ``known``: an integer point of it. Without weights
    any point is the best. The engine's branch and bound looks for a point first. Its claim that
    there is none is accepted only if the tree cannot be closed. Raises ``OutOfTimeError`` if the
    deadline comes in the engine's branch and bound, or afterwards without a point; and
    ``EngineError`` if it stays unknown whether there is a point, or if the engine fails.
    """
    if root is not None and known is not None and root.floor <= known.value:
        return Tree([Node({}, root)], known, root.floor)
    found = maximise_over_integers(engine, weights)
    best = _better(known, found.best)
    if not weights and best is not None:
        return Tree([Node({}, root)], best, 0)
    tree = grow_tree(engine, weights, root, best)
    if tree.best is None and not (tree.is_closed or found.is_claimed):
        if engine.seconds_left <= 0:
            raise OutOfTimeError
        raise EngineError("whether there is an integer point is not known")
    return tree


def _better(one: IntegerPoint | None, other: IntegerPoint | None) -> IntegerPoint | None:
    if one is None or other is None:
        return one or other
    return other if other.value > one.value else one


def grow_tree(
    engine: IncrementalModel, weights: Weights, root: Bound | None, best: IntegerPoint | None
) -> Tree:
    """Return a tree that proves the greatest value of a sum, or that there is no point.

    ``root``: multipliers for the model as it is; ``best``: a known integer point. Without weights
    the tree ends at the first point. A tree that would be too large, or take too long, is not
    closed; it still has a bound and the best point found. Raises ``EngineError`` if the engine
    fails.
    """
    growth = _Growth(engine, weights, Tree([Node({}, root)], best))
    with suppress(OutOfTimeError):
        growth.run()
    growth.move_to({})
    growth.finish()
    return growth.tree


class _Growth:
    """Grows a tree on the engine's model, whose bounds it sets to those of the current node."""

    def __init__(self, engine: IncrementalModel, weights: Weights, tree: Tree) -> None:
        self.tree = tree
        self._engine, self._weights, self._matrix = engine, weights, engine.matrix
        self._low, self._high = engine.matrix.low.copy(), engine.matrix.high.copy()
        self._path: Path = {}
        self._waiting: list[tuple[float, int, int]] = []
        self._guide = _Guide()
        self._shortener = Shortener(tree.nodes[0].bound)
        self._most_nodes = min(MOST_NODES, MOST_WORK // len(self._low))
        self._ends_at = time.monotonic() + TIME_SHARE * engine.seconds_left
        self.lps = 0

    def run(self) -> None:
        """Take open nodes until none can hold a better point, or until a limit is reached."""
        self._push(0)
        while self._waiting and len(self.tree.nodes) < self._most_nodes:
            _, _, number = heapq.heappop(self._waiting)
            self._take(self.tree.nodes[-number])
            if time.monotonic() > self._ends_at or (self.tree.best and not self._weights):
                return

    def finish(self) -> None:
        """Make leaves of all open nodes, and set ``most`` to the greatest bound of the leaves."""
        for node in self.tree.nodes:
            self._close(node)
        leaves = [node.most for node in self.tree.nodes if not (node.children or node.is_empty)]
        self.tree.most = max(leaves, default=None)

    def move_to(self, path: Path) -> None:
        """Set the bounds of the model to those of the node with this path."""
        ends = {j: (self._low[j], self._high[j]) for j in self._path if j not in path}
        ends |= {j: new for j, new in path.items() if self._path.get(j) != new}
        low, high = [low for low, _ in ends.values()], [high for _, high in ends.values()]
        self._engine.bound_columns(list(ends), low, high)
        self._path = path

    def _push(self, number: int) -> None:
        node = self.tree.nodes[number]
        top = NO_BOUND if node.bound is None else float(node.bound.floor)
        heapq.heappush(self._waiting, (-top, -len(node.path), -number))

    def _is_done(self, node: Node) -> bool:
        """Return whether a node is proved to have no point that is better than the best one."""
        best, bound = self.tree.best, node.bound
        return node.is_empty or (
            bound is not None and best is not None and bound.floor <= best.value
        )

    def _close(self, node: Node) -> None:
        """Close a node: note what its multipliers prove, and keep them if it has no children."""
        if node.bound is not None:
            node.most = float(node.bound.floor)
        if node.bound is not None and not node.children:
            node.leaf = self._shortener.shorten(node.bound, is_alone=node.is_empty)
        node.bound, node.path = None, {}

    def _take(self, node: Node) -> None:
        """Solve an open node, then close it or split it."""
        self.move_to(node.path)
        if node.bound is not None:
            node.bound = renew(self._matrix, node.bound) or node.bound
        point = None if self._is_done(node) else self._bound(node)
        self.tree.best = _better(self.tree.best, weigh(self._matrix, self._weights, point))
        if self._is_done(node):
            self._close(node)
        elif point is not None:
            self._split(node, point)

    def _bound(self, node: Node) -> Vector | None:
        """Solve the LP of the current node, note what it proves and return its point, if any."""
        answer = self._solve()
        if answer.status is SolutionStatus.INFEASIBLE:
            if answer.proof is not None:
                node.bound, node.is_empty = answer.proof, True
        elif answer.proof is not None and (
            node.bound is None or answer.proof.floor <= node.bound.floor
        ):
            node.bound = answer.proof
        return answer.point

    def _solve(self) -> EngineResult:
        self.lps += 1
        answer = self._engine.maximise_linear(self._weights)
        if answer.status in (SolutionStatus.PROVEN, SolutionStatus.INFEASIBLE):
            return answer
        if self._engine.seconds_left <= 0:
            raise OutOfTimeError
        raise EngineError("the solver stopped without an answer")

    def _split(self, node: Node, point: Vector) -> None:
        """Split a node on the most promising column; children that are not done are open nodes."""
        chosen = self._choose(node, point)
        if chosen is None:
            return
        node.column, children = chosen
        node.value = math.floor(point[node.column])
        node.children = (len(self.tree.nodes), len(self.tree.nodes) + 1)
        self.tree.nodes += children
        for number, child in zip(node.children, children, strict=True):
            if self._is_done(child):
                self._close(child)
            else:
                self._push(number)
        self._close(node)

    def _choose(self, node: Node, point: Vector) -> tuple[int, list[Node]] | None:
        """Return the column to split on and both children; None if no column has a fraction."""
        best, best_score = None, -1.0
        for column in self._guide.order(self._list_fractions(point), point)[:MOST_TRIED]:
            value = float(point[column])
            children = self._make_children(node, column, value)
            score = self._try_children(node, column, value, children)
            if score > best_score:
                best, best_score = (column, children), score
            if all(map(self._is_done, children)):
                break
        return best

    def _make_children(self, node: Node, column: int, value: float) -> list[Node]:
        low, high = node.path.get(column, (self._low[column], self._high[column]))
        below = node.path | {column: (low, float(math.floor(value)))}
        above = node.path | {column: (math.floor(value) + 1.0, high)}
        return [Node(below, node.bound), Node(above, node.bound)]

    def _try_children(self, node: Node, column: int, value: float, children: list[Node]) -> float:
        """Solve both children and return the product of what each lowers the bound by."""
        gains = []
        for child in children:
            self.move_to(child.path)
            self._bound(child)
            gains.append(self._gain(node, child))
        self.move_to(node.path)
        self._guide.learn(column, value, gains)
        return max(gains[0], LEAST_GAIN) * max(gains[1], LEAST_GAIN)

    def _gain(self, node: Node, child: Node) -> float:
        """Return by how much a child lowers the bound; if done, at least to the best value."""
        best, top = self.tree.best, None if node.bound is None else node.bound.value
        gain = 0.0
        if top is not None and child.bound is not None and not child.is_empty:
            gain = top - child.bound.value
        if self._is_done(child):
            gain = max(gain, 1.0, 0.0 if top is None or best is None else top - best.value)
        return gain

    def _list_fractions(self, point: Vector) -> list[int]:
        """Return the columns with a fraction: decisions before flows, the most fractional first."""
        distance = np.abs(point - np.round(point))
        columns = np.flatnonzero((distance > WHOLE) & self._matrix.is_whole)
        is_core = self._matrix.is_core[columns]
        order = np.lexsort((columns, -np.round(distance[columns], 6), ~is_core))
        return [int(j) for j in columns[order]]


class _Guide:
    """The pseudo-costs of columns: by how much splits lowered the bound, per unit of fraction."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, float, int]] = {}
        self._all = (0.0, 0.0, 0)

    def learn(self, column: int, value: float, gains: list[float]) -> None:
        """Note by how much each child of a split at ``value`` lowered the bound."""
        part = value - math.floor(value)
        below, above = gains[0] / part, gains[1] / (1 - part)
        self._sums[column] = _add(self._sums.get(column, (0.0, 0.0, 0)), below, above)
        self._all = _add(self._all, below, above)

    def order(self, columns: list[int], point: Vector) -> list[int]:
        """Return columns by expected gain, the greatest first; unchanged if none is known."""
        if not self._all[2]:
            return columns
        return sorted(columns, key=lambda j: -self._expect(j, float(point[j])))

    def _expect(self, column: int, value: float) -> float:
        """Return the product of both children's expected gains; untried columns have the mean."""
        below, above, count = self._sums.get(column, self._all)
        part = value - math.floor(value)
        low, high = below / count * part, above / count * (1 - part)
        return max(low, LEAST_GAIN) * max(high, LEAST_GAIN)


def _add(sums: tuple[float, float, int], below: float, above: float) -> tuple[float, float, int]:
    return sums[0] + below, sums[1] + above, sums[2] + 1
