"""``matchmaker demo`` keeps away from a real office."""

import pytest

from matchmaker.base.config import imply_demo
from matchmaker.base.extensions import db
from matchmaker.models import Household, MatchRound, Role


@pytest.fixture
def demo_app(app):
    app.config["DEMO_MODE"] = True
    return app


@pytest.mark.parametrize("command", [[], ["prepare"], ["persons"], ["reset", "--yes"]])
def test_outside_demo_mode_nothing_is_done(app, command):
    result = app.test_cli_runner().invoke(args=["demo", *command])
    assert (result.exit_code, "MATCHMAKER_DEMO=1" in result.output) == (2, True)


@pytest.mark.parametrize("command", [[], ["prepare"], ["reset", "--yes"]])
def test_a_database_with_other_people_is_left_alone(demo_app, make, command):
    make.user(Role.ADMINISTRATOR)
    result = demo_app.test_cli_runner().invoke(args=["demo", *command])
    assert (result.exit_code, "not the demo's" in result.output) == (1, True)
    with demo_app.app_context():
        assert db.session.query(Household).count() == db.session.query(MatchRound).count() == 0


def test_every_role_is_told_how_to_come_in(demo_app):
    said = demo_app.test_cli_runner().invoke(args=["demo", "persons", "--port", "5055"]).output
    assert "http://127.0.0.1:5055/demo" in said
    assert {"周敏", "Auditor"} <= set(said.split())


def test_the_command_implies_a_demo_where_nothing_of_an_office_is_set():
    environ = {"MATCHMAKER_INSTANCE": "somewhere"}
    imply_demo(environ)
    assert environ["MATCHMAKER_DEMO"] == "1"


@pytest.mark.parametrize(
    "name",
    [
        "MATCHMAKER_SECRET_KEY",
        "MATCHMAKER_CONTACT_KEYS",
        "MATCHMAKER_DATABASE_URL",
        "MATCHMAKER_DEMO",
    ],
)
def test_the_command_implies_no_demo_in_an_office(name):
    environ = {name: "0"}
    imply_demo(environ)
    assert environ == {name: "0"}
