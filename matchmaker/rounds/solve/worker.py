"""The worker takes jobs from the queue, solves them in a child process and finds lost jobs.

What is made and not solved, such as the pack of a month, is made in the worker itself.

Between jobs it does what is due by the clock.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import OperationalError

from matchmaker.base.clock import get_now
from matchmaker.base.stopping import StopRequest
from matchmaker.models import JobKind
from matchmaker.rounds import matching
from matchmaker.rounds.solve.jobs import (
    Hold,
    SolveQueue,
    finish_job,
    list_overdue_jobs,
    release_job,
    renew_lease,
    take_job,
)
from optimizer.report import Failure, Progress, SolveReport

logger = logging.getLogger("matchmaker.worker")

POLL_SECONDS = 0.5
RENEW_SECONDS = 1.0  # least time between two renewals of lease and progress
AWAY = (OperationalError, sqlite3.Error)  # the database or the queue's file cannot be reached
DUE_SECONDS = 60.0  # how often it looks for what is due
LOOKS_PER_LEASE = 3  # overdue jobs are looked for this often during one lease


# Saves the code of the present part, parts done and parts in all; returns whether to go on.
Beat = Callable[[str, int, int], bool]
# Makes what a held job asks for and saves it, unless a beat says no. Called with the app's context.
Maker = Callable[[Hold, Beat], None]


class Worker:
    """One worker of one app.

    ``makers``: how jobs are done that solve nothing. Once ``stop`` is asked it takes no more jobs
    and gives back the one that it holds. ``do_due`` is called about once a minute between jobs,
    with the time.
    """

    def __init__(
        self,
        app: Flask,
        stop: StopRequest | None = None,
        do_due: Callable[[datetime], object] | None = None,
        makers: Mapping[JobKind, Maker] | None = None,
    ) -> None:
        self._app = app
        self._queue = SolveQueue(app.config["QUEUE_PATH"], self.run_job)
        self._lease_seconds: int = app.config["LEASE_SECONDS"]
        self._memory_mib: int = app.config["SOLVE_MEMORY_MIB"]
        self._renew_at = self._look_at = self._due_at = 0.0  # monotonic clock
        self._do_due = do_due
        self._makers = makers or {}
        self.stop = stop or StopRequest()

    def work(self) -> None:
        """Take queued and overdue jobs until ``stop`` is asked."""
        logger.info("worker started")
        while not self.stop.is_asked:
            try:
                self._look_for_overdue_jobs()
                self._look_for_what_is_due()
                is_idle = not self._queue.work_once()
            except AWAY:
                logger.exception("the database is away: the worker waits for it")
                is_idle = True
            if is_idle:
                self.stop.wait(POLL_SECONDS)
        logger.info("worker stopped")

    def _look_for_overdue_jobs(self) -> None:
        """Queue overdue jobs if it is time again, by a clock that nobody can set back."""
        if time.monotonic() >= self._look_at:
            self.queue_overdue_jobs()
            self._look_at = time.monotonic() + self._lease_seconds / LOOKS_PER_LEASE

    def _look_for_what_is_due(self) -> None:
        if self._do_due is None or time.monotonic() < self._due_at:
            return
        self._due_at = time.monotonic() + DUE_SECONDS
        try:
            with self._app.app_context():
                self._do_due(get_now())
        except Exception:  # no fault in it may keep solves waiting
            logger.exception("what is due could not be done: it is tried again")

    def queue_overdue_jobs(self) -> None:
        """Queue again the jobs of dead workers and those that the queue lost."""
        with self._app.app_context():
            overdue = list_overdue_jobs(lease_seconds=self._lease_seconds, now=get_now())
        for job_id in overdue:
            self._queue.put(job_id)

    def run_job(self, job_id: int) -> None:
        """Do the job unless it is taken or over; only its holder saves the result."""
        with self._app.app_context():
            hold = take_job(job_id, lease_seconds=self._lease_seconds, now=get_now())
        if hold is None:
            return
        logger.info("job taken", extra={"job": job_id})
        if hold.kind in self._makers:
            self._make(hold)
        else:
            self._save_solved(hold, self._solve(hold))

    def _make(self, hold: Hold) -> None:
        with self._app.app_context():
            self._makers[hold.kind](hold, lambda *part: self._beat(hold, Progress(*part)))
        if self.stop.is_asked:
            self._give_back(hold)
        logger.info("job finished", extra={"job": hold.job_id})

    def _save_solved(self, hold: Hold, report: SolveReport) -> None:
        if self.stop.is_asked and report.failure is not None:
            self._give_back(hold)
        elif report.failure is not Failure.CANCELLED:
            is_saved = self._save(hold, report)
            facts = {"saved": is_saved, "failure": report.failure, "brief": report.unexplained}
            logger.info("job finished", extra={"job": hold.job_id, **facts})

    def _solve(self, hold: Hold) -> SolveReport:
        def beat(progress: Progress | None) -> bool:
            return self._beat(hold, progress)

        asked, memory_mib = (hold.problem_json, hold.limit_seconds), self._memory_mib
        if hold.before is not None:
            return matching.compare(*asked, hold.before, memory_mib=memory_mib, on_beat=beat)
        is_priced = hold.kind is JobKind.SOLVE
        return matching.solve(*asked, memory_mib=memory_mib, on_beat=beat, is_priced=is_priced)

    def _save(self, hold: Hold, report: SolveReport) -> bool:
        """Save the result; return False if the job is no longer held.

        Waits for a database that is away until ``stop`` is asked, and then raises
        ``OperationalError``.
        """
        while True:
            try:
                with self._app.app_context():
                    return finish_job(hold, report, now=get_now())
            except OperationalError:
                logger.exception("the database is away: the result waits")
                if self.stop.wait(POLL_SECONDS):
                    raise

    def _give_back(self, hold: Hold) -> None:
        """Queue the job again, so that another worker can take it."""
        with self._app.app_context():
            is_ours = release_job(hold, now=get_now())
        if is_ours:
            self._queue.put(hold.job_id)
            logger.info("job given back", extra={"job": hold.job_id})

    def _beat(self, hold: Hold, progress: Progress | None) -> bool:
        """Return whether to go on solving; renew the lease at most every ``RENEW_SECONDS``."""
        if self.stop.is_asked:
            return False
        now = time.monotonic()
        if now < self._renew_at:
            return True
        self._renew_at = now + RENEW_SECONDS
        try:
            with self._app.app_context():
                return renew_lease(
                    hold, lease_seconds=self._lease_seconds, now=get_now(), progress=progress
                )
        except OperationalError:
            logger.warning("the database is away: the work goes on")
            return True
