"""(S3) Meet at least one need for as many recipients as possible."""

from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class MaxRecipients(Sums):
    """The number of recipients who have a met need."""

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: the number of recipients who have a met need."""
        helped = len({need["recipient"] for need in outcome.needs_met})
        yield Aim(stage["name"], stage["kind"], "", helped)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return weight 1 on the ``helped`` column of every recipient."""
        return [dict.fromkeys(program.helped.values(), 1)]


KIND = MaxRecipients()
