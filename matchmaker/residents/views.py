"""Residents: the list, one person's page, and the contact shown on purpose."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm
from matchmaker.forms.choices import make_choices
from matchmaker.models import Committee, Resident, Role
from matchmaker.residents import queries, scope, service, statuses
from matchmaker.residents import statuses as consents
from matchmaker.residents.disclosure import Contact, reveal_contact
from matchmaker.residents.forms import ResidentFilterForm
from matchmaker.residents.statuses import StatusState
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.downloads import FILE_FORMATS, send_table
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name

bp = Blueprint("residents", __name__)

_STEPS = {"verify": statuses.verify_status, "end": statuses.end_status}


@bp.get("/residents")
@requires(Permission.NEED_READ_SCOPE)
def index() -> str:
    committees = scope.list_committees(current_user)
    form = _make_filter_form(committees)
    filters = service.ResidentFilter(**form.read_filters())
    return render_template(
        "residents/index.html",
        form=form,
        found=paginate(service.select_filtered(current_user, filters)),
        committees=committees,
        arguments=get_other_arguments(),
        badges=_list_badges,
        file_formats=FILE_FORMATS,
    )


@bp.get("/residents/residents.<any(xlsx, csv):file_format>")
@requires(Permission.NEED_READ_SCOPE)
def download(file_format: str) -> Response:
    form = _make_filter_form(scope.list_committees(current_user))
    filters = service.ResidentFilter(**form.read_filters())
    residents = service.list_filtered(current_user, filters)
    rows = queries.make_rows(residents, get_now())
    return send_table(file_format, "residents", _("Residents"), queries.get_headers(), rows)


@bp.get("/residents/<id:resident_id>")
@requires(Permission.NEED_READ_SCOPE)
def show(resident_id: int) -> str:
    return _show_resident(scope.get_resident(resident_id, current_user), None)


@bp.post("/residents/<id:resident_id>")
@requires(Permission.CONTACT_REVEAL)
def reveal(resident_id: int) -> str:
    """The contact is the answer itself: it stands in no address and no cookie."""
    contact = reveal_contact(resident_id, current_user, get_now())
    db.session.commit()
    return _show_resident(scope.get_resident(resident_id, current_user), contact)


@bp.post("/residents/<id:resident_id>/statuses/<id:status_id>/<any(verify, end):step>")
@requires(Permission.STATUS_VERIFY)
def move_status(resident_id: int, status_id: int, step: str) -> Answer:
    resident = scope.get_resident(resident_id, current_user)
    form = ButtonForm()

    def act() -> str:
        _STEPS[step](
            actor=current_user, resident_id=resident_id, status_id=status_id, now=get_now()
        )
        done = {"verify": _("The status is verified."), "end": _("The status no longer counts.")}
        flash(done[step], "success")
        return url_for("residents.show", resident_id=resident_id)

    return answer_form(form, act, lambda: _show_resident(resident, None, form))


@bp.route("/my-contact", methods=["GET", "POST"])
@requires(Permission.NEED_READ_OWN)
def own_contact() -> str:
    """A resident's own record; the contact is shown after one click, as to anybody else."""
    form = ButtonForm()
    resident = scope.get_resident(current_user.resident_id, current_user)
    contact = None
    if form.validate_on_submit():
        contact = reveal_contact(resident.id, current_user, get_now())
        db.session.commit()
    return render_template(
        "residents/own_contact.html",
        resident=resident,
        contact=contact,
        consents=consents.list_consents(resident),
        statuses=_list_statuses(resident, get_now()),
        form=form,
    )


def _make_filter_form(committees: list[Committee]) -> ResidentFilterForm:
    form = ResidentFilterForm()
    form.committee_id.choices = make_choices(
        [("", _("Every committee")), *((row.id, get_name(row)) for row in committees)]
    )
    return form


def _show_resident(
    resident: Resident, contact: Contact | None, form: ButtonForm | None = None
) -> str:
    return render_template(
        "residents/show.html",
        resident=resident,
        contact=contact,
        needs=service.list_needs(resident),
        consents=consents.list_consents(resident),
        statuses=_list_statuses(resident, get_now()),
        may_record=current_user.role is Role.COMMITTEE_WORKER,
        form=form or ButtonForm(formdata=None),
    )


def _list_statuses(resident: Resident, now: datetime) -> list[dict[str, Any]]:
    """Each status with what can be done about it."""
    rows = sorted(resident.statuses, key=lambda row: row.id)
    return [{"row": row, "state": statuses.get_state(row, now)} for row in rows]


def _list_badges(resident: Resident) -> list[dict[str, Any]]:
    """The statuses that count or wait, for a line of a list."""
    present = _list_statuses(resident, get_now())
    return [status for status in present if status["state"] is not StatusState.OVER]
