"""Least change after a publication: what was announced is undone only where the changes force it.

In this order: pins and every other rule hold; of the needs that were promised as many as possible
stay met, tier after tier (W4.1); as many needs as possible are met (W4.2); as many of the published
assignments as possible stand (W4.3); then the policy's own stages decide among what is left. An
assignment stands when the same stock, person and slot give the need at least as many units.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.backend import LivingModel
from optimizer.build import Model, build
from optimizer.chain import Chain, NoPointError
from optimizer.changes import Changes, apply_changes
from optimizer.codec import to_json
from optimizer.compare import Possible, StageChange, compare_answers
from optimizer.given import Given, find_possible, require_answer, solve_given
from optimizer.in_turn import maximise_in_turn
from optimizer.individuals import assign_individuals
from optimizer.limits import Limits
from optimizer.points import EngineError, OutOfTimeError
from optimizer.problem import Problem
from optimizer.single_out import find_flow, single_out
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.terms import AT_LEAST
from optimizer.variables import Terms

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Repair:
    """The repaired answer and what it undoes.

    status   PROVEN: no answer undoes less; FEASIBLE: every rule holds, time came before the proof;
             INFEASIBLE: no answer holds the changes
    undone   published assignments that do not stand      added   assignments to be announced
    lost     needs met before and not after               gained  the other way round
    stages   every aim of the policy, published and repaired, with the published denominators
    """

    status: SolutionStatus
    assignments: tuple[Assignment, ...] = ()
    undone: tuple[Assignment, ...] = ()
    added: tuple[Assignment, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    stages: tuple[StageChange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, empty facts left out."""
        plain: dict[str, Any] = to_json(self)
        return plain


def repair(
    problem: Problem, solution: Solution, changes: Changes, limits: Limits = DEFAULT_LIMITS
) -> Repair:
    """(W4) The least-change answer of the month after ``changes``; never raises for an outcome.

    Raises ``ProblemError`` for names that are not known, and for a solution of another problem.
    """
    require_answer(problem, solution)
    published = solution.assignments
    model = build(single_out(apply_changes(problem, changes), published))
    possible = find_possible(problem, solution, limits.seconds)
    if possible is None:
        return Repair(SolutionStatus.FAILED)
    found = _solve_in_order(model, published, possible, limits.seconds)
    if not found.assignments and found.status is not SolutionStatus.PROVEN:
        return Repair(found.status)
    before = {assignment.need for assignment in published}
    return Repair(
        found.status,
        found.assignments,
        undone=_list_missing(published, found.assignments),
        added=_list_missing(found.assignments, published),
        lost=tuple(sorted(before - found.met)),
        gained=tuple(sorted(found.met - before)),
        stages=compare_answers(problem, possible, published, found.assignments),
    )


def _solve_in_order(
    model: Model, published: Sequence[Assignment], possible: Possible, seconds: float
) -> Given:
    """W4.1 to W4.3 as rows of the model, then the policy."""
    sums = [*_promises(model, published), dict.fromkeys(model.columns.met.values(), 1)]
    sums.append(_standing(model, published))
    number = model.columns.number
    chain = Chain(LivingModel(model.columns.order, model.rows.order, seconds))
    try:
        weights = [{number(v): weight for v, weight in terms.items()} for terms in sums]
        values = maximise_in_turn(chain, weights)
    except NoPointError:
        return Given(SolutionStatus.INFEASIBLE)
    except EngineError:
        return Given(SolutionStatus.FAILED)
    except OutOfTimeError:
        if chain.point is None:
            return Given(SolutionStatus.FAILED)
        return Given(SolutionStatus.FEASIBLE, assign_individuals(model.columns, chain.point))
    for k, (terms, value) in enumerate(zip(sums, values, strict=True), start=1):
        model.rows.add(f"repair_{k}", terms, AT_LEAST, value)
    return solve_given(model, possible, chain.living.seconds_left)


def _promises(model: Model, published: Sequence[Assignment]) -> list[Terms]:
    """(W4.1) max sum_(d published, of the tier) met[d]      for every tier in turn      [needs]"""
    met = {assignment.need for assignment in published}
    tiers: dict[int, Terms] = defaultdict(dict)
    for d, variable in model.columns.met.items():
        need = model.columns.network.problem.needs[d]
        if need.id in met:
            tiers[need.tier][variable] = 1
    return [terms for _, terms in sorted(tiers.items())]


def _standing(model: Model, published: Sequence[Assignment]) -> Terms:
    """(W4.3) max sum_a stands[a], units_a stands[a] <= flow of a      [assignments]

    A visit is one unit and its flow says itself whether it stands.
    """
    terms: Terms = {}
    for k, assignment in enumerate(published):
        flow = find_flow(model.columns, assignment)
        if flow is not None and assignment.person is None:
            stands = model.columns.add(f"stands_{k}", 1)
            model.rows.add(f"stands_{k}", {flow: 1, stands: -assignment.units}, AT_LEAST, 0)
            terms[stands] = 1
        elif flow is not None:
            terms[flow] = 1
    return terms


def _list_missing(
    wanted: Sequence[Assignment], given: Sequence[Assignment]
) -> tuple[Assignment, ...]:
    """Assignments that the given ones do not contain, unit for unit."""
    units = {(a.need, a.stock, a.person, a.slot): a.units for a in given}
    return tuple(a for a in wanted if units.get((a.need, a.stock, a.person, a.slot), 0) < a.units)
