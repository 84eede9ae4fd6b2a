"""What a frozen month asks the optimizer, in the optimizer's JSON (optimizer/FORMULATION.md).

A need keeps its reference, a due visit is called by its pairing and number (``P0007#2``), an offer
by its name in the snapshot, a volunteer by reference.
"""

from collections.abc import Iterable
from typing import Any

from matchmaker.models.category import OfferKind
from matchmaker.slots import expand_windows, get_slot_week

Row = dict[str, Any]

COMMITTEE = "committee"  # the dimension between whose groups coverage is kept fair
ROUNDS_PER_TIER = 3  # passed-over rounds after which a need counts one tier more urgent

# Points per visit for keeping what people know: the same visitor before the same organisation.
SAME_VOLUNTEER_SCORE = 10
SAME_ORGANISATION_SCORE = 4


def make_question(snapshot: Row, seed: str, overrides: Iterable[Row] | None = None) -> Row:
    """The problem of a frozen month but for its policy; ``overrides`` replaces the snapshot's."""
    laid = list(snapshot["overrides"] if overrides is None else overrides)
    stocks = [_make_stock(row, snapshot) for row in snapshot["offers"]]
    staffed = [stock for stock in stocks if stock["staffed"]]
    people = [_make_person(row, staffed, snapshot["slots"]) for row in snapshot["volunteers"]]
    categories = {row["code"]: row for row in snapshot["categories"]}
    return {
        "name": f"{snapshot['subdistrict']} {snapshot['month']}",
        "seed": seed,
        "stocks": stocks,
        "people": people,
        "needs": [
            *(_make_need(row, categories, snapshot["slots"]) for row in snapshot["needs"]),
            *(_make_duty(row, categories, snapshot["slots"]) for row in snapshot["due_visits"]),
        ],
        "pairs": list(_make_pairs(snapshot["due_visits"], staffed, people)),
        "pins": [_make_override(row) for row in laid if row["kind"] == "pin"],
        "forbids": [_make_override(row) for row in laid if row["kind"] == "forbid"],
        "history": [_make_history(row) for row in snapshot["history"]],
    }


def get_duty_id(visit: Row) -> str:
    return f"{visit['pairing']}#{visit['number']}"


def raise_tier(tier: int, waiting: int) -> int:
    """A need counts one tier more urgent for each three rounds that passed it over."""
    return max(1, tier - waiting // ROUNDS_PER_TIER)


def _make_stock(row: Row, snapshot: Row) -> Row:
    kinds = {category["code"]: category["kind"] for category in snapshot["categories"]}
    kind = kinds[row["category"]]
    slots = expand_windows(row["windows"], snapshot["slots"])
    # No slots would mean any time: an offer whose every day is a holiday has nothing to give.
    is_closed = bool(row["windows"]) and not slots
    return {
        "id": row["name"],
        "giver": row["organisation"],
        "category": row["category"],
        "capacity": 0 if is_closed else row["capacity"],
        "areas": row["committees"],
        "statuses": row["statuses"],
        "slots": slots,
        "staffed": kind == OfferKind.PEOPLE,
        "pledge": None if kind == OfferKind.FUNDS else row["organisation"],
    }


def _make_person(row: Row, staffed: list[Row], slots: list[str]) -> Row:
    return {
        "id": row["reference"],
        "giver": row["organisation"],
        "most_visits": row["visits"],
        "stocks": [
            stock["id"]
            for stock in staffed
            if stock["giver"] == row["organisation"] and stock["category"] in row["categories"]
        ],
        "skills": [*row["categories"], *row["qualifications"]],
        "areas": row["committees"],
        "slots": expand_windows(row["windows"], slots),
    }


def _make_need(row: Row, categories: dict[str, Row], slots: list[str]) -> Row:
    category = categories[row["category"]]
    return {
        "id": row["reference"],
        "recipient": row["resident"],
        "category": row["category"],
        "area": row["committee"],
        "statuses": row["statuses"],
        "requires": _list_requirements(category),
        # Windows that only have holidays stay as they are: nobody is free then.
        "slots": expand_windows(row["windows"], slots) or row["windows"],
        "people": category["people"],
        "quantity": row["quantity"],
        "least": row["least"],
        "tier": raise_tier(row["tier"], row["waiting"]),
        "points": category["points"],
        "waiting": row["waiting"],
        "groups": {COMMITTEE: row["committee"]},
    }


def _make_duty(row: Row, categories: dict[str, Row], slots: list[str]) -> Row:
    category = categories[row["category"]]
    return {
        "id": get_duty_id(row),
        "recipient": row["resident"],
        "category": row["category"],
        "area": row["committee"],
        "statuses": row["statuses"],
        "requires": _list_requirements(category),
        "slots": [slot for slot in slots if get_slot_week(slot) in row["weeks"]],
        "people": category["people"],
        "tier": row["tier"],
        "points": category["points"],
        "duty": True,
    }


def _make_pairs(visits: list[Row], staffed: list[Row], people: list[Row]) -> Iterable[Row]:
    stocks_of = {person["id"]: person["stocks"] for person in people}
    for visit in visits:
        need, visitor = get_duty_id(visit), visit["volunteer"]
        for stock in staffed:
            if (stock["giver"], stock["category"]) != (visit["organisation"], visit["category"]):
                continue
            pair = {"need": need, "stock": stock["id"]}
            yield {**pair, "score": SAME_ORGANISATION_SCORE}
            if stock["id"] in stocks_of.get(visitor, ()):
                yield {**pair, "person": visitor, "score": SAME_VOLUNTEER_SCORE}


def _list_requirements(category: Row) -> list[str]:
    if category["kind"] != OfferKind.PEOPLE:
        return []  # skills are asked of persons only
    held = category["qualification"]
    return [category["code"], held] if held else [category["code"]]


def _make_override(row: Row) -> Row:
    return {
        "need": row["need"],
        "stock": row["offer"],
        "person": row["volunteer"],
        "reason": row["reason"],
    }


def _make_history(row: Row) -> Row:
    return {
        "dimension": COMMITTEE,
        "group": row["committee"],
        "possible": max(row["possible"], row["received"]),
        "met": row["received"],
    }
