"""Every stage's value computed again from the raw assignments, in whole numbers and fractions.

``list_aims`` says which results a solution must state, in order, and what each must be. What a
group could have got if it were alone (``possible``) is stated by the solution and only bounded
here; its proof travels in the certificate.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row

# --- Which needs every aim of a stage counts: classes of S1 and S5, groups of S2, pledges of S6.


def list_classes(month: Month, stage: Row) -> list[tuple[str, list[Row]]]:
    """(S1) Key and needs of every class that occurs, first served first."""
    found: dict[tuple[int, ...], list[Row]] = defaultdict(list)
    for need in month.problem["needs"]:
        if stage["by"] != "duty_tier" or need["duty"]:
            found[_class_of(stage, need)].append(need)
    names = ("tier", "waiting")
    return [
        (",".join(f"{n}={abs(v)}" for n, v in zip(names, key, strict=False)), needs)
        for key, needs in sorted(found.items())
    ]


def _class_of(stage: Row, need: Row) -> tuple[int, ...]:
    if stage["by"] == "all":
        return ()
    if stage["by"] == "tier_waiting":
        return (need["tier"], -min(need["waiting"], stage["longest_wait"]))
    return (need["tier"],)


def list_partial(month: Month) -> list[tuple[str, list[Row]]]:
    """(S5) Category and its needs that may be met in part, by the category's name."""
    found: dict[str, list[Row]] = defaultdict(list)
    for need in month.problem["needs"]:
        if need["least"] is not None:
            found[need["category"]].append(need)
    return sorted(found.items())


def list_groups(month: Month, stage: Row) -> dict[str, list[Row]]:
    """(S2) Needs of every group of the stage's dimension; without one every need is its own."""
    found: dict[str, list[Row]] = defaultdict(list)
    for need in month.problem["needs"]:
        group = need["groups"].get(stage["dimension"]) if stage["dimension"] else need["id"]
        if group:
            found[group].append(need)
    return dict(sorted(found.items()))


def list_pledges(month: Month) -> dict[str, tuple[int, list[str]]]:
    """(S6) Units pledged and stocks of every pledge that has any."""
    found: dict[str, tuple[int, list[str]]] = {}
    for stock in month.problem["stocks"]:
        if stock["pledge"] is not None:
            units, stocks = found.get(stock["pledge"], (0, []))
            found[stock["pledge"]] = (units + stock["capacity"], [*stocks, stock["id"]])
    return {pledge: of for pledge, of in sorted(found.items()) if of[0]}


def list_history(month: Month, stage: Row) -> dict[str, tuple[int, int]]:
    """(S2) Needs met and possible of every group in the months that still count."""
    return {
        row["group"]: (row["met"], row["possible"])
        for row in month.problem["history"]
        if stage["dimension"] and row["dimension"] == stage["dimension"]
    }


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
