"""Tiny months under the stages of the second policy, their answers and certificates by hand.

Tickets of the seed 00ff: recipients A C B, needs a1 c a b a2, groups X Y and the empty name, stocks
r1 r2. Every list of events says which columns and rows the month has before it.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from optimizer.checker.check import verify
from optimizer.checker.month.read import (
    hash_certificate,
    hash_problem,
    hash_solution,
    read_problem,
    read_solution,
)

Plain = dict[str, Any]
STAGES: list[Plain] = [
    {"name": "duties-1", "kind": "max_count", "by": "duty_tier", "tier": 1},
    {"name": "first-turns-1", "kind": "first_turns", "tier": 1},
    {"name": "homes-1", "kind": "homes", "tier": 1},
    {"name": "later-turns-1", "kind": "later_turns", "tier": 1},
    {"name": "neighbourhoods", "kind": "ranks", "dimension": "committee"},
    {"name": "points", "kind": "max_points"},
    {"name": "draw", "kind": "draw"},
    {"name": "shares", "kind": "shares"},
    {"name": "odd-units", "kind": "odd_units"},
    {"name": "burden", "kind": "carrying"},
    {"name": "kindness", "kind": "max_score"},
]
KINDS = {stage["name"]: stage["kind"] for stage in STAGES}


@dataclass(frozen=True)
class HandMade:
    """A question, its answer's assignments, results (stage, key, value, levels) and events."""

    problem: Plain
    lines: list[Plain]
    results: list[tuple[str, str, int | None, list[tuple[str, int, int]]]]
    events: list[list[Any]]
    grounds: dict[str, str]

    def answer(self) -> Plain:
        """The answer, with fitting hashes and counts."""
        met = {line["need"] for line in self.lines}
        solution = {
            "format": 2,
            "status": "proven",
            "problem_sha256": hash_problem(read_problem(self.problem)),
            "policy": "hand/1",
            "seed": self.problem["seed"],
            "assignments": self.lines,
            "stages": [self._result(*result) for result in self.results],
            "grounds": [
                {"need": need["id"], "code": self.grounds.get(need["id"], "undecided")}
                for need in self.problem["needs"]
                if need["id"] not in met
            ],
            "needs_asked": len(self.problem["needs"]),
            "needs_met": len(met),
            "recipients_helped": len(
                {n["recipient"] for n in self.problem["needs"] if n["id"] in met}
            ),
            "certificate": {"possible": {}, "stages": self.events},
        }
        return seal(deepcopy(solution))

    def _result(
        self, name: str, key: str, value: int | None, levels: list[tuple[str, int, int]]
    ) -> Plain:
        return {
            "name": name,
            "kind": KINDS[name],
            "key": key,
            "status": "proven",
            "proof": "dual",
            "engine": "hand",
            "value": value,
            "bound": value,
            "levels": [
                {"group": group, "numerator": up, "denominator": down} for group, up, down in levels
            ],
        }


def seal(solution: Plain) -> Plain:
    """Return an answer with fitting hashes, as a careful forger would leave it."""
    certificate = {k: v for k, v in solution["certificate"].items() if k != "sha256"}
    solution["certificate"] = {**certificate, "sha256": hash_certificate(certificate)}
    solution["result_sha256"] = hash_solution(read_solution(solution))
    return solution


def fault_of(problem: Plain, solution: Plain) -> str:
    """The first fault, in words."""
    fault = verify(problem, solution)
    return "nothing" if fault is None else str(fault)


def ask(name: str, recipient: str, **fields: Any) -> Plain:
    return {"id": name, "recipient": recipient, "category": "rice", **fields}


def stock(name: str, capacity: int, **fields: Any) -> Plain:
    return {"id": name, "giver": "G", "category": "rice", "capacity": capacity, **fields}


def give(need: str, stock: str = "r1", units: int = 1) -> Plain:
    return {"need": need, "stock": stock, "units": units}


def show(need: str, stock: str = "r1") -> list[list[Any]]:
    """A witness that meets one need."""
    return [[need, stock, None, None, 1]]


def pose(stocks: list[Plain], needs: list[Plain], **tables: Any) -> Plain:
    policy = {"name": "hand", "version": 1, "stages": STAGES}
    base = {"name": "hand made", "seed": "00ff", "stocks": stocks, "needs": needs, **tables}
    return {**base, "policy": policy}


def one_place() -> HandMade:
    """One bag for three homes: Y, which has had nothing, comes before X, which had half."""
    # columns: 0 c, 1 a, 2 b, 3 flow, 4 used; rows: 0 c + a + b = flow, 1 flow = used
    needs = [
        ask("a", "A", groups={"committee": "X"}),
        ask("b", "B", groups={"committee": "X"}),
        ask("c", "C", groups={"committee": "Y"}),
    ]
    witnesses = [show("a"), show("b"), show("c")]
    past = {"dimension": "committee", "group": "X", "possible": 2, "met": 1}
    load = {"giver": "G", "measure": "rice", "carried": 2, "agreed": 4}
    return HandMade(
        pose([stock("r1", 1, pledge="p")], needs, history=[past], loads=[load]),
        [give("c")],
        [
            ("first-turns-1", "waiting=0", 1, []),
            ("homes-1", "", 1, []),
            ("neighbourhoods", "", None, [("X", 1, 3), ("Y", 1, 1)]),
            ("points", "", 1, []),
            ("draw", "", None, []),
            ("shares", "", None, []),
            ("odd-units", "", None, []),
            ("burden", "", None, [("G/rice", 3, 4)]),
            ("kindness", "", 0, []),
        ],
        [
            [["sum", 1, 1, [0, 1]]],  # row 2: c + a + b = 1; the flow is 1
            [["decided", witnesses], ["sum", 1, 1, [2, 1]]],  # row 3
            [
                ["decided", witnesses],
                ["open", "X", 1, 1, [2, 1], [], show("a")],
                ["open", "Y", 1, 1, [], [], show("c")],
                # columns: 5 unit of X (rank 1/3), 6 unit of Y (rank 0); rows 4 and 5
                ["reach", 1],
                ["sum", 0, 1, [4, 1, 2, 1, 5, 1]],  # row 6
            ],
            [["sum", 1, 1, [2, 1]]],  # row 7
            [["none", [1, 2], 1, [4, -1, 6, 1]], ["all", [0], 1, [5, 1]], ["decided", []]],
            [],
            [],
            [["sum", -1, 1, [8, -1, 1, 1]]],  # column 7: the one step; row 8: it = used
            [["sum", 0, 1, []]],
        ],
        {"a": "outranked", "b": "outranked"},
    )


def three_bags() -> HandMade:
    """Three bags for two homes that ask for three each: one each, and the third is drawn."""
    # columns: 0 a, 1 its units, 2 b, 3 its units, 4 flow, 5 used
    # rows: 0 units = flow, 1 to 4 C4 of a and b, 5 flow = used
    needs = [ask("a", "A", quantity=3, least=1), ask("b", "B", quantity=3, least=1)]
    return HandMade(
        pose([stock("r1", 3, pledge="p")], needs),
        [give("a", units=2), give("b")],
        [
            ("first-turns-1", "waiting=0", 2, []),
            ("homes-1", "", 0, []),
            ("neighbourhoods", "", None, []),
            ("points", "", 2, []),
            ("draw", "", None, []),
            ("shares", "", None, [("b", 1, 1), ("a", 2, 1)]),
            ("odd-units", "", None, []),
            ("burden", "", None, [("G/rice", 3, 3)]),
            ("kindness", "", 0, []),
        ],
        [
            [["sum", 2, 1, []]],  # row 6; both are met
            [["decided", []]],
            [["decided", []]],
            [["sum", 2, 1, []]],  # row 7
            [["decided", []]],
            [  # rows 8 and 9: units of a and of b, at least 1 each
                ["switch"],  # column 6, row 10
                ["switch"],  # column 7, row 11
                ["sum", 1, 1, [10, -1, 11, -1, 0, 1]],  # row 12
                ["switch"],  # column 8, rows 13 and 14
                ["switch"],  # column 9, rows 15 and 16
                ["sum", 0, 1, [13, -1, 15, -1, 0, 1, 12, -1]],  # row 17
            ],
            [["sum", 2, 1, [0, 1, 9, -1]], ["sum", 1, 1, [0, 1, 18, -1]]],  # rows 18 and 19
            [["sum", -1, 1, [20, -1, 5, 1]]],  # columns 10 to 12: steps; row 20
            [["sum", 0, 1, []]],
        ],
        {},
    )


def two_turns() -> HandMade:
    """Two bags; A asks twice and has waited, B once: each has a first turn, A no second one."""
    # columns: 0 a1, 1 b, 2 a2, 3 flow, 4 used, 5 helped A, 6 and 7 turns of a1 and a2
    # rows: 0 needs = flow, 1 flow = used, 2 C13, 3 C14
    return HandMade(
        pose([stock("r1", 2)], [ask("a1", "A", waiting=3), ask("a2", "A"), ask("b", "B")]),
        [give("a1"), give("b")],
        [
            ("first-turns-1", "waiting=3", 1, []),
            ("first-turns-1", "waiting=0", 2, []),
            ("homes-1", "", 0, []),
            ("later-turns-1", "turn=2,waiting=0", 0, []),
            ("neighbourhoods", "", None, []),
            ("points", "", 2, []),
            ("draw", "", None, []),
            ("shares", "", None, []),
            ("odd-units", "", None, []),
            ("burden", "", None, []),
            ("kindness", "", 0, []),
        ],
        [
            [["sum", 1, 1, []]],  # row 4; a1 is met
            [["sum", 2, 1, []]],  # row 5; b is met, and A has its first turn
            [["none", [2], 1, [0, 1]], ["decided", []]],
            [["sum", 0, 1, [3, -1]]],  # row 6
            [["decided", []]],
            [["sum", 2, 1, []]],
            [["decided", []]],
            [],
            [],
            [],
            [["sum", 0, 1, []]],
        ],
        {"a2": "outranked"},
    )


def drawn_home() -> HandMade:
    """One place for A, who asks for rice or oil, and for B, who asks for oil: A comes first."""
    # columns: 0 a1, 1 b, 2 a2, 3 flow of r1, 4 of r2, 5 used of r1, 6 of r2, 7 helped A
    # rows: 0 a1 = flow, 1 b + a2 = flow, 2 and 3 flow = used, 4 used <= 1, 5 C13
    needs = [ask("a1", "A"), ask("a2", "A", category="oil"), ask("b", "B", category="oil")]
    stocks = [
        stock("r1", 1, parents=["top"]),
        stock("r2", 1, category="oil", parents=["top"]),
        stock("top", 1, category=""),
    ]
    witnesses = [show("a1"), show("a2", "r2"), show("b", "r2")]
    return HandMade(
        pose(stocks, needs),
        [give("a1")],
        [
            ("first-turns-1", "waiting=0", 1, []),
            ("homes-1", "", 1, []),
            ("neighbourhoods", "", None, []),
            ("points", "", 1, []),
            ("draw", "", None, []),
            ("shares", "", None, []),
            ("odd-units", "", None, []),
            ("burden", "", None, []),
            ("kindness", "", 0, []),
        ],
        [
            [["sum", 1, 1, [0, 1, 1, 1, 2, 1, 3, 1, 4, 1]]],  # row 6: one need met
            [  # column 8: home of A; row 7
                ["decided", witnesses],
                ["sum", 1, 1, [7, -1, 6, 1]],  # row 8
            ],
            [["decided", witnesses]],
            [["sum", 1, 1, [6, 1]]],  # row 9
            [  # column 9: home of A; row 10
                ["decided", witnesses],
                ["sum", 2, 1, [10, -2, 6, 2], [9, 1]],  # row 11; A, not B
                ["sum", 2, 1, [6, 2], [0, 2]],  # a1, not a2
            ],
            [],
            [],
            [],
            [["sum", 0, 1, []]],
        ],
        {},
    )
