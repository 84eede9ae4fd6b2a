"""(S10 to S12) Turns within a tier: one need met for each home and category, then a second, ...

Longer waits come first. S11, between first and later turns, serves the most homes with undecided
needs.
"""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence

from optimizer.engine.matrix import Weights
from optimizer.model.turns import TurnSet, pairs_of_tier, waits_of_tier
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.stages.kind import Aim, Homes, Sums
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import LATER, Wish, rank_recipients

Class = tuple[int, int]  # turn, wait [months]


class Turns(Sums):
    """For each turn k and wait w: as many pairs as possible have k or more needs met.

    A pair is a recipient and a category. Only needs that waited w or longer count; duties do not.
    """

    is_separable = True

    @abstractmethod
    def list_classes(self, stage: Stage, problem: Problem) -> Iterator[Class]:
        """Yield (turn, wait in months) of every sum, in the order of maximising them."""

    def spell(self, turn: int, wait: int) -> str:
        """Return the key of the sum for a turn and a wait."""
        return f"turn={turn},waiting={wait}"

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """Return one key for each turn and wait."""
        return [self.spell(*of) for of in self.list_classes(stage, problem)]

    @abstractmethod
    def takes(self, turn: int) -> bool:
        """Return whether the stage counts this turn."""

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> list[Wish]:
        """Return (turn, minus the wait) of each need as its wish.

        Needs of other tiers, duties, and needs whose turn the stage does not count, have ``LATER``.
        """
        found: list[Wish] = [LATER] * len(problem.needs)
        for needs in pairs_of_tier(problem, stage.tier).values():
            for turn, d in enumerate(needs, start=1):
                if self.takes(turn):
                    found[d] = (turn, -problem.needs[d].waiting)
        return found

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return, for each turn and wait, the sum that counts the pairs with this turn."""
        pairs = list(pairs_of_tier(columns.problem, stage.tier).values())
        return [
            Aim(stage, self.spell(turn, wait), _count_pairs(stage, columns, pairs, turn, wait))
            for turn, wait in self.list_classes(stage, columns.problem)
        ]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return, for each turn and wait, the number of pairs with this turn."""
        needs = tally.problem.needs
        waits: dict[tuple[str, str], list[int]] = defaultdict(list)
        for need in tally.list_met():
            if need.tier == stage.tier and not need.duty:
                waits[need.recipient, need.category].append(need.waiting)
        return {
            self.spell(turn, wait): sum(
                sum(other >= wait for other in of) >= turn for of in waits.values()
            )
            for turn, wait in self.list_classes(stage, tally.problem)
            if needs
        }


class FirstTurns(Turns):
    """(S10) First turns: a pair of recipient and category counts once, with the first need met."""

    def takes(self, turn: int) -> bool:
        """Return True for the first turn."""
        return turn == 1

    def list_classes(self, stage: Stage, problem: Problem) -> Iterator[Class]:
        """Yield turn 1 for every wait, the longest first."""
        yield from ((1, wait) for wait in waits_of_tier(problem, stage.tier))

    def spell(self, turn: int, wait: int) -> str:
        """Return the key, which has the wait only."""
        return f"waiting={wait}"


class LaterTurns(Turns):
    """(S12) Second turns, then third ones, and so on."""

    def takes(self, turn: int) -> bool:
        """Return True from the second turn on."""
        return turn > 1

    def list_classes(self, stage: Stage, problem: Problem) -> Iterator[Class]:
        """Yield (turn, wait): turns from 2 on, for each the waits in descending order.

        A turn k has every wait at which some pair has k needs that have waited so long or longer.
        """
        pairs = pairs_of_tier(problem, stage.tier).values()
        longest = max(map(len, pairs), default=0)
        for turn in range(2, longest + 1):
            # The wait of its k-th need is the longest at which a pair has k needs.
            waits = [problem.needs[of[turn - 1]].waiting for of in pairs if len(of) >= turn]
            yield from (
                (turn, wait) for wait in waits_of_tier(problem, stage.tier) if wait <= max(waits)
            )


class TierHomes(Homes):
    """(S11) Meet a need of the tier for as many recipients as possible.

    Only undecided needs count: those that the stages before do not decide. Duties do not count.
    """

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """Return one empty key if the tier has needs other than duties; else an empty list."""
        return [""] if self.candidates(stage, problem) else []

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return wishes that put the first need of each recipient before all others."""
        return rank_recipients(problem, order)

    def candidates(self, stage: Stage, problem: Problem) -> list[int]:
        """Return the tier's needs other than duties, by position."""
        needs = enumerate(problem.needs)
        return [d for d, need in needs if need.tier == stage.tier and not need.duty]


def _count_pairs(
    stage: Stage, columns: Columns, pairs: list[list[int]], turn: int, wait: int
) -> Weights:
    """Return the sum of one column for every pair that can have the turn at the wait."""
    weights: dict[int, int] = {}
    for needs in pairs:
        able = [d for d in needs if d in columns.met and columns.needs[d].waiting >= wait]
        if len(able) == 1 and turn == 1:
            weights[columns.number(columns.met[able[0]])] = 1
        elif 1 < len(able) >= turn:
            turns = columns.turns[TurnSet(stage.tier, tuple(able))]
            weights[columns.number(turns[turn - 1])] = 1
    return weights
