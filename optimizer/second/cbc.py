"""CBC, asked one closed question at a time: is there an integer point that keeps these rows?

The engine of second opinions, CBC; the only file that names it. Nothing is taken
on trust that can be checked: a point counts only if it holds exactly, in whole numbers. That there
is no point is CBC's word; for that word it is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TypeAlias

import pulp

from optimizer.model.constraints import AT_LEAST, AT_MOST, EQUAL
from optimizer.model.variables import Terms, Variable

ENGINE = "CBC"
Constraint: TypeAlias = pulp.LpConstraint
# Mostly there is no point: a round of cuts says so long before heuristics give up seeking one.
LEAN = ["heuristicsOnOff off", "preprocess off"]
_NUMBERS = count()  # of rows and switches, as engines share rows; names decide nothing


class Answer(StrEnum):
    """What CBC made of a question."""

    FOUND = "found"  # an integer point, checked
    NONE = "none"  # there is none, says CBC
    OPEN = "open"  # neither within its time, or a point that does not hold exactly


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer; ``values``: of the variables at the point found, empty without one."""

    answer: Answer
    values: dict[Variable, int]
    is_best: bool = False  # CBC says that no point has a greater objective

    def total(self, terms: Terms) -> int:
        """A whole-number sum at the point."""
        return sum(weight * self.values.get(variable, 0) for variable, weight in terms.items())


class SecondEngine:
    """The rows of a month and those kept since; every question adds rows of its own and goes."""

    def __init__(self, rows: Sequence[Constraint], seconds: float) -> None:
        self._rows: list[Constraint] = list(rows)
        self.seconds = seconds

    def row(self, terms: Terms, sense: int, right: int) -> Constraint:
        """A row ``terms sense right`` that is neither kept nor asked yet."""
        name = f"second_{next(_NUMBERS)}"
        return Constraint(pulp.LpAffineExpression(terms), sense=sense, rhs=right, name=name)

    def at_least(self, terms: Terms, right: int) -> Constraint:
        """A row ``terms >= right``."""
        return self.row(terms, AT_LEAST, right)

    def at_most(self, terms: Terms, right: int) -> Constraint:
        """A row ``terms <= right``."""
        return self.row(terms, AT_MOST, right)

    def equal(self, terms: Terms, right: int) -> Constraint:
        """A row ``terms = right``."""
        return self.row(terms, EQUAL, right)

    def switch(self) -> Variable:
        """A new whole decision between 0 and 1 in no row."""
        name = f"switch_{next(_NUMBERS)}"
        return pulp.LpVariable(name, 0, 1, pulp.LpInteger, _skip_v4_deprecation=True)

    def keep(self, rows: Sequence[Constraint]) -> None:
        """Rows that every later question keeps."""
        self._rows += rows

    def ask(self, rows: Sequence[Constraint], aim: Terms | None = None) -> Heard:
        """Whether an integer point keeps everything and ``rows``; with an aim, the greatest sum."""
        question = pulp.LpProblem("question", pulp.LpMinimize)  # dual signs flip otherwise
        for row in (*self._rows, *rows):
            question.addConstraint(row)
        costs = {variable: -weight for variable, weight in (aim or {}).items()}
        question.setObjective(pulp.LpAffineExpression(costs))
        if aim:
            return self._run(question, self.seconds, [])
        lean = self._run(question, self.seconds / 2, LEAN)
        return self._run(question, self.seconds / 2, []) if lean.answer is Answer.OPEN else lean

    def _run(self, question: pulp.LpProblem, seconds: float, options: list[str]) -> Heard:
        path = pulp.PULP_CBC_CMD.pulp_cbc_path
        solver = pulp.COIN_CMD(
            path=path,
            msg=False,
            threads=1,
            timeLimit=seconds,
            gapRel=0,
            gapAbs=0.99,
            options=options,
        )
        try:
            question.solve(solver)
        except pulp.PulpSolverError:  # it died; what it thought is not known
            return Heard(Answer.OPEN, {})
        if question.status == pulp.LpStatusInfeasible:
            return Heard(Answer.NONE, {})
        if question.status != pulp.LpStatusOptimal or not _round(question):
            return Heard(Answer.OPEN, {})
        values = {v: int(v.varValue) for v in question.variables() if v.varValue is not None}
        return Heard(Answer.FOUND, values, question.sol_status == pulp.LpSolutionOptimal)


def _round(question: pulp.LpProblem) -> bool:
    """Put every variable on its whole number; whether all rows and bounds hold there exactly."""
    for variable in question.variables():
        if variable.varValue is not None:
            variable.varValue = float(round(variable.varValue))
    return bool(question.valid(0))
