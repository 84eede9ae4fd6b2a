"""The true values of stages, counted from the assignments in whole numbers and fractions.

An ``Aim`` is what must be stated; the modules of ``stages/`` list the aims. A solution also states
what each group could get if only it counted. Here that number is only checked against bounds; the
certificate has its proof.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row


@dataclass(frozen=True, slots=True)
class Aim:
    """One result that must be stated: ``value``, or for levels the numerator of every group.

    name                the stage
    kind                the kind of the stage
    key                 the class within the stage; empty if there is one result only
    value               the true value of a sum
    numerators          the true numerator of every group's level
    bounds              least and greatest denominator of every group; equal if it is known
    is_greatest_first   whether the greatest ratio is the worst; the worst is stated first
    is_counted          False if only the certificate says what counts; the replay checks the value
    """

    name: str
    kind: str
    key: str
    value: int | None = None
    numerators: dict[str, int] = field(default_factory=dict)
    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)
    is_greatest_first: bool = False
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """A month with its assignments, and the ids of the needs that they meet."""

    month: Month
    lines: list[Row]
    met: frozenset[str]

    @property
    def needs_met(self) -> list[Row]:
        """The rows of the met needs, in order of id."""
        return [need for need in self.month.problem["needs"] if need["id"] in self.met]

    def score_of(self, line: Row) -> int:
        """Return the points (or costs) of all units of a line."""
        return self.month.score(line["need"], line["stock"], line["person"]) * int(line["units"])


def check_levels(aim: Aim, stated: list[Row]) -> None:
    """Raise ``RefutedError`` unless the stated levels are true, sorted, and one for each group.

    A group with 0 as least denominator may be left out.
    """
    for level in stated:
        _check_level(aim, level)
    named = {level["group"] for level in stated}
    missing = sorted(g for g, (low, _) in aim.bounds.items() if low and g not in named)
    if missing or len(named) != len(stated):
        raise RefutedError("stage_groups", stage=aim.name, missing=",".join(missing))
    ratios = [Fraction(level["numerator"], level["denominator"]) for level in stated]
    if ratios != sorted(ratios, reverse=aim.is_greatest_first):
        raise RefutedError("stage_order", stage=aim.name)


def _check_level(aim: Aim, level: Row) -> None:
    group, stated = level["group"], level["numerator"]
    true = aim.numerators.get(group)
    if stated != true:
        raise RefutedError("stage_level", stage=aim.name, group=group, stated=stated, true=true)
    low, high = aim.bounds[group]
    whole = level["denominator"]
    if not max(low, 1) <= whole <= high:
        raise RefutedError(
            "stage_denominator", stage=aim.name, group=group, stated=whole, low=low, high=high
        )
