"""The audit log: everything for administrators and auditors, one's own for everybody."""

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.audit import events, export, messages
from matchmaker.audit.forms import EventFilterForm
from matchmaker.audit.service import verify_chain
from matchmaker.exports import FILE_FORMATS, send_table
from matchmaker.forms.choices import make_choices
from matchmaker.paging import get_other_arguments, paginate
from matchmaker.permissions import Permission, requires

bp = Blueprint("audit", __name__)
bp.add_app_template_filter(messages.describe_fault, "fault_sentence")
bp.add_app_template_filter(messages.describe_subject, "event_subject")
bp.add_app_template_filter(messages.describe_action, "event_action")
bp.add_app_template_filter(messages.describe_role, "event_role")
bp.add_app_template_filter(messages.describe_details, "event_details")


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> str:
    form = _make_filter_form()
    filters = events.EventFilter(**form.read_filters())
    return render_template(
        "audit/index.html",
        form=form,
        found=paginate(events.select_events(filters)),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
    )


@bp.get("/audit/events.<any(xlsx, csv):file_format>")
@requires(Permission.AUDIT_READ)
def download(file_format: str) -> Response:
    filters = events.EventFilter(**_make_filter_form().read_filters())
    rows = export.make_rows(events.list_events(filters))
    return send_table(file_format, "audit", _("Audit"), export.get_headers(), rows)


@bp.get("/audit/verification")
@requires(Permission.AUDIT_READ)
def verification() -> str:
    return render_template("audit/verification.html", faults=verify_chain())


@bp.get("/my-record")
@requires(Permission.ACCOUNT_OWN)
def own() -> str:
    found = paginate(events.select_own_events(current_user))
    return render_template("audit/own.html", found=found)


def _make_filter_form() -> EventFilterForm:
    form = EventFilterForm()
    kinds = [(kind, messages.describe_subject_type(kind)) for kind in events.list_subject_types()]
    form.subject_type.choices = make_choices([("", _("Everything")), *kinds])
    return form
