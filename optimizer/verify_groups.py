"""Which needs every aim of a stage counts: classes of S1 and S5, groups of S2, pledges of S6."""

from collections import defaultdict

from optimizer.verify_month import Month
from optimizer.verify_schema import Row


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
