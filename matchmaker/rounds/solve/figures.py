"""A run in numbers: what was asked, possible and met by whom, how givers are loaded, each stage.

Works on the frozen snapshot and the solution's JSON alone; codes and numbers, no words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from matchmaker.rounds.problem import get_duty_id, raise_tier

Row = dict[str, Any]
Counts = dict[str, dict[str, int]]

NO_STATUS = "none"  # the group of needs whose resident has no verified status
_HOPELESS = "no_eligible_offer"
_LONGEST_WAIT = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solution gives to each need id, and the ground of each unmet one."""

    units: dict[str, int]  # need id -> units, or persons of a visit
    grounds: dict[str, str]  # need id -> code
    assignments: list[Row]
    stages: list[Row]


def read_answer(solution: Row) -> Answer:
    """The parts of a solution's JSON that figures need; absent keys hold their defaults."""
    assignments = solution.get("assignments", [])
    units: Counter[str] = Counter()
    for row in assignments:
        units[row["need"]] += row.get("units", 1)
    grounds = {row["need"]: row["code"] for row in solution.get("grounds", [])}
    return Answer(dict(units), grounds, assignments, solution.get("stages", []))


def compute_figures(snapshot: Row, solution: Row) -> Row:
    """Every number that a page, a command or the ledger tells of the run."""
    answer = read_answer(solution)
    needs = snapshot["needs"]
    duties = [get_duty_id(row) for row in snapshot["due_visits"]]
    residents = {row["resident"] for row in needs}
    helped = {row["resident"] for row in needs if row["reference"] in answer.units}
    return {
        "asked": len(needs),
        "met": sum(row["reference"] in answer.units for row in needs),
        "residents": len(residents),
        "residents_helped": len(helped),
        "due_visits": len(duties),
        "due_visits_met": sum(duty in answer.units for duty in duties),
        "by_category": _count(answer, needs, lambda row: [row["category"]]),
        "by_committee": count_committees(snapshot, answer),
        "by_status": _count(answer, needs, lambda row: row["statuses"] or [NO_STATUS]),
        "by_tier": _count(
            answer, needs, lambda row: [str(raise_tier(row["tier"], row["waiting"]))]
        ),
        "by_waiting": _count(answer, needs, lambda row: [str(min(row["waiting"], _LONGEST_WAIT))]),
        "by_household": _count(answer, needs, lambda row: [row["household"]]),
        "by_organisation": count_loads(snapshot, answer),
        "by_ground": dict(Counter(answer.grounds[key] for key in _list_unmet(needs, answer))),
        "supply": count_supply(snapshot, answer),
        "stages": [_shorten(stage) for stage in answer.stages],
    }


def count_committees(snapshot: Row, answer: Answer) -> Counts:
    """Per committee: asked, met, and what it could have had if it were alone.

    Where the leximin stage was not reached, everything that somebody could serve counts as
    possible.
    """
    counts = _count(answer, snapshot["needs"], lambda row: [row["committee"]])
    earlier = {row["committee"]: row["possible"] for row in snapshot["history"]}
    levels: list[Row] = next(
        (s.get("levels", []) for s in answer.stages if s["kind"] == "leximin"), []
    )
    for level in levels:
        possible = level["denominator"] - earlier.get(level["group"], 0)
        if level["group"] in counts:
            counts[level["group"]]["possible"] = max(possible, counts[level["group"]]["met"])
    return counts


def count_loads(snapshot: Row, answer: Answer) -> Counts:
    """Per organisation: units pledged and used; money is not a load."""
    kinds = {row["code"]: row["kind"] for row in snapshot["categories"]}
    loads: Counts = defaultdict(lambda: {"pledged": 0, "used": 0})
    giver_of = {}
    for offer in snapshot["offers"]:
        if kinds[offer["category"]] != "funds":
            giver_of[offer["name"]] = offer["organisation"]
            loads[offer["organisation"]]["pledged"] += offer["capacity"]
    for row in answer.assignments:
        if row["stock"] in giver_of:
            loads[giver_of[row["stock"]]]["used"] += row.get("units", 1)
    return dict(sorted(loads.items()))


def count_supply(snapshot: Row, answer: Answer) -> Counts:
    """Per category: units asked, offered and given."""
    people = {row["code"]: row["people"] for row in snapshot["categories"]}
    kinds = {row["code"]: row["kind"] for row in snapshot["categories"]}
    supply: Counts = defaultdict(lambda: {"needs": 0, "asked": 0, "offered": 0, "given": 0})
    category_of = {row["name"]: row["category"] for row in snapshot["offers"]}
    for row in snapshot["needs"]:
        is_visit = kinds[row["category"]] == "people"
        supply[row["category"]]["needs"] += 1
        supply[row["category"]]["asked"] += people[row["category"]] if is_visit else row["quantity"]
    for offer in snapshot["offers"]:
        supply[offer["category"]]["offered"] += offer["capacity"]
    for row in answer.assignments:
        supply[category_of[row["stock"]]]["given"] += row.get("units", 1)
    return dict(sorted(supply.items()))


def _count(answer: Answer, needs: list[Row], list_groups: Any) -> Counts:
    counts: Counts = defaultdict(lambda: {"asked": 0, "possible": 0, "met": 0})
    for row in needs:
        need = row["reference"]
        for group in list_groups(row):
            counts[group]["asked"] += 1
            counts[group]["possible"] += answer.grounds.get(need) != _HOPELESS
            counts[group]["met"] += need in answer.units
    return dict(sorted(counts.items()))


def _list_unmet(needs: list[Row], answer: Answer) -> Iterable[str]:
    return (
        row["reference"]
        for row in needs
        if row["reference"] not in answer.units and row["reference"] in answer.grounds
    )


def _shorten(stage: Row) -> Row:
    """A stage for tables: of all its groups, the first and the last level alone."""
    levels = stage.get("levels", [])
    plain = {key: value for key, value in stage.items() if key != "levels"}
    return {**plain, "first": levels[0], "last": levels[-1]} if levels else plain
