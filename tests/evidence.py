"""What the product may never write or refuse, asked of every event and refusal of any test."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import event
from wtforms.widgets import HiddenInput

from matchmaker.audit.words import ACTION_WORDS
from matchmaker.base import errors
from matchmaker.forms.base import BaseForm
from matchmaker.models import AuditEvent, StatusKind
from matchmaker.words.refusals import SENTENCES

_STATUSES = {kind.value for kind in StatusKind}
_PLACE = re.compile(r"%\((\w+)\)")
_OF_WHOLE_FORMS = {"chosen"}  # its list has a form for each row
# Labelled by the kind of the offer or by what is not proved; or drawn by templates of their own.
_LABELLED_LATER = {
    *("capacity_per_month", "accepts_unproved"),
    *("status", "duplicate_id", "locale", "text_size"),
}
_unsaid: list[str] = []
_build = errors.DomainError.__init__

# Every name in the details of any action, and what stands there: never what a person has or is.
NAMES = {
    *("from", "to", "state", "status", "verified", "number", "publication", "version"),
    *("invitation", "role", "opened_by", "mark", "phone", "password", "address"),  # of a sign-in:
    # the last four are arguments, not details
    *("year", "notice", "breaks", "make_up_days", "first_day", "last_day"),
    *("month", "needs", "seed", "policy", "snapshot_sha256", "problem_sha256", "result_sha256"),
    *("draw_number", "draws_on", "public_value", "source", "no_interest", "unproved"),
    *("consent", "reply_promised_on", "tier", "other_id", "need_id", "windows", "fields"),
    *(
        "about",
        "reason",
        "ground",
        "found",
        "alike",
        "gone",
        "moved",
        "promises_broken",
        "promises",
    ),
    *("category", "capacity"),  # of an offer
    *("code", "kind"),  # of an organisation
    *("list", "way", "purpose", "persons", "filters"),  # of a list: of filters the names alone
    "volunteers",  # numbers of entries
    *("notices", "visits"),  # how many
    *("given", "missing", "promised", "repeats_until"),  # of one need: units, a month
    *("first_month", "last_month", "parts", "language", "size", "error"),  # of a pack of months
    *(
        "price",
        "stage",
        "lost",
        "gained",
        "otherwise",
    ),  # what a pin would change
    "allowed",  # whether volunteers answer for themselves
}
# Details that reach their event through a function between: by which link, how and how much.
PASSED_ON = {"link", "proof", "units", "pairings", "face", "days", "thanks"}


def find_statuses(details: Any) -> set[str]:
    """The recipient statuses named anywhere in the details of an event, as name or value."""
    if isinstance(details, dict):
        return set().union(*(find_statuses(part) for part in (*details, *details.values())))
    if isinstance(details, list | tuple):
        return set().union(*map(find_statuses, details))
    return {details} & _STATUSES if isinstance(details, str) else set()


@event.listens_for(AuditEvent, "before_insert")
def refuse_statuses(_mapper: Any, _connection: Any, row: AuditEvent) -> None:
    """Fail the test in which an event names a status: its subject is a lasting reference."""
    found = find_statuses(row.details)
    assert not found, f"{row.action} names {found}: whoever reads the log learns who has it"


@event.listens_for(AuditEvent, "before_insert")
def refuse_unknown_names(_mapper: Any, _connection: Any, row: AuditEvent) -> None:
    """Fail the test in which an event has a detail that nobody looks for."""
    if row.action not in ACTION_WORDS:  # a test's own
        return
    unknown = set(row.details) - NAMES - PASSED_ON
    assert not unknown, f"{row.action} has details that no page knows: {unknown}"


def _note(self: errors.DomainError, code: str, **numbers: object) -> None:
    """Note a refusal whose sentence asks for a number that it does not have."""
    sentence = SENTENCES.get(code, "")
    if isinstance(sentence, Mapping):
        sentence = sentence.get(str(numbers.get("state")), "%(state)s")
    missing = set(_PLACE.findall(getattr(sentence, "_args", [sentence])[0])) - {
        name for name, number in numbers.items() if number is not None
    }
    if missing:
        _unsaid.append(f"{code} is said with {missing}")
    _build(self, code, **numbers)


errors.DomainError.__init__ = _note  # type: ignore[method-assign]


def _process(self: BaseForm, *args: Any, **kwargs: Any) -> None:
    """Note a field whose label is no text of ours: WTForms makes one of the name in the code."""
    _process_form(self, *args, **kwargs)
    for field in self if type(self).__module__.startswith("matchmaker.") else ():
        made = field.short_name.replace("_", " ").title()
        is_shown = not isinstance(field.widget, HiddenInput) and field.name not in _LABELLED_LATER
        if is_shown and type(field.label.text) is str and field.label.text == made:
            _unsaid.append(f"{type(self).__name__}.{field.short_name} has no label")


def _add_error(self: BaseForm, field_name: str, message: Any) -> None:
    """Note an error that finds no field of its name in a form that shows it."""
    is_ours = type(self).__module__.startswith("matchmaker.")
    if is_ours and field_name not in self and field_name not in _OF_WHOLE_FORMS:
        _unsaid.append(f"{type(self).__name__} has no field {field_name} for its error")
    _show_error(self, field_name, message)


_process_form, _show_error = BaseForm.process, BaseForm.add_error
BaseForm.process = _process  # type: ignore[assignment,method-assign]
BaseForm.add_error = _add_error  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def everything_can_be_said() -> Iterator[None]:
    """Fail the test in which a person reads a refusal without its numbers, a field without a label
    of ours, or an error away from its field."""
    _unsaid.clear()
    yield
    assert not _unsaid, sorted(set(_unsaid))
