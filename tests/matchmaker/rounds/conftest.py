"""A small street office with a month to decide, and one person for each part."""

import pytest
from flask import template_rendered

from matchmaker.base.extensions import db
from matchmaker.rounds.solve import runs
from optimizer.process import guard
from tests.browser import Browser
from tests.matchmaker.rounds.small_month import SmallMonth


@pytest.fixture
def month(make):
    """Six needs, five of which can be met; two social workers and an auditor."""
    return SmallMonth(make)


@pytest.fixture
def job_id(app, month):
    """A run that waits for a worker."""
    with app.app_context():
        job_id = runs.get_job(month.start()).id
        db.session.commit()
    return job_id


@pytest.fixture
def break_child(monkeypatch):
    """Put a child with broken steps in place of the real one: ``break_child(solve="abort")``."""

    def put(**steps: str) -> None:
        words = [word for pair in steps.items() for word in pair]
        program = ("-P", "-m", "tests.optimizer.broken_child", *words)
        monkeypatch.setattr(guard, "PROGRAM", program)

    return put


@pytest.fixture
def english(app):
    """A request of somebody who reads English."""
    with app.test_request_context("/", headers={"Cookie": "language=en"}):
        yield


@pytest.fixture
def chinese(app):
    """A request of somebody who reads Chinese."""
    with app.test_request_context("/", headers={"Cookie": "language=zh_Hans_CN"}):
        yield


@pytest.fixture
def one(app, month):
    return Browser(app).sign_in(month.first).use_language("en")


@pytest.fixture
def two(app, month):
    return Browser(app).sign_in(month.second).use_language("en")


@pytest.fixture
def auditor(app, month):
    return Browser(app).sign_in(month.auditor).use_language("en")


@pytest.fixture
def shown(app):
    """What the latest page was given: ``shown["runs"]``."""
    context: dict = {}

    def keep(_sender, template, context: dict, found=context, **_more):
        found.clear()
        found.update(context, template=template.name)

    with template_rendered.connected_to(keep, app):
        yield context


@pytest.fixture
def bring(app, month):
    """Take the month to a step of its round: ``bring("solve")``."""

    def act(step: str) -> None:
        with app.app_context():
            getattr(month, step)()
            db.session.commit()

    return act
