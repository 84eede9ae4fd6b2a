"""The proof that a question has no answer: one component of the model has no integer point.

Multipliers of the component's linear program prove it, or a tree over its columns. It is sought
only once the search has found that there is no answer, so that other questions lose no time here.
"""

from typing import Any

import numpy as np

from optimizer import codec
from optimizer.engine.bounds import Bound
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.model.build import Model
from optimizer.search.certificate import CertificateWriter, ComponentStep
from optimizer.search.components import find_components, start_search
from optimizer.search.lexicographic import LexicographicSearch
from optimizer.search.trail import Step, StepKind
from optimizer.solution import Proof


def certify_none(search: LexicographicSearch, model: Model) -> dict[str, Any] | None:
    """Return a certificate that no integer point satisfies the rows of a model.

    Returns None if the deadline comes first, or if only the engine claims that there is no point.
    Raises ``EngineError`` if there is a point after all.
    """
    search.undo_to()
    try:
        part = _find_contradiction(search, model)
    except OutOfTimeError:
        return None
    writer = CertificateWriter(search.matrix, len(model.rows.order), len(model.columns.order))
    (event,) = writer.write([part])
    if len(event) == 1:
        return None
    certificate = {"possible": {}, "stages": [[event]]}
    return {**certificate, "sha256": codec.sha256_of(certificate)}


def _find_contradiction(search: LexicographicSearch, model: Model) -> ComponentStep:
    """Return the step that proves that an empty row cannot hold, or a component has no point."""
    matrix = search.matrix
    for i in range(len(model.rows.order)):
        columns, _ = matrix.row(i)
        if not len(columns) and not matrix.row_low[i] <= 0 <= matrix.row_high[i]:
            return ComponentStep(_refuse_row(i, is_too_low=bool(matrix.row_high[i] < 0)))
    for component in find_components(model):
        step = start_search(search, model, component).refuse()
        if step is not None:
            added = {row: -1 - row for row, _ in step.cuts}  # numbers of rows of no model
            rows = dict(enumerate(component.rows)) | added
            return ComponentStep(step, component.columns, rows)
    raise EngineError("an integer point was found where there should be none")


def _refuse_row(row: int, *, is_too_low: bool) -> Step:
    """Return the step that proves that a row without columns cannot hold."""
    nothing = np.zeros(0, dtype=np.int32)
    multipliers = np.array([1 if is_too_low else -1])
    bound = Bound(1, -1, np.array([row], dtype=np.int32), multipliers, nothing, multipliers[:0])
    return Step(0, Proof.FARKAS, StepKind.CLOSED, bound=bound)
