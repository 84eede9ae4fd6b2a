"""(S7) The highest sum of pair scores."""

from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class MaxScore(Sums):
    """The sum of scores over units given."""

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield the sum of scores."""
        total = sum(outcome.score_of(line) for line in outcome.lines)
        yield Aim(stage["name"], stage["kind"], "", total)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return the score of every column that gives some, times ``sign``."""
        return [{column: self.sign * score for column, score in program.scores.items()}]


KIND = MaxScore()
