"""(S7) The greatest sum of the scores of pairs."""

from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class MaxScore(Sums):
    """The sum of the scores of all units given."""

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one result: the sum of the scores of all units given."""
        total = sum(outcome.score_of(line) for line in outcome.lines)
        yield Aim(stage["name"], stage["kind"], "", total)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return ``sign`` times the score per unit of every column that has one."""
        return [{column: self.sign * score for column, score in program.scores.items()}]


KIND = MaxScore()
