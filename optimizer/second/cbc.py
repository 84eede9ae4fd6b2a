"""CBC as a second engine: is there an integer point that satisfies these rows?

The other files of this folder use CBC only through this one. A point counts only if, rounded to
whole numbers, it satisfies every row exactly. "There is no point" cannot be checked; that statement
is the second opinion itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TypeAlias

import pulp

from optimizer.model.constraints import AT_LEAST, AT_MOST, EQUAL
from optimizer.model.variables import Terms, Variable

Constraint: TypeAlias = pulp.LpConstraint
# Usually there is no point, which cuts show long before heuristics give up.
LEAN = ["heuristicsOnOff off", "preprocess off"]
_NUMBERS = count()  # of rows and switches; unique, because engines share rows


class Answer(StrEnum):
    """CBC's answer to a question."""

    FOUND = "found"  # an integer point, checked exactly
    NONE = "none"  # CBC says that there is none
    OPEN = "open"  # no answer in time, or a point that does not satisfy every row


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    """CBC's answer to one question.

    answer    whether a point was found
    values    variable -> its value at the point found; empty if none was found
    is_best   whether CBC says that no point has a greater sum
    """

    answer: Answer
    values: dict[Variable, int]
    is_best: bool = False  # CBC says that no point has a greater sum

    def total(self, terms: Terms) -> int:
        """Return the value of a sum at the point; a variable without a value counts as 0."""
        return sum(weight * self.values.get(variable, 0) for variable, weight in terms.items())


class SecondEngine:
    """The rows of a month and the rows kept since; those of one question are not kept.

    seconds   the time limit of one question
    """

    def __init__(self, rows: Sequence[Constraint], seconds: float) -> None:
        self._rows: list[Constraint] = list(rows)
        self.seconds = seconds

    def row(self, terms: Terms, sense: int, right: int) -> Constraint:
        """Return a new row ``terms sense right``; it holds only once it is kept or asked with."""
        name = f"second_{next(_NUMBERS)}"
        return Constraint(pulp.LpAffineExpression(terms), sense=sense, rhs=right, name=name)

    def at_least(self, terms: Terms, right: int) -> Constraint:
        """Return a row ``terms >= right``."""
        return self.row(terms, AT_LEAST, right)

    def at_most(self, terms: Terms, right: int) -> Constraint:
        """Return a row ``terms <= right``."""
        return self.row(terms, AT_MOST, right)

    def equal(self, terms: Terms, right: int) -> Constraint:
        """Return a row ``terms = right``."""
        return self.row(terms, EQUAL, right)

    def switch(self, high: int = 1) -> Variable:
        """Return a new integer decision between 0 and ``high``, which is in no row yet."""
        name = f"switch_{next(_NUMBERS)}"
        return pulp.LpVariable(name, 0, high, pulp.LpInteger, _skip_v4_deprecation=True)

    def keep(self, rows: Sequence[Constraint]) -> None:
        """Add rows to every later question."""
        self._rows += rows

    def ask(
        self, rows: Sequence[Constraint], aim: Terms | None = None, gap: float = 0.0
    ) -> SecondAnswer:
        """Ask for an integer point that satisfies all kept rows and ``rows``; return the answer.

        If ``aim`` is given, ask for the point at which this sum is greatest; ``is_best`` says
        whether it is. With ``gap`` the sum may be smaller by this fraction of the greatest.
        """
        question = pulp.LpProblem("question", pulp.LpMinimize)  # or the sign of duals differs
        for row in (*self._rows, *rows):
            question.addConstraint(row)
        costs = {variable: -weight for variable, weight in (aim or {}).items()}
        question.setObjective(pulp.LpAffineExpression(costs))
        if aim and not gap:
            return self._run(question, self.seconds, [])
        lean = self._run(question, self.seconds / 2, LEAN, gap)
        if lean.answer is not Answer.OPEN:
            return lean
        return self._run(question, self.seconds / 2, [], gap)

    def _run(
        self, question: pulp.LpProblem, seconds: float, options: list[str], gap: float = 0.0
    ) -> SecondAnswer:
        path = pulp.PULP_CBC_CMD.pulp_cbc_path
        solver = pulp.COIN_CMD(
            path=path,
            msg=False,
            threads=1,
            timeLimit=seconds,
            gapRel=gap,
            gapAbs=0.99,
            options=options,
        )
        try:
            question.solve(solver)
        except pulp.PulpSolverError:  # the engine died without an answer
            return SecondAnswer(Answer.OPEN, {})
        if question.status == pulp.LpStatusInfeasible:
            return SecondAnswer(Answer.NONE, {})
        if question.status != pulp.LpStatusOptimal or not _round(question):
            return SecondAnswer(Answer.OPEN, {})
        values = {v: int(v.varValue) for v in question.variables() if v.varValue is not None}
        is_best = question.sol_status == pulp.LpSolutionOptimal and not gap
        return SecondAnswer(Answer.FOUND, values, is_best)


def _round(question: pulp.LpProblem) -> bool:
    """Round every variable; return whether all rows and bounds hold exactly."""
    for variable in question.variables():
        if variable.varValue is not None:
            variable.varValue = float(round(variable.varValue))
    return bool(question.valid(0))
