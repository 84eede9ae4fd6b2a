"""What would help most: the month solved again with a little more of the capacities that bind.

The linear program says where to look (candidates.py); every answer rests on a re-solve of the
whole policy. Only capacities that somebody offers already are looked at: a need that nobody may
serve at all is told its nearest miss by ``explain``.
"""

from dataclasses import dataclass
from typing import Any

from optimizer.build import build
from optimizer.candidates import list_candidates
from optimizer.codec import to_json
from optimizer.extra import Extra, enlarge
from optimizer.given import require_answer
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.solution import Solution, SolutionStatus
from optimizer.solve import solve

DEFAULT_LIMITS = Limits()
MOST_EXTRAS = 5


@dataclass(frozen=True, slots=True)
class Help:
    """What one extra would bring.

    gained   needs met more, net of those that lose      status   of the answer with the extra
    met      needs met only with it                      lost     needs met only without it
    """

    extra: Extra
    status: SolutionStatus
    gained: int = 0
    met: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, empty facts left out."""
        plain: dict[str, Any] = to_json(self)
        return plain


def find_help(
    problem: Problem,
    solution: Solution,
    most: int = MOST_EXTRAS,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Help, ...]:
    """(W5) At most ``most`` extras and what they bring, the greatest gain first.

    Each is a re-solve within ``limits``. Raises ``ProblemError`` for a solution of another problem.
    """
    require_answer(problem, solution)
    extras = list_candidates(build(problem), solution.assignments, most, limits.seconds)
    found = [_confirm(problem, solution, extra, limits) for extra in extras]
    return tuple(sorted(found, key=lambda told: -told.gained))


def _confirm(problem: Problem, solution: Solution, extra: Extra, limits: Limits) -> Help:
    answer = solve(enlarge(problem, extra), limits)
    if not answer.is_usable:
        return Help(extra, answer.status)
    before = {assignment.need for assignment in solution.assignments}
    after = {assignment.need for assignment in answer.assignments}
    return Help(
        extra,
        answer.status,
        gained=len(after) - len(before),
        met=tuple(sorted(after - before)),
        lost=tuple(sorted(before - after)),
    )
