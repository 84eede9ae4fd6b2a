"""(S9) The public lottery: tickets that anyone can compute decide among equal answers."""

import hashlib
import hmac

from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.stages.kind import Draw


class Lottery(Draw):
    """(S9) max lexicographically met[d1], met[d2], ...      in the order of tickets      [needs]"""

    def order(self, stage: Stage, problem: Problem) -> list[int]:
        """Return the needs by position, lowest ticket first."""
        return sorted(
            range(len(problem.needs)),
            key=lambda d: (ticket_of(problem.seed, problem.needs[d].id), problem.needs[d].id),
        )


def ticket_of(seed: str, need: str) -> str:
    """Return the HMAC-SHA256 of a need's id with the seed as key, 64 hexadecimal digits."""
    return hmac.new(seed.encode("ascii"), need.encode(), hashlib.sha256).hexdigest()
