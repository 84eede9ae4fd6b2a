"""Jobs: leases, lost queues, dead workers. A killed worker changes nothing but the time."""

import subprocess
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.rounds import matching
from matchmaker.rounds.solve import jobs, runs
from matchmaker.rounds.solve.jobs import put_job
from matchmaker.rounds.solve.worker import Worker
from optimizer.report import Failure, SolveReport
from tests.matchmaker import stuck_solves
from tests.matchmaker.rounds.jobs_in_hand import assert_done_once, assert_given_back, read_job
from tests.matchmaker.rounds.small_month import solve_here
from tests.processes import PATIENCE_SECONDS, is_alive, running, wait_until
from tests.sites import COMMAND, get_environment

pytestmark = pytest.mark.both_databases(is_quick=True)


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
        for _try in range(jobs.MOST_JOB_TRIES):
            assert jobs.take_job(job_id, lease_seconds=30, now=now) is not None
            now += timedelta(seconds=31)
            overdue = jobs.list_overdue_jobs(lease_seconds=30, now=now)
        assert overdue == []
    assert read_job(app, job_id).error == "too_many_tries"


def test_a_cancelled_job_stops_its_solve(app, month, job_id, break_child):
    with app.app_context():
        hold = jobs.take_job(job_id, lease_seconds=30, now=get_now())
        run = db.session.get_one(m.Job, job_id).run
        runs.cancel_run(run, actor=month.one, now=get_now())
        db.session.commit()

        def beat(progress):
            return jobs.renew_lease(hold, lease_seconds=30, now=get_now(), progress=progress)

        break_child(solve="sleep")
        report = matching.solve(hold.problem_json, 60, memory_mib=2048, on_beat=beat)
    assert report.failure is Failure.CANCELLED


def test_a_worker_that_lost_its_job_ends_the_child_and_saves_nothing(app, job_id, break_child):
    break_child(solve="say_and_sleep")
    working = threading.Thread(target=Worker(app).run_job, args=(job_id,))
    working.start()
    try:
        wait_until(lambda: read_job(app, job_id).stage)
        child = int(read_job(app, job_id).stage)
        assert is_alive(child)
    finally:
        cancel(app, job_id)
        working.join(PATIENCE_SECONDS)
    assert not is_alive(child)
    job = read_job(app, job_id)
    assert (job.state, job.error) == (m.JobState.CANCELLED, None)


def cancel(app, job_id: int) -> None:
    with app.app_context():
        run = db.session.get_one(m.Job, job_id).run
        actor = db.session.get_one(m.User, run.started_by_id)
        runs.cancel_run(run, actor=actor, now=get_now())
        db.session.commit()


def test_a_worker_solves_in_a_child_and_saves_the_result(app, job_id):
    put_job(app.config["QUEUE_PATH"], job_id)
    Worker(app).run_job(job_id)
    job = read_job(app, job_id)
    assert job.state is m.JobState.DONE
    assert job.run.status is m.RunStatus.PROVEN
    assert job.tries == 1


@pytest.mark.parametrize("failure", [Failure.CANCELLED, Failure.KILLED, Failure.GAVE_UP])
def test_what_breaks_while_the_worker_ends_is_given_back_and_not_failed(
    app, job_id, monkeypatch, failure
):
    working = Worker(app)

    def break_off(*_question, on_beat, **_bounds):
        assert on_beat(None)
        working.stop.ask()
        assert not on_beat(None)
        return SolveReport(failure=failure)

    monkeypatch.setattr(matching, "solve", break_off)
    working.run_job(job_id)
    assert_given_back(app, job_id)


def test_an_answer_in_hand_is_saved_by_a_worker_that_ends(app, job_id, monkeypatch):
    with app.app_context():
        report = solve_here(db.session.get_one(m.Job, job_id).run)
    working = Worker(app)
    working.stop.ask()
    monkeypatch.setattr(matching, "solve", lambda *_question, **_bounds: report)
    working.run_job(job_id)
    assert read_job(app, job_id).state is m.JobState.DONE


def test_a_worker_killed_in_the_middle_changes_nothing_but_the_time(app, job_id, tmp_path):
    put_job(app.config["QUEUE_PATH"], job_id)
    with _working(stuck_solves.MODULE, app, tmp_path) as first:
        wait_until(lambda: read_job(app, job_id).stage)
        solving = int(read_job(app, job_id).stage)
        first.kill()
        first.wait()
        wait_until(lambda: not is_alive(solving))
    assert read_job(app, job_id).run.status is m.RunStatus.PENDING
    with _working(COMMAND, app, tmp_path):
        wait_until(lambda: read_job(app, job_id).state is m.JobState.DONE)
    assert_done_once(app, job_id, tries=2)


def _working(command: tuple[str, ...], app, folder):
    """A worker, until the block ends; a lease that nobody renews is soon over."""
    environ = {
        **get_environment(folder, is_demo=False),
        "MATCHMAKER_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "MATCHMAKER_LEASE_SECONDS": "2",
    }
    return running(*command, "worker", env=environ, stderr=subprocess.DEVNULL)
