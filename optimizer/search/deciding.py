"""Which stage decides against each unmet need, with a proof and an answer that show it.

The steps are undone stage by stage, from the draw to the first. A stage decides against a need if
some answer that keeps the stages before it meets the need, and no answer that keeps this stage too
does. So the search asks about each need until an answer meets it. If several stages in a row leave
the same needs open, it asks at the first of them. The certificate holds the proofs (``barred``) and
the answers (``witnesses``).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.matrix import Matrix, Vector
from optimizer.model.build import Model
from optimizer.model.individuals import assign_individuals
from optimizer.model.variables import Columns
from optimizer.search.certificate import spell_witness
from optimizer.search.components import leading_sums
from optimizer.search.lexicographic import LexicographicSearch
from optimizer.search.near_answers import Replies
from optimizer.search.stages import AimResult, Run
from optimizer.search.trail import BoundChange, Step
from optimizer.solution import Assignment, Proof
from optimizer.stages.registry import kind_of

Ends = tuple[float, float]
END = ""  # in place of a stage: after every result


@dataclass(frozen=True, slots=True)
class Witness:
    """An integer point that keeps every result before ``stage`` and meets ``needs``, by position.

    The answer of the solve meets none of these needs.
    """

    stage: str
    needs: list[int]
    point: Vector


@dataclass(slots=True)
class Deciders:
    """What is known about the unmet needs, which are given by position.

    witnesses   answers that meet some of them, in the order found
    barred      stage -> columns, and a step with the proof that every answer which keeps all
                results before the stage has them at 0
    stage_of    need -> the stage that decides; it may be the draw
    outranked   needs that are unmet in every answer which keeps all results before the draw
    """

    witnesses: list[Witness] = field(default_factory=list)
    barred: dict[str, list[tuple[tuple[int, ...], Step]]] = field(default_factory=dict)
    stage_of: dict[int, str] = field(default_factory=dict)
    outranked: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Boundary:
    """What is in force before a stage.

    stage   the stage
    count   number of steps taken in the whole model
    kept    bounds of stages taken by component
    asked   columns to ask about: open here, and not proved to be 0 by the stage's own first events
    """

    stage: str
    count: int
    kept: Step | None
    asked: frozenset[int] = frozenset()


def find_deciders(
    search: LexicographicSearch, model: Model, run: Run, unmet: Collection[int]
) -> Deciders:
    """Return which stage decides against these unmet needs, by position, that have a way.

    The caller has solved all stages and solves nothing afterwards. What is unknown at the deadline,
    or after an error of the engine, stays unknown.
    """
    number = {d: model.columns.number(model.columns.met[d]) for d in unmet}
    found = Deciders(outranked={d for d in unmet if d in run.excluded_by})
    with suppress(EngineError, OutOfTimeError):
        _Deciding(search, model, run, number, found).run()
    return found


class _Deciding:
    """Asks about the columns of unmet needs, boundary by boundary."""

    def __init__(
        self,
        search: LexicographicSearch,
        model: Model,
        run: Run,
        number: Mapping[int, int],
        found: Deciders,
    ) -> None:
        self._near, self._found = search.near, found
        self._need_of = {j: d for d, j in number.items()}
        self._waiting = set(self._need_of)
        self._is_shown = _list_drawn(model, run)
        self._boundaries = list(_list_boundaries(search, model, run))
        self._last = self._boundaries[-1].stage if self._boundaries else END
        for boundary in self._boundaries:
            self._move_to(boundary)
            known = _list_barred(run, boundary.stage)
            open_ = {j for j in self._waiting if search.matrix.high[j] > 0}
            boundary.asked = frozenset(open_ - known)

    def run(self) -> None:
        """Ask at the boundaries, from the last to the first."""
        shown = {j for j, d in self._need_of.items() if d in self._is_shown}
        self._found.stage_of.update({self._need_of[j]: self._last for j in shown})
        self._waiting -= shown
        for _, same in groupby(reversed(self._boundaries), key=lambda boundary: boundary.asked):
            self._take_alike(list(same))

    def _take_alike(self, alike: Sequence[_Boundary]) -> None:
        """Ask at the first of boundaries with the same columns; if that proves nothing, at each."""
        if len(alike) > 1 and (asked := self._list_asked(alike[-1])):
            self._move_to(alike[-1])
            replies = self._near.bar(asked)
            if replies is not None:
                self._read(alike[-1].stage, replies)
                return
        for boundary in alike:
            if asked := self._list_asked(boundary):
                self._move_to(boundary)
                self._read(boundary.stage, self._near.ask(asked))

    def _list_asked(self, boundary: _Boundary) -> list[int]:
        return sorted(self._waiting & boundary.asked)

    def _move_to(self, boundary: _Boundary) -> None:
        self._near.move_to(boundary.count, boundary.kept)

    def _read(self, stage: str, replies: Replies) -> None:
        """Note what replies show that were given at the boundary before ``stage``."""
        for columns, step in replies.barred:
            self._found.barred.setdefault(stage, []).append((columns, step))
            self._found.outranked.update(self._need_of[j] for j in columns)
        for met, point in replies.points:
            needs = [self._need_of[j] for j in met]
            self._waiting -= set(met)
            if stage != END:
                self._found.witnesses.append(Witness(stage, needs, point))
                self._found.stage_of.update(dict.fromkeys(needs, stage))
        self._waiting -= set(replies.unsure)


def _list_drawn(model: Model, run: Run) -> set[int]:
    """Return the needs that the events of a public draw show to be undecided before it."""
    draw = next((s for s in model.problem.policy.stages if kind_of(s).settles), None)
    names = run.basis[draw.name].needs if draw is not None and draw.name in run.basis else ()
    return {d for d, need in enumerate(model.problem.needs) if need.id in names}


def _list_boundaries(search: LexicographicSearch, model: Model, run: Run) -> Iterator[_Boundary]:
    """Yield the boundary before each stage with a result, up to the draw or after the last."""
    leading = {stage.name for stage in leading_sums(model.problem.policy.stages)}
    before: list[AimResult] = []
    count = len(search.steps)
    search.near.move_to(0)
    for stage, results in groupby(run.outcomes, key=lambda result: result.stage):
        if stage.name in leading:
            yield _Boundary(stage.name, 0, _keep_results(search.matrix, before))
        else:
            yield _Boundary(stage.name, run.starts[stage.name], None)
        if kind_of(stage).is_draw:
            return
        before += results
    yield _Boundary(END, count, None)


def _keep_results(matrix: Matrix, results: Sequence[AimResult]) -> Step:
    """Return a step with all bounds of results found by component; no step may be in force."""
    columns, rows = dict[int, Ends](), dict[int, Ends]()
    for part in (part for result in results for part in result.steps):
        columns |= {part.column(c.number): (c.low, c.high) for c in part.step.columns}
        rows |= {part.row(c.number): (c.low, c.high) for c in part.step.rows}
    return Step(
        0,
        Proof.DUAL,
        columns=list(_change(matrix.low, matrix.high, columns)),
        rows=list(_change(matrix.row_low, matrix.row_high, rows)),
    )


def _change(low: Vector, high: Vector, ends: Mapping[int, Ends]) -> Iterator[BoundChange]:
    for number, new in ends.items():
        yield BoundChange(number, float(low[number]), float(high[number]), *new)


def _list_barred(run: Run, stage: str) -> set[int]:
    """Return the columns that the events of a stage prove to be 0 in all answers before it."""
    parts = [p.step for result in run.outcomes if result.stage.name == stage for p in result.steps]
    return {j for step in parts if step.asked for columns, _ in step.none_of for j in columns}


def spell_witnesses(
    witnesses: Sequence[Witness], columns: Columns, answer: Sequence[Assignment]
) -> list[Any]:
    """Return the witnesses as the certificate has them: each as a change of ``answer``.

    A change is a list: stage, needs met, needs whose lines change, and the new lines of these
    needs.
    """
    return [
        _spell_change(
            witness.stage,
            [columns.needs[d].id for d in witness.needs],
            answer,
            assign_individuals(columns, witness.point),
        )
        for witness in witnesses
    ]


def _spell_change(
    stage: str, names: list[str], before: Sequence[Assignment], after: Sequence[Assignment]
) -> list[Any]:
    """Return stage, met needs, needs whose lines change, and the lines that these have instead."""
    old, new = _by_need(before), _by_need(after)
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    added = [line for name in changed for line in new.get(name, ())]
    return [stage, names, changed, spell_witness(added)]


def _by_need(lines: Sequence[Assignment]) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = {}
    for line in lines:
        found.setdefault(line.need, []).append(line)
    return found
