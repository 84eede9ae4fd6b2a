"""Jobs: leases, lost queues, dead workers. A killed worker changes nothing but the time."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.rounds.solve import jobs, runs
from matchmaker.rounds.solve.jobs import put_job
from matchmaker.rounds.solve.process import solve_apart
from matchmaker.rounds.solve.worker import Worker
from tests.architecture.source import ROOT
from tests.databases import SECRET
from tests.matchmaker.rounds.small_month import solve_here

PATIENCE_SECONDS = 60


@pytest.fixture
def job_id(app, month):
    """A run that waits for a worker."""
    with app.app_context():
        job_id = runs.get_job(month.start()).id
        db.session.commit()
    return job_id


def read_job(app, job_id: int) -> m.Job:
    with app.app_context():
        job = db.session.get_one(m.Job, job_id)
        assert job.run.status
        return job


def test_a_job_is_taken_by_one_worker_only(app, job_id):
    with app.app_context():
        first = jobs.take_job(job_id, lease_seconds=30, now=get_now())
        assert jobs.take_job(job_id, lease_seconds=30, now=get_now()) is None
    assert first.limit_seconds == 60


def test_an_expired_lease_is_queued_again_and_its_old_holder_saves_nothing(app, job_id):
    later = get_now() + timedelta(seconds=31)
    with app.app_context():
        old = jobs.take_job(job_id, lease_seconds=30, now=get_now())
        assert jobs.list_overdue_jobs(lease_seconds=30, now=get_now()) == []
        assert jobs.list_overdue_jobs(lease_seconds=30, now=later) == [job_id]
        new = jobs.take_job(job_id, lease_seconds=30, now=later)
        assert not jobs.renew_lease(old, lease_seconds=30, now=later)
        report = solve_here(db.session.get_one(m.Job, job_id).run)
        assert not jobs.finish_job(old, report, now=later)
        assert jobs.finish_job(new, report, now=later)
        assert db.session.scalar(select(func.count()).select_from(m.NeedOutcome)) == 6


def test_a_queued_job_that_the_queue_lost_is_found_by_its_row(app, job_id):
    with app.app_context():
        assert jobs.list_overdue_jobs(lease_seconds=30, now=get_now()) == [job_id]
        assert jobs.list_overdue_jobs(lease_seconds=30, now=get_now()) == []


def test_a_job_that_kills_every_worker_fails_in_the_end(app, job_id):
    now = get_now()
    with app.app_context():
        for _try in range(jobs.MOST_TRIES):
            assert jobs.take_job(job_id, lease_seconds=30, now=now) is not None
            now += timedelta(seconds=31)
            overdue = jobs.list_overdue_jobs(lease_seconds=30, now=now)
        assert overdue == []
    assert read_job(app, job_id).error == "too_many_tries"


def test_a_cancelled_job_stops_its_solve(app, month, job_id):
    with app.app_context():
        hold = jobs.take_job(job_id, lease_seconds=30, now=get_now())
        run = db.session.get_one(m.Job, job_id).run
        runs.cancel_run(run, actor=month.one, now=get_now())
        db.session.commit()

        def beat(progress):
            return jobs.renew_lease(hold, lease_seconds=30, now=get_now(), progress=progress)

        assert solve_apart(hold.problem_json, 60, beat, memory_mib=2048) is None


def test_a_solver_that_dies_is_reported_not_raised():
    report = solve_apart("no problem at all", 60, lambda _progress: True, memory_mib=2048)
    assert report.failure == "solver_died"


def test_a_solve_without_memory_is_a_failed_run_with_its_reason(app, job_id):
    app.config["SOLVE_MEMORY_MIB"] = 1
    put_job(app.config["QUEUE_PATH"], job_id)
    Worker(app).run_job(job_id)
    job = read_job(app, job_id)
    assert (job.state, job.error) == (m.JobState.FAILED, "out_of_memory")
    assert job.run.status is m.RunStatus.FAILED


def test_a_worker_solves_in_a_child_and_saves_the_result(app, job_id):
    put_job(app.config["QUEUE_PATH"], job_id)
    Worker(app).run_job(job_id)
    job = read_job(app, job_id)
    assert job.state is m.JobState.DONE
    assert job.run.status is m.RunStatus.PROVEN
    assert job.tries == 1


def test_a_worker_killed_in_the_middle_changes_nothing_but_the_time(app, job_id, tmp_path):
    put_job(app.config["QUEUE_PATH"], job_id)
    with app.app_context():
        expected = solve_here(db.session.get_one(m.Job, job_id).run).solution["result_sha256"]
    first = _start_worker(app, tmp_path)
    try:
        _wait_until(lambda: read_job(app, job_id).state is m.JobState.RUNNING)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert read_job(app, job_id).run.status is m.RunStatus.PENDING
    second = _start_worker(app, tmp_path)
    try:
        _wait_until(lambda: read_job(app, job_id).state is m.JobState.DONE)
    finally:
        second.terminate()
        assert second.wait(PATIENCE_SECONDS) == 0
    job = read_job(app, job_id)
    assert (job.tries, job.run.result_sha256) == (2, expected)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(m.NeedOutcome)) == 6
        finished = select(func.count()).where(m.AuditEvent.action == "round.finish")
        assert db.session.scalar(finished) == 1


def _start_worker(app, folder) -> subprocess.Popen:
    environ = {
        **os.environ,
        "MATCHMAKER_INSTANCE": str(folder),
        "MATCHMAKER_SECRET_KEY": SECRET,
        "MATCHMAKER_CONTACT_KEYS": SECRET,
        "MATCHMAKER_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "MATCHMAKER_LEASE_SECONDS": "2",
    }
    command = [sys.executable, "-m", "matchmaker", "worker"]
    return subprocess.Popen(command, env=environ, cwd=ROOT, stderr=subprocess.DEVNULL)


def _wait_until(is_so) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "the worker did not get there"
        time.sleep(0.05)
