"""Repair a published answer with the least change: only what the changes force is undone.

Priorities in this order: pins and every other rule hold; as many promised needs as possible stay
met, tier by tier (W4.1); as many needs as possible are met (W4.2); as many published assignments as
possible are kept (W4.3); the policy's own stages decide among the answers that remain. An
assignment is kept when the same stock, person and slot give the need at least as many units.

To count kept assignments, each must have a column of its own, so pairs without any effect on the
answer are first added to the month (``single_out``). They take the person of each assignment out of
a crew and give its need its own demands. Answers, scores and uses stay the same.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from optimizer import codec
from optimizer.changes import StageChange
from optimizer.codec import require, to_json
from optimizer.engine.branching import EngineError, OutOfTimeError
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.model.constraints import AT_LEAST
from optimizer.model.eligibility import DELIVERED
from optimizer.model.variables import Columns, Terms, Variable
from optimizer.problem import Forbid, Need, Pair, Pin, Problem
from optimizer.search.lexicographic import LexicographicSearch, NoPointError
from optimizer.solution import Assignment, Solution, SolutionStatus
from optimizer.tickets import label_lines, order_by_ticket
from optimizer.what_if.compare import Yardstick, compare_answers
from optimizer.what_if.solve_again import (
    WhatIfAnswer,
    find_yardstick,
    read_lines,
    require_answer,
    solve_again,
)

PinOrForbid = TypeVar("PinOrForbid", bound=Pin)


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after the publication: declines, absences, decisions of persons in charge.

    All rows of the month remain in the question.

    forbids   a declined assignment names need, stock and person; a withdrawn need only the need
    pins      decisions made since the publication
    people    ids of persons without a free slot from now on
    stocks    ids of stocks that give nothing more
    """

    forbids: tuple[Forbid, ...] = ()
    pins: tuple[Pin, ...] = ()
    people: tuple[str, ...] = ()
    stocks: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> "Changes":
        """Read changes from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)


def apply_changes(problem: Problem, changes: Changes) -> Problem:
    """Return the month after the changes. Raises ``ProblemError`` for unknown names."""
    _require_known(changes.people, [person.id for person in problem.people], "$.people")
    _require_known(changes.stocks, [stock.id for stock in problem.stocks], "$.stocks")
    return replace(
        problem,
        people=tuple(
            replace(person, slots=()) if person.id in changes.people else person
            for person in problem.people
        ),
        stocks=tuple(
            replace(stock, capacity=0, least=0, least_if_used=0)
            if stock.id in changes.stocks
            else stock
            for stock in problem.stocks
        ),
        forbids=_join(problem.forbids, changes.forbids),
        pins=_join(problem.pins, changes.pins),
    )


def _require_known(names: Sequence[str], known: Sequence[str], path: str) -> None:
    for k, name in enumerate(names):
        require(name in known, f"{path}[{k}]", "is not known")


def _join(old: tuple[PinOrForbid, ...], new: tuple[PinOrForbid, ...]) -> tuple[PinOrForbid, ...]:
    """Return the union; a rule that is in both keeps its old reason."""
    rules = {(rule.need, rule.stock, rule.person): rule for rule in (*new, *old)}
    return tuple(rules.values())


@dataclass(frozen=True, slots=True)
class Repair:
    """The repaired answer and what it undoes.

    status        PROVEN: no answer undoes less; FEASIBLE: every rule holds, not proved in time;
                  INFEASIBLE: no answer satisfies the changes; FAILED: none was found
    assignments   the repaired answer
    undone        published assignments that are not kept
    added         assignments that are to be announced
    lost          needs that only the published answer meets
    gained        needs that only the repaired answer meets
    stages        every aim of the policy, published and repaired, by the published yardstick
    """

    status: SolutionStatus
    assignments: tuple[Assignment, ...] = ()
    undone: tuple[Assignment, ...] = ()
    added: tuple[Assignment, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    stages: tuple[StageChange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = to_json(self)
        return plain


def repair(
    problem: Problem,
    solution: Solution,
    changes: Changes,
    limits: Limits = DEFAULT_LIMITS,
    yardstick: Yardstick | None = None,
) -> Repair:
    """(W4) Return the least-change answer of the month after ``changes``.

    ``yardstick``: that of ``problem`` and ``solution``, if it is known already.

    Whether an answer is found and proved is a status, not an exception. Raises ``ProblemError`` for
    unknown names, and for a solution that is of another problem or has no answer.
    """
    require_answer(problem, solution)
    published = solution.assignments
    changed = single_out(apply_changes(problem, changes), published)
    yardstick = yardstick or find_yardstick(problem, solution, limits.seconds)
    if yardstick is None:
        return Repair(SolutionStatus.FAILED)
    model, lines = build(order_by_ticket(changed)), label_lines(problem, published)
    found = _solve_in_order(model, lines, yardstick, limits.seconds)
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
        stages=compare_answers(problem, yardstick, published, found.assignments),
    )


def _solve_in_order(
    model: Model, published: Sequence[Assignment], yardstick: Yardstick, seconds: float
) -> WhatIfAnswer:
    """Maximise W4.1 to W4.3, fix each value by a row of the model, and solve the policy."""
    most_met = dict.fromkeys(model.columns.met.values(), 1)
    sums = [*_promises(model, published), most_met, _add_kept(model, published)]
    number = model.columns.number
    search = LexicographicSearch(model.start_engine(seconds))
    try:
        weights = [{number(v): weight for v, weight in terms.items()} for terms in sums]
        values = search.maximise_in_turn(weights)
    except NoPointError:
        return WhatIfAnswer(SolutionStatus.INFEASIBLE)
    except EngineError:
        return WhatIfAnswer(SolutionStatus.FAILED)
    except OutOfTimeError:
        if search.point is None:
            return WhatIfAnswer(SolutionStatus.FAILED)
        return WhatIfAnswer(SolutionStatus.FEASIBLE, read_lines(model, search.point))
    for k, (terms, value) in enumerate(zip(sums, values, strict=True), start=1):
        model.rows.add(f"repair_{k}", terms, AT_LEAST, value)
    return solve_again(model, yardstick, search.seconds_left)


def _promises(model: Model, published: Sequence[Assignment]) -> list[Terms]:
    """(W4.1) max sum_(d published, of the tier) met[d]      for every tier in turn      [needs]"""
    met = {assignment.need for assignment in published}
    tiers: dict[int, Terms] = defaultdict(dict)
    for d, variable in model.columns.met.items():
        need = model.problem.needs[d]
        if need.id in met:
            tiers[need.tier][variable] = 1
    return [terms for _, terms in sorted(tiers.items())]


def _add_kept(model: Model, published: Sequence[Assignment]) -> Terms:
    """(W4.3) max sum_a kept[a], units_a kept[a] <= flow of a      [assignments]

    Adds to the model a column and a row for every published delivery. A visit is one unit: its
    flow is its ``kept``.
    """
    terms: Terms = {}
    for k, assignment in enumerate(published):
        flow = find_flow(model.columns, assignment)
        if flow is not None and assignment.person is None:
            kept = model.columns.add(f"kept_{k}", 1)
            model.rows.add(f"kept_{k}", {flow: 1, kept: -assignment.units}, AT_LEAST, 0)
            terms[kept] = 1
        elif flow is not None:
            terms[flow] = 1
    return terms


def _list_missing(
    wanted: Sequence[Assignment], given: Sequence[Assignment]
) -> tuple[Assignment, ...]:
    """Return the wanted assignments that ``given`` lacks or has with fewer units."""
    units = {(a.need, a.stock, a.person, a.slot): a.units for a in given}
    return tuple(a for a in wanted if units.get((a.need, a.stock, a.person, a.slot), 0) < a.units)


def single_out(problem: Problem, assignments: Sequence[Assignment]) -> Problem:
    """Return the same month with pairs by which each of these assignments gets its own flow.

    A pair repeats the score and consumption that hold anyway, and bounds the units from the stock
    by a number that no answer exceeds.
    """
    needs = {need.id: need for need in problem.needs}
    pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
    for a in assignments:
        general = pairs.get((a.need, a.stock, None), Pair(a.need, a.stock))
        if a.person is not None:
            own = replace(general, person=a.person, most=None)
            pairs.setdefault((a.need, a.stock, a.person), own)
        # On a list, a pair without a person admits everybody of the stock, so persons need no pair.
        if not needs[a.need].listed and general.most is None:
            most = _most_units(needs[a.need])
            pairs[a.need, a.stock, None] = replace(general, most=most)
    return replace(problem, pairs=tuple(pairs.values()))


def _most_units(need: Need) -> int:
    return max(need.people, need.quantity)


def find_flow(columns: Columns, assignment: Assignment) -> Variable | None:
    """Return the flow of an assignment that was singled out; None if a rule forbids it now."""
    network = columns.network
    for r in network.demands_of[network.position[assignment.need]]:
        if network.demands[r].slot != assignment.slot:
            continue
        for i, (crew, s) in network.links_of.get(r, ()):
            members = () if crew == DELIVERED else network.crews[crew].members
            person = members[0] if members else None
            if (network.problem.stocks[s].id, person) == (assignment.stock, assignment.person):
                return columns.flow[i]
    return None
