"""Bounds of the sums that the time limit left open: of every answer that keeps what is proved.

They come from an engine of their own, which has the rows and bounds that the certificate has kept
so far, in its numbers; whatever the interrupted search had tried is not in it. A sum that there is
no time for is bounded by its columns alone.
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
    """Return an engine with the program that the certificate has reached, as it numbers it.

    count   of the search's steps, from the first, that are proved
    """
    engine = model.start_engine(seconds)
    columns, rows = writer.list_columns(), writer.list_rows()
    number = {j: k for k, j in enumerate(columns)}
    of_columns, of_rows = _fold(search.steps[:count])
    for j in columns[len(engine.matrix.low) :]:
        engine.add_column(int(of_columns[j].old_high))  # its own step is among them
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
    """Give columns the bounds that they have kept; ``number``: theirs in the engine."""
    kept = [change for change in changes if change.number in number]
    columns = [number[change.number] for change in kept]
    engine.bound_columns(columns, [of.low for of in kept], [of.high for of in kept])


def _bound_sum(engine: IncrementalModel, weights: Weights) -> Bound:
    """Return a bound that multipliers prove, if there is time, or the columns alone."""
    if engine.seconds_left > 0:
        answer = engine.maximise_linear(weights)
        if answer.status is SolutionStatus.PROVEN and answer.proof is not None:
            return answer.proof
    return bound_by_duals(engine.matrix, weights, np.zeros(len(engine.matrix.row_low)))


def bound_open(
    engine: IncrementalModel, columns: Columns, stages: Sequence[Stage]
) -> tuple[dict[tuple[str, str], int], list[Event]]:
    """Return the bound of every sum of these stages by stage and key, and an event for each result.

    The events are those of FORMULATION.md, the verdict; what is no sum has none.
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
    """Return the last bounds of every column and row that some step changed."""
    columns: dict[int, BoundChange] = {}
    rows: dict[int, BoundChange] = {}
    for step in steps:
        columns |= {change.number: change for change in step.columns}
        rows |= {change.number: change for change in step.rows}
    return columns, rows
