"""The best answer of a model with given denominators: the solve behind every "what if" question.

An additional rule changes what a group could get alone. Two answers are comparable only with the
denominators of one month, so these are taken from the answer in question.
"""

from dataclasses import dataclass

from optimizer.codec import ProblemError
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.model.build import Model, build
from optimizer.model.individuals import assign_individuals
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import Possible, possible_by_group, read_possible
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.stages import Run, run_stages, say_nothing
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.stages.registry import kind_of


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """The result; ``assignments`` of a proven or feasible answer."""

    status: SolutionStatus
    assignments: tuple[Assignment, ...] = ()

    @property
    def met(self) -> frozenset[str]:
        """The needs met."""
        return frozenset(assignment.need for assignment in self.assignments)


def require_answer(problem: Problem, solution: Solution) -> None:
    """Raise ``ProblemError`` unless the solution is a usable answer of this very problem."""
    if not solution.is_usable:
        raise ProblemError("$.status", "is not an answer")
    if solution.problem_sha256 != problem.sha256:
        raise ProblemError("$.problem_sha256", "is not that of the problem")


class UnpricedError(ProblemError):
    """Two answers of the policy have no common measure."""


def require_denominators(problem: Problem) -> None:
    """Raise ``UnpricedError`` for a policy with a public draw, whose answers cannot be compared so.

    Its homes, contests and tickets depend on which needs are decided; that is another set once a
    need is forced, so that there is no common measure of the two answers. Appeal and conflict
    compare needs met only and work under every policy.
    """
    if problem.policy.is_drawn:
        raise UnpricedError(
            "$.policy",
            f"under {problem.policy.label} two answers have no common measure: forcing one changes "
            "which needs are decided; ask for extra capacity or a conflict instead",
        )


def find_possible(problem: Problem, solution: Solution, seconds: float) -> Possible | None:
    """Return for every stage and group how many of the group's needs can be met alone.

    The numbers are read from the solution. For stages that its time limit left open they are solved
    for, within ``seconds``; returns None when this time is not enough.
    """
    levels = {result.name: result.levels for result in solution.stages if result.levels}
    found: dict[str, dict[str, int]] = {}
    for stage in problem.policy.stages:
        if not kind_of(stage).groups_alone(stage, problem):
            continue
        if stage.name in levels:
            found[stage.name] = read_possible(stage, problem, levels[stage.name])
        else:
            try:
                found[stage.name] = _measure(problem, stage, seconds)
            except (OutOfTimeError, EngineError):
                return None
    return found


def _measure(problem: Problem, stage: Stage, seconds: float) -> dict[str, int]:
    model = build(problem)
    search = LexicographicSearch(model.start_engine(seconds))
    alone = possible_by_group(search, model, stage)
    return {group: found.needs for group, found in alone.items()}


def solve_again(model: Model, possible: Possible, seconds: float) -> WhatIfAnswer:
    """Return the best answer under the policy and these denominators.

    No outcome is an exception.
    """
    search = LexicographicSearch(model.start_engine(seconds))
    status = SolutionStatus.PROVEN
    try:
        run_stages(search, model, possible, say_nothing, Run())
    except NoPointError:
        return WhatIfAnswer(SolutionStatus.INFEASIBLE)
    except OutOfTimeError:
        status = SolutionStatus.FEASIBLE
    except EngineError:
        return WhatIfAnswer(SolutionStatus.FAILED)
    if search.point is None:
        return WhatIfAnswer(SolutionStatus.FAILED)
    return WhatIfAnswer(status, assign_individuals(model.columns, search.point))
