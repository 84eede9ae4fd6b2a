"""A solve on the command line while the worker of a running site has the job."""

from collections.abc import Callable
from datetime import timedelta

import click
import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.base.stopping import StopRequest
from matchmaker.commands import demo, round_steps
from matchmaker.rounds.solve import jobs, runs
from optimizer.report import Failure, Progress, SolveReport
from tests.matchmaker.rounds.jobs_in_hand import assert_done_once, read_job
from tests.matchmaker.rounds.small_month import MONTH, solve_here

Step = Callable[[StopRequest], None]

DONE = "2026-07: run 1 is PROVEN, independent check: proved"


class OtherWorker:
    """Has the job; while the command waits it takes its next step, the last one ever again."""

    def __init__(self, app, job_id: int) -> None:
        self.app, self.job_id = app, job_id
        self.steps: list[Step] = []
        with app.app_context():
            self.hold = jobs.take_job(job_id, lease_seconds=30, now=get_now())

    def wait(self, stop: StopRequest, _seconds: float) -> bool:
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        with self.app.app_context():
            step(stop)
        return stop.is_asked

    def renew(self, _stop) -> None:
        progress = Progress("urgency", 2, 9)
        assert jobs.renew_lease(self.hold, lease_seconds=30, now=get_now(), progress=progress)

    def finish(self, _stop) -> None:
        report = solve_here(db.session.get_one(m.Job, self.job_id).run)
        assert jobs.finish_job(self.hold, report, now=get_now())

    def fail(self, _stop) -> None:
        assert jobs.finish_job(self.hold, SolveReport(failure=Failure.CRASHED), now=get_now())

    def give_back(self, _stop) -> None:
        assert jobs.release_job(self.hold, now=get_now())

    def die(self, _stop) -> None:
        """Its lease ends a second ago."""
        long_ago = get_now() - timedelta(seconds=31)
        assert jobs.renew_lease(self.hold, lease_seconds=30, now=long_ago)

    def cancel(self, _stop) -> None:
        run = db.session.get_one(m.Job, self.job_id).run
        runs.cancel_run(run, actor=db.session.get_one(m.User, run.started_by_id), now=get_now())
        db.session.commit()


@pytest.fixture
def other(app, job_id, monkeypatch):
    worker = OtherWorker(app, job_id)
    monkeypatch.setattr(StopRequest, "wait", lambda stop, seconds: worker.wait(stop, seconds))
    return worker


@pytest.fixture
def solve(app, month, job_id, monkeypatch, capsys):
    """Go on with the run, as ``rounds solve`` does with the one it has started.

    Leases are held by the clock of the machine, on which it is not July.
    """
    monkeypatch.setattr(round_steps, "get_now", get_now)

    def go_on() -> str:
        with app.app_context():
            return round_steps.solve_run(db.session.get_one(m.Job, job_id).run, month.one)

    return go_on


def test_the_result_of_the_other_worker_is_waited_for(app, solve, other, capsys):
    other.steps = [other.renew, other.renew, other.finish]
    assert solve() == DONE
    assert capsys.readouterr().err.splitlines() == [
        "run 1: another worker solves it",
        "run 1: another worker solves it, 2 of 9 stages decided",
    ]
    assert_done_once(app, other.job_id)


def test_a_failure_of_the_other_worker_is_the_command_s(solve, other):
    other.steps = [other.fail]
    with pytest.raises(click.ClickException, match=r"run 1 is FAILED: The solver stopped unexp"):
        solve()


def test_a_run_that_is_cancelled_meanwhile_is_said_to_be(solve, other):
    other.steps = [other.cancel]
    with pytest.raises(click.ClickException, match=r"run 1 is FAILED: The last run was cancelled"):
        solve()


@pytest.mark.parametrize(("step", "tries"), [("give_back", 1), ("die", 2)])
def test_what_the_other_worker_leaves_undone_is_solved_here(app, solve, other, step, tries):
    other.steps = [other.renew, getattr(other, step)]
    assert solve() == DONE
    assert_done_once(app, other.job_id, tries=tries)


@pytest.mark.parametrize("end", ["time", "person"])
def test_the_wait_ends_and_the_run_goes_on(app, solve, other, monkeypatch, end):
    other.steps = [lambda stop: stop.ask()]
    if end == "time":
        monkeypatch.setattr(round_steps, "MARGIN_SECONDS", -60)
    with pytest.raises(click.ClickException, match="run 1 goes on with another worker"):
        solve()
    assert read_job(app, other.job_id).state is m.JobState.RUNNING


def test_a_demo_that_is_prepared_beside_a_site_leaves_its_run_alone(app, other, capsys):
    other.steps = [other.renew, other.finish]
    with app.app_context():
        demo.publish_month(MONTH)
        assert [row.status for row in db.session.scalars(select(m.RoundRun))] == [
            m.RunStatus.PROVEN
        ]
        assert db.session.scalars(select(m.MatchRound.state)).one() is m.RoundState.PUBLISHED
    assert capsys.readouterr().out.splitlines() == [DONE, "2026-07: run 1 published"]
