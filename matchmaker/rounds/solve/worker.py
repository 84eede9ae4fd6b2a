"""The worker: takes jobs from the queue, solves them apart, and finds again what was lost."""

import logging
import threading
from datetime import timedelta

from flask import Flask

from matchmaker.base.clock import get_now
from matchmaker.rounds.solve.jobs import (
    Hold,
    SolveQueue,
    finish_job,
    list_overdue_jobs,
    release_job,
    renew_lease,
    take_job,
)
from matchmaker.rounds.solve.process import Progress, solve_apart

logger = logging.getLogger("matchmaker.worker")

POLL_SECONDS = 0.5
LOOKS_PER_LEASE = 3  # how often a lease is renewed, and expired ones are looked for


class Worker:
    """One worker of one app. ``stop`` may be called from a signal handler or another thread."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._queue = SolveQueue(app.config["QUEUE_PATH"], self.run_job)
        self._lease_seconds: int = app.config["LEASE_SECONDS"]
        self._memory_mib: int = app.config["SOLVE_MEMORY_MIB"]
        self._stop = threading.Event()

    def work(self) -> None:
        """Take jobs until ``stop``: what is queued, and what is overdue."""
        logger.info("worker started")
        next_look = get_now()
        while not self._stop.is_set():
            if get_now() >= next_look:
                self.queue_overdue_jobs()
                next_look = get_now() + timedelta(seconds=self._lease_seconds / LOOKS_PER_LEASE)
            if not self._queue.work_once():
                self._stop.wait(POLL_SECONDS)
        logger.info("worker stopped")

    def stop(self) -> None:
        """Take nothing more; the job under way goes back into the queue."""
        self._stop.set()

    def queue_overdue_jobs(self) -> None:
        """Whatever a dead worker or a lost queue left behind is queued again."""
        with self._app.app_context():
            overdue = list_overdue_jobs(lease_seconds=self._lease_seconds, now=get_now())
        for job_id in overdue:
            self._queue.put(job_id)

    def run_job(self, job_id: int) -> None:
        """Solve one job, if it is still to be had; exactly one worker saves the result."""
        with self._app.app_context():
            hold = take_job(job_id, lease_seconds=self._lease_seconds, now=get_now())
        if hold is None:
            return
        logger.info("job taken", extra={"job": job_id})
        report = solve_apart(
            hold.problem_json,
            hold.limit_seconds,
            lambda progress: self._beat(hold, progress),
            memory_mib=self._memory_mib,
        )
        with self._app.app_context():
            if report is not None:
                is_saved = finish_job(hold, report, now=get_now())
                logger.info("job finished", extra={"job": job_id, "saved": is_saved})
            elif self._stop.is_set():
                release_job(hold, now=get_now())

    def _beat(self, hold: Hold, progress: Progress | None) -> bool:
        if self._stop.is_set():
            return False
        with self._app.app_context():
            return renew_lease(
                hold, lease_seconds=self._lease_seconds, now=get_now(), progress=progress
            )
