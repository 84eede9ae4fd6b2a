"""(S16) The odd units: by ticket, each cell gets as many as any answer still possible gives it."""

from collections import deque
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..proofs.events import check_end, next_event
from ..proofs.forms import Kind
from ..proofs.proof import Event, Gap, Proof, Weights
from ..rules.stages import Aim, Outcome
from .shares import list_cells, list_met, units_of


class OddUnits(Kind):
    """Maximises the units of the first cell, then those of the second, and so on."""

    follows = "draw"

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one aim without a value: the answer states no value of this stage to compare."""
        yield Aim(stage["name"], stage["kind"], "")

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proof of the sum of every cell, in the order of the draw."""
        waiting = deque(events)
        for cell, needs in list_cells(month, list_met(proof)).items():
            units = units_of(proof.program, needs)
            if units:  # otherwise a visit is the only way
                _, value, scale, flat = next_event(proof, waiting, "sum")
                proof.keep_sum(units, value, scale, flat, ("units", month.name_of(cell)))
        check_end(proof, waiting)

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the gap: no cell is settled, of all cells."""
        return Gap("tickets", "", 0, len(list_cells(month, list_met(proof))))


KIND = OddUnits()
