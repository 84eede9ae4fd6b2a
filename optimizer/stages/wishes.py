"""The order in which a stage would meet needs one by one, before anything is optimised.

The first answer is built in this order. A kind that compares needs gives each a *wish*, which is a
tuple; the need with the smaller wish comes first.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeAlias, runtime_checkable

from optimizer.policy import Stage
from optimizer.problem import Need, Problem

Wish: TypeAlias = tuple[Fraction | int | str, ...]
LATER: Wish = (1 << 60,)  # after all others: the stage does not count this need


@runtime_checkable
class Wishing(Protocol):
    """A kind that compares needs."""

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return all needs' wishes by position; ``order``: needs as earlier stages sort them."""


def size_of(need: Need) -> int:
    """Return the fewest persons or units that meet the need."""
    return max(need.people, need.least_units)


def rank_recipients(problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
    """Return 0 for the first need of each recipient in ``order`` and 1 for all others."""
    first: dict[str, int] = {}
    for d in order:
        first.setdefault(problem.needs[d].recipient, d)
    return [(int(first[need.recipient] != d),) for d, need in enumerate(problem.needs)]


def rank_by_part(
    groups: Sequence[str | None], past: Mapping[str, tuple[int, int]], order: Sequence[int]
) -> Sequence[Wish]:
    """Return the wishes of a stage that compares groups, by position of the need.

    A wish is the fraction of the need's group that is met once the group's needs before it are.
    ``groups``: the group of every need; ``past``: group -> how many of its needs were met in past
    months, and how many could have been.
    """
    sizes = Counter(groups)
    before: dict[str | None, int] = defaultdict(int)
    found: list[Wish] = [LATER] * len(groups)
    for d in order:
        group = groups[d]
        met, offered = (0, 0) if group is None else past.get(group, (0, 0))
        found[d] = (Fraction(met + before[group], offered + sizes[group]),)
        before[group] += 1
    return found
