"""What a policy that draws requires of needs: one least for a category, one ask for a home.

A fault about two needs gives the path of the second and names the first.
"""

from collections.abc import Iterable
from typing import Any

from .labels import STAFFED
from .read import BrokenInputError
from .schema import Row

# What two asks of one recipient and category agree in if they are one ask.
_ASK = (
    *("recipient", "category", "area", "statuses", "requires", "slots", "listed", "duty"),
    *("days", "status_days"),
)


def check_tiers(problem: Row) -> None:
    """Refuse a need with a tier that no stage names, if stages name any."""
    tiers = {stage["tier"] for stage in problem["policy"]["stages"] if stage["tier"]}
    for k, need in enumerate(problem["needs"]):
        if tiers and need["tier"] not in tiers:
            reason = f"{need['id']}: the policy has no tier {need['tier']}"
            raise BrokenInputError(f"problem.needs[{k}].tier", reason)


def check_asks(problem: Row) -> None:
    """Raise ``BrokenInputError`` if a home could gain by the way it writes its asks.

    Also if two loads of givers would have the same name.
    """
    _check_lots(problem["needs"])
    _check_kinds_of_need(problem["needs"])
    _check_joined(problem)
    _check_measures(problem["stocks"])


def _check_lots(needs: Iterable[Row]) -> None:
    """Refuse a recipient with two lots."""
    lots: dict[str, tuple[str, str]] = {}
    for k, need in enumerate(needs):
        lot, first = lots.setdefault(need["recipient"], (need["recipient_lot"], need["id"]))
        if need["recipient_lot"] != lot:
            reason = f"{need['id']}: {first} has another lot of {need['recipient']}"
            raise BrokenInputError(f"problem.needs[{k}].recipient_lot", reason)


def _check_kinds_of_need(needs: Iterable[Row]) -> None:
    """Refuse a category whose needs differ in people, or in least quantity if parts are useful."""
    firsts: dict[str, Row] = {}
    partial = {need["category"] for need in needs if need["least"] is not None}
    for k, need in enumerate(needs):
        first = firsts.setdefault(need["category"], need)
        for name, is_same in (
            ("people", need["people"] == first["people"]),
            ("least", need["category"] not in partial or least_of(need) == least_of(first)),
        ):
            if not is_same:
                reason = f"{need['id']}: {first['id']} of {need['category']} has another one"
                raise BrokenInputError(f"problem.needs[{k}].{name}", reason)


def least_of(need: Row) -> int:
    """Return the least quantity that meets a need."""
    return int(need["quantity"] if need["least"] is None else need["least"])


def _check_joined(problem: Row) -> None:
    """Refuse needs that are one ask: a part of each is useful, and no rule tells them apart."""
    named = {row["need"] for name in ("pairs", "pins", "forbids") for row in problem[name]}
    firsts: dict[tuple[Any, ...], str] = {}
    for k, need in enumerate(problem["needs"]):
        if need["least"] is None or need["id"] in named:
            continue
        key = tuple(map(str, (need[name] for name in _ASK)))
        first = firsts.setdefault(key, need["id"])
        if first != need["id"]:
            reason = f"{need['id']}: one ask with {first}; join them"
            raise BrokenInputError(f"problem.needs[{k}]", reason)


def measure_of(stock: Row) -> str:
    """Return the measure of a giver's load from this stock: visits, or its category."""
    return STAFFED if stock["staffed"] else str(stock["category"])


def _check_measures(stocks: Iterable[Row]) -> None:
    """Refuse two loads of givers that would have the same name ``giver/measure``."""
    seen: dict[str, tuple[str, str, bool]] = {}
    for k, stock in enumerate(stocks):
        if stock["pledge"] is not None and stock["category"]:
            load = (stock["giver"], measure_of(stock), stock["staffed"])
            if seen.setdefault("/".join(load[:2]), load) != load:
                reason = f"{stock['id']}: another load is written {'/'.join(load[:2])}"
                raise BrokenInputError(f"problem.stocks[{k}].category", reason)
