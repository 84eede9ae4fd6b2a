"""Take, renew, finish and give back jobs, which a worker holds by a lease.

A job whose lease expired is queued again. The queue between site and worker is a separate file that
carries job ids only. It may lose or repeat them: a job is taken by one conditional UPDATE, and the
worker looks for overdue rows. Each function that commits is one short transaction, because a worker
locks no row while it solves.
"""

import logging
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from huey import SqliteHuey
from sqlalchemy import CursorResult, Result, or_, select, update

from matchmaker.base.extensions import db
from matchmaker.models import Job, JobKind, JobState, RoundPrice, RoundRepair, RoundRun
from matchmaker.rounds.matching import AnswerBefore
from matchmaker.rounds.solve.packs import give_up_pack
from matchmaker.rounds.solve.prices import finish_price, give_up_price, read_before
from matchmaker.rounds.solve.repairs import finish_repair, give_up_repair
from matchmaker.rounds.solve.runs import finish_run, give_up_run
from matchmaker.states import lock_rows
from optimizer.report import Progress, SolveReport

logger = logging.getLogger("matchmaker.queue")

MOST_JOB_TRIES = 5  # limits a job that kills its worker
_UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's claim on a job: what to solve, and the token that proves the claim.

    For a job that solves nothing, ``problem_json`` is empty. ``before``: of a price, the question
    and answer with which the answer is compared.
    """

    job_id: int
    token: str
    problem_json: str
    limit_seconds: int
    kind: JobKind = JobKind.SOLVE
    before: AnswerBefore | None = None


# The table with the question of a job that solves, and the job's column that refers to it.
_QUESTIONS: Mapping[JobKind, tuple[Any, Any]] = {
    JobKind.SOLVE: (RoundRun, Job.round_run_id),
    JobKind.REPAIR: (RoundRepair, Job.round_repair_id),
    JobKind.PRICE: (RoundPrice, Job.round_price_id),
}


def _finish(job: Job, report: SolveReport, now: datetime) -> None:
    if job.repair is not None:
        finish_repair(job.repair, report, now=now)
    elif job.price is not None:
        finish_price(job.price, report, now=now)
    elif job.run is not None:
        finish_run(job.run, report, now=now)


def _give_up(job: Job, now: datetime) -> None:
    if job.repair is not None:
        give_up_repair(job.repair, now=now)
    elif job.price is not None:
        give_up_price(job.price, now=now)
    elif job.run is not None:
        give_up_run(job.run, now=now)
    elif job.pack is not None:
        give_up_pack(job.pack, now=now)


def take_job(job_id: int, *, lease_seconds: int, now: datetime) -> Hold | None:
    """Take a queued job; return None if another worker has it or it is over. Commits."""
    token = secrets.token_hex(16)
    taken = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            lease_token=token,
            lease_until=now + timedelta(seconds=lease_seconds),
            tries=Job.tries + 1,
            stage=None,
            stages_done=0,
        )
    )
    hold = None
    if _count_rows(taken) == 1:
        hold = _read_hold(job_id, token)
    db.session.commit()
    return hold


def _read_hold(job_id: int, token: str) -> Hold:
    kind = db.session.scalars(select(Job.kind).where(Job.id == job_id)).one()
    if kind not in _QUESTIONS:
        return Hold(job_id, token, "", 0, kind)
    model, column = _QUESTIONS[kind]
    query = select(model.problem_json, model.limit_seconds).join(Job, column == model.id)
    problem_json, limit = db.session.execute(query.where(Job.id == job_id)).one()
    price = db.session.scalar(
        select(RoundPrice).join(Job, Job.round_price_id == RoundPrice.id).where(Job.id == job_id)
    )
    before = None if price is None else read_before(price)
    return Hold(job_id, token, problem_json, limit, kind, before)


def renew_lease(
    hold: Hold,
    *,
    lease_seconds: int,
    now: datetime,
    progress: Progress | None = None,
) -> bool:
    """Extend the lease, save the progress; return False if ``hold`` has lost the job. Commits."""
    values: dict[str, Any] = {"lease_until": now + timedelta(seconds=lease_seconds)}
    if progress is not None:
        values["stage"] = progress.stage
        values["stages_done"], values["stages_total"] = progress.done, progress.total
    renewed = db.session.execute(
        update(Job)
        .where(Job.id == hold.job_id, Job.lease_token == hold.token)
        .where(Job.state == JobState.RUNNING)
        .values(**values)
    )
    db.session.commit()
    return _count_rows(renewed) == 1


def finish_job(hold: Hold, report: SolveReport, *, now: datetime) -> bool:
    """Save the result of a solve once, and commit.

    Returns False, with nothing saved, if ``hold`` has lost the job.
    """
    return save_held(hold, lambda job: _finish(job, report, now))


def save_held(hold: Hold, save: Callable[[Job], None]) -> bool:
    """Call ``save`` with the job once, and commit; return False if ``hold`` has lost the job."""
    held = lock_rows(
        select(Job)
        .where(Job.id == hold.job_id, Job.lease_token == hold.token)
        .where(Job.state == JobState.RUNNING)
    )
    for job in held:
        save(job)
    db.session.commit()
    return bool(held)


def list_overdue_jobs(*, lease_seconds: int, now: datetime) -> list[int]:
    """Mark as queued the jobs whose lease has expired, and return their ids. Commits.

    Queued jobs that nobody took in time get a new term, and are returned too. The caller puts all
    the ids into the queue, which may have lost them. A lease that ends more than two lease lengths
    from now also counts as expired: it was taken before the clock was set back. An overdue job that
    was taken ``MOST_JOB_TRIES`` times fails instead.
    """
    latest = now + timedelta(seconds=2 * lease_seconds)
    query = (
        select(Job)
        .where(Job.state.in_(_UNFINISHED))
        .where(or_(Job.lease_until.is_(None), Job.lease_until < now, Job.lease_until > latest))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    overdue = []
    for job in db.session.scalars(query):
        if job.tries >= MOST_JOB_TRIES:
            _give_up(job, now)
            continue
        job.state, job.lease_token = JobState.QUEUED, None
        job.lease_until = now + timedelta(seconds=lease_seconds)
        overdue.append(job.id)
    db.session.commit()
    return overdue


def release_job(hold: Hold, *, now: datetime) -> bool:
    """Give an unsolved job back, as a worker does that is asked to stop. Commits.

    The attempt is not counted. Returns False if ``hold`` has lost the job. The caller puts the id
    into the queue.
    """
    released = db.session.execute(
        update(Job)
        .where(Job.id == hold.job_id, Job.lease_token == hold.token)
        .where(Job.state == JobState.RUNNING)
        .values(state=JobState.QUEUED, lease_token=None, lease_until=now, tries=Job.tries - 1)
    )
    db.session.commit()
    return _count_rows(released) == 1


class SolveQueue:
    """The queue of job ids that wait for a worker; ``solve`` is called with each."""

    def __init__(self, path: Path, solve: Callable[[int], None]) -> None:
        self._huey = SqliteHuey("matchmaker", filename=str(path), results=False)
        self._solve = solve
        self._task = self._huey.task(name="solve_round")(self._work_on)

    def put(self, job_id: int) -> None:
        """Queue a job. Call this after the commit, so that the worker finds the row.

        A queue that refuses the id is only logged.
        """
        try:
            self._task(job_id)
        except sqlite3.Error:
            logger.exception("the queue refused a job; a worker will find it by its row")

    def work_once(self) -> bool:
        """Work on the next id; return False if the queue is empty."""
        task = self._huey.dequeue()
        if task is None:
            return False
        self._huey.execute(task)
        return True

    def _work_on(self, job_id: int) -> None:
        self._solve(job_id)


def put_job(path: Path, job_id: int) -> None:
    """Queue a job from a process that does not work on jobs.

    A queue that cannot be opened is only logged.
    """
    try:
        queue = SolveQueue(path, _refuse)
    except sqlite3.Error:  # the step is committed, so the caller must not report a failure
        logger.exception("the queue cannot be opened; a worker will find the job by its row")
        return
    queue.put(job_id)


def _refuse(job_id: int) -> None:
    raise RuntimeError(f"job {job_id} reached a process that is no worker")


def _count_rows(result: Result[Any]) -> int:
    """The number of rows that an UPDATE changed."""
    return cast("CursorResult[Any]", result).rowcount
