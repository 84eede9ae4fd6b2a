"""Start, finish and cancel the runs of a frozen round. Flushes; the callers commit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.extensions import db
from matchmaker.models import (
    Job,
    JobState,
    MatchRound,
    Role,
    RoundRun,
    RoundState,
    RunStatus,
    User,
)
from matchmaker.notices.service import notify_accounts, notify_user, select_active
from matchmaker.rounds import matching
from matchmaker.rounds.freeze.overrides import (
    forget_waiting,
    freeze_overrides,
    list_active_overrides,
)
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import hand_back
from matchmaker.rounds.question.snapshot import FrozenOverride
from matchmaker.rounds.question.waits import read_key
from matchmaker.rounds.solve.figures import compute_figures
from matchmaker.rounds.solve.pins import list_conflicting, list_prices
from matchmaker.rounds.solve.result import write_assignments, write_outcomes
from matchmaker.rounds.solve.shortages import count_shortages
from matchmaker.rounds.solve.verdicts import count_unproved
from matchmaker.rounds.states import JOB_STATES, ROUND_STATES
from matchmaker.scopes import list_same_persons
from matchmaker.states import lock_row
from optimizer import codec
from optimizer.codec import canonical_text, sha256_of_text
from optimizer.report import Failure, Seconds, SolveReport, Verdict
from optimizer.solution import Solution

USABLE = frozenset({RunStatus.PROVEN, RunStatus.FEASIBLE})
TOO_MANY_TRIES = "too_many_tries"  # the worker died at each attempt


def start_run(
    match_round: MatchRound,
    *,
    limit_seconds: int,
    actor: User,
    now: datetime,
    is_plain: bool = False,
) -> RoundRun:
    """Store a new numbered run and its job; return the run.

    ``is_plain``: without the pins and forbids in force, to compare with. Raises ``ConflictError``
    unless the state of the round allows a solve. The caller queues the job's id once the
    transaction is committed.
    """
    ROUND_STATES.take(match_round, RoundState.SOLVING)
    overrides = () if is_plain else freeze_overrides(match_round)
    problem_json = make_present_problem(match_round, overrides)
    run = RoundRun(
        match_round=match_round,
        number=_get_last_number(match_round) + 1,
        is_plain=not overrides,
        limit_seconds=limit_seconds,
        problem_json=problem_json,
        problem_sha256=sha256_of_text(problem_json),
        started_by_id=actor.id,
        created_at=now,
    )
    db.session.add(run)
    db.session.flush()
    db.session.add(Job(run=run, created_at=now, lease_until=now))
    db.session.flush()
    details = {"number": run.number, "problem_sha256": run.problem_sha256}
    record_event(actor=actor, action="round.solve", subject=run, now=now, details=details)
    return run


def _get_last_number(match_round: MatchRound) -> int:
    query = select(func.max(RoundRun.number)).where(RoundRun.match_round_id == match_round.id)
    return db.session.scalar(query) or 0


def finish_run(run: RoundRun, report: SolveReport, *, now: datetime) -> None:
    """Save the result of a solve, all or nothing; a finished run is not changed.

    The run is FAILED, and cannot be published, if the report has a failure, such as the checker's
    refusal, or no solution, or if the solution names the hash of another problem.
    """
    if run.status is not RunStatus.PENDING:
        return
    run.finished_at, run.timings = now, _list_timings(report.seconds)
    run.verdict = None if report.verdict is None else _write_verdict(run, report.verdict)
    if report.conflict is not None:
        run.conflict = list_conflicting(run.match_round, report.conflict)
    failure, solution = report.failure, report.solution
    if solution is not None:
        run.findings, run.result_sha256 = list(report.findings), solution.result_sha256
        run.solution_json = canonical_text(solution.to_json())
        if failure is None and solution.problem_sha256 != run.problem_sha256:
            failure = Failure.OTHER_PROBLEM
    if failure is not None or solution is None:
        _close(run, RunStatus.FAILED, failure, now)
        return
    if report.is_usable:
        _save_result(run, report, solution)
    _close(run, RunStatus[solution.status.name], None, now)


def _write_verdict(run: RoundRun, verdict: Verdict) -> Any:
    snapshot = read_snapshot(run.match_round)
    rows = (replace(row, key=read_key(row.key, snapshot)) for row in verdict.unproved)
    return codec.to_json(replace(verdict, unproved=tuple(rows)))


def give_up_run(run: RoundRun, *, now: datetime) -> None:
    """Fail a run whose worker died too often; a finished run is not changed."""
    if run.status is RunStatus.PENDING:
        run.finished_at = now
        _close(run, RunStatus.FAILED, TOO_MANY_TRIES, now)


def cancel_run(run: RoundRun, *, actor: User, now: datetime) -> None:
    """Stop a run that waits or is being solved. Raises ``ConflictError`` when it is over."""
    job = get_job(run)
    lock_row(job)
    JOB_STATES.take(job, JobState.CANCELLED)
    job.finished_at = now
    job.lease_token = job.lease_until = None
    run.status, run.finished_at = RunStatus.FAILED, now
    _leave_solving(run.match_round)
    details = {"number": run.number}
    record_event(actor=actor, action="round.cancel", subject=run, now=now, details=details)
    notify_user(run.started_by_id, actor, "run.cancelled", run, now)


def make_present_problem(
    match_round: MatchRound, overrides: Sequence[FrozenOverride] | None = None
) -> str:
    """Return the JSON of the problem that a run would ask now.

    ``overrides`` replaces the pins and forbids in force.
    """
    chosen = freeze_overrides(match_round) if overrides is None else overrides
    return matching.make_problem_json(read_snapshot(match_round), match_round.seed or "", chosen)


def get_job(run: RoundRun) -> Job:
    """Return the job of a run; each run has one."""
    return db.session.scalars(select(Job).where(Job.round_run_id == run.id)).one()


def list_runs(match_round: MatchRound) -> Sequence[RoundRun]:
    """The runs of the round, latest first."""
    query = select(RoundRun).where(RoundRun.match_round_id == match_round.id)
    return db.session.scalars(query.order_by(RoundRun.number.desc())).all()


def is_usable(run: RoundRun) -> bool:
    """Whether the run has a result that passed the checker."""
    return run.is_verified and run.status in USABLE


def _list_timings(seconds: Seconds) -> dict[str, float | dict[str, float]]:
    """The seconds of each part, as pages and commands show them; ``total`` excludes the check."""
    return {
        "stages": dict(seconds.stages),
        "total": seconds.solve,
        "check": seconds.check,
        "explain": seconds.explain,
    }


def _save_result(run: RoundRun, report: SolveReport, solution: Solution) -> None:
    snapshot = read_snapshot(run.match_round)
    run.is_verified = True
    answer = hand_back(snapshot, solution, report.explanations)
    run.figures = compute_figures(snapshot, answer.solution, answer.left).to_json()
    if report.shortages is not None:
        rows = count_shortages(run.problem_json, report.shortages)
        run.shortages = [row.to_json() for row in rows]
    if report.prices:
        prices = list_prices(run.match_round, report.prices)
        run.prices = {str(id_): price.to_json() for id_, price in prices.items()}
    write_outcomes(run, snapshot, answer)
    write_assignments(run, snapshot, answer.solution)


def _close(run: RoundRun, status: RunStatus, error: str | None, now: datetime) -> None:
    run.status = status
    job = get_job(run)
    JOB_STATES.take(job, JobState.FAILED if status is RunStatus.FAILED else JobState.DONE)
    job.error, job.finished_at = error, now
    job.lease_token = job.lease_until = None
    db.session.flush()
    _leave_solving(run.match_round)
    details = {
        "number": run.number,
        "status": status.value,
        "result_sha256": run.result_sha256,
        "verified": run.is_verified,
    }
    record_event(actor=None, action="round.finish", subject=run, now=now, details=details)
    notify_user(run.started_by_id, None, "run.finished", run, now)
    is_asked_today = not run.is_plain or not list_active_overrides(run.match_round)
    if is_usable(run) and not count_unproved(run) and is_asked_today:
        notify_second_persons(run, now)


def notify_second_persons(run: RoundRun, now: datetime) -> None:
    """Notify the office's social workers that a run can be published.

    Persons who started it or made a pin or forbid in force hear nothing. Earlier notices that a run
    of the month waits become void.
    """
    forget_waiting(run.match_round_id, now)
    makers = {row.made_by_id for row in list_active_overrides(run.match_round)}
    query = select_active(Role.SOCIAL_WORKER).where(
        User.subdistrict_id == run.match_round.subdistrict_id,
        User.id.not_in(list_same_persons({run.started_by_id} | makers)),
    )
    notify_accounts(query, None, "run.waits", run, now)


def _leave_solving(match_round: MatchRound) -> None:
    """Move the round to review if any run has a checked result; if not, to no solution or to drawn.

    It has no solution if its latest run proved that there is none.
    """
    db.session.flush()
    runs = list_runs(match_round)
    if any(is_usable(run) for run in runs):
        ROUND_STATES.take(match_round, RoundState.REVIEW)
    elif runs[0].status is RunStatus.INFEASIBLE:
        ROUND_STATES.take(match_round, RoundState.NO_SOLUTION)
    else:
        ROUND_STATES.take(match_round, RoundState.DRAWN)
