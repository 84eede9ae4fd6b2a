"""Upper bounds on the sums that the time limit left open, for all answers that keep what is proved.

A separate engine has the rows and bounds that the certificate has kept so far, with the numbers of
the certificate, and nothing that the interrupted search had only tried. If there is no time left
for a sum, the bounds of its columns give its bound.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from optimizer.engine.bounds import Bound, bound_by_duals
from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import Weights
from optimizer.model.build import Model
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.search.certificate import CertificateWriter, Event
from optimizer.search.lexicographic import LexicographicSearch
from optimizer.search.trail import BoundChange, Step
from optimizer.solution import SolutionStatus
from optimizer.stages.kind import Sums
from optimizer.stages.registry import kind_of


def start_from_kept(
    model: Model,
    search: LexicographicSearch,
    count: int,
    writer: CertificateWriter,
    seconds: float,
) -> IncrementalModel:
    """Return an engine with the rows, columns, bounds and numbers of the certificate so far.

    count   how many of the search's steps, from the first, are proved
    """
    engine = model.start_engine(seconds)
    columns, rows = writer.list_columns(), writer.list_rows()
    number = {j: k for k, j in enumerate(columns)}
    of_columns, of_rows = _fold(search.steps[:count])
    for j in columns[len(engine.matrix.low) :]:
        engine.add_column(int(of_columns[j].old_high))  # the step that added it is proved
    for i in rows[len(engine.matrix.row_low) :]:
        added, weights = search.matrix.row(i)
        pairs = zip(added.tolist(), weights.tolist(), strict=True)
        engine.add_row({number[j]: int(weight) for j, weight in pairs})
    _bind(engine, number, of_columns.values())
    for k, i in enumerate(rows):
        if i in of_rows:
            engine.bound_row(k, of_rows[i].low, of_rows[i].high)
    return engine


def _bind(
    engine: IncrementalModel, number: Mapping[int, int], changes: Collection[BoundChange]
) -> None:
    """Set kept bounds of columns; ``number``: column of the search -> column of the engine."""
    kept = [change for change in changes if change.number in number]
    columns = [number[change.number] for change in kept]
    engine.bound_columns(columns, [of.low for of in kept], [of.high for of in kept])


def _bound_sum(engine: IncrementalModel, weights: Weights) -> Bound:
    """Return a bound on a sum: of the LP if there is time, else of the columns' bounds."""
    if engine.seconds_left > 0:
        answer = engine.maximise_linear(weights)
        if answer.status is SolutionStatus.PROVEN and answer.proof is not None:
            return answer.proof
    return bound_by_duals(engine.matrix, weights, np.zeros(len(engine.matrix.row_low)))


def bound_open(
    engine: IncrementalModel, columns: Columns, stages: Sequence[Stage]
) -> tuple[dict[tuple[str, str], int], list[Event]]:
    """Return an upper bound for each sum of these stages, keyed by (stage, key), and the events.

    The events, as the section on the verdict in FORMULATION.md defines them, are one for each
    result of the stages, in the order of the results. A result without a sum has no bound and
    gets an empty event.
    """
    bounds, events = dict[tuple[str, str], int](), list[Event]()
    for stage in stages:
        kind = kind_of(stage)
        for aim in kind.aims(stage, columns):
            found = _bound_sum(engine, aim.weights)
            bounds[stage.name, aim.key] = found.floor
            events.append(_write_bound(found))
        if not isinstance(kind, Sums):
            events += [[] for _ in kind.keys(stage, columns.problem)]
    return bounds, events


def _write_bound(bound: Bound) -> Event:
    pairs = zip(bound.rows.tolist(), bound.multipliers.tolist(), strict=True)
    return ["sum", bound.scale, [number for pair in pairs for number in pair], []]


def _fold(steps: Sequence[Step]) -> tuple[dict[int, BoundChange], dict[int, BoundChange]]:
    """Map each column, and each row, to its last change over these steps."""
    columns: dict[int, BoundChange] = {}
    rows: dict[int, BoundChange] = {}
    for step in steps:
        columns |= {change.number: change for change in step.columns}
        rows |= {change.number: change for change in step.rows}
    return columns, rows
