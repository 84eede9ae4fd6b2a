"""The audit log: everything for administrators and auditors, one's own for everybody."""

import json
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
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
from matchmaker.web.downloads import FILE_FORMATS, Row, send_table
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label


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
        """What the address asks for; unreadable values are left out and named at their field."""
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


# --- The audit log as rows of a file, hashes included, so that others can check the chain.


def get_headers() -> list[str]:
    return [
        _("Number"),
        _("Date"),
        _("Account"),
        _("Role"),
        _("Action"),
        _("About"),
        _("Number of the subject"),
        _("On behalf of resident number"),
        _("Details"),
        _("Hash before"),
        _("Hash"),
    ]


def make_rows(events: Iterable[AuditEvent]) -> list[Row]:
    """Codes as they are stored; instants in UTC."""
    return [
        [
            event.id,
            event.at.isoformat(),
            event.actor_id,
            event.actor_role,
            event.action,
            event.subject_type,
            event.subject_id,
            event.on_behalf_of_id,
            json.dumps(event.details, sort_keys=True, ensure_ascii=False),
            event.previous_sha256,
            event.sha256,
        ]
        for event in events
    ]


bp = Blueprint("audit", __name__)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> str:
    form = _make_filter_form()
    filters = queries.EventFilter(**form.read_filters())
    return render_template(
        "audit/index.html",
        form=form,
        found=paginate(queries.select_events(filters)),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
    )


@bp.get("/audit/events.<any(xlsx, csv):file_format>")
@requires(Permission.AUDIT_READ)
def download(file_format: str) -> Response:
    filters = queries.EventFilter(**_make_filter_form().read_filters())
    rows = make_rows(queries.list_events(filters))
    return send_table(file_format, "audit", _("Audit"), get_headers(), rows)


@bp.get("/audit/verification")
@requires(Permission.AUDIT_READ)
def verification() -> str:
    return render_template("audit/verification.html", faults=verify_chain())


@bp.get("/my-record")
@requires(Permission.ACCOUNT_OWN)
def own() -> str:
    found = paginate(queries.select_own_events(current_user))
    return render_template("audit/own.html", found=found)


def _make_filter_form() -> EventFilterForm:
    form = EventFilterForm()
    kinds = [(kind, words.describe_subject_type(kind)) for kind in queries.list_subject_types()]
    form.subject_type.choices = make_choices([("", _("Everything")), *kinds])
    return form
