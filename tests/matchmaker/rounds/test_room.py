"""The path of a month and the run under way, for each state."""

from types import SimpleNamespace

import pytest

from matchmaker import models as m
from matchmaker.rounds.pages.room import (
    PathStep,
    RoundStep,
    RunProgress,
    StepPlace,
    describe_progress,
    list_steps,
)
from matchmaker.rounds.solve import jobs, runs
from tests.factories import NOW

DONE, NOW_HERE, LATER = "done", "now", "later"


@pytest.mark.parametrize(
    ("state", "done"),
    [
        ("draft", 1),
        ("frozen", 3),
        ("drawn", 4),
        ("solving", 4),
        ("no_solution", 4),
        ("review", 5),
        ("published", 7),
        ("executing", 7),
        ("closed", 9),
    ],
)
def test_the_path_shows_what_is_done_and_what_comes_next(state, done):
    names = ["open", "readiness", "freeze", "draw", "solve", "review", "publish"]
    names += ["carry_out", "close"]
    places = ([DONE] * done + [NOW_HERE] + [LATER] * 8)[:9]
    assert list_steps(SimpleNamespace(state=state)) == [
        PathStep(RoundStep(name), StepPlace(place))
        for name, place in zip(names, places, strict=True)
    ]


def test_there_is_no_progress_before_the_first_run():
    assert describe_progress([]) is None


@pytest.mark.parametrize(
    ("bring", "is_under_way"),
    [
        (lambda _month, run: run, True),  # it waits for a worker
        (lambda _month, run: take_job(run), True),
        (lambda month, run: runs.cancel_run(run, actor=month.one, now=NOW), False),
        (lambda _month, run: runs.give_up_run(run, now=NOW), False),
    ],
    ids=["queued", "running", "cancelled", "failed"],
)
def test_a_run_is_under_way_while_its_job_waits_or_runs(context, month, bring, is_under_way):
    first = month.start()
    runs.cancel_run(first, actor=month.one, now=NOW)
    run = month.start(first.match_round)
    bring(month, run)
    found = describe_progress(runs.list_runs(run.match_round))
    assert found == RunProgress(run, runs.get_job(run), is_under_way)


def take_job(run: m.RoundRun) -> None:
    jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
