"""Every stage's value computed again from the raw assignments, in whole numbers and fractions.

``list_aims`` says which results a solution must state, in order, and what each must be. What a
group could have got if it were alone (``possible``) is stated by the solution and only bounded
here; its proof travels in the certificate.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.verify_groups import (
    list_classes,
    list_groups,
    list_history,
    list_partial,
    list_pledges,
)
from optimizer.verify_month import Month
from optimizer.verify_read import RefutedError
from optimizer.verify_schema import Row


@dataclass(frozen=True, slots=True)
class Aim:
    """One result that must be stated: ``value``, or for levels the numerator of every group.

    bounds   least and greatest denominator of every group; equal where it is known
    """

    name: str
    kind: str
    key: str
    value: int | None = None
    numerators: dict[str, int] = field(default_factory=dict)
    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A month with its assignments, as the stages read them."""

    month: Month
    lines: list[Row]
    met: frozenset[str]

    @property
    def needs_met(self) -> list[Row]:
        """Rows of the needs met, in the order of their ids."""
        return [need for need in self.month.problem["needs"] if need["id"] in self.met]


def list_aims(outcome: Outcome) -> list[Aim]:
    """Return every aim of the policy in order with its true value."""
    return [
        aim
        for stage in outcome.month.problem["policy"]["stages"]
        for aim in _AIMS[stage["kind"]](outcome, stage)
    ]


def _count_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    for key, needs in list_classes(outcome.month, stage):
        yield Aim(stage["name"], stage["kind"], key, sum(n["id"] in outcome.met for n in needs))


def _leximin_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    groups = list_groups(outcome.month, stage)
    if stage["outcome"] == "score":
        group_of = {need["id"]: group for group, needs in groups.items() for need in needs}
        scores: Counter[str] = Counter(dict.fromkeys(groups, 0))
        for line in outcome.lines:
            if line["need"] in group_of:
                scores[group_of[line["need"]]] += _score_of(outcome.month, line)
        yield Aim(
            stage["name"], stage["kind"], "", None, dict(scores), dict.fromkeys(groups, (1, 1))
        )
        return
    history = list_history(outcome.month, stage)
    got, bounds = {}, {}
    for group, needs in groups.items():
        met, possible = history.get(group, (0, 0))
        now = sum(need["id"] in outcome.met for need in needs)
        got[group], bounds[group] = met + now, (now + possible, len(needs) + possible)
    yield Aim(stage["name"], stage["kind"], "", None, got, bounds)


def _recipient_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    helped = len({need["recipient"] for need in outcome.needs_met})
    yield Aim(stage["name"], stage["kind"], "", helped)


def _point_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    yield Aim(stage["name"], stage["kind"], "", sum(n["points"] for n in outcome.needs_met))


def _unit_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    units: Counter[str] = Counter()
    for line in outcome.lines:
        if line["person"] is None:
            units[line["need"]] += line["units"]
    for category, needs in list_partial(outcome.month):
        given = sum(units[need["id"]] for need in needs)
        yield Aim(stage["name"], stage["kind"], f"category={category}", given)


def _burden_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    month = outcome.month
    used: Counter[str] = Counter()
    for line in outcome.lines:
        each = month.consumption(line["need"], line["stock"], line["person"])
        used[line["stock"]] += each * line["units"]
    pledges = list_pledges(month)
    loads = {pledge: sum(used[s] for s in stocks) for pledge, (_, stocks) in pledges.items()}
    bounds = {pledge: (whole, whole) for pledge, (whole, _) in pledges.items()}
    yield Aim(stage["name"], stage["kind"], "", None, loads, bounds)


def _score_of(month: Month, line: Row) -> int:
    return month.score(line["need"], line["stock"], line["person"]) * int(line["units"])


def _score_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    total = sum(_score_of(outcome.month, line) for line in outcome.lines)
    yield Aim(stage["name"], stage["kind"], "", total)


def _lottery_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    yield Aim(stage["name"], stage["kind"], "")


_AIMS: dict[str, Callable[[Outcome, Row], Iterator[Aim]]] = {
    "max_count": _count_aims,
    "leximin": _leximin_aims,
    "max_recipients": _recipient_aims,
    "max_points": _point_aims,
    "max_units": _unit_aims,
    "leximax": _burden_aims,
    "max_score": _score_aims,
    "min_cost": _score_aims,
    "lottery": _lottery_aims,
}


def check_levels(aim: Aim, stated: list[Row]) -> None:
    """Raise ``RefutedError`` unless the stated levels are the true ones, in their order."""
    for level in stated:
        _check_level(aim, level)
    named = {level["group"] for level in stated}
    missing = sorted(g for g, (low, _) in aim.bounds.items() if low and g not in named)
    if missing or len(named) != len(stated):
        raise RefutedError("stage_groups", stage=aim.name, missing=",".join(missing))
    ratios = [Fraction(level["numerator"], level["denominator"]) for level in stated]
    if ratios != sorted(ratios, reverse=aim.kind == "leximax"):
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
