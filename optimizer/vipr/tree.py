"""The lines of a tree of splits: every leaf under the assumptions above it, joined two by two.

The checker has already replayed the tree (``optimizer/checker/proofs/tree.py`` says what its nodes
are). A leaf becomes a line; a split becomes two assumptions and the line that follows from both
children.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Optional

from optimizer.vipr.book import Sides
from optimizer.vipr.lines import ProofLine, Term, Weights

Node = list[Any]


@dataclass(frozen=True, slots=True)
class Path:
    """The bounds that the splits above a node set, as a linked list.

    above      the path without the last bound; None: there is no other
    column     the column of the last bound
    is_upper   whether the last bound is an upper one
    line       the line that assumes the last bound
    """

    above: Optional["Path"]
    column: int
    is_upper: bool
    line: ProofLine


@dataclass(frozen=True, slots=True)
class Root:
    """The rows and bounds with which a tree starts, their lines, and what the tree proves.

    rows      the weights of every row
    sides     the lines of every row's bounds
    lower     the line of every column's lower bound
    upper     the line of every column's upper bound
    weights   the sum that is bounded
    most      the upper bound of the sum that all leaves prove; None: no leaf has an answer
    """

    rows: Sequence[Weights]
    sides: Sequence[Sides]
    lower: Sequence[ProofLine]
    upper: Sequence[ProofLine]
    weights: Weights
    most: int | None

    def join(self, kind: str, terms: tuple[Term, ...], scale: int = 1) -> ProofLine:
        """Return a line that states what the tree proves, for these reasons."""
        if self.most is None:
            return ProofLine({}, "L", -1, kind, terms, scale)
        return ProofLine(self.weights, "L", self.most, kind, terms, scale)

    def close(self, path: Path | None, scale: int, times: dict[int, int]) -> ProofLine:
        """Return the line of a leaf with a bound; ``times``: row -> multiplier."""
        line = self.join("rnd", (), scale)
        line.later = partial(self._combine, path, scale, times, self.weights)
        return line

    def empty(self, path: Path | None, times: dict[int, int]) -> ProofLine:
        """Return the line 0 <= -1 of a leaf without an answer; ``times``: row -> multiplier."""
        line = ProofLine({}, "L", -1, "rnd")
        line.later = partial(self._combine, path, 1, times, {})
        return line

    def _combine(
        self, path: Path | None, scale: int, times: dict[int, int], weights: Weights
    ) -> tuple[Term, ...]:
        terms, reduced = [], {j: scale * weight for j, weight in weights.items()}
        for i, multiplier in times.items():
            side = self.sides[i][0 if multiplier > 0 else 1]
            if side is not None and multiplier:
                terms.append(Term(side, multiplier))
                for j, weight in self.rows[i].items():
                    reduced[j] = reduced.get(j, 0) - multiplier * weight
        ends = _follow(path)
        for j, weight in reduced.items():
            if weight:
                own = (self.upper if weight > 0 else self.lower)[j]
                terms.append(Term(ends.get((j, weight > 0), own), weight))
        return tuple(terms)


def _follow(path: Path | None) -> dict[tuple[int, bool], ProofLine]:
    """Return the last line of each bound that a path sets, keyed by column and "is upper"."""
    ends: dict[tuple[int, bool], ProofLine] = {}
    while path is not None:
        ends.setdefault((path.column, path.is_upper), path.line)
        path = path.above
    return ends


@dataclass(slots=True)
class _Split:
    """A split whose children are being written: the two assumptions, and the children's lines."""

    less: ProofLine
    more: ProofLine
    children: list[ProofLine] = field(default_factory=list)


def write_tree(root: Root, flat: list[int], nodes: list[Node]) -> ProofLine:
    """Return the line that a tree proves; ``flat``: row, multiplier, ... of its event."""
    base = _add_up(flat)
    splits: list[_Split] = []
    paths: list[Path | None] = [None]
    line = None
    for kind, *rest in nodes:
        path = paths.pop()
        if kind == "split":
            column, value = rest
            split = _Split(
                ProofLine({column: 1}, "L", value, "asm"),
                ProofLine({column: 1}, "G", value + 1, "asm"),
            )
            splits.append(split)
            paths.append(Path(path, column, False, split.more))
            paths.append(Path(path, column, True, split.less))
            continue
        if kind == "empty":
            line = root.empty(path, _add_up(rest[0]))
        else:
            scale, factor, change = rest
            times = {i: factor * multiplier for i, multiplier in base.items()}
            line = root.close(path, scale, _add_up(change, times))
        line = _climb(root, splits, line)
    if line is None:
        raise ValueError("a tree without a leaf")
    return line


def _climb(root: Root, splits: list[_Split], line: ProofLine) -> ProofLine:
    """Give a line to the split above it, and join each split that has both children.

    Returns the last line: that of the whole tree once no split remains.
    """
    while splits:
        split = splits[-1]
        split.children.append(line)
        if len(split.children) == 1:
            break
        splits.pop()
        less, more = split.children
        order = (less, split.less, more, split.more)
        line = root.join("uns", tuple(Term(one, 1) for one in order))
    return line


def _add_up(flat: list[int], start: dict[int, int] | None = None) -> dict[int, int]:
    total = {} if start is None else start
    for i, multiplier in zip(flat[::2], flat[1::2], strict=True):
        total[i] = total.get(i, 0) + multiplier
    return total
