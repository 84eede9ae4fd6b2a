"""The proof that travels with a result, read off the steps that led to it (FORMULATION.md, Proof).

Rows and columns of the model keep their numbers; rows and switches made later are numbered in the
order in which the certificate makes them, so whoever replays it needs no other numbers. Multipliers
are whole numbers over one scale, written as row, multiplier, row, multiplier, ...
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.engine.bounds import Bound
from optimizer.engine.cuts import Cut
from optimizer.engine.matrix import Matrix
from optimizer.search.trail import Step, StepKind
from optimizer.solution import Assignment, Proof

Event = list[Any]


@dataclass(frozen=True, slots=True)
class Share:
    """A step as one part of the model saw it: its numbers of columns and rows in the whole model.

    own   columns of the sum that this part holds; None: the sum is not divided
    """

    step: Step
    columns: Sequence[int] | None = None
    rows: Mapping[int, int] | None = None
    own: tuple[int, ...] | None = None


def proof_of(steps: Sequence[Step]) -> Proof:
    """How the outcome of these steps is known: the weakest of the proofs it rests on."""
    used = [step for step in steps if step.kind in (StepKind.SUM, StepKind.CLOSED)]
    if any(step.proof is Proof.SEARCH for step in used):
        return Proof.SEARCH
    is_farkas = any(step.kind is StepKind.CLOSED for step in used)
    return Proof.FARKAS if is_farkas else Proof.DUAL


class CertificateWriter:
    """Writes events and keeps the numbers that they give to rows and columns."""

    def __init__(self, matrix: Matrix, rows: int, columns: int) -> None:
        self._matrix = matrix
        self._rows = {i: i for i in range(rows)}
        self._columns = {j: j for j in range(columns)}

    def write(self, shares: Sequence[Share], *, is_drawn: bool = False) -> list[Event]:
        """The events of one aim. ``is_drawn``: sums are blocks of tickets and name columns."""
        return [event for share in shares for event in self._write_step(share, is_drawn)]

    def write_alone(self, share: Share) -> Event:
        """The event of a sum of which nothing is kept."""
        return self._within(share, ["sum", share.step.value])

    def _write_step(self, share: Share, is_drawn: bool) -> Iterator[Event]:
        step = share.step
        if step.kind is StepKind.ROW:
            self._rows[step.value] = len(self._rows)
        elif step.kind is StepKind.COLUMN:
            self._columns[step.value] = len(self._columns)
            yield ["switch"]
        elif step.kind is StepKind.CLOSED:
            yield self._within(share, ["no"])
        elif step.kind is StepKind.SUM or step.value:
            yield from (self._write_cut(share, row, cut) for row, cut in step.cuts)
        if step.kind is StepKind.SUM:
            yield self._write_sum(share, is_drawn)
        for columns, bound in step.none_of:
            numbers = [self._columns[j] for j in columns]
            yield ["none" if step.asked else "all", numbers, *self._spell(share, bound)]

    def _write_sum(self, share: Share, is_drawn: bool) -> Event:
        event: Event = ["sum", share.step.value, *self._multipliers(share)]
        self._rows[self._row_of(share, share.step.row)] = len(self._rows)
        if is_drawn:
            columns, weights = self._matrix.row(share.step.row)
            event.append([int(j) for j in columns[np.argsort(-weights)]])
        elif share.own is not None:
            event.append(list(share.own))
        return event

    def _within(self, share: Share, event: Event) -> Event:
        """An event with cuts of its own, which are gone afterwards; bare when nothing proves it."""
        cuts = [self._write_cut(share, row, cut) for row, cut in share.step.cuts]
        proof = self._multipliers(share)
        for row, _ in share.step.cuts:
            del self._rows[self._row_of(share, row)]
        return [*event, *proof, cuts] if proof else event

    def _write_cut(self, share: Share, row: int, cut: Cut) -> Event:
        sides = [2 * self._number(share, i) + (sign < 0) for i, sign in cut.rows]
        place = share.columns
        raised = [self._columns[j if place is None else place[j]] for j in cut.raised]
        self._rows[self._row_of(share, row)] = len(self._rows)
        return ["cut", sides, raised, 2 * cut.right + 1]

    def _multipliers(self, share: Share) -> list[Any]:
        bound = share.step.bound
        return [] if bound is None else self._spell(share, bound)

    def _spell(self, share: Share, bound: Bound) -> list[Any]:
        flat: list[int] = []
        pairs = zip(bound.rows.tolist(), bound.multipliers.tolist(), strict=True)
        for i, multiplier in pairs:
            flat += (self._number(share, i), multiplier)
        return [bound.scale, flat]

    def _number(self, share: Share, row: int) -> int:
        return self._rows[self._row_of(share, row)]

    def _row_of(self, share: Share, row: int) -> int:
        return row if share.rows is None else share.rows[row]


def spell_witness(assignments: Sequence[Assignment]) -> list[list[Any]]:
    """Assignments as short lists: need, stock, person, slot, units."""
    return [[a.need, a.stock, a.person, a.slot, a.units] for a in assignments]
