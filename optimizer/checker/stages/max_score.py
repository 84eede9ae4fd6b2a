"""(S7) Highest sum of pair scores."""

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
        """The sum."""
        total = sum(outcome.score_of(line) for line in outcome.lines)
        yield Aim(stage["name"], stage["kind"], "", total)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Scores on every column that gives some."""
        return [{column: self.sign * score for column, score in program.scores.items()}]


KIND = MaxScore()
