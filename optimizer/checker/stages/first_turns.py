"""(S10) The most first turns: recipients with a need of a category met, the longest wait first."""

from collections import defaultdict
from collections.abc import Iterator

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..program.turns import Pair, find_turn, pair_of
from ..proofs.forms import Sums
from ..proofs.proof import Weights
from ..rules.stages import Aim, Outcome


class FirstTurns(Sums):
    """Counts, for every wait, the pairs of recipient and category that have their first turn.

    A pair has it for a wait if a need of the pair is met that has waited so many months or longer.
    """

    needs_tier = True
    takes_turns = True

    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield one aim for every turn and wait: how many pairs have the turn.

        A pair is a recipient and a category. It has the k-th turn for a wait if at least k of its
        needs that have waited at least so many months are met.
        """
        asked = list_asked(outcome.month, stage)
        for turn, waiting in self.list_turns(asked):
            reached = sum(
                sum(need["id"] in outcome.met and need["waiting"] >= waiting for need in needs)
                >= turn
                for needs in asked.values()
            )
            key = self.name_turn(turn, waiting)
            yield Aim(stage["name"], stage["kind"], key, reached)

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return a sum for every turn and wait, which counts the pairs with the turn.

        Each pair of recipient and category has one column for a turn and a wait, with weight 1. A
        pair with too few needs has none.
        """
        found: list[Weights] = []
        asked = list_asked(month, stage)
        for turn, waiting in self.list_turns(asked):
            columns = (
                find_turn(program.turns.get((stage["tier"], pair), []), waiting, turn)
                for pair in asked
            )
            found.append({column: 1 for column in columns if column is not None})
        return found

    def list_turns(self, asked: dict[Pair, list[Row]]) -> list[tuple[int, int]]:
        """Return (turn, wait in months) of every result, the longest wait first."""
        return [(1, waiting) for waiting in list_waits(asked)]

    def name_turn(self, turn: int, waiting: int) -> str:
        """Return the key of the result of a turn and a wait."""
        return f"waiting={waiting}"


def list_asked(month: Month, stage: Row) -> dict[Pair, list[Row]]:
    """Return the needs of the stage's tier without duties, keyed by recipient and category."""
    asked: dict[Pair, list[Row]] = defaultdict(list)
    for need in month.list_asked(stage["tier"]):
        asked[pair_of(need)].append(need)
    return asked


def list_waits(asked: dict[Pair, list[Row]]) -> list[int]:
    """Return every wait [months] that occurs, the longest first."""
    return sorted({n["waiting"] for needs in asked.values() for n in needs}, reverse=True)


KIND = FirstTurns()
