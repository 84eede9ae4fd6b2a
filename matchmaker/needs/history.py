"""The timeline of a need, from the audit chain and the results of published rounds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    Committee,
    MatchRound,
    Need,
    NeedOutcome,
    Offer,
    Organisation,
    Promise,
    PromiseState,
    RoundRun,
    Session,
)
from matchmaker.promises.agreed import is_agreed
from matchmaker.promises.seats import lacks_session

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
        "carry",
        "repeat",
        "confirm_repeat",
        "end_repeat",
        "expire",
        "refer",
        "reopen",
        "close_referral",
    )
)
ROUND_FOUND, ROUND_FOUND_NOTHING = "round.found", "round.found_nothing"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a need.

    at        the instant
    code      an audit action or a ``ROUND_*`` code
    numbers   the numbers that its sentence shows
    by        name of the account that did it; None: no account did
    """

    at: datetime
    code: str
    numbers: dict[str, Any] = field(default_factory=dict)
    by: str | None = None  # the actor's name; only the office sees it


@dataclass(frozen=True, slots=True)
class Coming:
    """The promises of one giver, slot and state for a need, joined; a visit by two is one visit.

    units    units of the need's category; of a visit by several people, those of one promise
    people   how many volunteers come; 0: no volunteer comes
    first    the first of the promises
    """

    organisation: Organisation
    units: int
    slot: str | None
    days: list[str] | None
    day: date | None
    minute: int | None
    people: int
    state: PromiseState
    first: Promise

    @property
    def session(self) -> Session | None:
        """The session in which the help is given, if one is fixed."""
        return self.first.session

    @property
    def is_arranged(self) -> bool:
        """Whether the recipient agreed, and the day, session, stay or payment day is fixed."""
        return self.state is PromiseState.CONFIRMED and any((self.day, self.session, self.last_day))

    @property
    def first_day(self) -> date | None:
        """The first day of a stay; None for other help."""
        return self.first.first_day

    @property
    def last_day(self) -> date | None:
        """The last day of a stay, or the day by which money is paid."""
        return self.first.last_day


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What the published round of ``month`` found for a need or, if nothing, the ground."""

    month: date
    published_at: datetime
    outcome: NeedOutcome
    assignments: list[Promise]
    committees: list[Committee]  # of the street office, to name those with help

    def list_coming(self) -> list[Coming]:
        """The promises that have not ended, joined by giver, slot and state."""
        return join_promises(self.assignments)

    @property
    def waits_for_recipient(self) -> bool:
        """Whether every giver said yes, required sessions are fixed and the resident is to answer.

        The resident answers whether the help suits, or a request for another day.
        """
        rows = self.assignments
        return is_agreed(rows) and not any(lacks_session(row) for row in rows if not row.has_ended)

    @property
    def is_arranged(self) -> bool:
        """Whether all that comes is agreed with the resident, each with its days or session."""
        coming = self.list_coming()
        return bool(coming) and all(row.is_arranged for row in coming)


def _join(rows: list[Promise]) -> Coming:
    first, people = rows[0], sum(row.volunteer_id is not None for row in rows)
    units = first.units if people else sum(row.units for row in rows)
    return Coming(
        organisation=first.organisation,
        units=units,
        slot=first.slot,
        days=first.days,
        day=first.day,
        minute=first.minute,
        people=people,
        state=first.state,
        first=first,
    )


def load_giving() -> Sequence[Any]:
    """The options that load what is said of a promise: its giver and where help is given."""
    return (
        joinedload(Promise.organisation),
        joinedload(Promise.offer).joinedload(Offer.place),
        joinedload(Promise.session).joinedload(Session.place),
    )


def list_results(need: Need) -> list[RoundResult]:
    """The results of published rounds for the need, latest month first."""
    return _load_results([need.id])[::-1]


def find_results(run: RoundRun, need_ids: Collection[int]) -> list[RoundResult]:
    """What ``run`` found for these needs, if it is published; in order of the needs' references."""
    rows = _load_results(need_ids, NeedOutcome.round_run_id == run.id)
    return sorted(rows, key=lambda row: row.outcome.need.reference)


def join_promises(promises: Iterable[Promise]) -> list[Coming]:
    """The promises that have not ended, joined by giver, slot and state."""
    found: dict[tuple[int, str | None, PromiseState], list[Promise]] = {}
    for row in promises:
        if not row.has_ended:
            found.setdefault((row.organisation_id, row.slot, row.state), []).append(row)
    return [_join(rows) for rows in found.values()]


def find_latest_results(need_ids: Collection[int]) -> dict[int, RoundResult]:
    """The latest published result of each need that has one, keyed by need id."""
    return {row.outcome.need_id: row for row in _load_results(need_ids)}


def _load_results(need_ids: Collection[int], *conditions: ColumnElement[bool]) -> list[RoundResult]:
    """The published results of these needs, earliest month first."""
    query = (
        select(MatchRound, NeedOutcome)
        .join(RoundRun, RoundRun.id == MatchRound.published_run_id)
        .join(NeedOutcome, NeedOutcome.round_run_id == RoundRun.id)
        .where(NeedOutcome.need_id.in_(need_ids), MatchRound.published_at.is_not(None), *conditions)
        .options(
            contains_eager(NeedOutcome.run),
            joinedload(NeedOutcome.need).joinedload(Need.category),
            joinedload(NeedOutcome.need).joinedload(Need.committee),
        )
        .order_by(MatchRound.month)
    )
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    promises = _map_promises(need_ids)
    committees = _map_committees(outcome for _, outcome in rows)
    return [
        RoundResult(
            month=match_round.month,
            published_at=published_at,
            outcome=outcome,
            assignments=promises.get((outcome.round_run_id, outcome.need_id), []),
            committees=committees.get(outcome.need.committee.subdistrict_id, []),
        )
        for match_round, outcome in rows
        if (published_at := match_round.published_at) is not None
    ]


def list_timeline(need: Need, results: list[RoundResult]) -> list[TimelineEntry]:
    """What happened to a need, as far as its resident may see it, in order of time.

    The entries come from the audit chain (``SHOWN_ACTIONS``) and from ``results``.
    """
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


def _map_committees(outcomes: Iterable[NeedOutcome]) -> dict[int, list[Committee]]:
    """The committees keyed by street office, for offices with an unmet need among the outcomes."""
    offices = {row.need.committee.subdistrict_id for row in outcomes if not row.is_met}
    query = select(Committee).where(Committee.subdistrict_id.in_(offices)).order_by(Committee.code)
    found: dict[int, list[Committee]] = {}
    for row in db.session.scalars(query) if offices else ():
        found.setdefault(row.subdistrict_id, []).append(row)
    return found


def _map_promises(need_ids: Collection[int]) -> dict[tuple[int, int | None], list[Promise]]:
    """The promises of these needs, keyed by run and need ids, each list in order of slot."""
    query = select(Promise).where(Promise.need_id.in_(need_ids))
    with_giver = query.options(*load_giving())
    found: dict[tuple[int, int | None], list[Promise]] = {}
    for row in db.session.scalars(with_giver.order_by(Promise.slot, Promise.id)):
        found.setdefault((row.round_run_id, row.need_id), []).append(row)
    return found
