"""(S12) The most second turns, then third ones, and so on, the longest wait first."""

from ..month.schema import Row
from ..program.turns import Pair
from .first_turns import FirstTurns, list_waits


class LaterTurns(FirstTurns):
    """Counts, for every turn k from 2 and every wait, the pairs that have their k-th turn.

    A pair of recipient and category has it if k or more of its needs are met that have waited so
    many months or longer.
    """

    takes_turns = False
    follows = "first_turns"

    def list_turns(self, asked: dict[Pair, list[Row]]) -> list[tuple[int, int]]:
        """Return (turn, wait) for turns from 2 on, for each the longest wait first.

        A turn k has every wait at which some pair has k needs that have waited so long or longer.
        """
        most = max(map(len, asked.values()), default=0)
        return [
            (turn, waiting)
            for turn in range(2, most + 1)
            for waiting in list_waits(asked)
            if any(_count_waiting(needs, waiting) >= turn for needs in asked.values())
        ]

    def name_turn(self, turn: int, waiting: int) -> str:
        """Return the key of the result of a turn and a wait."""
        return f"turn={turn},waiting={waiting}"


def _count_waiting(needs: list[Row], waiting: int) -> int:
    return sum(need["waiting"] >= waiting for need in needs)


KIND = LaterTurns()
