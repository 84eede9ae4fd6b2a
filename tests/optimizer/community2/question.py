"""A month as the question that the solver reads, and the solver's answer beside the outcome."""

from fractions import Fraction
from typing import Any

from optimizer.policy import get_policy
from optimizer.problem import Problem
from optimizer.solution import Solution, StageResult
from tests.optimizer.community2.month import Month
from tests.optimizer.community2.shares import Outcome

LABEL = "community/2"


def question_of(month: Month) -> Problem:
    plain = {**month.problem.to_json(), "policy": get_policy(LABEL).to_json()}
    for kind in ("needs", "stocks", "people"):
        for row in plain.get(kind, ()):
            row["lot"] = month.lots.get(kind, {}).get(row["id"], "")
    for row in plain.get("needs", ()):
        row["recipient_lot"] = month.lots.get("recipients", {}).get(row["recipient"], "")
    plain["loads"] = [
        {name: getattr(load, name) for name in ("giver", "measure", "carried", "agreed")}
        for load in month.loads
    ]
    return Problem.from_json(plain)


def differences(outcome: Outcome, solution: Solution) -> list[str]:
    """What the solver says otherwise: values, levels, who is met, units of cells."""
    found = []
    stated = [(r.name, r.key, r.value) for r in solution.stages]
    if stated != outcome.values:
        found.append(f"values {stated} for {outcome.values}")
    for stage, choices in levels_of(outcome).items():
        result = next(r for r in solution.stages if r.name == stage)
        if read_levels(result) not in choices:
            found.append(f"{stage} {read_levels(result)} for one of {choices}")
    if {line.need for line in solution.assignments} != outcome.met:
        found.append(f"met {sorted(outcome.met)}")
    units = units_of(outcome, solution)
    if units != outcome.units:
        found.append(f"units {units} for {outcome.units}")
    return found


def read_levels(result: StageResult) -> dict[str, Fraction]:
    return {level.group: Fraction(level.numerator, level.denominator) for level in result.levels}


def levels_of(outcome: Outcome) -> dict[str, list[dict[str, Fraction]]]:
    """The levels that an answer may state, by the names that a solution gives to groups."""
    [met] = outcome.levels["neighbourhoods"]
    units = {outcome.names[cell]: Fraction(n) for cell, n in outcome.units.items()}
    loads = [
        {"/".join(giver): level for giver, level in choice.items()}
        for choice in outcome.levels["burden"]
    ]
    return {
        "neighbourhoods": [{group: level for (group,), level in met.items()}],
        "shares": [units],
        "burden": loads,
    }


def units_of(outcome: Outcome, solution: Solution) -> dict[tuple[str, str], int]:
    units: dict[Any, int] = dict.fromkeys(outcome.units, 0)
    rows = {need.id: need for need in outcome.judgement.month.problem.needs}
    for line in solution.assignments:
        need = rows[line.need]
        cell = (need.recipient, need.category)
        if cell in units and line.person is None:
            units[cell] += line.units
    return units
