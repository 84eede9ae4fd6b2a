"""Replay a tree of splits: the greatest bound of its leaves holds for every answer.

A tree is a list of nodes, each before its children, the child of smaller values first:

    ["split", column, value]         children: column <= value, and column >= value + 1
    ["leaf", scale, factor, flat]    multipliers: factor times those of the event, plus ``flat``
    ["empty", flat]                  multipliers that prove that the node has no answer (Farkas)

Columns are whole, so every answer is in one leaf. A leaf uses the bounds of the splits above it and
of no others. Nothing here is recursive. The sum of the event's multipliers is carried from node to
node, so a leaf costs only the work for its own change of them.
"""

from typing import Any

from ..month.read import RefutedError
from .linear import Linear, Weights

Node = list[Any]


def bound_by_tree(
    rows: Linear, weights: Weights, scale: int, flat: list[int], nodes: list[Node]
) -> int | None:
    """Return an upper bound of a sum over all leaves; None if every leaf is proved empty.

    ``scale`` and ``flat`` are the event's own multipliers. Raises ``RefutedError`` for a false or
    malformed node, and if the list does not end with the last leaf. ``rows`` is left unchanged.
    """
    walk = _Walk(rows, weights, scale, flat)
    try:
        for node in nodes:
            walk.enter(node)
        if walk.waiting:
            raise RefutedError("tree_open", nodes=len(walk.waiting))
    finally:
        walk.leave(0)
    return walk.most


class _Walk:
    """The place in a tree: bounds changed on the way, and children not entered yet.

    waiting   for every such child: how many changes it keeps, and its own (column, low, high)
    total     the event's bound under the present column bounds, multiplied by its scale
    most      the greatest bound of the leaves so far; None if all were empty
    """

    def __init__(self, rows: Linear, weights: Weights, scale: int, flat: list[int]) -> None:
        self.rows, self.weights, self.scale = rows, weights, scale
        self.base: dict[int, int] = {}
        for i, multiplier in zip(flat[::2], flat[1::2], strict=True):
            self.base[i] = self.base.get(i, 0) + multiplier
        pairs = [part for pair in self.base.items() for part in pair]
        self.total, self.reduced = rows.bound(weights, scale, pairs)
        self.most: int | None = None
        self.waiting: list[tuple[int, tuple[int, int, int] | None]] = [(0, None)]
        self._undo: list[tuple[int, int, int]] = []

    def enter(self, node: Node) -> None:
        """Go to the next child that waits, which is this node, and take what it proves.

        Raises ``RefutedError`` if no child waits or the node proves nothing.
        """
        if not self.waiting:
            raise RefutedError("tree_over")
        kept, change = self.waiting.pop()
        self.leave(kept)
        if change is not None:
            column, low, high = change
            self._undo.append((column, self.rows.low[column], self.rows.high[column]))
            self._set(column, low, high)
        kind, *rest = node
        if kind == "split":
            self._split(*rest)
        elif kind == "empty":
            self._check_empty(*rest)
        elif kind == "leaf":
            bound = self._bound_leaf(*rest)
            self.most = bound if self.most is None else max(self.most, bound)
        else:
            raise RefutedError("node_unknown")

    def leave(self, kept: int) -> None:
        """Undo all changes of bounds after the first ``kept``."""
        while len(self._undo) > kept:
            self._set(*self._undo.pop())

    def _set(self, column: int, low: int, high: int) -> None:
        reduced = self.reduced.get(column, 0)
        self.total -= self.rows.end_sum(column, reduced)
        self.rows.low[column], self.rows.high[column] = low, high
        self.total += self.rows.end_sum(column, reduced)

    def _split(self, column: int, value: int) -> None:
        if column < 0 or not self.rows.low[column] <= value < self.rows.high[column]:
            raise RefutedError("split", column=column, value=value)
        kept = len(self._undo)
        self.waiting.append((kept, (column, value + 1, self.rows.high[column])))
        self.waiting.append((kept, (column, self.rows.low[column], value)))

    def _check_empty(self, flat: list[int]) -> None:
        total, _ = self.rows.bound({}, 1, flat)
        if total >= 0:
            raise RefutedError("leaf_not_empty", total=total)

    def _bound_leaf(self, scale: int, factor: int, flat: list[int]) -> int:
        """Return the bound by ``factor`` times the event's multipliers plus those of ``flat``.

        Only the rows and columns that ``flat`` touches are summed again.
        """
        if scale < 1 or factor < 0:
            raise RefutedError("scale", scale=scale, factor=factor)
        change: dict[int, int] = {}
        total = factor * self.total
        for i, more in zip(flat[::2], flat[1::2], strict=True):
            change[i] = change.get(i, 0) + more
        moved: dict[int, int] = {}
        if extra := scale - factor * self.scale:
            moved = {j: extra * weight for j, weight in self.weights.items()}
        for i, more in change.items():
            old = factor * self.base.get(i, 0)
            total += self.rows.side_sum(i, old + more) - self.rows.side_sum(i, old)
            for j, weight in self.rows.rows[i].items():
                moved[j] = moved.get(j, 0) - more * weight
        for j, more in moved.items():
            old = factor * self.reduced.get(j, 0)
            total += self.rows.end_sum(j, old + more) - self.rows.end_sum(j, old)
        return int(total // scale)
