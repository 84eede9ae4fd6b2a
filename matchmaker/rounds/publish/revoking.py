"""Revoke promises that cannot be kept any more, before the publication or after it.

A revoked promise keeps the code of its reason. A need without any other help is open again and
counts as passed over, with the wait that it had at the lock. After a publication both sides get a
notice, and the ledger of the month is written again, so that later months do not count help that
never came.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Need,
    NeedOutcome,
    NeedState,
    Notice,
    Promise,
    RevokeReason,
    RoundRun,
    RoundState,
    User,
)
from matchmaker.needs.states import return_to_open
from matchmaker.notices.service import make_void
from matchmaker.promises.facts import list_promises, read_facts
from matchmaker.promises.present import PROMISE_REVOKED, list_broken, list_fallen_with
from matchmaker.promises.seats import unseat
from matchmaker.promises.states import FALLEN_STATES, OPEN_STATES, PROMISE_STATES, PromiseStep
from matchmaker.promises.together import is_beside
from matchmaker.rounds.publish.notices import notify_of_ended
from matchmaker.rounds.publish.remembering import remember_ended
from matchmaker.rounds.publish.settling import settle_need
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import map_asks
from matchmaker.rounds.solve.figures import LEFT_AT_HOME, TAKEN_BACK_AT_HOME
from matchmaker.states import lock_row, lock_rows


def is_revocable(run: RoundRun) -> bool:
    """Whether the run's promises can be revoked: its round is in review, or it is published."""
    match_round = run.match_round
    return match_round.state is RoundState.REVIEW or match_round.published_run_id == run.id


def revoke_broken(
    run: RoundRun, chosen: Collection[int], *, actor: User, now: datetime
) -> list[Promise]:
    """Revoke the chosen promises of ``run``; return them with those that end with them.

    ``chosen``: ids. Raises ``NotFoundError`` when none is chosen or one is not of this run, and
    ``ConflictError`` when the run's promises cannot be revoked or one of them can still be kept.
    """
    lock_row(run.match_round)
    reasons = {row.promise.id: row.reason for row in list_broken(run, now)}
    of_run = set(db.session.scalars(select(Promise.id).where(Promise.round_run_id == run.id)))
    if not is_revocable(run):
        raise ConflictError("promise.not_in_force")
    if not chosen or not of_run.issuperset(chosen):
        raise NotFoundError("promise.unknown")
    if not reasons.keys() >= set(chosen):
        raise ConflictError("promise.can_be_kept")
    return revoke(run, {row_id: reasons[row_id] for row_id in chosen}, actor=actor, now=now)


def revoke(
    run: RoundRun, reasons: Mapping[int, RevokeReason], *, actor: User, now: datetime
) -> list[Promise]:
    """Revoke promises of a run that are still open, each for its reason; return all revoked ones.

    The caller holds the database lock of the round. What remains for a need or visit is revoked,
    too, when it is less than the least that helps.
    """
    every = _list_fallen_with(run, reasons.keys()) | dict(reasons)
    revoked = _revoke(run, every, actor, now)
    _free(run, revoked, now)
    return revoked


def free_places(
    run: RoundRun, ended: Sequence[Promise], now: datetime, written_by: User | None = None
) -> list[Promise]:
    """Free the places of promises that one side does not keep; return those that end with them.

    The caller holds the database lock of the round, and the run is published. What remains for a
    need or visit is revoked, too, when it is less than the least that helps. ``written_by``: who
    wrote the recipient's answer down, perhaps the recipient.
    """
    fallen = _revoke(run, _list_fallen_with(run, {row.id for row in ended}), None, now)
    _free(run, [*ended, *fallen], now, written_by)
    return fallen


def _list_fallen_with(run: RoundRun, ids: Collection[int]) -> dict[int, RevokeReason]:
    beside = is_beside(run, ids)
    fallen = list_fallen_with(list_promises(beside), ids, read_facts(beside))
    return {row.id: RevokeReason.REST_TOO_LITTLE for row in fallen}


def _revoke(
    run: RoundRun, reasons: Mapping[int, RevokeReason], actor: User | None, now: datetime
) -> list[Promise]:
    revoked = _lock_open(reasons)
    for row in revoked:
        PROMISE_STATES.take(row, PromiseStep.REVOKE)
        row.revoked_reason = reasons[row.id]
    db.session.flush()
    for row in revoked:
        details = {"reason": reasons[row.id].value, "number": run.number}
        record_event(actor=actor, action="promise.revoke", subject=row, now=now, details=details)
    return revoked


def _free(
    run: RoundRun, ended: Sequence[Promise], now: datetime, written_by: User | None = None
) -> None:
    """Free these promises and let their needs wait again; if published, also rewrite and notify."""
    for row in ended:
        row.freed_at = now
    unseat(ended, now)
    needs = {row.need_id for row in ended if row.need_id is not None}
    outcomes = _give_back(run, needs)
    match_round = run.match_round
    if match_round.published_run_id == run.id:
        _give_turns_back(run, needs)
        remember_ended(run, ended)
        notify_of_ended(run, outcomes, ended, now, written_by)
        _forget_broken(run, now)


def _forget_broken(run: RoundRun, now: datetime) -> None:
    """Mark the notice of broken promises void once there are none.

    The promises are only looked at if such a notice is valid.
    """
    kind, table, subject = "round.promises_broken", MatchRound.__tablename__, run.match_round_id
    heard = select(Notice.id).where(
        Notice.subject_type == table,
        Notice.subject_id == subject,
        Notice.kind == kind,
        Notice.void_at.is_(None),
    )
    if db.session.scalar(heard.limit(1)) is not None and not list_broken(run, now):
        make_void([kind], table, [subject], now)


def _lock_open(ids: Iterable[int]) -> list[Promise]:
    query = (
        select(Promise)
        .where(Promise.id.in_(list(ids)), Promise.state.in_(OPEN_STATES))
        .order_by(Promise.id)
        .options(joinedload(Promise.pairing))
    )
    return lock_rows(query)


def _give_back(run: RoundRun, need_ids: Collection[int]) -> Sequence[NeedOutcome]:
    """Write what the needs still get; return their outcomes.

    A need that gets nothing is open again. A need that still gets something is served if all of
    that has come.
    """
    left: dict[int, int] = {}
    kept = select(Promise).where(
        Promise.round_run_id == run.id,
        Promise.need_id.in_(need_ids),
        Promise.state.not_in(FALLEN_STATES),
    )
    for row in db.session.scalars(kept):
        left[row.need_id or 0] = left.get(row.need_id or 0, 0) + row.units
    outcomes = lock_outcomes(run, need_ids)
    lost = {row.need.reference for row in outcomes if row.need_id not in left}
    waiting = _read_waits(run, lost)
    for outcome in outcomes:
        outcome.received_units = left.get(outcome.need_id, 0)
        outcome.numbers = outcome.numbers | {"units": outcome.received_units}
        if outcome.received_units:
            settle_need(outcome.need, run)
            continue
        outcome.is_met, outcome.ground = False, PROMISE_REVOKED
        need = outcome.need
        if need.state is NeedState.MATCHED:
            need.waiting_rounds = waiting[need.reference]
            return_to_open(need, was_passed_over=True)
    db.session.flush()
    return outcomes


def _read_waits(run: RoundRun, references: Collection[str]) -> dict[str, int]:
    """The wait of each of these needs at the last lock that it took part in, keyed by reference.

    A need that a later published month decided has the wait of that month.
    """
    if not references:
        return {}
    first = run.match_round
    is_decided = (MatchRound.id == first.id) | MatchRound.published_run_id.is_not(None)
    query = select(MatchRound).where(
        MatchRound.subdistrict_id == first.subdistrict_id,
        MatchRound.month >= first.month,
        is_decided,
    )
    months = db.session.scalars(query.order_by(MatchRound.month)).all()
    needs = (need for row in months for need in read_snapshot(row).needs)
    return {need.reference: need.waiting for need in needs if need.reference in references}


def _give_turns_back(run: RoundRun, lost: Collection[int]) -> None:
    """Pass over the other needs of the asks of ``lost`` needs, if the ask has no help any more.

    They had counted as served with the ask, which had no turn after all.
    """
    if not _has_left_at_home(run):
        return
    asks = map_asks(run.problem_json)
    references = db.session.scalars(select(Need.reference).where(Need.id.in_(lost)))
    names = {part for reference in references for part in asks[reference]}
    ids = db.session.scalars(select(Need.id).where(Need.reference.in_(names))).all()
    rows = lock_outcomes(run, ids)
    met = {row.need.reference for row in rows if row.is_met}
    waiting = _read_waits(run, names)
    for row in rows:
        if row.ground != LEFT_AT_HOME or met & asks[row.need.reference]:
            continue
        row.ground = TAKEN_BACK_AT_HOME
        if row.need.state is NeedState.OPEN:
            row.need.waiting_rounds = waiting[row.need.reference] + 1
    db.session.flush()


def _has_left_at_home(run: RoundRun) -> bool:
    left = select(NeedOutcome.id).where(
        NeedOutcome.round_run_id == run.id, NeedOutcome.ground == LEFT_AT_HOME
    )
    return db.session.scalar(left.limit(1)) is not None


def lock_outcomes(run: RoundRun, need_ids: Collection[int]) -> Sequence[NeedOutcome]:
    """Return what a run found for these needs, and lock the needs' rows in order of id."""
    query = (
        select(NeedOutcome)
        .join(Need, Need.id == NeedOutcome.need_id)
        .where(NeedOutcome.round_run_id == run.id, NeedOutcome.need_id.in_(need_ids))
        .order_by(NeedOutcome.need_id)
        .options(joinedload(NeedOutcome.need))
    )
    return lock_rows(query, of=Need)
