"""(M4) What the best division among many can still reach, by linear programs solved by hand.

The most claims at or above a fraction, each granted wholly or in part, is a linear program over a
polymatroid: fen go to the claim that needs fewest, then the next (Edmonds 1970). Its whole part
bounds what whole claims can do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from optimizer.filling import Grants, pay
from optimizer.fund import Claim, Fund

Vector = list[Fraction]
Least = Callable[[Claim, Fraction], int]


@dataclass(frozen=True, slots=True)
class Node:
    """Claims granted and claims not decided, by position; the rest is refused."""

    granted: frozenset[int]
    undecided: tuple[int, ...]


def least_at(claim: Claim, fraction: Fraction) -> int:
    """Least useful grant whose funded fraction is this or more [fen]."""
    return max(claim.floor_fen, -(-claim.asked_fen * fraction.numerator // fraction.denominator))


def least_above(claim: Claim, fraction: Fraction) -> int:
    """Least useful grant whose funded fraction is more than this [fen]."""
    return max(claim.floor_fen, claim.asked_fen * fraction.numerator // fraction.denominator + 1)


def is_promising(fund: Fund, node: Node, vector: Vector, *, is_strict: bool) -> bool:
    """False when no set of the node has a better vector (or, not strict, an equal one).

    Better means: at some fraction more claims above it, and up to there no fewer at any.
    """
    base = {c: fund.claims[c].floor_fen for c in node.granted}
    zeros = vector.count(Fraction(0))
    if _most(fund, node, base, least_above, Fraction(0)) > len(vector) - zeros:
        return True
    at = zeros  # how many of the vector stand below the fraction
    for fraction in sorted(set(vector[zeros:])):
        if _most(fund, node, base, least_at, fraction) < len(vector) - at:
            return False
        if at == zeros:  # from here on nobody granted stands below the lowest fraction
            base = {c: least_at(fund.claims[c], fraction) for c in node.granted}
        at += vector.count(fraction)
        if _most(fund, node, base, least_above, fraction) > len(vector) - at:
            return True
    return not is_strict


def _most(fund: Fund, node: Node, base: Grants, least: Least, fraction: Fraction) -> int:
    """At most so many claims can have the least grant, the base paid first; -1: it cannot be."""
    flow, reached = pay(fund, base), Fraction(0)
    if flow is None:
        return -1
    missing = []
    for c in (*node.granted, *node.undecided):
        grant = least(fund.claims[c], fraction)
        if grant <= fund.claims[c].asked_fen:
            missing.append((max(0, grant - base.get(c, 0)), c))
    for fen, c in sorted(missing):
        reached += Fraction(flow.push(c, fen), fen) if fen else 1
    return int(reached)
