"""Write a solution to rows: who gives what to which need, and an outcome for each need."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select

from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    Need,
    NeedOutcome,
    Organisation,
    Pairing,
    Promise,
    PromiseState,
    RoundRepair,
    RoundRun,
    Volunteer,
)
from matchmaker.rounds.outcome_numbers import make_numbers
from matchmaker.rounds.queries import get_snapshot
from matchmaker.rounds.question.asks import HandedBack
from matchmaker.rounds.question.problem import list_common_days
from matchmaker.rounds.question.snapshot import Snapshot
from matchmaker.rounds.question.visitors import name_volunteers
from matchmaker.rounds.question.waits import counts_half_months
from matchmaker.rounds.solve.figures import LEFT_AT_HOME, count_units
from optimizer.solution import Assignment as Line
from optimizer.solution import GroundCode, Solution

MET = "met"


def write_outcomes(run: RoundRun, snapshot: Snapshot, answer: HandedBack) -> None:
    """Add one outcome for each need of the snapshot, with the ground of its explanation if unmet.

    Without an explanation the ground is ``undecided``, or ``left_at_home`` if the need is in
    ``left``.
    """
    units = count_units(answer.solution)
    found = {explanation.need: explanation for explanation in answer.explanations}
    ids = _map_ids(Need, [row.reference for row in snapshot.needs])
    in_half_months = counts_half_months(snapshot)
    for row in snapshot.needs:
        received, unmet = units.get(row.reference, 0), found.get(row.reference)
        ground = unmet.code.value if unmet else GroundCode.UNDECIDED.value
        if row.reference in answer.left:
            ground = LEFT_AT_HOME
        db.session.add(
            NeedOutcome(
                round_run_id=run.id,
                need_id=ids[row.reference],
                is_met=received > 0,
                received_units=received,
                ground=MET if received else ground,
                numbers=make_numbers(
                    row.quantity, received, unmet, in_half_months=in_half_months
                ).to_json(),
            )
        )


def write_assignments(run: RoundRun, snapshot: Snapshot, solution: Solution) -> None:
    """Add an assignment and a proposed promise for each line of the solution."""
    lines = solution.assignments
    days = list_common_days(snapshot, lines)
    write_lines(run, snapshot, [(line, days[line.need, line.slot]) for line in lines])


def write_lines(
    run: RoundRun,
    snapshot: Snapshot,
    lines: Sequence[tuple[Line, Sequence[int] | None]],
    repair: RoundRepair | None = None,
) -> list[Promise]:
    """Add an assignment and a proposed promise for each line, with its days; return the promises.

    Days None: any day, in the line's slot if it has one. ``repair``: the search that found the
    lines; None: the run found them. Does not flush.
    """
    every = [line for line, _days in lines]
    offers, givers = get_snapshot(run.match_round).offer_ids, _map_givers(snapshot)
    duties = {visit.id: visit.pairing for visit in snapshot.due_visits}
    needs = _map_ids(Need, {line.need for line in every} - duties.keys())
    pairings = _map_ids(Pairing, set(duties.values()))
    volunteers = _map_volunteers(snapshot, every)
    promises = []
    for line, days in lines:
        pairing = duties.get(line.need)
        values = {
            "round_run_id": run.id,
            "need_id": None if pairing else needs[line.need],
            "pairing_id": pairings[pairing] if pairing else None,
            "offer_id": offers[line.stock],
            "organisation_id": givers[line.stock],
            "volunteer_id": volunteers.get((line.person, line.stock)),
            "slot": line.slot,
            "days": _write_days(snapshot, days),
            "units": line.units,
        }
        decided = Assignment(**values, repair=repair)
        promises.append(Promise(**values, assignment=decided, state=PromiseState.PROPOSED))
    db.session.add_all(promises)
    return promises


def _map_givers(snapshot: Snapshot) -> dict[str, int]:
    """The id of the organisation of each offer of the month, keyed by the offer's name."""
    ids = _pair_up(select(Organisation.code, Organisation.id))
    return {row.name: ids[row.organisation] for row in snapshot.offers}


def _map_volunteers(snapshot: Snapshot, lines: Sequence[Line]) -> dict[tuple[str | None, str], int]:
    """The id of the entry that makes the visits of a person from an offer, keyed by both."""
    rows = name_volunteers(snapshot)
    visitors = {
        (line.person, line.stock): rows.get((line.person, line.stock), line.person)
        for line in lines
        if line.person
    }
    ids = _map_ids(Volunteer, set(visitors.values()))
    return {key: ids[reference] for key, reference in visitors.items()}


def _write_days(snapshot: Snapshot, days: Sequence[int] | None) -> list[str] | None:
    return None if days is None else [f"{snapshot.month}-{day:02d}" for day in days]


def _map_ids(
    model: type[Need | Pairing | Volunteer], references: Collection[str]
) -> dict[str, int]:
    """Row ids keyed by reference, loaded in portions that every database accepts."""
    wanted = sorted(references)
    ids: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        query = select(model.reference, model.id).where(
            model.reference.in_(wanted[start : start + 500])
        )
        ids.update(_pair_up(query))
    return ids


def _pair_up(query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in db.session.execute(query)}
