"""(S9) Tickets drawn by the seed decide among what is left."""

from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..proofs.forms import Kind
from ..proofs.proof import Event, Proof, Weights
from ..proofs.sums import prove_tickets
from ..rules.stages import Aim, Outcome


class Lottery(Kind):
    """Whoever holds the lowest ticket that can still be met is met."""

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """One result without a value."""
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
        """In blocks of tickets."""
        prove_tickets(proof, month, events)


KIND = Lottery()
