"""The tables of the file formats: for every field its type and default.

Types are "str", "name" (a string that is not empty), "int", "bool", "names" (a set of strings),
"map" (string to string), "days" (a set of names), "days of" (string to days, at least one),
"policy" (a row of ``POLICY``) and "proof" (what ``replay.py`` reads, or null). A trailing "?"
allows null. ``Whole`` is a whole number with bounds. A table stands for a list of such rows, a
tuple for one of its values. The tables repeat FORMULATION.md on purpose: the checker does not trust
the solver's own reader.
"""

from dataclasses import dataclass
from typing import Any

LARGEST = 10**12  # the greatest whole number of a question
LARGEST_SUM = 10**15  # the greatest sum of them


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``low`` to ``high``, or also null if ``or_null``."""

    low: int = 0
    high: int = LARGEST
    or_null: bool = False


Row = dict[str, Any]
Schema = dict[str, tuple[Any, Any]]
REQUIRED: Any = object()

STATUSES = ("proven", "feasible", "infeasible", "failed")
PROOFS = ("dual", "farkas", "tree", "residual", "search", "gap")
GROUNDS = (
    "no_eligible_offer",
    "forbidden",
    "declined_before",
    "time_conflict",
    "outranked",
    "lost_lottery",
    "undecided",
)

STAGE: Schema = {
    "name": ("name", REQUIRED),
    "kind": ("str", REQUIRED),  # a module of ``stages/``
    "by": (("all", "duty_tier", "tier", "tier_waiting"), "all"),
    "longest_wait": (Whole(), 5),
    "dimension": ("str", ""),
    "outcome": (("met", "score"), "met"),
    "worst_only": ("bool", False),
    "tier": (Whole(), 0),
}
POLICY: Schema = {
    "name": ("str", REQUIRED),
    "version": (Whole(), REQUIRED),
    "stages": (STAGE, REQUIRED),
}
COMMUNITY_POLICY: Row = {
    "name": "community",
    "version": 1,
    "stages": [
        {"name": "duties", "kind": "max_count", "by": "duty_tier"},
        {"name": "urgency", "kind": "max_count", "by": "tier"},
        {"name": "waiting", "kind": "max_count", "by": "tier_waiting"},
        {"name": "neighbourhoods", "kind": "leximin", "dimension": "committee"},
        {"name": "people", "kind": "max_recipients"},
        {"name": "points", "kind": "max_points"},
        {"name": "fullness", "kind": "max_units"},
        {"name": "burden", "kind": "leximax"},
        {"name": "kindness", "kind": "max_score"},
        {"name": "lottery", "kind": "lottery"},
    ],
}
COMMUNITY_2: Row = {
    "name": "community",
    "version": 2,
    "stages": [
        *(
            {"name": f"{name}-{tier}", "kind": kind, **fields, "tier": tier}
            for tier in (1, 2, 3)
            for name, kind, fields in (
                ("duties", "max_count", {"by": "duty_tier"}),
                ("first-turns", "first_turns", {}),
                ("homes", "homes", {}),
                ("later-turns", "later_turns", {}),
            )
        ),
        {"name": "neighbourhoods", "kind": "ranks", "dimension": "committee"},
        {"name": "points", "kind": "max_points"},
        {"name": "draw", "kind": "draw"},
        {"name": "shares", "kind": "shares"},
        {"name": "odd-units", "kind": "odd_units"},
        {"name": "burden", "kind": "carrying"},
        {"name": "kindness", "kind": "max_score"},
    ],
}
# Published names, and the policy of each version; no other policy may have such a name.
PUBLISHED_POLICIES: dict[str, dict[int, Row]] = {"community": {1: COMMUNITY_POLICY, 2: COMMUNITY_2}}
_LINK: Schema = {
    "need": ("str", REQUIRED),
    "stock": ("str?", None),
    "person": ("str?", None),
    "reason": ("str", ""),
}
_STOCK: Schema = {
    "id": ("name", REQUIRED),
    "giver": ("str", REQUIRED),
    "category": ("str", REQUIRED),
    "capacity": (Whole(), REQUIRED),
    "unit": ("str", ""),
    "least": (Whole(), 0),
    "parents": ("names", ()),
    "areas": ("names", ()),
    "statuses": ("names", ()),
    "slots": ("names", ()),
    "staffed": ("bool", False),
    "pledge": ("str?", None),
    "lot": ("str", ""),
    "least_if_used": (Whole(), 0),
    "days": ("days", ()),
}
_PERSON: Schema = {
    "id": ("name", REQUIRED),
    "giver": ("str", REQUIRED),
    "most_visits": (Whole(), REQUIRED),
    "stocks": ("names", ()),
    "skills": ("names", ()),
    "areas": ("names", ()),
    "slots": ("names", ()),
    "lot": ("str", ""),
    "days": ("days", ()),
    "skill_days": ("days of", {}),
}
_NEED: Schema = {
    "id": ("name", REQUIRED),
    "recipient": ("name", REQUIRED),
    "category": ("name", REQUIRED),
    "area": ("str", ""),
    "statuses": ("names", ()),
    "requires": ("names", ()),
    "slots": ("names", ()),
    "people": (Whole(1), 1),
    "quantity": (Whole(1), 1),
    "least": (Whole(1, or_null=True), None),
    "tier": (Whole(1), 1),
    "points": (Whole(), 1),
    "waiting": (Whole(), 0),
    "groups": ("map", {}),
    "duty": ("bool", False),
    "listed": ("bool", False),
    "lot": ("str", ""),
    "recipient_lot": ("str", ""),
    "days": ("days", ()),
    "status_days": ("days of", {}),
}
_PAIR: Schema = {
    "need": ("str", REQUIRED),
    "stock": ("str", REQUIRED),
    "person": ("str?", None),
    "score": (Whole(-LARGEST), 0),
    "consumption": (Whole(), 1),
    "most": (Whole(or_null=True), None),
}
_HISTORY: Schema = {
    "dimension": ("str", REQUIRED),
    "group": ("str", REQUIRED),
    "possible": (Whole(), REQUIRED),
    "met": (Whole(), REQUIRED),
}
_LOAD: Schema = {
    "giver": ("str", REQUIRED),
    "measure": ("str", REQUIRED),
    "carried": (Whole(), REQUIRED),
    "agreed": (Whole(1), REQUIRED),
}
PROBLEM: Schema = {
    "name": ("str", REQUIRED),
    "seed": ("str", REQUIRED),
    "stocks": (_STOCK, ()),
    "people": (_PERSON, ()),
    "needs": (_NEED, ()),
    "pairs": (_PAIR, ()),
    "pins": (_LINK, ()),
    "forbids": (_LINK, ()),
    "history": (_HISTORY, ()),
    "loads": (_LOAD, ()),
    "policy": ("policy", COMMUNITY_POLICY),
    "days": ("days of", {}),
    "lots": ("map", {}),
}

_ASSIGNMENT: Schema = {
    "need": ("str", REQUIRED),
    "stock": ("str", REQUIRED),
    "person": ("str?", None),
    "slot": ("str?", None),
    "units": ("int", 1),
}
_LEVEL: Schema = {
    "group": ("str", REQUIRED),
    "numerator": ("int", REQUIRED),
    "denominator": ("int", REQUIRED),
}
_RESULT: Schema = {
    "name": ("str", REQUIRED),
    "kind": ("str", REQUIRED),
    "key": ("str", REQUIRED),
    "status": (STATUSES, REQUIRED),
    "proof": (PROOFS, REQUIRED),
    "engine": ("str", REQUIRED),
    "value": ("int?", None),
    "bound": ("int?", None),
    "levels": (_LEVEL, ()),
}
_GROUND: Schema = {"need": ("str", REQUIRED), "code": (GROUNDS, REQUIRED), "stage": ("str", "")}
FORMATS = (1, 2)
SOLUTION: Schema = {
    "format": (FORMATS, 1),
    "status": (STATUSES, REQUIRED),
    "problem_sha256": ("str", REQUIRED),
    "policy": ("str", REQUIRED),
    "seed": ("str", REQUIRED),
    "assignments": (_ASSIGNMENT, ()),
    "stages": (_RESULT, ()),
    "grounds": (_GROUND, ()),
    "needs_asked": ("int", 0),
    "needs_met": ("int", 0),
    "recipients_helped": ("int", 0),
    "detail": ("str", ""),
    "result_sha256": ("str", ""),
    "certificate": ("proof", None),
}
