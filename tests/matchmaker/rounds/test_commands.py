"""The round on the command line: the same steps, the same two persons."""

from datetime import date

import pytest

from matchmaker.base.extensions import db
from matchmaker.commands import round_steps
from matchmaker.models import User
from tests.matchmaker.rounds.small_month import PUBLIC_VALUE

MONTH = ["--month", "2026-07"]


@pytest.fixture
def run(app, month):
    """Runs ``matchmaker rounds ...`` as the first or the second social worker."""
    phones = {}
    with app.app_context():
        for name, user in (("one", month.first), ("two", month.second)):
            phones[name] = db.session.get_one(User, user.id).phone

    def invoke(step: str, who: str = "one", *arguments: str):
        command = ["rounds", step, *MONTH, "--by", phones[who], *arguments]
        return app.test_cli_runner().invoke(args=command)

    return invoke


def test_a_month_is_run_and_published_from_the_command_line(run):
    for step, who, arguments in (
        ("open", "one", ()),
        ("freeze", "one", ("--public-value", PUBLIC_VALUE)),
        ("solve", "one", ()),
        ("publish", "two", ()),
    ):
        result = run(step, who, *arguments)
        assert result.exit_code == 0, result.output
    shown = run("show").output
    assert "4 of 6 met" in shown
    for line in ("best coverage", "worst coverage", "busiest", "idlest", "urgency", "seconds"):
        assert line in shown


def test_refusals_are_said_in_one_line_and_change_nothing(run):
    assert run("show").exit_code == 1
    assert run("open").exit_code == 0
    again = run("open")
    assert (again.exit_code, "has a round already" in again.output) == (1, True)
    early = run("solve")
    assert (early.exit_code, "Freeze it first" in early.output) == (1, True)
    assert run("publish").exit_code == 1


def test_who_solved_cannot_publish_here_either(run):
    run("open")
    run("freeze", "one", "--public-value", PUBLIC_VALUE)
    assert run("solve").exit_code == 0
    refused = run("publish", "one")
    assert refused.exit_code == 1
    assert "Somebody else in the office" in refused.output


def test_a_run_that_nobody_took_is_finished(app, run, month):
    run("open")
    run("freeze", "one", "--public-value", PUBLIC_VALUE)
    with app.app_context():
        actor = db.session.get_one(User, month.first.id)
        round_steps.start_run(date(2026, 7, 1), actor)
        said = round_steps.finish_started_run(date(2026, 7, 1), actor)
    assert said == "2026-07: run 1 is PROVEN, independent check: proved"


def test_somebody_must_answer_for_each_step(app, month):
    runner = app.test_cli_runner()
    assert "--by" in runner.invoke(args=["rounds", "open", *MONTH]).output
    stranger = ["rounds", "open", *MONTH, "--by", "13911112222"]
    assert runner.invoke(args=stranger).exit_code == 1
