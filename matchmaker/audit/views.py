"""The audit log: everything for administrators and auditors, one's own for everybody."""

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.audit import events, messages
from matchmaker.audit.forms import EventFilterForm
from matchmaker.audit.service import verify_chain
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
    form = EventFilterForm()
    kinds = [(kind, messages.describe_subject_type(kind)) for kind in events.list_subject_types()]
    form.subject_type.choices = make_choices([("", _("Everything")), *kinds])
    filters = events.EventFilter(**form.read_filters())
    return render_template(
        "audit/index.html",
        form=form,
        found=paginate(events.select_events(filters)),
        arguments=get_other_arguments(),
    )


@bp.get("/audit/verification")
@requires(Permission.AUDIT_READ)
def verification() -> str:
    return render_template("audit/verification.html", faults=verify_chain())


@bp.get("/my-record")
@requires(Permission.ACCOUNT_OWN)
def own() -> str:
    found = paginate(events.select_own_events(current_user))
    return render_template("audit/own.html", found=found)
