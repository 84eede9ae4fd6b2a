"""What events say besides: codes and numbers, and no status beside a lasting reference.

``tests.evidence`` asks the same of every event that any test makes the product write.
"""

import ast
from enum import EnumType
from itertools import chain

import pytest

from matchmaker import models
from matchmaker.audit.service import record_event
from matchmaker.audit.words import describe_details, describe_subject_type
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, ContactEnd, Role, StatusKind
from matchmaker.residents import statuses
from matchmaker.words.labels import get_label
from tests.architecture.source import Source, list_sources
from tests.browser import Browser
from tests.evidence import NAMES, find_statuses
from tests.factories import NOW

# Every list of coded reasons, whoever gives them.
REASONS = [
    found
    for name, found in vars(models).items()
    if isinstance(found, EnumType) and (name.endswith("Reason") or found is ContactEnd)
]
WRITERS = {"record_event", "record_step"}


def find_names(sources: list[Source]) -> set[str]:
    """Names in dictionaries of functions that write events, or that say what events hold."""
    return {
        key.value
        for source in sources
        for function in source.functions
        if function.name in ("to_details", "_name_publication") or _writes(function)
        for node in ast.walk(function)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _writes(function: ast.AST) -> bool:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id in WRITERS for called in calls)


def test_every_name_in_the_details_of_events_is_known_to_be_of_no_status():
    assert find_names(list_sources("matchmaker")) == NAMES


@pytest.mark.parametrize("reason", list(chain.from_iterable(REASONS)))
def test_the_reason_of_an_event_is_said_in_words(app, reason):
    with app.test_request_context():
        said = describe_details(AuditEvent(details={"reason": reason.value}))
        assert str(get_label(reason)) in said


@pytest.mark.parametrize("kind", StatusKind)
def test_the_events_of_a_status_do_not_say_which_it_is(app, make, kind):
    committee = make.committee()
    resident = make.resident(make.household(committee))
    first, second = (
        make.user(Role.COMMITTEE_WORKER, committee_id=committee.id) for _number in range(2)
    )
    with make.context():
        typed = {"evidence": "Card seen", "valid_until": None}
        keys = {"resident_id": resident.id, "now": NOW}
        row = statuses.record_status(actor=first, kind=kind, **typed, **keys)
        statuses.verify_status(actor=second, status_id=row.id, **keys)
        statuses.end_status(actor=second, status_id=row.id, **keys)
        db.session.commit()
        events = db.session.query(AuditEvent).all()
        assert [event.details for event in events] == [{}, {}, {}]
    browser = Browser(app).sign_in(make.user(Role.AUDITOR))
    log = browser.get("audit.index", subject_type="recipient_status").text
    file = browser.take("audit.download", file_format="csv").get_data(as_text=True)
    with app.test_request_context():
        words = {kind.value, str(get_label(kind))}
        subject = f"{describe_subject_type('recipient_status')} {resident.reference}"
    assert (log.count(subject), file.count(subject)) == (3, 3)
    assert [word for word in words if word in log or word in file] == []


@pytest.mark.parametrize(
    "details",
    [{"kind": "disabled"}, {"disabled": 1}, {"moved": {"low_income": 2}}, {"of": ["destitute"]}],
)
def test_an_event_that_names_a_status_fails_the_test_that_makes_it(context, make, details):
    assert find_statuses(details)
    with pytest.raises(AssertionError, match=r"names .* whoever reads the log"):
        record_event(
            actor=None, action="resident.merge", subject=make.resident(), now=NOW, details=details
        )
