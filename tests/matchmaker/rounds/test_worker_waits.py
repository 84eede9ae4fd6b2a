"""A worker outlasts a clock that is put back and a database that is away."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from matchmaker.base.clock import get_now
from matchmaker.rounds.solve import jobs
from matchmaker.rounds.solve import worker as worker_module
from matchmaker.rounds.solve.worker import Worker
from optimizer.report import Failure, SolveReport

GONE = OperationalError("", {}, Exception("database is locked"))
HOLD = jobs.Hold(job_id=1, token="t", problem_json="{}", limit_seconds=1)


@pytest.fixture
def worker(app, monkeypatch):
    app.config["LEASE_SECONDS"] = 0.03
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 0.005)
    return Worker(app)


def fail_at_first(times, outcome):
    """A function that raises so often, and then returns the outcome."""
    left = [times]

    def act(*_arguments, **_names):
        left[0] -= 1
        if left[0] >= 0:
            raise GONE
        return outcome

    return act


def test_the_look_for_lost_jobs_goes_on_when_the_clock_is_put_back(worker, monkeypatch):
    """The clock goes back while the worker waits for its next look."""
    looks, waits = [], []
    monkeypatch.setattr(worker_module, "get_now", lambda: get_now() - timedelta(hours=len(waits)))

    def look():
        looks.append(worker_module.get_now())
        if len(looks) == 4:
            worker.stop.ask()

    monkeypatch.setattr(worker, "queue_overdue_jobs", look)
    timer = worker.stop.wait  # a worker that looks no more must not hang the test

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 400:
            worker.stop.ask()
        return timer(seconds)

    monkeypatch.setattr(worker.stop, "wait", wait)
    worker.work()
    assert len(looks) == 4


def test_a_lease_taken_before_the_clock_was_put_back_is_no_lease(app, job_id):
    with app.app_context():
        assert jobs.take_job(job_id, lease_seconds=30, now=get_now()) is not None
        earlier = get_now() - timedelta(days=1)
        assert jobs.list_overdue_jobs(lease_seconds=30, now=earlier) == [job_id]


def test_a_worker_looks_again_after_the_database_was_away(worker, monkeypatch):
    looks = []
    fail = fail_at_first(2, None)

    def look():
        looks.append(1)
        if len(looks) == 4:
            worker.stop.ask()
        fail()

    monkeypatch.setattr(worker, "queue_overdue_jobs", look)
    worker.work()
    assert len(looks) >= 4


def test_a_solve_goes_on_while_the_database_is_away(worker, monkeypatch):
    monkeypatch.setattr(worker_module, "renew_lease", fail_at_first(1, False))
    assert worker._beat(HOLD, None)
    worker._renew_at = 0.0
    assert not worker._beat(HOLD, None)


def test_a_result_waits_for_the_database(worker, monkeypatch):
    monkeypatch.setattr(worker_module, "finish_job", fail_at_first(3, True))
    assert worker._save(HOLD, SolveReport(failure=Failure.CRASHED))


def test_a_worker_that_is_stopped_meanwhile_leaves_the_result(worker, monkeypatch):
    monkeypatch.setattr(worker_module, "finish_job", fail_at_first(3, True))
    worker.stop.ask()
    with pytest.raises(OperationalError):
        worker._save(HOLD, SolveReport(failure=Failure.CRASHED))


def test_a_queue_that_cannot_be_opened_fails_no_step(tmp_path):
    jobs.put_job(tmp_path / "no such folder" / "queue.db", 1)
