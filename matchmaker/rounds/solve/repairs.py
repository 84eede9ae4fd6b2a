"""Search for givers in place of promises that ended: start, finish, cancel. Callers commit.

A search asks the rest of the published question (``laying.py``). What it finds is a proposal until
a person keeps it (``publish/keeping.py``). A later search replaces an earlier one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Job,
    JobKind,
    JobState,
    MatchRound,
    RoundRepair,
    RoundRun,
    RoundState,
    RunStatus,
    User,
)
from matchmaker.notices.service import notify_user
from matchmaker.rounds.matching import list_new, make_rest_json
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.solve.laying import FactsNow, lay_down
from matchmaker.rounds.solve.proposal import Proposal, make_proposal
from matchmaker.rounds.states import JOB_STATES
from matchmaker.states import lock_row
from optimizer import codec
from optimizer.codec import canonical_text, sha256_of_text
from optimizer.report import Failure, Ruling, SolveReport, Verdict
from optimizer.solution import Solution

TOO_MANY_TRIES = "too_many_tries"
_USABLE = frozenset({RunStatus.PROVEN, RunStatus.FEASIBLE})


@dataclass(frozen=True, slots=True)
class RepairQuestion:
    """A search's question as stored: the facts, the problem made from them, and its hash."""

    facts_json: str
    problem_json: str
    sha256: str


def ask(run: RoundRun, now: FactsNow) -> RepairQuestion:
    """Return the question that the facts lead to; equal facts give equal bytes."""
    problem_json = make_rest_json(run.problem_json, now.facts)
    facts = {"facts": now.facts.to_json(), "wanted": dict(now.wanted)}
    return RepairQuestion(canonical_text(facts), problem_json, sha256_of_text(problem_json))


def start_repair(
    match_round: MatchRound, *, limit_seconds: int, actor: User, now: datetime
) -> RoundRepair:
    """Store a new numbered search and its job; return the search.

    Raises ``ConflictError`` when no month is published, it is closed, or a search is under way. The
    caller queues the job's id once the transaction is committed.
    """
    lock_row(match_round)
    run = require_in_force(match_round)
    latest = find_latest(run)
    if latest is not None and latest.status is RunStatus.PENDING:
        raise ConflictError("repair.under_way")
    asked = ask(run, lay_down(run, now))
    repair = RoundRepair(
        run=run,
        number=1 if latest is None else latest.number + 1,
        limit_seconds=limit_seconds,
        facts_json=asked.facts_json,
        problem_json=asked.problem_json,
        problem_sha256=asked.sha256,
        started_by_id=actor.id,
        created_at=now,
    )
    db.session.add(repair)
    db.session.flush()
    db.session.add(Job(kind=JobKind.REPAIR, repair=repair, created_at=now, lease_until=now))
    db.session.flush()
    details = {"number": repair.number, "problem_sha256": repair.problem_sha256}
    record_event(actor=actor, action="repair.start", subject=repair, now=now, details=details)
    return repair


def require_in_force(match_round: MatchRound) -> RoundRun:
    """Return the published run.

    Raises ``ConflictError`` without one, and once the month is closed.
    """
    run = match_round.published_run
    if run is None:
        raise ConflictError("round.not_published")
    if match_round.state is RoundState.CLOSED:
        raise ConflictError("round.state", state=match_round.state.value, step="search")
    return run


def find_latest(run: RoundRun) -> RoundRepair | None:
    """Return the latest search of a published run; None if none was started."""
    query = select(RoundRepair).where(RoundRepair.round_run_id == run.id)
    return db.session.scalar(query.order_by(RoundRepair.number.desc()).limit(1))


def list_repairs(run: RoundRun) -> Sequence[RoundRepair]:
    """The searches of a published run, latest first."""
    query = select(RoundRepair).where(RoundRepair.round_run_id == run.id)
    return db.session.scalars(query.order_by(RoundRepair.number.desc())).all()


def get_repair_job(repair: RoundRepair) -> Job:
    """Return the job of a search; each search has one."""
    return db.session.scalars(select(Job).where(Job.round_repair_id == repair.id)).one()


def finish_repair(repair: RoundRepair, report: SolveReport, *, now: datetime) -> None:
    """Store what a search found, once; a finished search is not changed.

    The search is FAILED if the report has a failure, such as the checker's refusal, or no answer,
    or if the answer names the hash of another question.
    """
    if repair.status is not RunStatus.PENDING:
        return
    failure, solution = report.failure, report.solution
    repair.finished_at = now
    seconds = report.seconds
    repair.timings = {
        "total": seconds.solve,
        "check": seconds.check,
        "explain": seconds.explain,
    }
    if report.verdict is not None:
        repair.verdict = codec.to_json(report.verdict)
    if solution is not None:
        repair.findings, repair.result_sha256 = list(report.findings), solution.result_sha256
        repair.solution_json = canonical_text(solution.to_json())
        if failure is None and solution.problem_sha256 != repair.problem_sha256:
            failure = Failure.OTHER_PROBLEM
    if failure is not None or solution is None:
        _close(repair, RunStatus.FAILED, failure, now)
        return
    if report.is_usable:
        repair.is_verified = True
        repair.proposal = _propose(repair, report, solution).to_json()
    _close(repair, RunStatus[solution.status.name], None, now)


def give_up_repair(repair: RoundRepair, *, now: datetime) -> None:
    """Fail a search whose worker died too often; a finished search is not changed."""
    if repair.status is RunStatus.PENDING:
        repair.finished_at = now
        _close(repair, RunStatus.FAILED, TOO_MANY_TRIES, now)


def cancel_repair(repair: RoundRepair, *, actor: User, now: datetime) -> None:
    """Stop a search that waits or is being solved. Raises ``ConflictError`` when it is over."""
    job = get_repair_job(repair)
    lock_row(job)
    JOB_STATES.take(job, JobState.CANCELLED)
    job.finished_at = now
    job.lease_token = job.lease_until = None
    repair.status, repair.finished_at = RunStatus.FAILED, now
    details = {"number": repair.number}
    record_event(actor=actor, action="repair.cancel", subject=repair, now=now, details=details)


def is_usable(repair: RoundRepair) -> bool:
    """Whether the search has a result that passed the checker."""
    return repair.is_verified and repair.status in _USABLE


def waits(repair: RoundRepair) -> bool:
    """Whether the search has a checked result that nobody has kept."""
    return is_usable(repair) and repair.kept_at is None


def count_unproved(repair: RoundRepair) -> int:
    """Count the aims of a search that are not proved; 0 if it has no verdict."""
    if repair.verdict is None:
        return 0
    verdict = codec.from_json(Verdict, repair.verdict)
    return 0 if verdict.ruling is Ruling.PROVED else max(1, len(verdict.unproved))


def read_proposal(repair: RoundRepair) -> Proposal:
    """Return what the search for a repair found: an empty proposal until it ended with one."""
    return Proposal() if repair.proposal is None else Proposal.from_json(repair.proposal)


def _propose(repair: RoundRepair, report: SolveReport, solution: Solution) -> Proposal:
    wanted = json.loads(repair.facts_json)["wanted"]
    return make_proposal(
        repair.problem_json,
        read_snapshot(repair.run.match_round),
        list_new(solution.assignments),
        wanted,
        report.explanations,
    )


def _close(repair: RoundRepair, status: RunStatus, error: str | None, now: datetime) -> None:
    repair.status = status
    job = get_repair_job(repair)
    JOB_STATES.take(job, JobState.FAILED if status is RunStatus.FAILED else JobState.DONE)
    job.error, job.finished_at = error, now
    job.lease_token = job.lease_until = None
    db.session.flush()
    details = {
        "number": repair.number,
        "status": status.value,
        "result_sha256": repair.result_sha256,
        "verified": repair.is_verified,
    }
    record_event(actor=None, action="repair.finish", subject=repair, now=now, details=details)
    notify_user(repair.started_by_id, None, "repair.finished", repair, now)
