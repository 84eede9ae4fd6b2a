"""Publish a run in one transaction, by a second person; withdraw a publication."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import (
    MatchRound,
    Need,
    NeedOutcome,
    NeedState,
    Promise,
    PromiseState,
    RevokeReason,
    RoundOverride,
    RoundRun,
    RoundState,
    User,
)
from matchmaker.needs.states import mark_matched, move_to_round, return_to_open, start_again
from matchmaker.promises.days import propose_days
from matchmaker.promises.facts import HeldPromise, list_promises
from matchmaker.promises.present import RECEIVER_GONE, find_last_day, list_broken
from matchmaker.promises.states import DEADLINES, PROMISE_STATES, PromiseStep
from matchmaker.rounds.freeze.overrides import list_overrides
from matchmaker.rounds.memory.ledger import erase_ledger
from matchmaker.rounds.publish.bundles import make_bundle, remove_bundle
from matchmaker.rounds.publish.hands import require_no_hand
from matchmaker.rounds.publish.notices import Heard, notify_all, take_back
from matchmaker.rounds.publish.remembering import list_assignments, list_outcomes, remember
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import map_asks
from matchmaker.rounds.solve.figures import (
    LEFT_AT_HOME,
    TAKEN_BACK_AT_HOME,
)
from matchmaker.rounds.solve.runs import (
    is_usable,
    make_present_problem,
    notify_second_persons,
)
from matchmaker.rounds.solve.verdicts import count_unproved
from matchmaker.rounds.states import ROUND_STATES
from matchmaker.scopes import list_same_persons
from matchmaker.slots import add_working_days
from matchmaker.states import lock_row, lock_rows
from optimizer.codec import sha256_of_text

_LEFT = (LEFT_AT_HOME, TAKEN_BACK_AT_HOME)


def publish_run(
    run: RoundRun,
    *,
    actor: User,
    now: datetime,
    accepts_unproved: bool = False,
    has_no_interest: bool = False,
) -> Heard:
    """Publish a run: states, promises, ledger, notices and the audit event, all or nothing.

    Returns how many people hear of it, and how.

    ``accepts_unproved``: the actor has read which aims are not proved, and accepts it.
    ``has_no_interest``: the actor declared that no changed line is about anybody near them.

    Raises ``ConflictError`` when the round is not under review, the result is not verified, pins
    and forbids changed since, the actor had a hand in the run, a promise cannot be kept any more,
    or the result is not proved and one of the two persons did not accept that.
    """
    require_publishable(run, actor)
    bundle = make_bundle(run, now)
    lock_row(run.match_round)  # what is checked now must still be true when it is written
    require_publishable(run, actor)
    if count_unproved(run) and not accepts_unproved:
        raise ConflictError("run.unproved_not_read")
    _lock_needs(run)
    gone = _require_kept(run, now)
    _take_publication(run, actor, now)
    # Skip needs that were withdrawn after the freeze.
    outcomes = [row for row in list_outcomes(run) if row.need.state is NeedState.IN_ROUND]
    _settle_needs(outcomes, map_asks(run.problem_json))
    assignments = list_assignments(run)
    _send_promises(run, assignments, gone, now)
    remember(run)
    db.session.add_all([bundle] if bundle else [])
    db.session.flush()
    heard = notify_all(run, outcomes, assignments, actor, now)
    details = _name_publication(run) | ({"no_interest": True} if has_no_interest else {})
    record_event(actor=actor, action="round.publish", subject=run, now=now, details=details)
    return heard


def _name_publication(run: RoundRun) -> dict[str, int | str | None]:
    """The numbers and the hash of a publication, for its audit event."""
    unproved = count_unproved(run)
    return {
        "number": run.number,
        "publication": run.match_round.publication,
        "result_sha256": run.result_sha256,
        **({"unproved": unproved} if unproved else {}),
    }


def _require_kept(run: RoundRun, now: datetime) -> dict[int, RevokeReason]:
    """Return why promises that nobody waits for are revoked, keyed by the promise's id.

    Raises ``ConflictError`` if any other promise cannot be kept any more.
    """
    broken = {row.promise.id: row.reason for row in list_broken(run, now)}
    count = sum(reason not in RECEIVER_GONE for reason in broken.values())
    if count:
        raise ConflictError("run.promises_broken", count=count)
    return broken


def _take_publication(run: RoundRun, actor: User, now: datetime) -> None:
    match_round = run.match_round
    ROUND_STATES.take(match_round, RoundState.PUBLISHED)
    match_round.published_run = run
    match_round.published_by_id, match_round.published_at = actor.id, now
    match_round.publication += 1


def require_publishable(run: RoundRun, actor: User) -> None:
    """Raise ``ConflictError`` unless ``actor`` may publish this run of a round under review."""
    ROUND_STATES.check(run.match_round.state, RoundState.PUBLISHED)
    if not is_usable(run):
        raise ConflictError("run.not_verified")
    if count_unproved(run) and run.accepted_at is None:
        raise ConflictError("run.unproved_not_accepted")
    require_no_hand(run, actor)
    _require_present_question(run)


def list_present_runs(runs: Sequence[RoundRun]) -> list[RoundRun]:
    """Those of ``runs`` that ask the question of today: a run started now would ask the same.

    Pins and forbids are the same, and so is the rest of the question. All runs are of one round.
    The question of today is made only if a pin or forbid was made or lifted since one of them
    began.
    """
    if not runs:
        return []
    overrides = list_overrides(runs[0].match_round)
    if all(
        run.created_at > touched_at for touched_at in map(_get_touch, overrides) for run in runs
    ):
        return [run for run in runs if not is_comparison(run, overrides)]
    present = _hash_present_question(runs[0].match_round)
    return [run for run in runs if run.problem_sha256 == present]


def _get_touch(row: RoundOverride) -> datetime:
    return row.lifted_at or row.made_at


def is_comparison(run: RoundRun, overrides: Iterable[RoundOverride]) -> bool:
    """Whether the run left out pins and forbids that are in force, to be compared with."""
    in_force = (row for row in overrides if row.lifted_at is None)
    return bool(run.is_plain) and any(row.made_at < run.created_at for row in in_force)


def _hash_present_question(match_round: MatchRound) -> str:
    return sha256_of_text(make_present_problem(match_round))


def _require_present_question(run: RoundRun) -> None:
    if is_comparison(run, list_overrides(run.match_round)):
        raise ConflictError("run.without_overrides")
    if run.problem_sha256 != _hash_present_question(run.match_round):
        raise ConflictError("run.overrides_changed")


def accept_unproved(run: RoundRun, *, actor: User, now: datetime) -> None:
    """Record that the starter of a run read and accepts which of its aims are not proved.

    Raises ``ConflictError`` when the round is not under review, the result is not verified, all is
    proved, another person started the run, or pins and forbids changed since. A second call changes
    nothing.
    """
    lock_row(run.match_round)
    lock_row(run)  # it may have been accepted while this waited
    require_acceptable(run, actor)
    if run.accepted_at is not None:
        return
    run.accepted_at = now
    details = {"number": run.number, "unproved": count_unproved(run)}
    record_event(actor=actor, action="round.accept", subject=run, now=now, details=details)
    notify_second_persons(run, now)


def require_acceptable(run: RoundRun, actor: User) -> None:
    """Raise ``ConflictError`` unless ``actor`` may accept what is not proved of this run."""
    ROUND_STATES.check(run.match_round.state, RoundState.PUBLISHED)
    if not is_usable(run):
        raise ConflictError("run.not_verified")
    if not count_unproved(run):
        raise ConflictError("run.proved_already")
    if run.started_by_id != actor.id:
        raise ConflictError("run.accepted_by_its_starter")
    _require_present_question(run)


def withdraw_publication(
    match_round: MatchRound, *, reason: str, actor: User, now: datetime
) -> None:
    """Withdraw the publication: the round is in review again, and the next one is a new version.

    Raises ``ConflictError`` when nothing is published, its state does not allow it, the same person
    published it, or a later month was frozen since.
    """
    lock_row(match_round)
    run = get_withdrawable_run(match_round, actor)
    _lock_needs(run)
    assignments = list_assignments(run)
    ROUND_STATES.take(match_round, RoundState.REVIEW)
    for row in assignments:
        if PROMISE_STATES.can(row.state, PromiseStep.HOLD_BACK):
            PROMISE_STATES.take(row, PromiseStep.HOLD_BACK)
            row.answer_by = row.reminded_at = row.day = row.minute = None
    restored = _restore_needs(run)
    db.session.flush()
    take_back(run, restored, match_round.published_by_id, actor, now)
    erase_ledger(match_round)
    remove_bundle(match_round)
    match_round.published_run = None
    match_round.published_by_id = match_round.published_at = None
    match_round.withdrawn_at = now
    details = {"number": run.number, "publication": match_round.publication, "reason": reason}
    record_event(
        actor=actor, action="round.withdraw", subject=match_round, now=now, details=details
    )


def get_withdrawable_run(match_round: MatchRound, actor: User) -> RoundRun:
    """Return the published run. Raises ``ConflictError`` unless ``actor`` may withdraw it now."""
    run = match_round.published_run
    if run is None:
        raise ConflictError("round.not_published")
    ROUND_STATES.check(match_round.state, RoundState.REVIEW)
    published_by = match_round.published_by_id
    if published_by is not None and actor.id in list_same_persons([published_by]):
        raise ConflictError("round.second_person_to_withdraw")
    if _is_remembered(match_round):
        raise ConflictError("round.later_month_frozen")
    return run


def _is_remembered(match_round: MatchRound) -> bool:
    """Whether a later month was frozen since, and used this month's ledger and open needs."""
    query = select(MatchRound.id).where(
        MatchRound.subdistrict_id == match_round.subdistrict_id,
        MatchRound.month > match_round.month,
        MatchRound.frozen_at >= match_round.published_at,
    )
    return db.session.scalar(query.limit(1)) is not None


def _settle_needs(outcomes: Collection[NeedOutcome], asks: Mapping[str, Collection[str]]) -> None:
    """Set the state and wait of each need as decided.

    ``outcomes``: of needs that still take part; ``asks``: see ``map_asks``.
    """
    met = {row.need.reference for row in outcomes if row.is_met}
    for outcome in outcomes:
        if outcome.ground in _LEFT:
            had_turn = not met.isdisjoint(asks[outcome.need.reference])
            outcome.ground = LEFT_AT_HOME if had_turn else TAKEN_BACK_AT_HOME
        if outcome.is_met:
            mark_matched(outcome.need)
        elif outcome.ground == LEFT_AT_HOME:
            start_again(outcome.need)
        else:
            return_to_open(outcome.need, was_passed_over=True)


def _restore_needs(run: RoundRun) -> list[Need]:
    """Put the needs back into the round, with their wait at the freeze; return them.

    Needs that were withdrawn or closed since stay as they are.
    """
    restored = []
    waiting = {row.reference: row.waiting for row in read_snapshot(run.match_round).needs}
    for outcome in list_outcomes(run):
        need = outcome.need
        if need.state is NeedState.MATCHED:
            return_to_open(need, was_passed_over=False)
        if need.state is NeedState.OPEN:
            move_to_round(need)
            need.waiting_rounds = waiting[need.reference]
            restored.append(need)
    return restored


def _send_promises(
    run: RoundRun, promises: Iterable[Promise], gone: Mapping[int, RevokeReason], now: datetime
) -> None:
    """Ask the givers until a day, and propose a day and hour for visits.

    Promises in ``gone`` are revoked, each for its reason; promises that ended before stay.
    """
    calendars = load_calendars(run.match_round.subdistrict_id)
    days = DEADLINES[run.match_round.policy].answer_days
    answer_by = add_working_days(get_local_date(now), days, calendars)
    held = {row.id: row for row in list_promises(Promise.round_run_id == run.id)}
    for row in promises:
        if row.state is not PromiseState.PROPOSED:
            continue  # ended before
        is_wanted = row.id not in gone
        PROMISE_STATES.take(row, PromiseStep.SEND if is_wanted else PromiseStep.REVOKE)
        row.answer_by = _limit(answer_by, held[row.id], now) if is_wanted else None
        row.revoked_reason = gone.get(row.id)
    db.session.flush()
    propose_days(run, calendars, now)


def _limit(answer_by: date, promise: HeldPromise, now: datetime) -> date:
    """The earlier of ``answer_by`` and the last day on which the promise can be kept.

    A last day before today does not count.
    """
    last = find_last_day(promise)
    return min(answer_by, last) if last >= get_local_date(now) else answer_by


def _lock_needs(run: RoundRun) -> None:
    """Lock the needs of a run, so that a withdrawal of one at the same time waits."""
    decided = select(NeedOutcome.need_id).where(NeedOutcome.round_run_id == run.id)
    query = select(Need).where(Need.id.in_(decided)).order_by(Need.id)
    lock_rows(query)
