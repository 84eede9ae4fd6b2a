"""From a solution's JSON to rows: who gives what to whom, and what was found for each need."""

from typing import Any

from sqlalchemy import Select, select

from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    AssignmentState,
    Need,
    NeedOutcome,
    Organisation,
    Pairing,
    RoundRun,
    Volunteer,
)
from matchmaker.rounds.problem import get_duty_id
from matchmaker.rounds.queries import get_snapshot
from matchmaker.rounds.solve.figures import read_answer

Row = dict[str, Any]
MET = "met"
UNDECIDED = "undecided"  # the time limit came before the ground was known


def write_outcomes(run: RoundRun, snapshot: Row, solution: Row, explanations: Row) -> None:
    """One outcome for each need of the snapshot; ``explanations``: need id -> code, numbers."""
    answer = read_answer(solution)
    references = [row["reference"] for row in snapshot["needs"]]
    ids = _map_ids(Need, references)
    for row in snapshot["needs"]:
        reference = row["reference"]
        units = answer.units.get(reference, 0)
        told = dict(explanations.get(reference, {}))
        ground = told.pop("code", answer.grounds.get(reference, UNDECIDED))
        db.session.add(
            NeedOutcome(
                round_run_id=run.id,
                need_id=ids[reference],
                is_met=units > 0,
                received_units=units,
                ground=MET if units else ground,
                numbers={"asked": row["quantity"], "units": units, **told},
            )
        )


def write_assignments(run: RoundRun, snapshot: Row, solution: Row) -> None:
    """One assignment for each line of the solution, proposed until the run is published."""
    lines = solution.get("assignments", [])
    offers = get_snapshot(run.match_round).offer_ids
    duties = {get_duty_id(row): row["pairing"] for row in snapshot["due_visits"]}
    needs = _map_ids(Need, [line["need"] for line in lines if line["need"] not in duties])
    pairings = _map_ids(Pairing, sorted(set(duties.values())))
    volunteers = _map_ids(Volunteer, [line["person"] for line in lines if line.get("person")])
    organisations = {row["name"]: row["organisation"] for row in snapshot["offers"]}
    organisation_ids = _pair_up(select(Organisation.code, Organisation.id))
    for line in lines:
        pairing = duties.get(line["need"])
        db.session.add(
            Assignment(
                round_run_id=run.id,
                need_id=None if pairing else needs[line["need"]],
                pairing_id=pairings[pairing] if pairing else None,
                offer_id=offers[line["stock"]],
                organisation_id=organisation_ids[organisations[line["stock"]]],
                volunteer_id=volunteers[line["person"]] if line.get("person") else None,
                slot=line.get("slot"),
                units=line.get("units", 1),
                state=AssignmentState.PROPOSED,
            )
        )


def _map_ids(model: type[Need | Pairing | Volunteer], references: list[str]) -> dict[str, int]:
    """Row ids by reference, asked for in portions that every database takes."""
    wanted = sorted(set(references))
    ids: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        statement = select(model.reference, model.id).where(
            model.reference.in_(wanted[start : start + 500])
        )
        ids.update(_pair_up(statement))
    return ids


def _pair_up(statement: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in db.session.execute(statement)}
