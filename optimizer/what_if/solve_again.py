"""Find the best answer of a model by a given yardstick; every what-if question is answered so.

An additional rule changes what a group could get alone, and which needs are undecided. Two answers
are comparable only by one yardstick, so the published answer's is used for both.
"""

from dataclasses import dataclass, replace

from optimizer.codec import ProblemError
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.engine.matrix import Vector
from optimizer.limits import Limits
from optimizer.model.build import Model, build
from optimizer.model.individuals import assign_individuals
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.search.alone import Possible, possible_by_group, read_possible
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.search.solve import find_bases
from optimizer.search.stages import Run, run_stages, say_nothing
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.stages.registry import kind_of
from optimizer.tickets import name_lines
from optimizer.what_if.compare import Yardstick


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """A status; ``assignments`` are those of a PROVEN or FEASIBLE answer and empty otherwise."""

    status: SolutionStatus
    assignments: tuple[Assignment, ...] = ()

    @property
    def met(self) -> frozenset[str]:
        """The ids of the needs that the answer meets."""
        return frozenset(assignment.need for assignment in self.assignments)


def require_answer(problem: Problem, solution: Solution) -> None:
    """Raise ``ProblemError`` unless the solution is a usable answer of exactly this problem."""
    if not solution.is_usable:
        raise ProblemError("$.status", "is not an answer")
    if solution.problem_sha256 != problem.sha256:
        raise ProblemError("$.problem_sha256", "is not that of the problem")


def find_yardstick(problem: Problem, solution: Solution, seconds: float) -> Yardstick | None:
    """Return what answers of the month are counted by; None if it is not found in time.

    Denominators are read from the solution. What is undecided and contested before the stages of a
    public draw is found by solving the month. Each of the two may take ``seconds``.
    """
    possible = find_possible(problem, solution, seconds)
    bases = find_bases(problem, Limits(seconds=seconds)) if problem.policy.is_drawn else {}
    if possible is None or bases is None:
        return None
    return Yardstick(possible, {name: replace(of, is_borrowed=True) for name, of in bases.items()})


def find_possible(problem: Problem, solution: Solution, seconds: float) -> Possible | None:
    """Return for every stage and group how many of the group's needs can be met alone.

    The numbers are read from the solution. For a stage that the solution left open they are solved
    for, within ``seconds`` for each stage; returns None if this time is not enough or the engine
    fails.
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


def solve_again(model: Model, yardstick: Yardstick, seconds: float) -> WhatIfAnswer:
    """Return the best answer under the policy by this yardstick.

    If the policy draws in public, the model must be built of a problem with labels. Whether an
    answer is found and proved is a status, not an exception.
    """
    search = LexicographicSearch(model.start_engine(seconds))
    status, run = SolutionStatus.PROVEN, Run(given=yardstick.bases)
    try:
        run_stages(search, model, yardstick.possible, say_nothing, run)
    except NoPointError:
        return WhatIfAnswer(SolutionStatus.INFEASIBLE)
    except OutOfTimeError:
        status = SolutionStatus.FEASIBLE
    except EngineError:
        return WhatIfAnswer(SolutionStatus.FAILED)
    if search.point is None:
        return WhatIfAnswer(SolutionStatus.FAILED)
    return WhatIfAnswer(status, read_lines(model, search.point))


def read_lines(model: Model, point: Vector) -> tuple[Assignment, ...]:
    """Return the assignments of a point, with the ids of the question in place of labels."""
    lines = assign_individuals(model.columns, point)
    return name_lines(lines) if model.problem.policy.is_drawn else lines
