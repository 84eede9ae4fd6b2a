"""The audit log: all of it for administrators and auditors, their own events for others."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.audit import queries, words
from matchmaker.audit.service import verify_chain
from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.forms.fields import DayField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, NotBefore
from matchmaker.models import AuditEvent, Role
from matchmaker.models.limits import LONGEST_ACTION
from matchmaker.web.lists import Column, ListPage
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
    subject_id = WholeNumberField(_l("Number"), minimum=1)
    first_on = DayField(_l("First day"))
    last_on = DayField(_l("Until"), [NotBefore("first_on")])

    def read_filters(self) -> dict[str, Any]:
        """The filters that were asked for; an unreadable value is ignored and marked as such."""
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
    """An event, and the references of what the events of its page are about."""

    event: AuditEvent
    subjects: queries.Subjects


def _read_lines(events: list[AuditEvent]) -> list[EventLine]:
    subjects = queries.name_subjects(events)
    return [EventLine(event, subjects) for event in events]


# The columns: the page in words, the file in codes as stored, instants in UTC,
# with hashes, so that others can check the chain.


_NUMBER = Column[EventLine](header=_l("Number"), read=lambda line: line.event.id, is_number=True)
_DATE = Column[EventLine](
    header=_l("Date"),
    read=lambda line: line.event.at.isoformat(),
    show=lambda line: format_moment(line.event.at),
)
_ROLE = Column[EventLine](
    header=_l("Role"),
    read=lambda line: line.event.actor_role,
    show=lambda line: words.describe_role(line.event),
)
_ACTION = Column[EventLine](
    header=_l("Action"),
    read=lambda line: line.event.action,
    show=lambda line: words.describe_action(line.event),
)
_ABOUT = Column[EventLine](
    header=_l("About"),
    read=lambda line: line.event.subject_type,
    show=lambda line: words.describe_subject(line.event, line.subjects),
)
_DETAILS = Column[EventLine](
    header=_l("Details"),
    read=lambda line: json.dumps(line.event.details, sort_keys=True, ensure_ascii=False),
    show=lambda line: words.describe_details(line.event),
)
_COLUMNS = (
    _NUMBER,
    _DATE,
    Column[EventLine](header=_l("Who"), read=lambda line: words.name_actor(line.event)),
    _ROLE,
    _ACTION,
    _ABOUT,
    _DETAILS,
)
_OWN_COLUMNS = (_NUMBER, _DATE, _ACTION, _ABOUT, _DETAILS)
_FILE_COLUMNS = (
    _NUMBER,
    _DATE,
    Column[EventLine](header=_l("Account"), read=lambda line: line.event.actor_id),
    _ROLE,
    _ACTION,
    _ABOUT,
    Column[EventLine](header=_l("Number of the subject"), read=lambda line: line.event.subject_id),
    Column[EventLine](
        header=_l("On behalf of resident number"), read=lambda line: line.event.on_behalf_of_id
    ),
    _DETAILS,
    Column[EventLine](header=_l("Hash before"), read=lambda line: line.event.previous_sha256),
    Column[EventLine](header=_l("Hash"), read=lambda line: line.event.sha256),
)


def _make_list() -> ListPage[EventLine]:
    form = _make_filter_form()
    return ListPage(
        endpoint="audit.index",
        caption=_l("Events"),
        query=queries.select_events(queries.EventFilter(**form.read_filters())),
        columns=_COLUMNS,
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
    return render_template("audit/index.html", list=_make_list())


@bp.get("/audit/events.<any(xlsx, csv):file_format>")
@requires(Permission.AUDIT_READ)
def download(file_format: str) -> Response:
    return _make_list().send(file_format)


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
        read=_read_lines,
    )
    return render_template("audit/own.html", list=listed)


def _make_filter_form() -> EventFilterForm:
    form = EventFilterForm()
    kinds = [(kind, words.describe_subject_type(kind)) for kind in queries.list_subject_types()]
    form.subject_type.choices = make_choices([("", _l("Everything")), *kinds])
    return form
