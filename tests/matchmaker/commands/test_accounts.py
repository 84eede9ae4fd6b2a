"""``matchmaker setup``."""

import csv
import re
import shutil

import pytest

from matchmaker.base.extensions import db
from matchmaker.catalogue import SEEDS_DIR
from matchmaker.models import Committee, OfferKind, Role, ServiceCategory, User
from tests.browser import Browser

CODE = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")


def set_up(app):
    result = app.test_cli_runner().invoke(args=["setup"])
    assert result.exit_code == 0, result.output
    return result.output


def join(app, code, phone="13911112222"):
    words = "seven cats on the wall"
    data = {"name": "First", "phone": phone, "password": words, "password_again": words}
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


def test_two_codes_are_for_two_persons_who_check_each_other(app):
    first, second = CODE.findall(set_up(app))
    assert join(app, first).status_code == 303
    assert join(app, second, "13911113333").status_code == 303
    with app.app_context():
        roles = [user.role for user in db.session.query(User).order_by(User.id)]
    assert roles == [Role.ADMINISTRATOR, Role.AUDITOR]


def test_who_is_there_already_gets_no_code(app, make):
    make.user(Role.ADMINISTRATOR)
    assert len(CODE.findall(set_up(app))) == 1
    make.user(Role.AUDITOR)
    assert CODE.search(set_up(app)) is None


@pytest.fixture
def change_catalogue(app, tmp_path):
    """Give the office a catalogue with one cell changed: ``change_catalogue(unit="night")``."""
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS_DIR, seeds)

    def change(**cells: str) -> None:
        path = seeds / "catalogue.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        next(row for row in rows if row["code"] == "elder_visit").update(cells)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        app.config["SEEDS_DIR"] = seeds

    return change


REFUSED_CELLS = [
    ({"unit": "night"}, "people is counted in visit, not in night"),
    ({"unit": ""}, "people is counted in visit, not in "),
    ({"kind": "food"}, f"food is none of {', '.join(OfferKind)}"),
    ({"qualification": "smile"}, "smile is none of "),
    ({"points": "six"}, "points is a whole number, not six"),
    ({"usual_minutes": "-5"}, "usual_minutes is a whole number, not -5"),
    ({"parent_code": "nowhere"}, "there is no heading nowhere"),
]


@pytest.mark.parametrize(("cells", "reason"), REFUSED_CELLS)
def test_a_wrong_category_is_named_with_what_is_allowed_and_nothing_is_loaded(
    app, change_catalogue, cells, reason
):
    change_catalogue(**cells)
    result = app.test_cli_runner().invoke(args=["setup"])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: catalogue.csv, category elder_visit: {reason}")
    with app.app_context():
        assert db.session.query(Committee).count() == 0


def test_a_category_that_is_loaded_already_is_checked_again(app, change_catalogue):
    set_up(app)
    change_catalogue(unit="night")
    assert app.test_cli_runner().invoke(args=["setup"]).exit_code == 1
