"""Pages of the audit log: all of it for those who may read it, one's own events for everybody."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from flask_babel.speaklater import LazyString
from flask_login import current_user

from matchmaker.audit import queries, words
from matchmaker.audit.handing import list_account_persons, send_list, show_list
from matchmaker.audit.service import verify_chain
from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.forms.fields import DayField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, NotBefore
from matchmaker.models import AuditEvent, ListKind, Role
from matchmaker.models.limits import LONGEST_ACTION
from matchmaker.web.act import Answer
from matchmaker.web.lists import Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import format_moment


class EventFilterForm(FilterForm):
    action = TextField(_l("Action begins with"), [MaxLength(LONGEST_ACTION)])
    role = DropdownField(
        _l("Role"),
        choices=make_choices(
            [("", _l("Every role")), *((role.value, get_label(role)) for role in Role)]
        ),
    )
    subject_type = DropdownField(_l("About"))
    subject_id = WholeNumberField(_l("Number of what it is about"), minimum=1)
    first_on = DayField(_l("First day"))
    last_on = DayField(_l("Until"), [NotBefore("first_on")])

    def read_filters(self) -> dict[str, Any]:
        """The filters as entered; a value that cannot be read is ignored and marked as an error."""
        self.validate()
        values = {
            name: None if field.errors else field.data for name, field in self._fields.items()
        }
        role = values["role"]
        return {
            **values,
            "action": values["action"] or "",
            "subject_type": values["subject_type"] or "",
            "role": Role(role) if role else None,
        }


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event, and the names of the subjects of all events on its page."""

    event: AuditEvent
    subjects: queries.Subjects


def _read_lines(events: list[AuditEvent]) -> list[EventLine]:
    subjects = queries.name_subjects(events)
    return [EventLine(event, subjects) for event in events]


def _list_persons(line: EventLine) -> Iterator[int]:
    """The ids of the persons in a line: those of the actor's account and of the subject."""
    if line.event.actor:
        yield from list_account_persons(line.event.actor)
    person = line.subjects.persons.get((line.event.subject_type, line.event.subject_id or 0))
    if person is not None:
        yield person


_PEOPLE = People(ListKind.EVENTS, _list_persons)
Columns = tuple[Column[EventLine], ...]


def _say_details(line: EventLine) -> str:
    return json.dumps(line.event.details, sort_keys=True, ensure_ascii=False)


def _make_columns(*columns: tuple[LazyString, Callable[[EventLine], Any]]) -> Columns:
    return tuple(Column[EventLine](header=header, read=read) for header, read in columns)


# The columns in words, on the page and first in the file. After them the file has the same as it is
# stored (codes, row ids, instants in UTC), with the hashes by which others check the chain.

_NUMBER = Column[EventLine](
    header=_c("Event", "Number"), read=lambda line: line.event.id, is_number=True
)
_DATE, _WHO, _ROLE, _ACTION, _ABOUT, _DETAILS = _IN_WORDS = _make_columns(
    (_l("Date"), lambda line: format_moment(line.event.at)),
    (_c("Event", "Who"), lambda line: words.name_actor(line.event)),
    (_l("Role"), lambda line: words.describe_role(line.event)),
    (_l("Action"), lambda line: words.describe_action(line.event)),
    (_l("About"), lambda line: words.describe_subject(line.event, line.subjects.names)),
    (_l("Details"), lambda line: words.describe_details(line.event)),
)
_AS_STORED = _make_columns(
    (_l("As stored: instant"), lambda line: line.event.at.isoformat()),
    (_l("As stored: account"), lambda line: line.event.actor_id),
    (_l("As stored: role"), lambda line: line.event.actor_role),
    (_l("As stored: action"), lambda line: line.event.action),
    (_l("As stored: kind of subject"), lambda line: line.event.subject_type),
    (_l("As stored: row of the subject"), lambda line: line.event.subject_id),
    (_l("As stored: on behalf of resident"), lambda line: line.event.on_behalf_of_id),
    (_l("As stored: details"), _say_details),
    (_l("Hash before"), lambda line: line.event.previous_sha256),
    (_l("Hash"), lambda line: line.event.sha256),
)
_COLUMNS = (_NUMBER, *_IN_WORDS)
_OWN_COLUMNS = (_NUMBER, _DATE, _ACTION, _ABOUT, _DETAILS)
_FILE_COLUMNS = (_NUMBER, *_IN_WORDS, *_AS_STORED)


def _make_list() -> ListPage[EventLine]:
    form = _make_filter_form()
    return ListPage(
        endpoint="audit.index",
        caption=_l("Events"),
        query=queries.select_events(queries.EventFilter(**form.read_filters())),
        columns=_COLUMNS,
        people=_PEOPLE,
        read=_read_lines,
        form=form,
        download="audit.download",
        file_name="audit",
        file_title=_l("Audit"),
        file_columns=_FILE_COLUMNS,
    )


bp = Blueprint("audit", __name__)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> str:
    return show_list("audit/index.html", _make_list())


@bp.route("/audit/events.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.AUDIT_READ)
def download(file_format: str) -> Answer:
    return send_list(_make_list(), file_format)


@bp.get("/audit/verification")
@requires(Permission.AUDIT_READ)
def verification() -> str:
    return render_template("audit/verification.html", faults=verify_chain())


@bp.get("/my-record")
@requires(Permission.ACCOUNT_OWN)
def own() -> str:
    listed = ListPage(
        endpoint="audit.own",
        caption=_l("Events"),
        query=queries.select_own_events(current_user),
        columns=_OWN_COLUMNS,
        people=_PEOPLE,
        read=_read_lines,
    )
    return show_list("audit/own.html", listed)


def _make_filter_form() -> EventFilterForm:
    form = EventFilterForm()
    kinds = [(kind, words.describe_subject_type(kind)) for kind in queries.list_subject_types()]
    form.subject_type.choices = make_choices([("", _l("Everything")), *kinds])
    return form
