"""The lines of a run, one for each need: filtered, with their givers."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    Need,
    NeedOutcome,
    Organisation,
    Pairing,
    Promise,
    PromiseState,
    Resident,
    RoundRun,
    ServiceCategory,
    Volunteer,
)
from matchmaker.promises.present import PROMISE_REVOKED
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.solve.figures import LEFT_AT_HOME, TAKEN_BACK_AT_HOME

GROUNDS = (
    "no_eligible_offer",
    "outranked",
    "lost_lottery",
    "time_conflict",
    "forbidden",
    "declined_before",
    LEFT_AT_HOME,
    TAKEN_BACK_AT_HOME,
    PROMISE_REVOKED,
    "undecided",
)


@dataclass(frozen=True, slots=True)
class LineFilters:
    """Filters of a run's lines: codes as in the address; an empty code does not filter."""

    result: str = ""
    category: str = ""
    committee: str = ""
    tier: str = ""
    ground: str = ""
    organisation: str = ""
    reference: str = ""


def select_lines(run: RoundRun, filters: LineFilters) -> Select[Any]:
    """Select the outcomes of the run that pass the filters, in order of the need's reference."""
    query = (
        select(NeedOutcome)
        .join(NeedOutcome.need)
        .join(Need.resident)
        .where(NeedOutcome.round_run_id == run.id)
        .options(
            joinedload(NeedOutcome.need).options(
                joinedload(Need.category), joinedload(Need.committee), joinedload(Need.resident)
            )
        )
        .order_by(Need.reference)
    )
    return query.where(*_list_conditions(run, filters))


def get_line(run: RoundRun, reference: str) -> NeedOutcome:
    """Return the outcome of one need in the run. Raises ``NotFoundError`` if there is none."""
    outcome = db.session.scalar(select_lines(run, LineFilters()).where(Need.reference == reference))
    if outcome is None:
        raise NotFoundError("line.unknown")
    found: NeedOutcome = outcome
    return found


def list_givers(run: RoundRun, outcomes: list[NeedOutcome]) -> dict[int, list[Promise]]:
    """The promises for the needs of these outcomes, ended ones too, keyed by the need's id."""
    givers: dict[int, list[Promise]] = {}
    query = (
        select(Promise)
        .where(
            Promise.round_run_id == run.id,
            Promise.need_id.in_([outcome.need_id for outcome in outcomes]),
        )
        .options(joinedload(Promise.organisation), joinedload(Promise.volunteer))
        .order_by(Promise.id)
    )
    for row in db.session.scalars(query):
        if row.need_id is not None:
            givers.setdefault(row.need_id, []).append(row)
    return givers


def list_persons(run: RoundRun) -> set[int]:
    """The ids of the persons in the question of the run: residents, and volunteers of the month."""
    snapshot = read_snapshot(run.match_round)
    residents = {row.resident for row in snapshot.needs}
    residents |= {row.resident for row in snapshot.due_visits}
    volunteers = {row.reference for row in snapshot.volunteers}
    return {
        *db.session.scalars(select(Resident.person_id).where(Resident.reference.in_(residents))),
        *db.session.scalars(select(Volunteer.person_id).where(Volunteer.reference.in_(volunteers))),
    }


def list_promises(run: RoundRun, ids: Collection[int]) -> list[Promise]:
    """The promises of the run with these ids, in order of id, with the rows that name them."""
    return _list_assignments(Promise.round_run_id == run.id, Promise.id.in_(ids))


def list_revoked(run: RoundRun) -> list[Promise]:
    """The revoked promises of the run, in order of id."""
    revoked = Promise.state == PromiseState.REVOKED
    return _list_assignments(Promise.round_run_id == run.id, revoked)


def _list_assignments(*conditions: ColumnElement[bool]) -> list[Promise]:
    query = (
        select(Promise)
        .where(*conditions)
        .options(
            joinedload(Promise.need).options(joinedload(Need.category), joinedload(Need.resident)),
            joinedload(Promise.pairing).options(
                joinedload(Pairing.category), joinedload(Pairing.resident)
            ),
            joinedload(Promise.organisation),
            joinedload(Promise.volunteer),
        )
        .order_by(Promise.id)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class RunLine:
    """One need of a run: what was found for it, and who gives it.

    outcome   what was found, or the ground
    givers    the organisations of its promises, of ended ones too
    """

    outcome: NeedOutcome
    givers: list[Organisation]

    @property
    def need(self) -> Need:
        return self.outcome.need


def read_lines(run: RoundRun, outcomes: list[NeedOutcome]) -> list[RunLine]:
    """Return the lines of these outcomes; one query finds the givers of all."""
    givers = list_givers(run, outcomes)
    return [
        RunLine(row, [found.organisation for found in givers.get(row.need_id, [])])
        for row in outcomes
    ]


def _list_conditions(run: RoundRun, filters: LineFilters) -> list[Any]:
    conditions: list[Any] = []
    if filters.result:
        conditions.append(NeedOutcome.is_met.is_(filters.result == "met"))
    if filters.category:
        codes = select(ServiceCategory.id).where(ServiceCategory.code == filters.category)
        conditions.append(Need.category_id.in_(codes))
    if filters.committee:
        codes = select(Committee.id).where(Committee.code == filters.committee)
        conditions.append(Need.committee_id.in_(codes))
    if filters.tier:
        conditions.append(Need.tier == int(filters.tier))
    if filters.ground:
        conditions.append(NeedOutcome.ground == filters.ground)
    if filters.organisation:
        conditions.append(NeedOutcome.need_id.in_(_select_served(run, filters.organisation)))
    if filters.reference:
        typed = filters.reference.upper()
        conditions.append(
            Need.reference.contains(typed, autoescape=True)
            | Resident.reference.contains(typed, autoescape=True)
        )
    return conditions


def _select_served(run: RoundRun, code: str) -> Select[Any]:
    return (
        select(Promise.need_id)
        .join(Organisation, Organisation.id == Promise.organisation_id)
        .where(
            Promise.round_run_id == run.id,
            Organisation.code == code,
            Promise.need_id.is_not(None),
        )
    )
