"""Witnesses: answers that keep every value before the draw and meet needs that the draw left out.

They show that only the draw decided against these needs. The certificate holds each as a change of
the answer; the checker applies it and counts again.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.matrix import Vector
from optimizer.model.build import Model
from optimizer.model.individuals import assign_individuals
from optimizer.problem import Problem
from optimizer.search.certificate import spell_witness
from optimizer.search.lexicographic import LexicographicSearch
from optimizer.search.stages import Run
from optimizer.solution import Assignment
from optimizer.stages.registry import kind_of

MOST = 40  # points asked for; beyond them the cause of a need stays undecided


def list_witnesses(
    search: LexicographicSearch, model: Model, run: Run, answer: Sequence[Assignment]
) -> tuple[list[Any], set[int]]:
    """Return witnesses as the certificate holds them, and the needs (by position) that they meet.

    The steps of the draw are undone: nothing is solved after it.
    """
    problem = model.problem
    draw = next((stage for stage in problem.policy.stages if kind_of(stage).is_draw), None)
    if run.undrawn is None or draw is None:
        return [], set()
    if kind_of(draw).settles:  # its own events show which needs are undecided
        return [], _number_needs(problem, run.basis[draw.name].needs)
    search.undo_to(run.undrawn)
    witnesses, shown = [], set[int]()
    for found, point in _find_points(search, _number_unsure(model, run, answer)):
        if not found:
            continue
        lines = assign_individuals(model.columns, point)
        names = [problem.needs[d].id for d in found]
        witnesses.append(_spell_change(draw.name, names, answer, lines))
        shown.update(found)
    return witnesses, shown


def _number_needs(problem: Problem, names: Container[str]) -> set[int]:
    return {d for d, need in enumerate(problem.needs) if need.id in names}


def _number_unsure(model: Model, run: Run, answer: Sequence[Assignment]) -> dict[int, int]:
    """Return the columns of the needs (by position) that the draw may have left out."""
    met, needs = {line.need for line in answer}, model.problem.needs
    return {
        d: model.columns.number(column)
        for d, column in model.columns.met.items()
        if needs[d].id not in met and d not in run.excluded_by
    }


def _find_points(
    search: LexicographicSearch, numbers: Mapping[int, int]
) -> Iterator[tuple[list[int], Vector]]:
    """Yield needs, or none, with an integer point under the steps in force at which they are met.

    ``numbers``: the columns of the needs. Needs for which no point is found are left out.
    """
    waiting = [list(numbers)]
    for _ in range(MOST):
        asked = waiting.pop() if waiting else []
        point = _seek(search, [numbers[d] for d in asked])
        found = [] if point is None else [d for d in asked if point[numbers[d]] > 0.5]
        if point is not None:
            yield found, point
        waiting += _list_next([d for d in asked if d not in found], is_halved=not found)


def _list_next(rest: list[int], *, is_halved: bool) -> list[list[int]]:
    """Return what is asked next: the rest together, or in halves; one need is not asked again."""
    half = len(rest) // 2
    parts = [rest[half:], rest[:half]] if half else []
    return parts if is_halved else [rest][: len(rest)]


def _seek(search: LexicographicSearch, columns: list[int]) -> Vector | None:
    if not columns:
        return None
    try:
        return search.seek_point(columns)
    except (EngineError, OutOfTimeError):
        return None


def _spell_change(
    stage: str, names: list[str], before: Sequence[Assignment], after: Sequence[Assignment]
) -> list[Any]:
    """Return stage, needs met, needs whose lines go, and the lines that come instead."""
    old, new = _by_need(before), _by_need(after)
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    added = [line for name in changed for line in new.get(name, ())]
    return [stage, names, changed, spell_witness(added)]


def _by_need(lines: Sequence[Assignment]) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = {}
    for line in lines:
        found.setdefault(line.need, []).append(line)
    return found
