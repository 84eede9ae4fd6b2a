"""Every stage's value computed again from the raw assignments, in whole numbers and fractions.

``list_aims`` says which results a solution must state, in order, and what each must be. What a
group could have got if it were alone (``possible``) is stated by the solution and only bounded
here; its proof travels in the certificate.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

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
    def class_of(need: Row) -> tuple[int, ...] | None:
        by, waited = stage["by"], min(need["waiting"], stage["longest_wait"])
        if by == "duty_tier" and not need["duty"]:
            return None
        return {"all": (), "tier_waiting": (need["tier"], -waited)}.get(by, (need["tier"],))

    needs = outcome.month.problem["needs"]
    classes = sorted({found for need in needs if (found := class_of(need)) is not None})
    counts = Counter(class_of(need) for need in outcome.needs_met)
    for found in classes:
        names = ("tier", "waiting")[: len(found)]
        key = ",".join(f"{n}={abs(v)}" for n, v in zip(names, found, strict=True))
        yield Aim(stage["name"], stage["kind"], key, counts[found])


def _leximin_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    dimension = stage["dimension"]

    def group_of(need: Row) -> str | None:
        return (need["groups"].get(dimension) or None) if dimension else str(need["id"])

    needs = outcome.month.problem["needs"]
    asked = Counter(group for need in needs if (group := group_of(need)) is not None)
    if stage["outcome"] == "score":
        scores: Counter[str] = Counter(dict.fromkeys(asked, 0))
        for line in outcome.lines:
            group = group_of(outcome.month.needs[line["need"]])
            if group is not None:
                scores[group] += _score_of(outcome.month, line)
        ones = dict.fromkeys(asked, (1, 1))
        yield Aim(stage["name"], stage["kind"], "", None, dict(scores), ones)
        return
    met = Counter(group_of(need) for need in outcome.needs_met)
    past = {
        h["group"]: (h["met"], h["possible"])
        for h in outcome.month.problem["history"]
        if dimension and h["dimension"] == dimension
    }
    past = {group: past.get(group, (0, 0)) for group in asked}
    got = {g: met[g] + past[g][0] for g in asked}
    bounds = {g: (met[g] + past[g][1], asked[g] + past[g][1]) for g in asked}
    yield Aim(stage["name"], stage["kind"], "", None, got, bounds)


def _recipient_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    helped = len({need["recipient"] for need in outcome.needs_met})
    yield Aim(stage["name"], stage["kind"], "", helped)


def _point_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    yield Aim(stage["name"], stage["kind"], "", sum(n["points"] for n in outcome.needs_met))


def _unit_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    needs = outcome.month.needs
    partial = {n: need for n, need in needs.items() if need["least"] is not None}
    units: Counter[str] = Counter()
    for line in outcome.lines:
        if line["need"] in partial and line["person"] is None:
            units[partial[line["need"]]["category"]] += line["units"]
    for category in sorted({need["category"] for need in partial.values()}):
        yield Aim(stage["name"], stage["kind"], f"category={category}", units[category])


def _burden_aims(outcome: Outcome, stage: Row) -> Iterator[Aim]:
    month = outcome.month
    pledged: Counter[str] = Counter()
    for stock in month.problem["stocks"]:
        if stock["pledge"] is not None and stock["capacity"]:
            pledged[stock["pledge"]] += stock["capacity"]
    used: Counter[str] = Counter()
    for line in outcome.lines:
        pledge = month.stocks[line["stock"]]["pledge"]
        each = month.consumption(line["need"], line["stock"], line["person"])
        if pledge in pledged:
            used[pledge] += each * line["units"]
    loads = {pledge: used[pledge] for pledge in pledged}
    bounds = {pledge: (whole, whole) for pledge, whole in pledged.items()}
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
    named = [level["group"] for level in stated]
    missing = sorted(g for g, (low, _) in aim.bounds.items() if low and g not in named)
    if missing or len(set(named)) != len(named):
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
