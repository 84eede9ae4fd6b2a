"""A solve that goes wrong leaves a failed run that says why, and never an unchecked answer."""

import sys
from dataclasses import replace

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds import matching
from matchmaker.rounds.solve.worker import Worker
from optimizer.limits import Limits
from tests.matchmaker.rounds.jobs_in_hand import read_job


@pytest.mark.parametrize(
    ("step", "name", "error"),
    [
        ("solve", "die_of_memory", "out_of_memory"),
        ("solve", "get_killed", "killed"),
        ("solve", "sleep", "hung"),
        ("solve", "abort", "crashed"),
        ("solve", "raise_error", "crashed"),
        ("solve", "babble", "nonsense"),
        ("solve", "meet_nobody", "not_verified"),
        ("solve", "give_up", "gave_up"),
        ("verify", "die_of_memory", "out_of_memory"),
        ("verify", "sleep", "hung"),
    ],
)
def test_a_solve_that_goes_wrong_is_a_failed_run_with_its_reason(
    app, job_id, break_child, monkeypatch, step, name, error
):
    break_child(**{step: name})
    soon = Limits(seconds=0.5, grace_seconds=0.5, check_seconds=0.5)
    if name == "sleep":
        monkeypatch.setattr(
            matching, "Limits", lambda seconds, **_: replace(soon, seconds=seconds / 60)
        )
    assert_failed(app, job_id, error)


def test_a_stored_problem_that_cannot_be_read_is_a_failed_run(app, job_id):
    with app.app_context():
        db.session.get_one(m.Job, job_id).run.problem_json = "no problem at all"
        db.session.commit()
    assert_failed(app, job_id, "broken_problem")


def test_a_machine_without_room_for_a_child_is_a_failed_run(app, job_id, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert_failed(app, job_id, "not_started")


def test_a_solve_without_memory_is_a_failed_run_with_its_reason(app, job_id):
    app.config["SOLVE_MEMORY_MIB"] = 1
    assert_failed(app, job_id, "out_of_memory")


def assert_failed(app, job_id: int, error: str) -> None:
    Worker(app).run_job(job_id)
    job = read_job(app, job_id)
    assert (job.state, job.error) == (m.JobState.FAILED, error), job.run.findings
    assert job.run.status is m.RunStatus.FAILED
    assert not job.run.is_verified


def test_explanations_that_die_lose_no_proved_answer(app, job_id, break_child):
    break_child(explain="get_killed")
    Worker(app).run_job(job_id)
    job = read_job(app, job_id)
    assert (job.state, job.error) == (m.JobState.DONE, None)
    assert (job.run.status, job.run.is_verified) == (m.RunStatus.PROVEN, True)
