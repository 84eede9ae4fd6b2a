"""A small street office with a month to decide, and one person for each part."""

import pytest
from flask import message_flashed, template_rendered
from sqlalchemy import event

from matchmaker.base import errors
from matchmaker.base.extensions import db
from matchmaker.commands import round_steps
from matchmaker.models import AuditEvent
from matchmaker.rounds.pages import draw_views, room_views, step_views
from matchmaker.rounds.solve import runs
from matchmaker.words.refusals import SENTENCES
from optimizer.process import guard
from tests.browser import Browser
from tests.draws import A_WEEK_ON
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth
from tests.worlds import kept

_TONES = {"success", "info", "warning"}  # those that the layout has a look for
_BY_THE_MACHINE = {"round.finish", "round.remind", "round.plan"}  # people take all other steps


@pytest.fixture(autouse=True)
def every_message_has_a_tone():
    """What a page tells the person after a step is of a tone that the layout knows."""
    said: list[tuple[str, str]] = []

    def note(_sender, message, category, **_more) -> None:
        said.append((category, str(message)))

    with message_flashed.connected_to(note):
        yield
    assert [row for row in said if row[0] not in _TONES] == []


@pytest.fixture(autouse=True)
def every_step_names_its_person():
    """Each event of a person's step says who took it and in which role; a machine's has nobody."""
    nameless: list[str] = []

    def note(_mapper, _connection, row: AuditEvent) -> None:
        by_a_person = row.actor_id is not None and row.actor_role is not None
        if row.action.startswith("round.") and by_a_person == (row.action in _BY_THE_MACHINE):
            nameless.append(row.action)

    event.listen(AuditEvent, "after_insert", note)
    yield
    event.remove(AuditEvent, "after_insert", note)
    assert nameless == []


@pytest.fixture(autouse=True)
def every_refusal_has_its_sentence(monkeypatch):
    """Whatever the site refuses, the person can be told why."""
    codes: set[str] = set()
    build = errors.DomainError.__init__

    def note(self, code: str, **numbers: object) -> None:
        codes.add(code)
        build(self, code, **numbers)

    monkeypatch.setattr(errors.DomainError, "__init__", note)
    yield
    assert codes - SENTENCES.keys() == set()


@pytest.fixture(autouse=True)
def it_is_july(monkeypatch):
    """Pages and commands open and freeze July in July, as the services of these tests do."""
    for module in (room_views, step_views, round_steps):
        monkeypatch.setattr(module, "get_now", lambda: NOW)
    monkeypatch.setattr(draw_views, "get_now", lambda: A_WEEK_ON)


@pytest.fixture
@kept
def month(make):
    """Six needs, five of which can be met; two social workers and an auditor."""
    return SmallMonth(make)


@pytest.fixture
@kept
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
