"""``matchmaker demo`` keeps away from a real office."""

import pytest

from matchmaker.base.config import imply_demo
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import Household, Invitation, MatchRound, Role


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


@pytest.mark.parametrize("command", [[], ["prepare"], ["persons"], ["reset", "--yes"]])
def test_an_office_that_has_only_been_set_up_is_left_alone(demo_app, command):
    runner = demo_app.test_cli_runner()
    assert runner.invoke(args=["setup"]).exit_code == 0
    result = runner.invoke(args=["demo", *command])
    assert (result.exit_code, "not the demo's" in result.output) == (1, True)
    with demo_app.app_context():
        assert db.session.query(Household).count() == 0
        assert db.session.query(Invitation).count() == 2


@pytest.mark.parametrize("command", [["persons"], ["reset", "--yes"]])
@pytest.mark.parametrize("has_tables", [True, False])
def test_where_no_demo_is_prepared_the_way_to_one_is_said(demo_app, command, has_tables):
    if not has_tables:
        with demo_app.app_context():
            db.drop_all()
    result = demo_app.test_cli_runner().invoke(args=["demo", *command])
    assert result.exit_code == 1
    assert result.output == "Error: there is no demo yet: `matchmaker demo prepare` makes it\n"


def test_every_role_is_shown_how_to_come_in(demo_app, make):
    phone = DEMO_PERSONS[0].phone
    make.user(Role.SOCIAL_WORKER, phone=phone, phone_index=contact_cipher.get_index(phone))
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
