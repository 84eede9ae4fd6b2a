"""The round on the command line: the same steps, the same two persons, with their passwords."""

from datetime import date, timedelta

import pytest

from matchmaker.base.extensions import db
from matchmaker.commands import round_steps
from matchmaker.models import User
from tests.draws import PUBLIC_VALUE, make_draw
from tests.factories import NOW, PASSWORD

MONTH = ["--month", "2026-07"]


@pytest.fixture
def run(app, month):
    """Runs ``matchmaker rounds ...`` as the first or the second social worker."""
    phones = {}
    with app.app_context():
        for name, user in (("one", month.first), ("two", month.second)):
            phones[name] = db.session.get_one(User, user.id).phone

    def invoke(step: str, who: str = "one", *arguments: str, password: str = PASSWORD):
        command = ["rounds", step, *MONTH, "--by", phones[who], *arguments]
        return app.test_cli_runner().invoke(args=command, input=f"{password}\n")

    return invoke


@pytest.fixture
def draw_seed(run, monkeypatch):
    """Open and lock the month as the first, enter its draw a week later as the second."""

    def act() -> None:
        draw = make_draw(NOW)
        announced = ("--source", draw.source.value, "--number", draw.number, "--day", f"{draw.day}")
        for step, who, arguments in (("open", "one", ()), ("lock", "one", announced)):
            result = run(step, who, *arguments)
            assert result.exit_code == 0, result.output
        early = run("draw", "two", "--drawn", PUBLIC_VALUE)
        assert (early.exit_code, "The announced draw is on" in early.output) == (1, True)
        with monkeypatch.context() as patch:
            patch.setattr(round_steps, "get_now", lambda: NOW + timedelta(days=7))
            own = run("draw", "one", "--drawn", PUBLIC_VALUE)
            assert (own.exit_code, "You locked this list yourself" in own.output) == (1, True)
            result = run("draw", "two", "--drawn", PUBLIC_VALUE)
        assert result.exit_code == 0, result.output

    return act


def test_a_month_is_run_and_published_from_the_command_line(run, draw_seed):
    draw_seed()
    for step, who in (("solve", "one"), ("publish", "two")):
        result = run(step, who)
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
    assert (early.exit_code, "Lock its list first" in early.output) == (1, True)
    assert run("publish").exit_code == 1


def test_who_solved_cannot_publish_here_either(run, draw_seed):
    draw_seed()
    assert run("solve").exit_code == 0
    refused = run("publish", "one")
    assert refused.exit_code == 1
    assert "Somebody else in the office" in refused.output


def test_a_run_that_nobody_took_is_finished(app, draw_seed, month):
    draw_seed()
    with app.app_context():
        actor = db.session.get_one(User, month.first.id)
        round_steps.start_run(date(2026, 7, 1), actor)
        said = round_steps.finish_started_run(date(2026, 7, 1), actor)
    assert said == "2026-07: run 1 is PROVEN, independent check: proved"


def test_another_draw_is_announced_with_its_reason(run):
    draw = make_draw(NOW)
    announced = ("--source", draw.source.value, "--number", draw.number, "--day", f"{draw.day}")
    run("open")
    run("lock", "one", *announced)
    assert run("replace-draw", "one", *announced).exit_code == 2
    said = run("replace-draw", "one", *announced, "--reason", "slip")
    assert (said.exit_code, "announced instead" in said.output) == (0, True)


def test_somebody_must_answer_for_each_step_with_the_password(app, month, run):
    runner = app.test_cli_runner()
    assert "--by" in runner.invoke(args=["rounds", "open", *MONTH]).output
    stranger = ["rounds", "open", *MONTH, "--by", "13911112222"]
    assert runner.invoke(args=stranger, input=f"{PASSWORD}\n").exit_code == 1
    wrong = run("open", password="not the password")
    assert (wrong.exit_code, "do not open an account" in wrong.output) == (1, True)
    assert run("show").exit_code == 1  # nothing was opened


def test_tries_on_the_command_line_are_counted(run):
    for _ in range(10):
        run("open", password="not the password")
    throttled = run("open")
    assert (throttled.exit_code, "Too many tries" in throttled.output) == (1, True)
