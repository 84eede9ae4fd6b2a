"""``matchmaker setup``."""

import re

from matchmaker.base.extensions import db
from matchmaker.models import Committee, Role, ServiceCategory, User
from tests.browser import Browser

CODE = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")


def set_up(app):
    result = app.test_cli_runner().invoke(args=["setup"])
    assert result.exit_code == 0, result.output
    return result.output


def join(app, code):
    words = "seven cats on the wall"
    data = {"name": "First", "phone": "13911112222", "password": words, "password_again": words}
    return Browser(app).submit("accounts.join", {**data, "code": code})


def test_set_up_loads_the_ground_and_makes_no_account(app):
    set_up(app)
    with app.app_context():
        assert db.session.query(Committee).count() == 29
        assert db.session.query(ServiceCategory).count() > 0
        assert db.session.query(User).count() == 0


def test_the_printed_code_makes_the_first_administrator(app):
    code = CODE.search(set_up(app))[0]
    assert join(app, code).status_code == 303
    with app.app_context():
        assert db.session.query(User).one().role is Role.ADMINISTRATOR


def test_run_again_it_prints_a_new_code_and_the_old_one_lapses(app):
    first, second = (CODE.search(set_up(app))[0] for _run in range(2))
    assert join(app, first).status_code == 422
    assert join(app, second).status_code == 303


def test_with_an_administrator_it_prints_no_code(app, make):
    make.user(Role.ADMINISTRATOR)
    assert CODE.search(set_up(app)) is None
