"""Sums in parts: if no row ties parts together, a sum is greatest when each of its parts is.

A stage that counts homes ties components of the model together only if a home has needs in both. In
parts, fractions of one component cannot add up to a unit with those of another.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np

from optimizer.engine.bounds import bound_by_duals, trivial_bound
from optimizer.engine.highs import EngineResult
from optimizer.engine.matrix import INFINITY, WHOLE, Index, Matrix, Vector, Weights
from optimizer.search.lp_queries import LpQueries
from optimizer.search.trail import BoundChange, Step, StepKind, Trail, fix_by_reduced_costs
from optimizer.solution import Proof


class Ties:
    """Finds which columns rows tie together; ``untied`` rows of the model and all cuts tie none.

    The replay of a certificate counts the same rows, so that it accepts the same parts.
    """

    def __init__(self, matrix: Matrix, untied: Iterable[int]) -> None:
        self._matrix, self._rows = matrix, len(matrix.row_low)
        self._parent: list[int] = list(range(len(matrix.low)))
        apart = set(untied)
        for i in range(self._rows):
            if i not in apart:
                self._join(self._parent, i)

    def divide(self, steps: Iterable[Step], weights: Weights) -> list[Weights]:
        """Return the parts of a sum under the rows of the model and those of these steps."""
        parent = self._extend(steps)
        parts: dict[int, dict[int, int]] = defaultdict(dict)
        for j, weight in weights.items():
            parts[_find(parent, j)][j] = weight
        return list(parts.values())

    def root_of_rows(self, steps: Iterable[Step]) -> tuple[Index, Index]:
        """Return the column that represents the part of each column and row; an empty row: -1."""
        parent = self._extend(steps)
        columns = np.array([_find(parent, j) for j in range(len(parent))], dtype=np.int32)
        firsts = [self._matrix.row(i)[0] for i in range(len(self._matrix.row_low))]
        rows = np.array([columns[of[0]] if len(of) else -1 for of in firsts], dtype=np.int32)
        return columns, rows

    def _extend(self, steps: Iterable[Step]) -> list[int]:
        parent = self._parent + list(range(len(self._parent), len(self._matrix.low)))
        cuts = {row for step in steps for row, _ in step.cuts}
        matrix = self._matrix
        is_kept = (matrix.row_low > -INFINITY) | (matrix.row_high < INFINITY)
        for i in np.flatnonzero(is_kept[self._rows :]).tolist():
            if self._rows + i not in cuts:
                self._join(parent, self._rows + i)
        return parent

    def _join(self, parent: list[int], row: int) -> None:
        columns = self._matrix.row(row)[0].tolist()
        root = _find(parent, columns[0]) if columns else 0
        for j in columns[1:]:
            other = _find(parent, j)
            if other != root:
                parent[other] = root


def _find(parent: list[int], j: int) -> int:
    while parent[j] != j:
        parent[j] = parent[parent[j]]
        j = parent[j]
    return j


class PartSums:
    """Fixes those parts of a sum on a trail that one linear program proves together."""

    def __init__(self, trail: Trail, lp: LpQueries, careful: Container[int]) -> None:
        self._trail, self._lp, self._careful = trail, lp, careful

    def fix(self, parts: Sequence[Weights], ties: Ties) -> tuple[list[Step], list[Weights]]:
        """Fix the parts of a sum that recorded steps, fixed columns or one linear program prove.

        Returns the steps of these parts, and the parts that are not proved.
        """
        found, rest = self._replay(parts)
        if not rest:
            return found, rest
        matrix = self._trail.engine.matrix
        decided = [part for part in rest if all(matrix.low[j] == matrix.high[j] for j in part)]
        found += self._fix_decided(decided)
        rest = [part for part in rest if part not in decided]
        places = range(len(self._trail.steps), len(self._trail.steps) + len(rest))
        if len(rest) > 1 and not any(place in self._careful for place in places):
            proved = self._fix_proved(rest, ties)
            found += proved
            rest = _leave(rest, proved)
        return found, rest

    def _replay(self, parts: Sequence[Weights]) -> tuple[list[Step], list[Weights]]:
        found, rest = list[Step](), list(parts)
        while rest and (step := self._trail.replay()) is not None:
            found.append(step)
            rest = _leave(rest, [step])
        return found, rest

    def _fix_decided(self, parts: Sequence[Weights]) -> list[Step]:
        """Fix parts, whose columns all have one value, by one step for all of them."""
        low, weights = self._trail.engine.matrix.low, _unite(parts)
        if not weights:
            return []
        value = sum(weight * round(float(low[j])) for j, weight in weights.items())
        return [self._take(weights, Step(value, Proof.DUAL, bound=trivial_bound(value)))]

    def _fix_proved(self, parts: Sequence[Weights], ties: Ties) -> list[Step]:
        """Fix each part that has its greatest value at the LP point and is integer there.

        The multipliers of a part's own rows prove its bound.
        """
        answer = self._lp.maximise(_unite(parts))
        if answer.point is None or answer.duals is None:
            return []
        roots = ties.root_of_rows(self._trail.steps)
        found = (self._prove(part, answer, answer.point, roots) for part in parts)
        proved = [(part, step) for part, step in zip(parts, found, strict=True) if step is not None]
        return [self._take(part, step) for part, step in proved]

    def _prove(
        self, part: Weights, answer: EngineResult, point: Vector, roots: tuple[Index, Index]
    ) -> Step | None:
        matrix, (columns, rows) = self._trail.engine.matrix, roots
        root = columns[next(iter(part))]
        of_part = point[(columns == root) & matrix.is_whole]
        if answer.duals is None or np.any(np.abs(of_part - np.round(of_part)) > WHOLE):
            return None
        value = sum(weight * round(float(point[j])) for j, weight in part.items())
        duals = np.where(rows == root, answer.duals, 0.0)
        bound = bound_by_duals(matrix, part, duals, float(value))
        return Step(value, Proof.DUAL, bound=bound) if bound.floor == value else None

    def _take(self, weights: Weights, step: Step) -> Step:
        engine = self._trail.engine
        step.kind, step.own = StepKind.SUM, tuple(sorted(weights))
        step.row, end = engine.add_row(weights), float(step.value)
        step.rows = [BoundChange(step.row, -INFINITY, INFINITY, end, end)]
        if step.bound is not None:
            step.columns = fix_by_reduced_costs(engine.matrix, step.bound, step.value)
        self._trail.apply(step)
        return step


def _leave(parts: Iterable[Weights], steps: Iterable[Step]) -> list[Weights]:
    """Return the parts that no step has fixed."""
    taken = {j for step in steps for j in step.own or ()}
    return [part for part in parts if taken.isdisjoint(part)]


def _unite(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    return {j: weight for part in parts for j, weight in part.items()}
