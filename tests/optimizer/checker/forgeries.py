"""Another answer under a true solution's name: values, levels, counts, grounds, hashes all fit."""

import json
from fractions import Fraction
from typing import Any

from optimizer.checker.month.month import Month, index_month
from optimizer.checker.month.read import read_problem
from optimizer.checker.rules.stages import Aim, Outcome
from optimizer.checker.stages import list_aims
from optimizer.codec import sha256_of
from optimizer.problem import Problem
from tests.optimizer.brute_force import Answer

Plain = dict[str, Any]
BY_FILTERS = ("no_eligible_offer", "forbidden", "declined_before")


def read_month(problem: Problem) -> Month:
    """The problem as the checker reads it."""
    return index_month(read_problem(json.loads(json.dumps(problem.to_json()))))


def lines_of(answer: Answer) -> list[Plain]:
    """Assignments of an answer in the order of a solution's file."""
    names = ("need", "stock", "person", "slot", "units")
    lines = [
        dict(zip(names, (need, *line), strict=True)) for need, way in answer.items() for line in way
    ]
    return sorted(lines, key=lambda a: tuple(a[name] or "" for name in names[:4]))


def restate(month: Month, true: Plain, answer: Answer) -> Plain:
    """The true solution with this answer in its place, unsealed; proofs stay as they are."""
    forged: Plain = json.loads(json.dumps(true))
    outcome = Outcome(month, lines_of(answer), frozenset(answer))
    for aim, result in zip(list_aims(outcome), forged["stages"], strict=False):
        _restate_result(aim, result)
    known = {g["need"]: g for g in true.get("grounds", ()) if g["code"] in BY_FILTERS}
    unmet = sorted(month.needs.keys() - answer.keys())
    return forged | {
        "assignments": outcome.lines,
        "grounds": [known.get(need, {"need": need, "code": "undecided"}) for need in unmet],
        "certificate": {**forged["certificate"], "witnesses": [], "barred": [], "excluded": {}},
        "needs_met": len(answer),
        "recipients_helped": len({month.needs[need]["recipient"] for need in answer}),
    }


def _restate_result(aim: Aim, result: Plain) -> None:
    if aim.value is not None:
        result["value"] = result["bound"] = aim.value
    for level in result.get("levels", ()):
        level["numerator"] = aim.numerators[level["group"]]
    if "levels" in result:
        result["levels"].sort(
            key=lambda level: Fraction(level["numerator"], level["denominator"]),
            reverse=aim.kind == "leximax",
        )


def reseal(solution: Plain) -> Plain:
    """Fit both hashes to what the file now says; defaults are left out as in any file."""
    bare = {"person": None, "slot": None, "units": 1}
    lines = [
        {name: held for name, held in line.items() if name not in bare or held != bare[name]}
        for line in solution.get("assignments", ())
    ]
    certificate = {k: v for k, v in solution["certificate"].items() if k != "sha256"}
    sealed = {k: v for k, v in solution.items() if k not in ("certificate", "result_sha256")}
    sealed = {k: v for k, v in (sealed | {"assignments": lines}).items() if v not in ([], 0, "")}
    if sealed.get("format") == 1:
        del sealed["format"]
    sealed["result_sha256"] = sha256_of(sealed)
    sealed["certificate"] = certificate | {"sha256": sha256_of(certificate)}
    return sealed
