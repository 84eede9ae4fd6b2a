"""(S11) Meet an undecided need of the tier for as many recipients as possible."""

from collections import deque
from collections.abc import Iterator

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Kind
from ..proofs.proof import Event, Gap, Proof, Weights
from ..proofs.sums import prove_sum
from ..proofs.undecided import add_homes, list_open, prove_undecided
from ..rules.stages import Aim, Outcome


class Homes(Kind):
    """Counts the recipients who have an undecided need of the tier met."""

    needs_tier = True

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result if the tier has needs; only the proof says which are undecided."""
        if outcome.month.list_asked(stage["tier"]):
            yield Aim(stage["name"], stage["kind"], "", is_counted=False)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return empty weights: the columns are made once it is proved what is undecided."""
        return [{}] if month.list_asked(stage["tier"]) else []

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proof of what is undecided, then that of the sum."""
        if result["levels"]:
            raise RefutedError("levels_of_a_sum", levels=len(result["levels"]))
        waiting = deque(events)
        undecided = prove_undecided(proof, month, month.list_asked(stage["tier"]), waiting)
        homes = add_homes(proof, undecided)
        prove_sum(proof, dict.fromkeys(homes, 1), result["value"], list(waiting))

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return how many recipients have a met need; the bound is the number of all recipients.

        Only the needs that may be undecided count.
        """
        needs = list_open(proof, month.list_asked(stage["tier"]))
        met = {n["recipient"] for n in needs if proof.point[proof.program.met[n["id"]]]}
        return Gap("sum", "", len(met), len({need["recipient"] for need in needs}))


KIND = Homes()
