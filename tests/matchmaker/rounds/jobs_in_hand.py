"""What became of a job of the small month, as its row says."""

from flask import Flask
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.base.extensions import db
from tests.matchmaker.rounds.small_month import solve_here


def read_job(app: Flask, job_id: int) -> m.Job:
    with app.app_context():
        job = db.session.get_one(m.Job, job_id)
        assert job.run.status
        return job


def assert_given_back(app: Flask, job_id: int) -> None:
    job = read_job(app, job_id)
    assert (job.state, job.tries, job.lease_token) == (m.JobState.QUEUED, 0, None)


def assert_done_once(app: Flask, job_id: int, *, tries: int = 1) -> None:
    """Finished by one worker, with what the month gives to a solve that nobody disturbs."""
    assert read_job(app, job_id).tries == tries
    with app.app_context():
        run = db.session.get_one(m.Job, job_id).run
        expected = solve_here(run).solution.result_sha256
        assert (run.status, run.result_sha256) == (m.RunStatus.PROVEN, expected)
        assert db.session.scalar(select(func.count()).select_from(m.NeedOutcome)) == 6
        finished = select(func.count()).where(m.AuditEvent.action == "round.finish")
        assert db.session.scalar(finished) == 1
