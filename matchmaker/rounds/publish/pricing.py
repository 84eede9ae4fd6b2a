"""Ask for the price of a pin, a forbid or a swap, and keep the wish whose price was seen.

The callers commit.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Job,
    JobKind,
    JobState,
    MatchRound,
    RoundOverride,
    RoundPrice,
    RoundRun,
    RoundState,
    RunStatus,
    User,
)
from matchmaker.rounds.freeze.overrides import (
    Decision,
    add_override,
    freeze_overrides,
    require_addable,
)
from matchmaker.rounds.publish.publication import list_present_runs
from matchmaker.rounds.solve.prices import get_price_job, read_decision, to_details
from matchmaker.rounds.solve.runs import is_usable, list_runs, make_present_problem
from matchmaker.rounds.solve.verdicts import count_unproved
from matchmaker.states import lock_row
from optimizer.codec import sha256_of_text


def choose_run(runs: Sequence[RoundRun]) -> RoundRun | None:
    """Choose the run to go on with; None if no run has a checked result.

    ``runs``: latest first. Runs that ask the present question come before others, then proved ones,
    then the latest.
    """
    usable = [run for run in runs if is_usable(run)]
    candidates = list_present_runs(usable) or usable
    proved = (run for run in candidates if not count_unproved(run))
    return next(proved, candidates[0] if candidates else None)


def find_run_before(match_round: MatchRound) -> RoundRun | None:
    """Return the run with which a wish is compared; None outside a review: nothing is priced."""
    if match_round.state is not RoundState.REVIEW:
        return None
    return choose_run(list_runs(match_round))


def start_price(
    match_round: MatchRound,
    decision: Decision,
    *,
    limit_seconds: int,
    actor: User,
    now: datetime,
) -> RoundPrice:
    """Store a new numbered price and its job; return the price.

    Raises ``ConflictError`` without a run to compare with, while another price of the actor is
    worked out, and for what could not come into force now; ``NotFoundError`` for what is not in the
    frozen month. The caller queues the job's id once the transaction is committed.
    """
    lock_row(match_round)
    rows, run = require_addable(match_round, decision), find_run_before(match_round)
    if run is None:
        raise ConflictError("price.no_run")
    own = _list_own(match_round, actor)
    if any(price.status is RunStatus.PENDING for price in own):
        raise ConflictError("price.under_way")
    price = _make_price(match_round, decision, _ask(match_round, rows))
    price.number, price.run = _get_last_number(match_round) + 1, run
    price.limit_seconds, price.started_by_id, price.created_at = limit_seconds, actor.id, now
    db.session.add(price)
    db.session.flush()
    db.session.add(Job(kind=JobKind.PRICE, price=price, created_at=now, lease_until=now))
    db.session.flush()
    details = {"number": price.number, "problem_sha256": price.problem_sha256}
    record_event(actor=actor, action="price.start", subject=price, now=now, details=details)
    return price


def _make_price(match_round: MatchRound, decision: Decision, problem_json: str) -> RoundPrice:
    return RoundPrice(
        match_round=match_round,
        kind=decision.kind,
        need=decision.need,
        offer_id=decision.offer_id,
        volunteer_id=decision.volunteer_id,
        instead_offer_id=decision.instead_offer_id,
        instead_volunteer_id=decision.instead_volunteer_id,
        reason=decision.reason,
        has_no_interest=decision.has_no_interest,
        problem_json=problem_json,
        problem_sha256=sha256_of_text(problem_json),
    )


def keep_price(price: RoundPrice, *, actor: User, now: datetime) -> None:
    """Let the priced wish come into force from the next run on, with the price on record.

    Raises ``ConflictError`` for another person than the one who wishes it; before the price is
    known, after it was kept, or if there is no answer with it; and if the question or the run
    before changed since, so that the price may no longer be true.
    """
    match_round = price.match_round
    lock_row(match_round)
    lock_row(price)  # somebody may have kept it while this waited
    require_keepable(price, actor)
    add_override(
        match_round,
        read_decision(price),
        actor=actor,
        now=now,
        price_id=price.id,
        seen=to_details(price),
    )
    price.kept_at = now


def require_keepable(price: RoundPrice, actor: User) -> None:
    """Raise ``ConflictError`` unless ``actor`` may keep the priced wish now."""
    if price.started_by_id != actor.id:
        raise ConflictError("price.of_another")
    if price.status is RunStatus.PENDING:
        raise ConflictError("price.not_finished")
    if price.kept_at is not None:
        raise ConflictError("price.kept_already")
    if get_price_job(price).state is JobState.CANCELLED:
        raise ConflictError("price.cancelled")
    if price.status is RunStatus.INFEASIBLE:
        raise ConflictError("price.no_answer")
    rows = require_addable(price.match_round, read_decision(price))
    if not _is_true_still(price, rows):
        raise ConflictError("price.outdated")


def find_refusal(price: RoundPrice, actor: User) -> ConflictError | None:
    """Why ``actor`` cannot keep the priced wish now; None if they can."""
    try:
        require_keepable(price, actor)
    except ConflictError as refusal:
        return refusal
    return None


def _is_true_still(price: RoundPrice, rows: Sequence[RoundOverride]) -> bool:
    run = find_run_before(price.match_round)
    is_same_run = run is not None and run.result_sha256 == price.run.result_sha256
    return is_same_run and sha256_of_text(_ask(price.match_round, rows)) == price.problem_sha256


def list_open_prices(match_round: MatchRound, run: RoundRun, actor: User) -> list[RoundPrice]:
    """The actor's prices that are not kept and compare with ``run``, latest first."""
    own = _list_own(match_round, actor)
    return [price for price in own if price.kept_at is None and price.round_run_id == run.id]


def _list_own(match_round: MatchRound, actor: User) -> Sequence[RoundPrice]:
    query = select(RoundPrice).where(
        RoundPrice.match_round_id == match_round.id, RoundPrice.started_by_id == actor.id
    )
    return db.session.scalars(query.order_by(RoundPrice.number.desc())).all()


def _ask(match_round: MatchRound, rows: Sequence[RoundOverride]) -> str:
    return make_present_problem(match_round, freeze_overrides(match_round, rows))


def _get_last_number(match_round: MatchRound) -> int:
    query = select(func.max(RoundPrice.number)).where(RoundPrice.match_round_id == match_round.id)
    return db.session.scalar(query) or 0
