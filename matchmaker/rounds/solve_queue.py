"""The queue between site and worker: a file of its own that carries job ids and nothing else.

Losing it loses nothing: the job rows are the truth, and the worker looks for overdue ones.
"""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from huey import SqliteHuey

logger = logging.getLogger("matchmaker.queue")


class SolveQueue:
    """Job ids waiting for a worker; ``solve`` is what the worker does with one."""

    def __init__(self, path: Path, solve: Callable[[int], None]) -> None:
        self._huey = SqliteHuey("matchmaker", filename=str(path), results=False)
        self._solve = solve
        self._task = self._huey.task(name="solve_round")(self._work_on)

    def put(self, job_id: int) -> None:
        """Queue a job. Call it after the commit, so that the worker finds the row."""
        try:
            self._task(job_id)
        except sqlite3.Error:
            logger.exception("the queue refused a job; a worker will find it by its row")

    def work_once(self) -> bool:
        """Work on the next id; False when the queue is empty."""
        task = self._huey.dequeue()
        if task is None:
            return False
        self._huey.execute(task)
        return True

    def _work_on(self, job_id: int) -> None:
        self._solve(job_id)


def put_job(path: Path, job_id: int) -> None:
    """Queue a job from a process that never works on one."""
    SolveQueue(path, _refuse).put(job_id)


def _refuse(job_id: int) -> None:
    raise RuntimeError(f"job {job_id} reached a process that is no worker")
