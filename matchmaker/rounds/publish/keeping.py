"""Keep what a search for free places found: new lines and promises; no other promise changes.

The round is locked, and the question is made again from the present. Only if it is identical does
the answer still hold, so no place can be promised twice.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import (
    AuditEvent,
    MatchRound,
    Need,
    NeedState,
    Promise,
    Role,
    RoundRepair,
    RoundRun,
    User,
)
from matchmaker.needs.states import mark_matched, move_to_round
from matchmaker.notices.service import (
    NEED_ANSWERS,
    make_void,
    notify_accounts,
    notify_coordinators,
    notify_resident,
    select_active,
)
from matchmaker.promises.days import propose_days
from matchmaker.promises.facts import HeldPromise, list_promises
from matchmaker.promises.falls import is_without_fault
from matchmaker.promises.present import find_last_day, has_days_left
from matchmaker.promises.states import DEADLINES, FALLEN_STATES, PROMISE_STATES, PromiseStep
from matchmaker.rounds.memory.ledger import erase_ledger
from matchmaker.rounds.publish.hands import list_publishers, list_verifiers
from matchmaker.rounds.publish.remembering import remember
from matchmaker.rounds.publish.revoking import lock_outcomes
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import map_asks
from matchmaker.rounds.solve.figures import LEFT_AT_HOME, TAKEN_BACK_AT_HOME
from matchmaker.rounds.solve.laying import lay_down
from matchmaker.rounds.solve.proposal import Proposal
from matchmaker.rounds.solve.repairs import (
    ask,
    count_unproved,
    find_latest,
    is_usable,
    read_proposal,
    require_in_force,
)
from matchmaker.rounds.solve.result import MET, write_lines
from matchmaker.scopes import list_same_persons
from matchmaker.slots import add_working_days
from matchmaker.states import lock_row, lock_rows
from optimizer.solution import Assignment as Line

# How many needs that lost a promise may get a new one by the person who started the search, keyed
# by the policy of the month. A search that helps anybody else is kept by a second person.
ALONE = {"community/1": 1, "community/2": 1}
_ENDS = (
    "promise.revoke",
    "promise.refuse",
    "promise.call_off",
    "promise.not_reached",
    "promise.decline",
)
_FOUND = NEED_ANSWERS[0]


def list_free(run: RoundRun, now: datetime) -> list[HeldPromise]:
    """The free places of a run that no kept search looked at and that have a day after today."""
    return choose_free(list_promises(Promise.round_run_id == run.id), now)


def choose_free(held: Iterable[HeldPromise], now: datetime) -> list[HeldPromise]:
    """Choose from these promises the ones that ``list_free`` would list."""
    today = get_local_date(now)
    return [row for row in held if row.is_free and has_days_left(row, today)]


def keep_repair(
    repair: RoundRepair, *, actor: User, now: datetime, accepts_unproved: bool = False
) -> list[Promise]:
    """Make promises of everything that the search found, or raise; return the promises.

    Raises ``ConflictError`` when the search has no checked result, a later one was started, it was
    kept already, the actor had a hand in it, its question would be another one now, or its result
    is not proved and the actor does not accept that.
    """
    match_round = repair.run.match_round
    lock_row(match_round)
    lock_row(repair)
    require_keepable(repair, actor)
    if count_unproved(repair) and not accepts_unproved:
        raise ConflictError("run.unproved_not_read")
    run, proposal = repair.run, read_proposal(repair)
    if ask(run, lay_down(run, now)).sha256 != repair.problem_sha256:
        raise ConflictError("repair.outdated")
    for row in _lock_free(run):
        row.round_repair_id = repair.id
    promises = write_lines(run, read_snapshot(match_round), list(_list_lines(proposal)), repair)
    db.session.flush()
    _send(run, promises, now)
    served = _settle(run, promises)
    repair.kept_by_id, repair.kept_at = actor.id, now
    db.session.flush()
    erase_ledger(match_round)
    remember(run)
    _inform(match_round, promises, served, actor, now)
    details = {"number": repair.number, "promises": len(promises), "needs": len(served)}
    record_event(actor=actor, action="repair.keep", subject=repair, now=now, details=details)
    return promises


def require_keepable(repair: RoundRepair, actor: User) -> None:
    """Raise ``ConflictError`` unless ``actor`` may keep the search, by the stored rows.

    Whether its question is still the present one is not looked at.
    """
    run = require_in_force(repair.run.match_round)
    latest = find_latest(run)
    if latest is None or latest.id != repair.id:
        raise ConflictError("repair.replaced")
    if not is_usable(repair):
        raise ConflictError("repair.not_verified")
    if repair.kept_at is not None:
        raise ConflictError("repair.kept_already")
    if actor.id in list_hands(repair):
        raise ConflictError("repair.had_a_hand")


def list_hands(repair: RoundRepair) -> set[int]:
    """The ids of all accounts of the persons who may not keep the search.

    These are the person who started it, unless it only helps needs that lost a promise, and at most
    as many as ``ALONE`` allows; persons who ended one of the promises or wrote its end down; and
    persons who verified or corrected a most urgent need that gets a place, or a status of its
    resident.
    """
    free, needs = _list_free(repair.run), _map_needs(read_proposal(repair))
    hands = _list_enders(free) | list_verifiers({need.id for need in needs})
    if not _is_single(repair, free):
        hands.add(repair.started_by_id)
    return list_same_persons(hands)


def _is_single(repair: RoundRepair, free: Sequence[Promise]) -> bool:
    """Whether only needs that lost a promise get places, and no more than ``ALONE`` allows."""
    names = {line.need for line in read_proposal(repair).lines}
    lost = _list_lost(repair.run, free)
    return len(names) <= ALONE.get(repair.run.match_round.policy, 0) and names <= lost


def require_keeper_left(match_round: MatchRound, actor: User, now: datetime) -> None:
    """Raise ``ConflictError`` unless somebody may keep what a search by ``actor`` proposes.

    As far as is known before the search, this is a social worker of the office who neither ended
    one of the promises that the search looks at nor wrote its end down. It may be ``actor`` only if
    no more places are free than ``ALONE`` allows. Raises it too without a publication in force.
    """
    run = require_in_force(match_round)
    enders = list_same_persons(_list_enders(_list_free(run)))
    if list_publishers(match_round, enders | {actor.id}):
        return
    places = len(list_free(run, now))
    if actor.id in enders or places > ALONE.get(match_round.policy, 0):
        raise ConflictError("repair.nobody_left")


def list_keepers(repair: RoundRepair) -> Sequence[User]:
    """The social workers of the office who may keep the search, in order of name."""
    return list_publishers(repair.run.match_round, list_hands(repair))


def _list_lost(run: RoundRun, free: Iterable[Promise]) -> set[str]:
    """The needs and due visits that lost one of these promises through the givers' side."""
    rows = [row for row in free if is_without_fault(row)]
    visits = {row.asked.reference for row in rows if row.pairing_id is not None}
    due = read_snapshot(run.match_round).due_visits if visits else ()
    return {row.need.reference for row in rows if row.need is not None} | {
        visit.id for visit in due if visit.pairing in visits
    }


def _list_free(run: RoundRun) -> list[Promise]:
    query = _select_left(run).options(joinedload(Promise.need), joinedload(Promise.pairing))
    return [row for row in db.session.scalars(query) if row.has_ended]


def _lock_free(run: RoundRun) -> list[Promise]:
    return [row for row in lock_rows(_select_left(run)) if row.has_ended]


def _select_left(run: RoundRun) -> Select[Promise]:
    """Select the promises of a run that no kept search has looked at, in order of id."""
    return (
        select(Promise)
        .where(Promise.round_run_id == run.id, Promise.round_repair_id.is_(None))
        .order_by(Promise.id)
    )


def _list_enders(free: Iterable[Promise]) -> set[int]:
    """The accounts that ended one of these promises or wrote down that somebody else did."""
    ids = [row.id for row in free]
    query = select(AuditEvent.actor_id).where(
        AuditEvent.subject_type == Promise.__tablename__,
        AuditEvent.subject_id.in_(ids),
        AuditEvent.action.in_(_ENDS),
    )
    return {user_id for user_id in db.session.scalars(query) if user_id is not None}


def _map_needs(proposal: Proposal) -> Sequence[Need]:
    names = {line.need for line in proposal.lines}
    return db.session.scalars(select(Need).where(Need.reference.in_(names))).all()


def _list_lines(proposal: Proposal) -> Iterable[tuple[Line, Sequence[int] | None]]:
    for row in proposal.lines:
        line = Line(row.need, row.offer, row.person, row.slot, row.units)
        yield line, row.days or None


def _send(run: RoundRun, promises: Iterable[Promise], now: datetime) -> None:
    """Ask the givers until a day as in a publication, or until the help's last day if earlier."""
    match_round, today = run.match_round, get_local_date(now)
    calendars = load_calendars(match_round.subdistrict_id)
    answer_by = add_working_days(today, DEADLINES[match_round.policy].answer_days, calendars)
    ids = [row.id for row in promises]
    last = {row.id: find_last_day(row) for row in list_promises(Promise.id.in_(ids))}
    for row in promises:
        PROMISE_STATES.take(row, PromiseStep.SEND)
        row.answer_by = min(answer_by, last[row.id])
    db.session.flush()
    propose_days(run, calendars, now)


def _settle(run: RoundRun, promises: Sequence[Promise]) -> list[Need]:
    """Write into each outcome what its need gets now; return the needs that had nothing before."""
    ids = {row.need_id for row in promises if row.need_id is not None}
    given = select(Promise).where(
        Promise.round_run_id == run.id,
        Promise.need_id.in_(ids),
        Promise.state.not_in(FALLEN_STATES),
    )
    units: dict[int, int] = {}
    for row in db.session.scalars(given):
        units[row.need_id or 0] = units.get(row.need_id or 0, 0) + row.units
    served = []
    for outcome in lock_outcomes(run, ids):
        outcome.received_units = units[outcome.need_id]
        outcome.numbers = {"asked": outcome.numbers["asked"], "units": outcome.received_units}
        outcome.is_met, outcome.ground = True, MET
        if outcome.need.state is NeedState.OPEN:
            move_to_round(outcome.need)
            mark_matched(outcome.need)
            served.append(outcome.need)
    db.session.flush()
    _give_turns(run, served)
    return served


def _give_turns(run: RoundRun, served: Sequence[Need]) -> None:
    """Count the turn again for the other needs of the asks of these needs, which wait from zero."""
    asks = map_asks(run.problem_json) if served else {}
    names = {part for need in served for part in asks.get(need.reference, ())}
    query = select(Need.id).where(Need.reference.in_(names - {n.reference for n in served}))
    for row in lock_outcomes(run, set(db.session.scalars(query))):
        if row.ground == TAKEN_BACK_AT_HOME:
            row.ground = LEFT_AT_HOME
            if row.need.state is NeedState.OPEN:
                row.need.waiting_rounds = 0


def _inform(
    match_round: MatchRound,
    promises: Iterable[Promise],
    served: Iterable[Need],
    actor: User,
    now: datetime,
) -> None:
    """Notify givers of what they are asked and residents of what was found.

    The office's notice of free places becomes void.
    """
    for need in served:
        notify_resident(need.resident, None, _FOUND, need, now)
    visited = set()
    for row in promises:
        notify_coordinators(row.organisation_id, None, "promise.asked", row, now)
        if row.volunteer_id is not None:
            query = select_active(Role.VOLUNTEER).where(User.volunteer_id == row.volunteer_id)
            notify_accounts(query, None, "visit.asked", row, now)
        if row.pairing is not None:
            visited.add(row.pairing.resident)
    for resident in sorted(visited, key=lambda row: row.id):
        notify_resident(resident, None, "pairing.out", match_round, now)
    make_void(["round.places_free"], MatchRound.__tablename__, [match_round.id], now)
