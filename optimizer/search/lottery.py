"""(S9) The public lottery: tickets that anyone can compute decide among what is left.

max lexicographically met[d1], met[d2], ...      in the order of tickets      [needs]

Taken in blocks: within a block the weights are powers of two, so the greatest sum *is* the
lexicographic order and its binary digits say who is met.
"""

import hashlib
import hmac

from optimizer.model.variables import Columns
from optimizer.problem import Problem
from optimizer.search.lexicographic import LexicographicSearch

BLOCK = 16  # 2^16 stays far from what a double can blur


def ticket_of(seed: str, need: str) -> str:
    """HMAC-SHA256 of a need's id under the seed's letters, 64 hexadecimal digits."""
    return hmac.new(seed.encode("ascii"), need.encode(), hashlib.sha256).hexdigest()


def order_by_ticket(problem: Problem) -> list[int]:
    """Positions of the needs, lowest ticket first."""
    return sorted(
        range(len(problem.needs)),
        key=lambda d: (ticket_of(problem.seed, problem.needs[d].id), problem.needs[d].id),
    )


def draw_tickets(search: LexicographicSearch, columns: Columns) -> None:
    """Keep who is met, ticket after ticket."""
    order = [columns.met[d] for d in order_by_ticket(columns.problem) if d in columns.met]
    tickets = [columns.number(met) for met in order]
    while undrawn := [j for j in tickets if search.is_open(j)][:BLOCK]:
        weights = {j: 1 << (len(undrawn) - 1 - k) for k, j in enumerate(undrawn)}
        value = search.maximise(weights).value
        drawn = [(j, float(bool(value & weight))) for j, weight in weights.items()]
        search.keep_columns([(j, is_met, is_met) for j, is_met in drawn])
