"""Connected components: a sum is greatest when it is greatest in every component.

Columns that share a row are in the same component. In the stages before the first that ties
components together (such as levels or recipients), each component is maximised in its own search.
Fractions of several components then cannot add up to a unit that none of them has. The values found
are fixed in the search of the whole model.
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
from optimizer.search.certificate import ComponentStep
from optimizer.search.lexicographic import (
    LexicographicSearch,
    NoPointError,
    RetakeError,
    UnreachableError,
)
from optimizer.solution import Proof, weakest
from optimizer.stages.kind import Aim, Homes
from optimizer.stages.registry import kind_of

HELPED_ROW = "c13_"  # joins the needs of a recipient; limits nothing until recipients count
SMALL = 400  # columns; branching is fast on a component of this size or less


@dataclass(frozen=True, slots=True)
class Component:
    """The numbers that the component's columns and rows have in the whole model, ascending."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(slots=True)
class ComponentSums:
    """The values of aims, each summed over the components; aims are given by position.

    values        the value of each aim
    proofs        the weakest kind of proof of each aim
    excluded_by   column -> the stage after which it could only be 0
    steps         aim -> the steps of the components that have a part of the aim
    """

    values: list[int]
    proofs: list[Proof]
    excluded_by: dict[int, str] = field(default_factory=dict)
    steps: dict[int, list[ComponentStep]] = field(default_factory=dict)


Wanted = dict[
    int, tuple[str, dict[int, int]]
]  # aim -> stage, and weights by position in the component
AimValue = tuple[int, int, Proof]  # aim, value, proof


def leading_sums(stages: Sequence[Stage]) -> list[Stage]:
    """Return the leading stages whose kinds are marked ``is_separable``.

    They are sums that are maximised component by component.
    """
    return list(takewhile(lambda stage: kind_of(stage).is_separable, stages))


def list_divided(stages: Sequence[Stage]) -> list[Stage]:
    """Return the leading stages that are separable or count homes.

    A stage of homes ties components together only if one home has needs in them.
    """
    return list(takewhile(_is_divided, stages))


def _is_divided(stage: Stage) -> bool:
    kind = kind_of(stage)
    return kind.is_separable or isinstance(kind, Homes)


def list_untied(model: Model) -> list[int]:
    """Return the numbers of the rows C13, which limit no need and no giver and thus tie nothing."""
    return [i for i, row in enumerate(model.rows.order) if row.name.startswith(HELPED_ROW)]


def find_components(model: Model) -> list[Component]:
    """Return the components of the model in the order of their first columns; C13 joins none."""
    parent = list(range(len(model.columns.order)))
    first_of: dict[int, int] = {}  # row -> its first column
    for i, row in enumerate(model.rows.order):
        columns = model.columns.numbers(row)
        if columns and not row.name.startswith(HELPED_ROW):
            _join(parent, columns)
            first_of[i] = columns[0]
    columns_of: dict[int, list[int]] = defaultdict(list)
    rows_of: dict[int, list[int]] = defaultdict(list)
    for j in range(len(parent)):
        columns_of[_find_root(parent, j)].append(j)
    for i, j in first_of.items():
        rows_of[_find_root(parent, j)].append(i)
    return [Component(tuple(found), tuple(rows_of[root])) for root, found in columns_of.items()]


def _join(parent: list[int], columns: Sequence[int]) -> None:
    root = _find_root(parent, columns[0])
    for j in columns[1:]:
        if parent[j] != root:
            parent[_find_root(parent, j)] = root


def _find_root(parent: list[int], j: int) -> int:
    """Return the column that represents the set of j, and shorten the paths to it."""
    while parent[j] != j:
        parent[j] = parent[parent[j]]
        j = parent[j]
    return j


def maximise_by_component(
    search: LexicographicSearch, model: Model, aims: Sequence[Aim]
) -> ComponentSums:
    """Maximise the aims in every component, and fix all values found in the whole search.

    Raises ``NoPointError`` if no point satisfies C1 to C15, and ``OutOfTimeError`` at the deadline.
    Even then the best point found is proposed as the incumbent; in components not reached it has
    the values of the search's incumbent.
    """
    _refuse_empty_rows(model)
    sums = ComponentSums([0] * len(aims), [Proof.DUAL] * len(aims))
    whole = np.zeros(len(model.columns.order)) if search.point is None else search.point.copy()
    components = find_components(model)
    try:
        wanted_of = _divide(components, aims, len(whole))
        for component, wanted in zip(components, wanted_of, strict=True):
            search.is_small[list(component.columns)] = len(component.columns) <= SMALL
            if component.rows or wanted:  # skip columns that are in no row and in no aim
                _maximise_component(search, model, component, wanted, sums, whole)
    finally:
        _fill_helped(model, whole)
        search.propose(whole)
    return sums


def _refuse_empty_rows(model: Model) -> None:
    for row in model.rows.order:
        low, high = row.getLb(), row.getUb()
        if not list(row) and ((low is not None and low > 0) or (high is not None and high < 0)):
            raise NoPointError


def _divide(components: Sequence[Component], aims: Sequence[Aim], columns: int) -> list[Wanted]:
    """Return, for each component, its part of every aim; columns by position in the component."""
    component_of, place_of = [0] * columns, [0] * columns
    for c, component in enumerate(components):
        for place, j in enumerate(component.columns):
            component_of[j], place_of[j] = c, place
    found: list[Wanted] = [{} for _ in components]
    for k, aim in enumerate(aims):
        for j, weight in aim.weights.items():
            _, weights = found[component_of[j]].setdefault(k, (aim.stage.name, {}))
            weights[place_of[j]] = weight
    return found


def _maximise_component(
    search: LexicographicSearch,
    model: Model,
    component: Component,
    wanted: Wanted,
    sums: ComponentSums,
    whole: Vector,
) -> None:
    """Add a component's values to ``sums``; put its best point into ``whole``, even if late."""
    inner = start_search(search, model, component)
    try:
        found = _maximise_aims(inner, component, wanted, sums)
    finally:
        if inner.point is not None:
            whole[list(component.columns)] = inner.point[: len(component.columns)]
    rows = dict(enumerate(component.rows)) | _keep_in_whole(search, component, inner)
    for (k, value, proof), step in zip(found, inner.steps, strict=True):
        sums.values[k] += value
        sums.proofs[k] = weakest((proof, sums.proofs[k]))
        own = tuple(component.columns[j] for j in sorted(wanted[k][1]))
        part = ComponentStep(step, component.columns, rows, own)
        sums.steps.setdefault(k, []).append(part)


def start_search(
    search: LexicographicSearch, model: Model, component: Component
) -> LexicographicSearch:
    """Return a search of one component; its deadline is that of the whole search."""
    columns = [model.columns.order[j] for j in component.columns]
    rows = [model.rows.order[i] for i in component.rows]
    return LexicographicSearch(IncrementalModel(columns, rows, search.seconds_left))


def _maximise_aims(
    inner: LexicographicSearch, component: Component, wanted: Wanted, sums: ComponentSums
) -> list[AimValue]:
    """Return aim, value and proof of every aim that the component has a part of."""
    while True:
        found = _try_aims(inner, component, wanted, sums)
        if found is not None:
            return found
        inner.undo_to()


def _try_aims(
    inner: LexicographicSearch, component: Component, wanted: Wanted, sums: ComponentSums
) -> list[AimValue] | None:
    """Maximise the aims once in order; return None if a fixed value was too high.

    The columns excluded by these values are noted only if no value was too high.
    """
    found, excluded_by = [], dict[int, str]()
    try:
        for k, (stage, weights) in wanted.items():
            step = inner.maximise(weights)
            found.append((k, step.value, step.proof))
            inner.check_incumbent_when_due()
            high = inner.matrix.high[: len(component.columns)]
            for j in np.flatnonzero(high == 0).tolist():
                excluded_by.setdefault(component.columns[j], stage)
    except RetakeError:
        return None
    except UnreachableError:
        pass
    if not inner.check_incumbent():
        return None
    sums.excluded_by.update(excluded_by)
    return found


def _keep_in_whole(
    search: LexicographicSearch, component: Component, inner: LexicographicSearch
) -> dict[int, int]:
    """Fix bounds, values and cuts in the whole search; return the numbers of its rows there."""
    found, whole, number = inner.matrix, search.matrix, component.columns
    search.keep_columns(
        [
            (number[j], float(found.low[j]), float(found.high[j]))
            for j in range(len(number))
            if found.low[j] != whole.low[number[j]] or found.high[j] != whole.high[number[j]]
        ]
    )
    rows = {}
    for i in range(len(component.rows), len(found.row_low)):
        low, high = float(found.row_low[i]), float(found.row_high[i])
        if low > -INFINITY or high < INFINITY:
            columns, weights = found.row(i)
            pairs = zip(columns.tolist(), weights.tolist(), strict=True)
            rows[i] = row = search.add_row({number[j]: int(weight) for j, weight in pairs})
            search.keep_rows([(row, low)], high)
    return rows


def _fill_helped(model: Model, whole: Vector) -> None:
    """Set ``helped``, which C13 ties to no component, from the needs met at the point ``whole``."""
    columns = model.columns
    helped_of: dict[str, float] = defaultdict(float)
    for d, met in columns.met.items():
        recipient = columns.needs[d].recipient
        helped_of[recipient] = max(helped_of[recipient], whole[columns.number(met)])
    for recipient, helped in columns.helped.items():
        whole[columns.number(helped)] = helped_of[recipient]
