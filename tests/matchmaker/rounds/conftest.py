"""A small street office with a month to decide, and one person for each part."""

import pytest

from matchmaker.base.extensions import db
from matchmaker.rounds.solve import runs
from optimizer.process import guard
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
