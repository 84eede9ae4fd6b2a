"""The timeline of a need, from the audit chain and the results of published rounds."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    Committee,
    MatchRound,
    Need,
    NeedOutcome,
    Promise,
    PromiseState,
)
from matchmaker.promises.states import FALLEN_STATES

SHOWN_ACTIONS = frozenset(
    f"need.{step}"
    for step in (
        "submit",
        "change",
        "return",
        "verify",
        "correct",
        "undo_verify",
        "withdraw",
        "merge",
        "keep",
        "add_times",
    )
)
ROUND_FOUND, ROUND_FOUND_NOTHING = "round.found", "round.found_nothing"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a need; ``code`` is an audit action or a round's result."""

    at: datetime
    code: str
    numbers: dict[str, Any] = field(default_factory=dict)
    by: str | None = None  # the actor's name; only the office sees it


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What the published round of ``month`` found for a need or, if nothing, on what ground."""

    month: date
    published_at: datetime
    outcome: NeedOutcome
    assignments: list[Promise]
    committees: list[Committee]  # of the street office, to name those with help; none if met

    @property
    def waits_for_recipient(self) -> bool:
        """Whether every giver agreed and the resident has not answered."""
        states = {row.state for row in self.assignments if row.state not in FALLEN_STATES}
        return states == {PromiseState.AWAITING_RECIPIENT}


def list_results(need: Need) -> list[RoundResult]:
    """The results of published rounds, latest month first."""
    query = (
        select(MatchRound, NeedOutcome)
        .join(NeedOutcome, NeedOutcome.round_run_id == MatchRound.published_run_id)
        .where(NeedOutcome.need_id == need.id, MatchRound.published_at.is_not(None))
        .order_by(MatchRound.month.desc())
    )
    return [
        RoundResult(
            month=match_round.month,
            published_at=published_at,
            outcome=outcome,
            assignments=_list_assignments(outcome),
            committees=_list_committees(need, outcome),
        )
        for match_round, outcome in db.session.execute(query)
        if (published_at := match_round.published_at) is not None
    ]


def list_timeline(need: Need, results: list[RoundResult]) -> list[TimelineEntry]:
    """Everything that happened to a need and that its resident may see, in order of time."""
    query = select(AuditEvent).where(
        AuditEvent.subject_type == Need.__tablename__,
        AuditEvent.subject_id == need.id,
        AuditEvent.action.in_(SHOWN_ACTIONS),
    )
    events = db.session.scalars(query.options(joinedload(AuditEvent.actor)).order_by(AuditEvent.id))
    entries = [
        TimelineEntry(e.at, e.action, e.details, e.actor.name if e.actor else None) for e in events
    ]
    if need.submitted_at is not None and not any(e.code == "need.submit" for e in entries):
        entries.append(TimelineEntry(need.submitted_at, "need.submit"))  # imported: no event
    for result in results:
        code = ROUND_FOUND if result.outcome.is_met else ROUND_FOUND_NOTHING
        entries.append(TimelineEntry(result.published_at, code, {"month": result.month}))
    return sorted(entries, key=lambda entry: entry.at)


def _list_committees(need: Need, outcome: NeedOutcome) -> list[Committee]:
    if outcome.is_met:
        return []
    query = select(Committee).where(Committee.subdistrict_id == need.committee.subdistrict_id)
    return list(db.session.scalars(query.order_by(Committee.code)))


def _list_assignments(outcome: NeedOutcome) -> list[Promise]:
    query = select(Promise).where(
        Promise.round_run_id == outcome.round_run_id, Promise.need_id == outcome.need_id
    )
    with_giver = query.options(joinedload(Promise.organisation))
    return list(db.session.scalars(with_giver.order_by(Promise.slot, Promise.id)))
