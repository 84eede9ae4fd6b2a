"""The row of a job and the queue of ids, step by step and column by column."""

import logging
import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest
from huey import SqliteHuey

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds import matching
from matchmaker.rounds.solve import jobs, runs, worker
from matchmaker.rounds.solve.jobs import Hold, SolveQueue
from matchmaker.rounds.solve.worker import Worker
from optimizer.report import Failure, Progress, SolveReport
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import solve_here

QUEUED, RUNNING = m.JobState.QUEUED, m.JobState.RUNNING
MINUTE = timedelta(seconds=60)
LATER = NOW + timedelta(seconds=61)


def read(job_id: int) -> dict:
    """What a worker changes of a job."""
    db.session.expire_all()
    job = db.session.get_one(m.Job, job_id)
    return {
        "state": job.state,
        "tries": job.tries,
        "token": job.lease_token,
        "until": job.lease_until,
        "stage": job.stage,
        "done": job.stages_done,
        "total": job.stages_total,
        "error": job.error,
        "finished": job.finished_at,
    }


WAITING = {
    "state": QUEUED,
    "tries": 0,
    "token": None,
    "until": NOW,
    "stage": None,
    "done": 0,
    "total": 0,
    "error": None,
    "finished": None,
}


def take(job_id: int, now=NOW) -> Hold:
    hold = jobs.take_job(job_id, lease_seconds=60, now=now)
    assert hold is not None
    return hold


def make_held(job_id: int, hold: Hold, **values) -> dict:
    held = {"state": RUNNING, "tries": 1, "token": hold.token, "until": NOW + MINUTE}
    return {**WAITING, **held, **values}


@pytest.fixture
def job(app, job_id):
    """The waiting job's id, in a context of its own."""
    with app.app_context():
        yield job_id


class TestLease:
    def test_taking_a_job_holds_it_for_the_lease(self, job):
        assert read(job) == WAITING
        hold = take(job)
        run = db.session.get_one(m.Job, job).run
        assert hold == Hold(job, hold.token, run.problem_json, 60)
        assert len(hold.token) == 32
        assert read(job) == make_held(job, hold)
        assert jobs.take_job(job, lease_seconds=60, now=LATER) is None
        assert read(job) == make_held(job, hold)

    def test_an_unknown_job_cannot_be_taken(self, job):
        assert jobs.take_job(job + 1, lease_seconds=60, now=NOW) is None
        assert read(job) == WAITING

    def test_taking_it_again_begins_its_stages_anew(self, job):
        jobs.renew_lease(take(job), lease_seconds=1, now=NOW, progress=Progress("urgency", 2, 9))
        jobs.list_overdue_jobs(lease_seconds=60, now=LATER)
        hold = take(job, LATER)
        assert read(job) == make_held(job, hold, tries=2, until=LATER + MINUTE, total=9)

    def test_renewing_says_how_far_the_work_is(self, job):
        hold = take(job)
        progress = Progress("urgency", 2, 9)
        assert jobs.renew_lease(hold, lease_seconds=30, now=LATER, progress=progress)
        until = LATER + timedelta(seconds=30)
        held = make_held(job, hold, until=until, stage="urgency", done=2, total=9)
        assert read(job) == held
        assert jobs.renew_lease(hold, lease_seconds=60, now=LATER)
        assert read(job) == {**held, "until": LATER + MINUTE}

    @pytest.mark.parametrize("act", ["renew", "finish", "release"])
    def test_nobody_but_its_holder_touches_a_job(self, job, act):
        hold = take(job)
        report = SolveReport(failure=Failure.HUNG)
        stray = [
            Hold(job, "0" * 32, "", 60),  # of another worker
            Hold(job + 1, hold.token, "", 60),  # of another job
        ]
        for other in stray:
            acts = {
                "renew": lambda other=other: jobs.renew_lease(other, lease_seconds=9, now=LATER),
                "finish": lambda other=other: jobs.finish_job(other, report, now=LATER),
                "release": lambda other=other: jobs.release_job(other, now=LATER),
            }
            assert acts[act]() is False
            assert read(job) == make_held(job, hold)

    @pytest.mark.parametrize("act", ["renew", "finish", "release"])
    def test_a_job_that_is_over_stays_as_it_is(self, job, act):
        hold = take(job)
        jobs.finish_job(hold, SolveReport(failure=Failure.KILLED), now=NOW)
        before = read(job)
        acts = {
            "renew": lambda: jobs.renew_lease(hold, lease_seconds=9, now=LATER),
            "finish": lambda: jobs.finish_job(hold, SolveReport(failure=Failure.HUNG), now=LATER),
            "release": lambda: jobs.release_job(hold, now=LATER),
        }
        assert acts[act]() is False
        assert read(job) == before

    def test_a_finished_job_is_held_by_nobody(self, job):
        hold = take(job)
        report = solve_here(db.session.get_one(m.Job, job).run)
        assert jobs.finish_job(hold, report, now=LATER) is True
        over = {"state": m.JobState.DONE, "finished": LATER, "until": None, "token": None}
        assert read(job) == make_held(job, hold, **over)
        run = db.session.get_one(m.Job, job).run
        assert (run.status, run.result_sha256) == (
            m.RunStatus.PROVEN,
            report.solution.result_sha256,
        )

    def test_a_job_given_back_counts_as_no_try_and_is_overdue_at_once(self, job):
        hold = take(job)
        assert jobs.release_job(hold, now=LATER) is True
        assert read(job) == {**WAITING, "until": LATER}
        soon = LATER + timedelta(seconds=1)
        assert jobs.list_overdue_jobs(lease_seconds=60, now=soon) == [job]

    def test_an_expired_lease_is_queued_again(self, job):
        take(job)
        assert jobs.list_overdue_jobs(lease_seconds=60, now=NOW + MINUTE) == []  # its last instant
        assert jobs.list_overdue_jobs(lease_seconds=60, now=LATER) == [job]
        assert read(job) == {**WAITING, "tries": 1, "until": LATER + MINUTE}

    def test_a_job_without_a_lease_is_overdue(self, job):
        db.session.get_one(m.Job, job).lease_until = None
        db.session.commit()
        assert jobs.list_overdue_jobs(lease_seconds=60, now=NOW) == [job]

    @pytest.mark.parametrize("failure", [None, Failure.HUNG])
    def test_a_job_that_is_over_is_not_overdue(self, job, failure):
        report = solve_here(db.session.get_one(m.Job, job).run)
        jobs.finish_job(take(job), replace(report, failure=failure), now=NOW)
        assert jobs.list_overdue_jobs(lease_seconds=60, now=LATER) == []

    @pytest.mark.parametrize(("tries", "is_queued"), [(4, True), (5, False), (6, False)])
    def test_a_job_is_taken_five_times_and_then_fails(self, job, tries, is_queued):
        take(job)
        db.session.get_one(m.Job, job).tries = tries
        db.session.commit()
        assert bool(jobs.list_overdue_jobs(lease_seconds=60, now=LATER)) is is_queued
        if not is_queued:
            failed = {"state": m.JobState.FAILED, "error": "too_many_tries", "finished": LATER}
            assert read(job) == {**WAITING, **failed, "tries": tries, "until": None}

    @pytest.mark.parametrize("failing", [0, 1])
    def test_the_other_jobs_are_queued_whichever_fails(self, make, month, job, failing):
        make.need(month.residents[1], month.goods, month.first, month.committees[1].id)
        run = month.start(month.freeze(date(2026, 8, 1)))
        db.session.commit()
        both = [job, runs.get_job(run).id]
        for job_id in both:
            take(job_id)
        db.session.get_one(m.Job, both[failing]).tries = 5
        db.session.commit()
        assert jobs.list_overdue_jobs(lease_seconds=60, now=LATER) == [both[1 - failing]]


class TestQueue:
    def test_ids_come_out_in_the_order_in_which_they_were_put(self, tmp_path):
        solved: list[int] = []
        queue = SolveQueue(tmp_path / "queue.db", solved.append)
        assert queue.work_once() is False
        for job_id in (7, 9):
            queue.put(job_id)
        assert [queue.work_once() for _ in range(3)] == [True, True, False]
        assert solved == [7, 9]

    def test_another_process_finds_what_was_put_into_the_file(self, tmp_path):
        solved: list[int] = []
        jobs.put_job(tmp_path / "queue.db", 7)
        assert SolveQueue(tmp_path / "queue.db", solved.append).work_once() is True
        assert solved == [7]

    def test_what_waits_in_the_file_is_counted_under_the_name_of_the_site(self, tmp_path):
        jobs.put_job(tmp_path / "queue.db", 7)
        found = SqliteHuey("matchmaker", filename=str(tmp_path / "queue.db"))
        assert found.pending_count() == 1

    def test_a_process_that_only_puts_works_on_nothing(self):
        with pytest.raises(RuntimeError, match=r"^job 7 reached a process that is no worker$"):
            jobs._refuse(7)

    def test_a_queue_that_cannot_be_written_is_logged_and_stops_nobody(
        self, tmp_path, monkeypatch, caplog
    ):
        queue = SolveQueue(tmp_path / "queue.db", print)

        def refuse(_job_id):
            raise sqlite3.OperationalError("database is locked")

        monkeypatch.setattr(queue, "_task", refuse)
        queue.put(7)
        (record,) = caplog.records
        assert (record.name, record.levelno) == ("matchmaker.queue", logging.ERROR)
        assert record.getMessage() == ("the queue refused a job; a worker will find it by its row")


class TestWorker:
    def test_a_worker_takes_what_is_queued_and_stops_when_asked(self, app, job_id, monkeypatch):
        working, asked = Worker(app), []

        def solve(problem_json, limit_seconds, *, memory_mib, on_beat, is_priced):
            asked.append((problem_json, limit_seconds, memory_mib))
            with app.app_context():
                return solve_here(db.session.get_one(m.Job, job_id).run)

        def stop_after_the_work(seconds):
            waits.append(seconds)
            working.stop.ask()

        waits: list[float] = []
        monkeypatch.setattr(matching, "solve", solve)
        monkeypatch.setattr(working.stop, "wait", stop_after_the_work)
        jobs.put_job(app.config["QUEUE_PATH"], job_id)
        working.work()
        assert waits == [0.5]  # an empty queue is looked at twice a second
        with app.app_context():
            run = db.session.get_one(m.Job, job_id).run
            assert run.status is m.RunStatus.PROVEN
            assert asked == [(run.problem_json, 60, app.config["SOLVE_MEMORY_MIB"])]

    def test_a_worker_looks_for_what_the_queue_lost(self, app, job_id, monkeypatch):
        working, taken = Worker(app), []
        monkeypatch.setattr(working, "run_job", taken.append)
        monkeypatch.setattr(working._queue, "_solve", taken.append)
        monkeypatch.setattr(working.stop, "wait", lambda _seconds: working.stop.ask())
        working.work()
        assert taken == [job_id]

    def test_overdue_jobs_are_looked_for_three_times_a_lease(self, app, monkeypatch):
        clock, looks = [1000.0], []
        working = Worker(app)
        lease = app.config["LEASE_SECONDS"]
        monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
        monkeypatch.setattr(working, "queue_overdue_jobs", lambda: looks.append(clock[0]))

        def wait(_seconds):
            clock[0] += lease / 6
            if clock[0] > 1000 + lease:
                working.stop.ask()

        monkeypatch.setattr(working.stop, "wait", wait)
        working.work()
        assert looks == [1000, 1000 + lease / 3, 1000 + 2 * lease / 3, 1000 + lease]

    def test_what_is_due_is_done_once_a_minute_and_never_stops_the_worker(self, app, monkeypatch):
        clock, done = [1000.0], []

        def do_due(now):
            done.append((clock[0], now.tzinfo is not None))
            raise ValueError("a fault of a feature")

        working = Worker(app, do_due=do_due)
        monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])

        def wait(_seconds):
            clock[0] += 20
            if clock[0] > 1120:
                working.stop.ask()

        monkeypatch.setattr(working.stop, "wait", wait)
        working.work()
        assert done == [(1000, True), (1060, True), (1120, True)]

    def test_a_job_that_is_over_is_not_solved(self, app, job_id, monkeypatch):
        monkeypatch.setattr(matching, "solve", lambda *_question, **_bounds: pytest.fail("solved"))
        with app.app_context():
            take(job_id)
        Worker(app).run_job(job_id)

    def test_the_lease_is_renewed_once_a_second(self, app, job_id, monkeypatch):
        clock, renewed = [100.0], []
        working = Worker(app)

        def renew(hold, *, lease_seconds, now, progress):
            renewed.append((hold.job_id, lease_seconds, now, progress))
            return len(renewed) < 3

        def solve(*_question, on_beat, **_bounds):
            answers = []
            for seconds in (0.0, 0.9, 0.1, 0.5, 0.6):
                clock[0] += seconds
                answers.append(on_beat(Progress("urgency", 1, 9)))
            assert answers == [True, True, True, True, False]
            return SolveReport(failure=Failure.CANCELLED)

        monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
        monkeypatch.setattr(worker, "get_now", lambda: NOW)
        monkeypatch.setattr(worker, "renew_lease", renew)
        monkeypatch.setattr(matching, "solve", solve)
        working.run_job(job_id)
        lease = app.config["LEASE_SECONDS"]
        assert renewed == [(job_id, lease, NOW, Progress("urgency", 1, 9))] * 3

    def test_an_answer_that_nobody_wants_is_not_saved(self, app, job_id, monkeypatch):
        cancelled = SolveReport(failure=Failure.CANCELLED)
        monkeypatch.setattr(matching, "solve", lambda *_question, **_bounds: cancelled)
        Worker(app).run_job(job_id)
        with app.app_context():
            assert read(job_id)["state"] is RUNNING

    def test_a_job_given_back_is_put_into_the_queue_again(self, app, job_id, monkeypatch):
        working, put = Worker(app), []

        def break_off(*_question, **_bounds):
            working.stop.ask()
            return SolveReport(failure=Failure.CANCELLED)

        monkeypatch.setattr(matching, "solve", break_off)
        monkeypatch.setattr(working._queue, "put", put.append)
        monkeypatch.setattr(worker, "get_now", lambda: NOW)
        working.run_job(job_id)
        assert put == [job_id]
        with app.app_context():
            assert read(job_id) == WAITING

    @pytest.mark.parametrize("end", ["job finished", "job given back"])
    def test_the_log_says_what_a_worker_does(self, app, job_id, monkeypatch, caplog, end):
        working = Worker(app)

        def solve(*_question, **_bounds):
            if end == "job given back":
                working.stop.ask()
            return SolveReport(failure=Failure.HUNG)

        monkeypatch.setattr(matching, "solve", solve)
        monkeypatch.setattr(working.stop, "wait", lambda _seconds: working.stop.ask())
        caplog.set_level(logging.INFO, "matchmaker.worker")
        working.work()
        rows = [row for row in caplog.records if row.name == "matchmaker.worker"]
        assert [(row.getMessage(), vars(row).get("job")) for row in rows] == [
            ("worker started", None),
            ("job taken", job_id),
            (end, job_id),
            ("worker stopped", None),
        ]
