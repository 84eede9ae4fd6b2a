"""(S14) Draw undecided needs: by ticket, first one for each recipient, then each need."""

from collections import deque
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..proofs.events import check_end
from ..proofs.forms import Kind
from ..proofs.proof import Event, Gap, Proof, Weights
from ..proofs.sums import prove_blocks
from ..proofs.undecided import add_homes, list_open, prove_undecided
from ..rules.stages import Aim, Outcome


class Draw(Kind):
    """Serves recipients in order of ticket, then meets needs in order of ticket.

    A recipient is served if an answer that keeps all results so far meets one of its undecided
    needs. A need is met if such an answer meets it. Each decision is kept for the next.
    """

    is_draw = True
    labels_names = True

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield the one result of the draw, which has no value."""
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
        """Check the proof of the draw in blocks of recipients, then in blocks of needs."""
        waiting = deque(events)
        undecided = prove_undecided(proof, month, month.problem["needs"], waiting)
        proof.drawn[stage["name"]] = [need["id"] for need in undecided]
        prove_blocks(proof, add_homes(proof, undecided), waiting)
        prove_blocks(proof, [proof.program.met[need["id"]] for need in undecided], waiting)
        check_end(proof, waiting)

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the gap: no ticket is settled, of all needs that may be undecided."""
        return Gap("tickets", "", 0, len(list_open(proof, month.problem["needs"])))


KIND = Draw()
