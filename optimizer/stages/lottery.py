"""(S9, S14) Draws: tickets that anyone can compute decide among equal answers.

Under a policy with S14 the question has labels in place of names (``tickets.py``), so that their
order is the order of the tickets.
"""

from collections.abc import Sequence

from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.stages.kind import Draw, PublicDraw
from optimizer.stages.wishes import Wish
from optimizer.tickets import ticket_of


class Lottery(Draw):
    """(S9) max lexicographically met[d1], met[d2], ...      in the order of tickets      [needs]"""

    def order(self, stage: Stage, problem: Problem) -> list[int]:
        """Return the needs by position, lowest ticket first."""
        return sorted(
            range(len(problem.needs)),
            key=lambda d: (ticket_of(problem.seed, problem.needs[d].id), problem.needs[d].id),
        )

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> list[Wish]:
        """Return the ticket and the id of each need."""
        return [(ticket_of(problem.seed, need.id), need.id) for need in problem.needs]


class WhoDraw(PublicDraw):
    """(S14) Meet one need of each home by ticket, then needs by ticket; this decides all needs."""

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> list[Wish]:
        """Return the label of each need, which begins with its ticket."""
        return [(need.id,) for need in problem.needs]
