"""In which order needs would be met, one by one, by a stage: before anything is optimised.

A kind that has a say gives every need a tuple, smaller first. What helps to do so is here.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeAlias, runtime_checkable

from optimizer.policy import Stage
from optimizer.problem import Need, Problem

Wish: TypeAlias = tuple[Fraction | int | str, ...]
LATER: Wish = (1 << 60,)  # after all others: the stage is not about this need


@runtime_checkable
class Wishing(Protocol):
    """A kind that compares needs."""

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
        """Return the wish of every need by position; ``order``: that of the stages before."""


def size_of(need: Need) -> int:
    """Return the fewest persons or units that meet the need."""
    return max(need.people, need.least_units)


def rank_recipients(problem: Problem, order: Sequence[int]) -> Sequence[Wish]:
    """Return the wishes of a stage that counts recipients: the first need of each comes first."""
    first: dict[str, int] = {}
    for d in order:
        first.setdefault(problem.needs[d].recipient, d)
    return [(int(first[need.recipient] != d),) for d, need in enumerate(problem.needs)]


def rank_by_part(
    groups: Sequence[str | None], past: Mapping[str, tuple[int, int]], order: Sequence[int]
) -> Sequence[Wish]:
    """Return the wishes of a stage that compares groups.

    Each need has the part that its group has when the group's needs before it are met.
    ``groups``: of every need; ``past``: needs met and possible of a group in earlier months.
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
