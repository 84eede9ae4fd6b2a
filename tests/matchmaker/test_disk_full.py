"""A disk without room: what cannot be written is said to be so, and nothing is half written."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from matchmaker import models as m
from matchmaker.audit.service import verify_chain
from matchmaker.base.extensions import db
from tests.browser import Browser

MOST_TRIES = 400


@contextmanager
def full_disk(app: Flask) -> Iterator[None]:
    """The file of the database may not grow by a page. What is free in its pages is still used."""
    with app.app_context():
        engine = db.engine

    def bound(connection, _record) -> None:
        connection.execute("PRAGMA max_page_count=1")  # no less than there are

    event.listen(engine, "connect", bound)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", bound)
        engine.dispose()


@pytest.fixture
def coordinator(app, make):
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    user = make.user(m.Role.COORDINATOR, organisation_id=make.organisation().id)
    return Browser(app).sign_in(user).use_language("en")


def test_a_step_is_done_whole_or_said_to_wait_and_pages_are_read(app, coordinator, make):
    skill = make.category()

    def add(number: int):
        typed = {
            "idempotency_key": f"{number:032x}",
            "name": "王小明",
            "visits_per_month": "3",
            "categories": [skill.code],
            "windows": ["SAT-AM"],
        }
        return coordinator.submit("volunteers.add", typed)

    with full_disk(app):
        answers = [add(0)]
        while answers[-1].status_code == 303 and len(answers) < MOST_TRIES:
            answers.append(add(len(answers)))
        refused = answers.pop()
        assert refused.status_code == 503
        assert refused.headers["Retry-After"].isdecimal()
        assert coordinator.get("volunteers.index").status_code == 200
        assert_whole(app, len(answers))
    assert add(MOST_TRIES).status_code == 303
    assert_whole(app, len(answers) + 1)


def assert_whole(app: Flask, count: int) -> None:
    """As many rows as events, and the chain of events unbroken."""
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(m.Volunteer)) == count
        added = select(func.count()).where(m.AuditEvent.action == "volunteer.add")
        assert db.session.scalar(added) == count
        assert verify_chain() == []
