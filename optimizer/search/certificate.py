"""The certificate of a solution, written from the steps of the search (see FORMULATION.md).

Rows and columns of the model keep their numbers. Rows and columns made later are numbered in the
order in which the certificate makes them, so that a replay can number them too. Multipliers are
whole numbers over one scale, written as row, multiplier, row, multiplier, ...
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.cuts import Cut
from optimizer.engine.matrix import Matrix, Vector
from optimizer.engine.tree import Node
from optimizer.search.trail import Step, StepKind
from optimizer.solution import Assignment, Proof, weakest
from optimizer.tickets import name_of

Event = list[Any]
Spell = Callable[[Vector], list[list[Any]]]


@dataclass(frozen=True, slots=True)
class ComponentStep:
    """A step of the search of one component, with the numbers that the whole model uses.

    step      the step, whose columns and rows have the component's numbers
    columns   by number in the component: the number of the column in the whole model; None: the
              step was taken in the whole model
    rows      the same for rows
    own       the columns, by number in the whole model, of the component's part of a sum; None: the
              sum is not divided
    """

    step: Step
    columns: Sequence[int] | None = None
    rows: Mapping[int, int] | None = None
    own: tuple[int, ...] | None = None

    def row(self, number: int) -> int:
        """Return the number that row ``number`` of the component has in the whole model."""
        return number if self.rows is None else self.rows[number]

    def column(self, number: int) -> int:
        """Return the number that column ``number`` of the component has in the whole model."""
        return number if self.columns is None else self.columns[number]


def proof_of(steps: Sequence[Step]) -> Proof:
    """Return the weakest kind of proof among the steps that need one."""
    return weakest(step.proof for step in steps if step.kind in _PROVED)


_PROVED = (StepKind.SUM, StepKind.CLOSED, StepKind.SETTLED, StepKind.OPEN)

_FOUND = (StepKind.CLOSED, StepKind.DECIDED, StepKind.OPEN, StepKind.RANKS)


class CertificateWriter:
    """Writes the steps of a search as events, and numbers its rows and columns as a replay will.

    ``spell`` turns an integer point into the short lists of its assignments; without it no step may
    have a point.
    """

    def __init__(self, matrix: Matrix, rows: int, columns: int, spell: Spell | None = None) -> None:
        self._matrix, self._spell_point = matrix, spell or _refuse_points
        self._rows = {i: i for i in range(rows)}
        self._columns = {j: j for j in range(columns)}

    def list_rows(self) -> list[int]:
        """Return the search's rows that have a number, in the order of these numbers."""
        return sorted(self._rows, key=self._rows.__getitem__)

    def list_columns(self) -> list[int]:
        """Return the search's columns that have a number, in the order of these numbers."""
        return sorted(self._columns, key=self._columns.__getitem__)

    def write(self, steps: Sequence[ComponentStep], *, is_drawn: bool = False) -> list[Event]:
        """Return the events of the steps of one aim, in the order of the steps.

        ``is_drawn``: the aim's sums are blocks of a draw, and their events list the columns.
        """
        return [event for part in steps for event in self._write_step(part, is_drawn)]

    def write_alone(self, part: ComponentStep) -> Event:
        """Return the event of a sum that is not fixed, such as what a group gets alone."""
        return self._within(part, ["sum", part.step.value])

    def write_barred(self, stage: str, columns: Sequence[int], step: Step) -> Event:
        """Return the event that bars columns before a stage.

        It states that no answer which keeps all results before ``stage`` has one of ``columns`` at
        1. ``step`` has the proof; without one the event has empty multipliers.
        """
        event = self._within(ComponentStep(step), [stage, [self._columns[j] for j in columns]])
        return event if len(event) > 2 else [*event, 1, [], []]

    def _write_step(self, part: ComponentStep, is_drawn: bool) -> Iterator[Event]:
        step = part.step
        if step.kind is StepKind.ROW:
            self._rows[step.value] = len(self._rows)
        elif step.kind is StepKind.COLUMN:
            self._columns[step.value] = len(self._columns)
            yield from [] if step.is_defined else [["switch"]]
        elif step.kind in _FOUND:
            yield from self._write_found(part)
        elif step.kind in (StepKind.SUM, StepKind.SETTLED) or step.value:
            yield from (self._write_cut(part, row, cut) for row, cut in step.cuts)
        if step.kind in (StepKind.SUM, StepKind.SETTLED):
            yield from self._write_trees(part)
        if step.kind is StepKind.SUM:
            yield self._write_sum(part, is_drawn)
        yield from self._write_excluded(part)

    def _write_found(self, part: ComponentStep) -> Iterator[Event]:
        """Yield the event of a step that found something and keeps no row; RANKS only if any is."""
        step = part.step
        if step.kind is StepKind.CLOSED:
            yield self._within(part, ["no"])
        elif step.kind is StepKind.DECIDED:
            yield ["decided", [self._spell_point(point) for point in step.witnesses]]
        elif step.kind is StepKind.OPEN:
            event = self._within(part, ["open", name_of(step.label), step.value])
            yield [*event, self._spell_point(step.witnesses[0])]
        elif step.value:
            yield ["reach", step.value]

    def _write_excluded(self, part: ComponentStep) -> Iterator[Event]:
        """Yield sets of columns that no point has at the value asked about, and their proofs."""
        name = "none" if part.step.asked else "all"
        for columns, bound in part.step.none_of:
            proof = [] if bound is None else self._spell(part, bound)
            yield [name, [self._columns[j] for j in columns], *proof]

    def _write_sum(self, part: ComponentStep, is_drawn: bool) -> Event:
        event: Event = ["sum", part.step.value, *self._multipliers(part)]
        self._rows[part.row(part.step.row)] = len(self._rows)
        if is_drawn:
            columns, weights = self._matrix.row(part.step.row)
            event.append([int(j) for j in columns[np.argsort(-weights)]])
        elif part.own is not None:
            event.append(list(part.own))
        elif part.step.own is not None:
            event.append([self._columns[j] for j in part.step.own])
        return event

    def _within(self, part: ComponentStep, event: Event) -> Event:
        """Return an event followed by its proof and by cuts and a tree that only this event uses.

        Returns the event alone if nothing proves it.
        """
        cuts = [self._write_cut(part, row, cut) for row, cut in part.step.cuts]
        proof = self._multipliers(part)
        cuts += (trees := self._write_trees(part))
        for row, _ in part.step.cuts:
            del self._rows[part.row(row)]
        if trees and not proof:
            proof = [1, []]
        return [*event, *proof, cuts] if proof else event

    def _write_trees(self, part: ComponentStep) -> list[Event]:
        """Return the event of a step's tree, or none: the nodes, each before its children."""
        tree = part.step.tree
        if tree is None:
            return []
        return [["tree", [self._write_node(part, node) for node in tree.in_order()]]]

    def _write_node(self, part: ComponentStep, node: Node) -> Event:
        if node.leaf is None:
            return ["split", self._columns[part.column(node.column)], node.value]
        leaf, flat = node.leaf, []
        for i, change in zip(leaf.rows, leaf.changes, strict=True):
            flat += [self._number(part, i), change]
        return ["empty", flat] if node.is_empty else ["leaf", leaf.scale, leaf.factor, flat]

    def _write_cut(self, part: ComponentStep, row: int, cut: Cut) -> Event:
        sides = [2 * self._number(part, i) + (sign < 0) for i, sign in cut.rows]
        raised = [self._columns[part.column(j)] for j in cut.raised]
        self._rows[part.row(row)] = len(self._rows)
        return ["cut", sides, raised, 2 * cut.right + 1]

    def _multipliers(self, part: ComponentStep) -> list[Any]:
        bound = part.step.bound
        return [] if bound is None else self._spell(part, bound)

    def _spell(self, part: ComponentStep, bound: Bound) -> list[Any]:
        flat: list[int] = []
        pairs = zip(bound.rows.tolist(), bound.multipliers.tolist(), strict=True)
        for i, multiplier in pairs:
            flat += (self._number(part, i), multiplier)
        return [bound.scale, flat]

    def _number(self, part: ComponentStep, row: int) -> int:
        return self._rows[part.row(row)]


def _refuse_points(point: Vector) -> list[list[Any]]:
    raise RuntimeError("this certificate has no place for points")


def spell_witness(assignments: Sequence[Assignment]) -> list[list[Any]]:
    """Return each assignment as a list: need, stock, person, slot, units."""
    return [[a.need, a.stock, a.person, a.slot, a.units] for a in assignments]
