"""(S9) Tickets, calculated from the seed, decide among equal answers."""

from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..proofs.forms import Kind
from ..proofs.proof import Event, Gap, Proof, Weights
from ..proofs.sums import prove_tickets
from ..rules.stages import Aim, Outcome


class Lottery(Kind):
    """Meets needs by ticket: the lowest ticket that can still be met, then the next."""

    is_draw = True

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield the one result of the lottery, which has no value."""
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
        """Check the proof of the lottery in blocks of tickets."""
        prove_tickets(proof, month, events)

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the gap: no ticket is settled, of all needs with a way."""
        return Gap("tickets", "", 0, len(proof.program.met))


KIND = Lottery()
