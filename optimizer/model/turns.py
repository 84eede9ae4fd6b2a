"""Which needs take turns: those of one recipient and category in a tier, the longest wait first.

For every wait w and turn k, S10 and S12 count the pairs of recipient and category with k or more
needs met that have waited w or longer. The needs that count for a wait are the first of the pair's
needs, so a pair has one set for each different number of them.
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass

from optimizer.problem import Problem

Pair = tuple[str, str]  # recipient, category


@dataclass(frozen=True, slots=True)
class TurnSet:
    """The needs of a pair, by position, that have waited some number of months or longer."""

    tier: int
    needs: tuple[int, ...]


def list_turn_sets(problem: Problem, served: Container[int]) -> Iterator[TurnSet]:
    """Yield every set of two or more needs once: by tier, then pair, then from the longest wait.

    ``served`` holds the needs, by position, that have a way.
    """
    for tier in problem.policy.turns:
        for _, needs in sorted(pairs_of_tier(problem, tier).items()):
            able = [d for d in needs if d in served]
            for size in range(2, len(able) + 1):
                if size == len(able) or _wait(problem, able[size]) < _wait(problem, able[size - 1]):
                    yield TurnSet(tier, tuple(able[:size]))


def pairs_of_tier(problem: Problem, tier: int) -> dict[Pair, list[int]]:
    """Map each (recipient, category) to its needs of a tier, by position, the longest wait first.

    Duties are left out.
    """
    found: dict[Pair, list[int]] = defaultdict(list)
    for d, need in enumerate(problem.needs):
        if need.tier == tier and not need.duty:
            found[need.recipient, need.category].append(d)
    for needs in found.values():
        needs.sort(key=lambda d: -_wait(problem, d))
    return dict(found)


def waits_of_tier(problem: Problem, tier: int) -> list[int]:
    """Return the waits [months] of a tier's needs without duties, each once, longest first."""
    waits = {need.waiting for need in problem.needs if need.tier == tier and not need.duty}
    return sorted(waits, reverse=True)


def _wait(problem: Problem, d: int) -> int:
    return problem.needs[d].waiting
