"""Find an irreducible set of pins and least uses that conflict, when no answer is possible.

Without pins and least uses the empty answer satisfies every rule, so a conflict always consists of
these. A deletion filter leaves them out one after another: a member is not needed if the rest is
still impossible without it. If the linear program is infeasible, all members that its Farkas
multipliers do not use are left out together. Source: Chinneck, Feasibility and Infeasibility in
Optimization, 2008, chapter 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.engine.bounds import Bound
from optimizer.engine.branching import EngineError, OutOfTimeError, find_integer_point
from optimizer.engine.highs import IncrementalModel
from optimizer.engine.matrix import INFINITY
from optimizer.limits import DEFAULT_LIMITS, Limits
from optimizer.model.build import Model, build
from optimizer.problem import Pin, Problem
from optimizer.report import Conflict
from optimizer.solution import SolutionStatus

PIN_ROWS, LEAST_ROW = ("c11_met_", "c11_from_"), "c7_least_"


@dataclass(frozen=True, slots=True)
class _Member:
    """A pin, or the id of a stock with a least use, with its rows and their lower bounds."""

    named: Pin | str
    rows: tuple[tuple[int, float], ...]


def find_conflict(problem: Problem, limits: Limits = DEFAULT_LIMITS) -> Conflict:
    """(W3) Return an irreducible set of pins and least uses that no answer satisfies.

    Irreducible means that no proper subset conflicts; another conflict may be smaller. The status
    is FEASIBLE, without a set, if there is an answer, and FAILED if time or the engine does not
    suffice.
    """
    model = build(problem)
    engine = model.start_engine(limits.seconds)
    members = _gather_members(model, engine)
    try:
        is_impossible, proof = _is_impossible(engine)
        if not is_impossible:
            return Conflict(SolutionStatus.FEASIBLE)
        found = _filter(engine, members, proof)
    except (OutOfTimeError, EngineError):
        return Conflict(SolutionStatus.FAILED)
    return Conflict(
        SolutionStatus.INFEASIBLE,
        tuple(member.named for member in found if isinstance(member.named, Pin)),
        tuple(member.named for member in found if isinstance(member.named, str)),
    )


def _gather_members(model: Model, engine: IncrementalModel) -> list[_Member]:
    """Return the members, least uses first, so that these are left out first and pins are named."""
    problem, rows_of = model.problem, dict[tuple[int, int], list[int]]()
    for i, row in enumerate(model.rows.order):
        if row.name.startswith((LEAST_ROW, *PIN_ROWS)):
            is_pin, number = row.name.startswith(PIN_ROWS), int(row.name.rpartition("_")[2])
            rows_of.setdefault((int(is_pin), number), []).append(i)
    return [
        _Member(
            problem.pins[number] if is_pin else problem.stocks[number].id,
            tuple((i, float(engine.matrix.row_low[i])) for i in rows),
        )
        for (is_pin, number), rows in sorted(rows_of.items())
    ]


def _filter(
    engine: IncrementalModel, members: Sequence[_Member], proof: Bound | None
) -> list[_Member]:
    kept = _keep_used(engine, list(members), proof)
    sure: list[_Member] = []
    while kept:
        tried = kept.pop(0)
        _leave_out(engine, tried)
        is_impossible, proof = _is_impossible(engine)
        if is_impossible:
            kept = _keep_used(engine, kept, proof)
        else:
            _put_back(engine, tried)
            sure.append(tried)
    return sure


def _keep_used(
    engine: IncrementalModel, members: list[_Member], proof: Bound | None
) -> list[_Member]:
    """Leave out the members that a proof does not use; return the rest, all without a proof."""
    if proof is None:
        return members
    rows, used = set(proof.rows.tolist()), []
    for member in members:
        if any(row in rows for row, _ in member.rows):
            used.append(member)
        else:
            _leave_out(engine, member)
    return used


def _leave_out(engine: IncrementalModel, member: _Member) -> None:
    for row, _ in member.rows:
        engine.bound_row(row, -INFINITY, INFINITY)


def _put_back(engine: IncrementalModel, member: _Member) -> None:
    for row, low in member.rows:
        engine.bound_row(row, low, INFINITY)


def _is_impossible(engine: IncrementalModel) -> tuple[bool, Bound | None]:
    """Return whether there is no integer point, and the proof if already the LP has no point."""
    linear = engine.maximise_linear({})
    if linear.status is SolutionStatus.INFEASIBLE:
        return True, linear.proof
    found = find_integer_point(engine)
    return found.best is None and found.is_claimed, None
