"""Connected components: sums are greatest when they are greatest in every component.

Until the first stage that ties components together (levels, recipients), every component is taken
on its own: its fractions cannot add up with those of another to a unit that neither has.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import INFINITY, Vector
from optimizer.model.build import Model
from optimizer.policy import Stage
from optimizer.search.certificate import Share
from optimizer.search.lexicographic import (
    LexicographicSearch,
    NoPointError,
    RetakeError,
    UnreachableError,
)
from optimizer.solution import Proof
from optimizer.stages.kind import Aim
from optimizer.stages.registry import kind_of

# --- Connected components of a model: columns that share a row stand in the same part.

HELPED_ROW = "c13_"  # ties needs of one recipient, but forbids nothing before recipients count


@dataclass(frozen=True, slots=True)
class Part:
    """Columns and rows of one component, by number in the whole model."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


def split(model: Model) -> list[Part]:
    """Components of columns that share rows, in the order of their first column."""
    parent = list(range(len(model.columns.order)))
    held: list[tuple[int, int]] = []
    for i, row in enumerate(model.rows.order):
        columns = model.columns.numbers(row)
        if columns and not row.name.startswith(HELPED_ROW):
            root = _find(parent, columns[0])
            for j in columns[1:]:
                if parent[j] != root:
                    parent[_find(parent, j)] = root
            held.append((i, columns[0]))
    columns_of: dict[int, list[int]] = defaultdict(list)
    rows_of: dict[int, list[int]] = defaultdict(list)
    for j in range(len(parent)):
        columns_of[_find(parent, j)].append(j)
    for i, j in held:
        rows_of[_find(parent, j)].append(i)
    return [Part(tuple(found), tuple(rows_of[root])) for root, found in columns_of.items()]


def _find(parent: list[int], j: int) -> int:
    """The column that stands for all that are joined with j; shortens the way to it."""
    while parent[j] != j:
        parent[j] = parent[parent[j]]
        j = parent[j]
    return j


Wanted = dict[int, tuple[str, dict[int, int]]]  # aim -> its stage, and weights by place in a part
SMALL = 400  # columns; branching on a component of this size takes no time


@dataclass(slots=True)
class Taken:
    """Values of aims summed over components, and which stage emptied a column.

    shares   of every aim by position: the step of each component that has a part in it
    """

    values: list[int]
    proofs: list[Proof]
    excluded_by: dict[int, str] = field(default_factory=dict)
    shares: dict[int, list[Share]] = field(default_factory=dict)


def leading_sums(stages: Sequence[Stage]) -> list[Stage]:
    """The stages before the first that ties components together."""
    return list(takewhile(lambda stage: kind_of(stage).is_separable, stages))


def take_apart(search: LexicographicSearch, model: Model, aims: Sequence[Aim]) -> Taken:
    """Take the aims component by component and keep all that is found on the whole search."""
    _refuse_empty_rows(model)
    taken = Taken([0] * len(aims), [Proof.DUAL] * len(aims))
    whole = np.zeros(len(model.columns.order))
    try:
        parts = split(model)
        for part, wanted in zip(parts, _divide(parts, aims, len(whole)), strict=True):
            search.is_small[list(part.columns)] = len(part.columns) <= SMALL
            _take_and_keep(search, model, part, wanted, taken, whole)
    finally:  # also when the time is over: what was found so far may be an answer
        _fill_helped(model, whole)
        search.propose(whole)
    return taken


def _take_and_keep(
    search: LexicographicSearch,
    model: Model,
    part: Part,
    wanted: Wanted,
    taken: Taken,
    whole: Vector,
) -> None:
    if not part.rows and not wanted:
        return  # columns that no row and no aim reads
    inner = _open_part(search, model, part)
    try:
        values = _take_part(inner, part, wanted, taken)
    finally:
        if inner.point is not None:
            whole[list(part.columns)] = inner.point[: len(part.columns)]
    for k, value, proof in values:
        taken.values[k] += value
        taken.proofs[k] = Proof.SEARCH if Proof.SEARCH in (proof, taken.proofs[k]) else proof
    rows = dict(enumerate(part.rows)) | _keep_part(search, part, inner)
    for (k, _, _), step in zip(values, inner.steps, strict=True):
        own = tuple(part.columns[j] for j in sorted(wanted[k][1]))
        taken.shares.setdefault(k, []).append(Share(step, part.columns, rows, own))


def _refuse_empty_rows(model: Model) -> None:
    for row in model.rows.order:
        low, high = row.getLb(), row.getUb()
        if not list(row) and ((low is not None and low > 0) or (high is not None and high < 0)):
            raise NoPointError


def _divide(parts: Sequence[Part], aims: Sequence[Aim], columns: int) -> list[Wanted]:
    """What every part wants of the aims, in one pass over them."""
    part_of, place_of = [0] * columns, [0] * columns
    for p, part in enumerate(parts):
        for place, j in enumerate(part.columns):
            part_of[j], place_of[j] = p, place
    found: list[Wanted] = [{} for _ in parts]
    for k, aim in enumerate(aims):
        for j, weight in aim.weights.items():
            _, weights = found[part_of[j]].setdefault(k, (aim.stage.name, {}))
            weights[place_of[j]] = weight
    return found


def _open_part(search: LexicographicSearch, model: Model, part: Part) -> LexicographicSearch:
    """A search of its own."""
    engine = IncrementalModel(
        [model.columns.order[j] for j in part.columns],
        [model.rows.order[i] for i in part.rows],
        search.seconds_left,
    )
    return LexicographicSearch(engine)


def _take_part(
    inner: LexicographicSearch, part: Part, wanted: Wanted, taken: Taken
) -> list[tuple[int, int, Proof]]:
    """Value and proof of every aim (by position) that the component has a share in."""
    while True:
        values = _take_aims(inner, part, wanted, taken)
        if values is not None:
            return values
        inner.undo_to()


def _take_aims(
    inner: LexicographicSearch, part: Part, wanted: Wanted, taken: Taken
) -> list[tuple[int, int, Proof]] | None:
    """One pass over the aims; None when a kept value was too high."""
    values = []
    try:
        for k, (stage, weights) in wanted.items():
            step = inner.maximise(weights)
            values.append((k, step.value, step.proof))
            inner.check_incumbent_when_due()
            high = inner.matrix.high[: len(part.columns)]
            for j in np.flatnonzero(high == 0).tolist():
                taken.excluded_by.setdefault(part.columns[j], stage)
    except RetakeError:
        return None
    except UnreachableError:
        pass
    if not inner.check_incumbent():
        return None
    return values


def _keep_part(
    search: LexicographicSearch, part: Part, inner: LexicographicSearch
) -> dict[int, int]:
    """Bounds, kept rows and cuts of a component, on the whole search; says their rows there."""
    found, whole, number = inner.matrix, search.matrix, part.columns
    search.keep_columns(
        [
            (number[j], float(found.low[j]), float(found.high[j]))
            for j in range(len(number))
            if found.low[j] != whole.low[number[j]] or found.high[j] != whole.high[number[j]]
        ]
    )
    rows = {}
    for i in range(len(part.rows), len(found.row_low)):
        low, high = float(found.row_low[i]), float(found.row_high[i])
        if low > -INFINITY or high < INFINITY:
            columns, weights = found.row(i)
            pairs = zip(columns.tolist(), weights.tolist(), strict=True)
            rows[i] = row = search.add_row({number[j]: int(weight) for j, weight in pairs})
            search.keep_rows([(row, low)], high)
    return rows


def _fill_helped(model: Model, whole: Vector) -> None:
    columns = model.columns
    helped_of: dict[str, float] = defaultdict(float)
    for d, met in columns.met.items():
        recipient = columns.needs[d].recipient
        helped_of[recipient] = max(helped_of[recipient], whole[columns.number(met)])
    for recipient, helped in columns.helped.items():
        whole[columns.number(helped)] = helped_of[recipient]
